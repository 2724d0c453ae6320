//! Applications: finding, making, changing, deleting.

use serde_json::{Value, json};

use super::{app, app_in, app_value, refusal};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::app::App;
use crate::state::profile::{Given, Profile};
use crate::state::settings::Settings;
use crate::values::ids;
use crate::values::key::Mode;
use crate::values::refusal::Refusal;
use crate::values::workspace::account;

/// `GET /apps`: the newest first, unless something else is asked for.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20).max(1));
    let name = call.asked("name").map(str::to_lowercase);
    let listed = |name: &'static str| -> Vec<&str> {
        let values = call.all(name).flat_map(|value| value.split(','));
        values.filter(|value| !value.is_empty()).collect()
    };
    let (tags, creators) = (listed("tag_ids"), listed("creator_ids"));
    if !tags.iter().all(|tag| ids::is_uuid(tag)) {
        return Err(Refusal::invalid("Invalid UUID format in tag_ids."));
    }
    let mode = call.asked("mode").filter(|mode| *mode != "all");
    call.world(|world| {
        let fits = |app: &&App| {
            let profile = &app.profile;
            mode.is_none_or(|mode| profile.mode.name() == mode)
                && name.as_ref().is_none_or(|name| profile.name.to_lowercase().contains(name))
                && tags.is_empty()
                && (creators.is_empty() || creators.contains(&account().as_str()))
        };
        let mut found: Vec<&App> = world.listed().into_iter().filter(fits).collect();
        match call.asked("sort_by") {
            Some("last_modified") => found.sort_by_key(|app| std::cmp::Reverse(app.profile.updated_at)),
            Some("earliest_created") => found.reverse(),
            _ => {}
        }
        let first = (page - 1).saturating_mul(limit);
        let data: Vec<Value> = found.iter().skip(first).take(limit).map(|app| app_value::item(app, world)).collect();
        let more = first.saturating_add(data.len()) < found.len() && !data.is_empty();
        Ok(Reply::ok(json!({"page": page, "limit": limit, "total": found.len(), "has_more": more, "data": data})))
    })
}

/// `POST /apps`. Page and API are open from the start.
pub(crate) fn create(call: &Call) -> Outcome {
    let mode = call.text("mode").and_then(Mode::of).ok_or_else(Refusal::unknown)?;
    let members = call.members();
    let given = Given {
        name: call.text("name").unwrap_or_default(),
        description: call.text("description").unwrap_or_default(),
        look: &members,
    };
    let profile = Profile::new(mode, &given);
    call.world(|world| {
        let id = world.make(profile);
        let app = world.app_of(&id).ok_or_else(refusal::no_app)?;
        Ok(Reply::Json(201, app_value::large(app, &call.server.url)))
    })
}

/// `GET /apps/{app_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| Ok(Reply::ok(app_value::large(app(world, call)?, &call.server.url))))
}

/// `DELETE /apps/{app_id}`, with all that is in it.
pub(crate) fn delete(call: &Call) -> Outcome {
    if call.world(|world| world.delete(call.at("app_id"))) { Ok(Reply::Nothing) } else { Err(refusal::no_app()) }
}

/// Modes whose settings are no workflow, in the order in which the server names them.
const PLAIN: &[Mode] = &[Mode::AgentChat, Mode::Chat, Mode::Completion];

/// `POST /apps/{app_id}/api-enable`.
pub(crate) fn set_api(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app(world, call)?;
        app.profile.api_open = call.member("enable_api") == true;
        app.profile.touch();
        Ok(Reply::ok(app_value::small(app, false)))
    })
}

/// `POST /apps/{app_id}/model-config`: replaces all settings, from the next message on.
pub(crate) fn configure(call: &Call) -> Outcome {
    call.world(|world| {
        let profile = &mut app_in(world, call, PLAIN)?.profile;
        profile.settings = Some(Settings::given(profile.mode, &call.members()));
        profile.touch();
        Ok(Reply::success())
    })
}
