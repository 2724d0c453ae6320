//! The forms that paused runs wait for.

use serde_json::json;

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::state::form::Form;
use crate::values::key::Key;
use crate::values::refusal::Refusal;

/// `GET /form/human_input/{form_token}`.
pub(crate) fn form(call: &Call) -> Outcome {
    call.world(|world| {
        let form = open(world, &call.key, call.at("form_token"))?;
        Ok(Reply::Spaced { charset: false, value: form.value() })
    })
}

/// `POST /form/human_input/{form_token}`: every user may submit it, and the run continues.
pub(crate) fn submit(call: &Call) -> Outcome {
    let inputs = call.member("inputs").as_object().cloned().unwrap_or_default();
    let action = call.text("action").unwrap_or_default();
    let (resume, submission) = call.world(|world| {
        let submission = open(world, &call.key, call.at("form_token"))?
            .submit(&inputs, action)
            .map_err(|problem| Refusal::new(400, "invalid_form_data", problem))?;
        let resume = world.waiting.get_mut(call.at("form_token")).and_then(|waiting| waiting.resume.take());
        Ok::<_, Refusal>((resume, submission))
    })?;
    if let Some(resume) = resume {
        // A run that is gone has nothing to continue.
        let _ = resume.send(submission);
    }
    Ok(Reply::ok(json!({})))
}

/// The form of a token, if it is not submitted yet.
pub(crate) fn open<'a>(world: &'a mut World, key: &Key, token: &str) -> Result<&'a mut Form, Refusal> {
    let none = || Refusal::not_found("Form not found");
    let waiting = world.waiting.get(token).filter(|waiting| waiting.app == key.text).ok_or_else(none)?;
    let run = waiting.run.clone();
    let run = world.app(key).run.get_mut(&run).ok_or_else(none)?;
    let form = run.forms.iter_mut().find(|form| form.token == token).ok_or_else(none)?;
    if form.submission.is_some() {
        let message = format!("This form has already been submitted by another user, form_id={}", form.id);
        return Err(Refusal::new(412, "human_input_form_submitted", message));
    }
    Ok(form)
}
