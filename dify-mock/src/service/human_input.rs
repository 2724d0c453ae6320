//! The forms that paused runs wait for.

use serde_json::json;

use crate::http::call::{Call, Outcome};
use crate::http::key::Key;
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::run::flow::Flow;
use crate::state::World;
use crate::state::form::{Form, Submission};

/// `GET /form/human_input/{form_token}`.
pub(crate) fn form(call: &Call) -> Outcome {
    call.world(|world| {
        let form = open(world, &call.key, call.at("form_token"))?;
        Ok(Reply::Spaced { charset: false, value: form.value() })
    })
}

/// `POST /form/human_input/{form_token}`: any user may, and the run goes on.
pub(crate) fn submit(call: &Call) -> Outcome {
    let inputs = call.member("inputs").as_object().cloned().unwrap_or_default();
    let action = call.text("action").unwrap_or_default();
    let submitted = call.world(|world| -> Result<Option<(Box<Flow>, Submission)>, Refusal> {
        let submission = open(world, &call.key, call.at("form_token"))?
            .submit(&inputs, action)
            .map_err(|problem| Refusal::new(400, "invalid_form_data", problem))?;
        let waiting = world.waiting.get_mut(call.at("form_token"));
        Ok(waiting.and_then(|waiting| waiting.flow.take()).map(|flow| (flow, submission)))
    })?;
    if let Some((flow, submission)) = submitted {
        tokio::spawn(flow.resume(submission));
    }
    Ok(Reply::ok(json!({})))
}

/// The form of a token, when nobody has filled it.
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
