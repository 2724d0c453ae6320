//! Information about the application and the server.

use serde_json::{Value, json};

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::values::json_text::picked;
use crate::values::key::Key;
use crate::values::refusal::Refusal;

/// `GET /info`.
pub(crate) fn info(call: &Call) -> Outcome {
    call.world(|world| {
        let author = world.console.account.as_ref().map(|account| account.name.clone());
        let profile = &world.app(&call.key).profile;
        Ok(Reply::ok(json!({
            "name": profile.name, "description": profile.description, "tags": [], "mode": profile.mode.name(),
            "author_name": author,
        })))
    })
}

/// `GET /site`.
pub(crate) fn site(call: &Call) -> Outcome {
    Ok(Reply::ok(call.world(|world| looks(world, &call.key))))
}

/// How the page of an application looks.
pub(crate) fn looks(world: &mut World, key: &Key) -> Value {
    const SHOWN: &str = "title chat_color_theme chat_color_theme_inverted icon_type icon icon_background description \
        copyright privacy_policy input_placeholder custom_disclaimer default_language show_workflow_steps \
        use_icon_as_answer_icon";
    let mut value = picked(&world.app(key).profile.site.members, SHOWN);
    value["icon_url"] = Value::Null;
    value
}

/// `GET /`: declared, and hidden behind another route since 1.8.0.
pub(crate) fn server(call: &Call) -> Outcome {
    let options = &call.server.options;
    if options.since("1.8.0") {
        return Err(Refusal::Html);
    }
    Ok(Reply::ok(json!({"welcome": "Dify OpenAPI", "api_version": "v1", "server_version": options.version})))
}

/// `GET /end-users/{end_user_id}`.
pub(crate) fn end_user(call: &Call) -> Outcome {
    let found = call.world(|world| {
        let app = world.app(&call.key);
        app.end_user_by_id(call.at("end_user_id")).map(|user| user.value(app))
    });
    found.map(Reply::ok).ok_or_else(|| Refusal::new(404, "end_user_not_found", "End user not found."))
}
