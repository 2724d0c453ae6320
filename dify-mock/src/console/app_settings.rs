//! Changing one thing about an application.

use super::{app, app_in, app_value};
use crate::http::call::{Call, Outcome};
use crate::http::key::Mode;
use crate::http::reply::Reply;
use crate::state::profile::{Profile, look};
use crate::state::settings::Settings;

/// Modes whose settings are no workflow, in the order in which the server names them.
const PLAIN: &[Mode] = &[Mode::AgentChat, Mode::Chat, Mode::Completion];

/// Changes an application and answers with it.
fn change(call: &Call, work: impl FnOnce(&mut Profile)) -> Outcome {
    call.world(|world| {
        let labels = world.console.labels.clone();
        let app = app(world, call)?;
        work(&mut app.profile);
        app.profile.touch();
        Ok(Reply::ok(app_value::small(app, &labels, false)))
    })
}

/// `POST /apps/{app_id}/name`.
pub(crate) fn rename(call: &Call) -> Outcome {
    change(call, |profile| call.text("name").unwrap_or_default().clone_into(&mut profile.name))
}

/// `POST /apps/{app_id}/icon`.
pub(crate) fn set_icon(call: &Call) -> Outcome {
    change(call, |profile| {
        let mut members = call.members();
        if members["icon_type"].is_null() {
            members["icon_type"] = profile.look["icon_type"].clone();
        }
        profile.look = look(&members);
    })
}

/// `POST /apps/{app_id}/api-enable`.
pub(crate) fn set_api(call: &Call) -> Outcome {
    change(call, |profile| profile.api_open = call.member("enable_api") == true)
}

/// `POST /apps/{app_id}/site-enable`.
pub(crate) fn set_site(call: &Call) -> Outcome {
    change(call, |profile| profile.page_open = call.member("enable_site") == true)
}

/// `POST /apps/{app_id}/model-config`: all of the settings at once, for the next message.
pub(crate) fn configure(call: &Call) -> Outcome {
    call.world(|world| {
        let profile = &mut app_in(world, call, PLAIN)?.profile;
        profile.settings = Some(Settings::given(profile.mode, &call.members()));
        profile.defined = true;
        profile.touch();
        Ok(Reply::success())
    })
}
