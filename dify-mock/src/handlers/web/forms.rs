//! Forms that runs wait for, filled on a page. The form's token is all that it needs.

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::handlers::service::human_input;
use crate::values::key::Key;
use crate::values::refusal::Refusal;

/// `GET /form/human_input/{form_token}`.
pub(crate) async fn form(mut call: Call) -> Outcome {
    call.key = application(&call)?;
    let form = human_input::form(&call)?;
    let site = call.world(|world| super::site::page(world, &call.key, None));
    Ok(match form {
        Reply::Spaced { mut value, .. } => {
            value["site"] = site;
            // Here it is written as most is.
            Reply::ok(value)
        }
        other => other,
    })
}

/// `POST /form/human_input/{form_token}`.
pub(crate) async fn submit(mut call: Call) -> Outcome {
    call.key = application(&call)?;
    human_input::submit(&call)
}

/// The application whose run waits for this form.
fn application(call: &Call) -> Result<Key, Refusal> {
    let token = call.at("form_token");
    call.world(|world| world.waiting.get(token).map(|waiting| Key::of(&waiting.app))).ok_or_else(Refusal::no_form)
}
