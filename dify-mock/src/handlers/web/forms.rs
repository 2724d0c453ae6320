//! Forms that runs wait for, filled on a page, and files for them. The form's token is all that it needs.

use serde_json::json;

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::handlers::service::files;
use crate::handlers::service::human_input::{self, open};
use crate::values::ids;
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

/// `POST /form/human_input/{form_token}/upload-token`.
pub(crate) fn token(call: &Call) -> Outcome {
    let token = call.at("form_token");
    let key = application(call)?;
    call.world(|world| {
        let expires_at = open(world, &key, token)?.expires_at;
        let upload = format!("hitl_upload_{}", ids::secret());
        world.upload_tokens.insert(upload.clone(), token.to_owned());
        Ok(Reply::ok(json!({"upload_token": upload, "expires_at": expires_at})))
    })
}

/// `POST /human-input-forms/files`.
pub(crate) async fn upload(mut call: Call) -> Outcome {
    let refused = |status, text: &str| Refusal::new(status, "invalid_upload_token", text);
    let token = call.headers.bearer().filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| refused(401, "Upload token is required."))?;
    let (key, user) = call.world(|world| {
        let unknown = || refused(403, "Upload token is invalid.");
        let form = world.upload_tokens.get(token).cloned().ok_or_else(unknown)?;
        let waiting = world.waiting.get(&form).ok_or_else(unknown)?;
        let (key, run) = (Key::of(&waiting.app), waiting.run.clone());
        open(world, &key, &form)?;
        let user = world.app(&key).run.get(&run).map(|run| run.user.clone()).ok_or_else(unknown)?;
        Ok::<_, Refusal>((key, user))
    })?;
    call.key = key;
    call.user = Some(user);
    files::upload(&call)
}
