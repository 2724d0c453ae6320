//! What the application and the server say of themselves.

use serde_json::{Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::key::{Key, Mode};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;

/// `GET /info`.
pub(crate) fn info(call: &Call) -> Outcome {
    Ok(Reply::ok(json!({
        "name": call.key.text.trim_start_matches("app-"),
        "description": "An embedded application — always there ✨",
        "tags": [],
        "mode": call.key.mode.name(),
        "author_name": "Admin",
    })))
}

/// `GET /meta`.
pub(crate) fn meta(call: &Call) -> Outcome {
    let icon = format!("{}/console/api/workspaces/current/tool-provider/builtin/time/icon", call.server.url);
    let icons = if call.key.mode == Mode::AgentChat { json!({"current_time": icon}) } else { json!({}) };
    Ok(Reply::ok(json!({"tool_icons": icons})))
}

/// `GET /site`.
pub(crate) fn site(call: &Call) -> Outcome {
    Ok(Reply::ok(looks(&call.key)))
}

/// How the page of an application looks.
pub(crate) fn looks(key: &Key) -> Value {
    json!({
        "title": key.text.trim_start_matches("app-"),
        "chat_color_theme": null,
        "chat_color_theme_inverted": false,
        "icon_type": "emoji",
        "icon": "🤖",
        "icon_background": "#FFEAD5",
        "description": null,
        "copyright": null,
        "privacy_policy": null,
        "input_placeholder": null,
        "custom_disclaimer": "",
        "default_language": "en-US",
        "show_workflow_steps": true,
        "use_icon_as_answer_icon": false,
        "icon_url": null,
    })
}

/// `GET /`.
pub(crate) fn server(call: &Call) -> Outcome {
    let version = &call.server.settings.version;
    Ok(Reply::ok(json!({"welcome": "Dify OpenAPI", "api_version": "v1", "server_version": version})))
}

/// `GET /end-users/{end_user_id}`.
pub(crate) fn end_user(call: &Call) -> Outcome {
    let found = call.world(|world| {
        let app = world.app(&call.key);
        app.end_user_by_id(call.at("end_user_id")).map(|user| user.value(app))
    });
    found.map(Reply::ok).ok_or_else(|| Refusal::new(404, "end_user_not_found", "End user not found."))
}
