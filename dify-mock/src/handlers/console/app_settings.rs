//! Changes of an application.

use super::{app, app_in, app_value};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::settings::Settings;
use crate::values::key::Mode;

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
