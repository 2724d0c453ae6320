//! Annotations, and whether the application answers from them.

use serde_json::json;

use super::knowledge::paged;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::annotation::Annotation;
use crate::values::ids;
use crate::values::json_text::picked;
use crate::values::refusal::Refusal;

/// `GET /apps/annotations`: the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
    let word = call.asked("keyword").map(str::to_lowercase);
    let has = |text: &str| word.as_ref().is_none_or(|word| text.to_lowercase().contains(word));
    call.world(|world| {
        let all = world.app(&call.key).annotations.list.iter().rev();
        let found: Vec<_> = all.filter(|annotation| has(&annotation.question) || has(&annotation.answer)).collect();
        paged(call, &found, |annotation| annotation.value())
    })
}

/// `POST /apps/annotations`.
pub(crate) fn create(call: &Call) -> Outcome {
    let (question, answer) = (call.text("question").unwrap_or_default(), call.text("answer").unwrap_or_default());
    Ok(Reply::Json(201, call.world(|world| world.app(&call.key).annotations.add(question, answer))))
}

/// `PUT /apps/annotations/{annotation_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    let (question, answer) = (call.text("question").unwrap_or_default(), call.text("answer").unwrap_or_default());
    with(call, |annotation| {
        annotation.question = question.to_owned();
        annotation.answer = answer.to_owned();
        Reply::ok(annotation.value())
    })
}

/// `DELETE /apps/annotations/{annotation_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    with(call, |_| Reply::Nothing)?;
    call.world(|world| {
        let list = &mut world.app(&call.key).annotations.list;
        list.retain(|annotation| annotation.id != call.at("annotation_id"));
    });
    Ok(Reply::Nothing)
}

fn with(call: &Call, work: impl FnOnce(&mut Annotation) -> Reply) -> Outcome {
    call.world(|world| {
        let annotation = world.app(&call.key).annotations.get(call.at("annotation_id"));
        annotation.map(work).ok_or_else(|| Refusal::not_found("Annotation not found"))
    })
}

/// `POST /apps/annotation-reply/{action}`.
pub(crate) fn set_reply(call: &Call) -> Outcome {
    let on = match call.at("action") {
        "enable" => true,
        "disable" => false,
        _ => return Err(Refusal::unknown()),
    };
    let setting = json!({
        "id": ids::of("annotation setting", &call.key.text), "enabled": true,
        "score_threshold": call.member("score_threshold"),
        "embedding_model": picked(&call.members(), "embedding_provider_name embedding_model_name"),
    });
    call.world(|world| {
        let annotations = &mut world.app(&call.key).annotations;
        annotations.reply = on.then_some(setting);
        Ok(Reply::ok(json!({"job_id": annotations.order(), "job_status": "waiting"})))
    })
}

/// `GET /apps/annotation-reply/{action}/status/{job_id}`.
pub(crate) fn reply_status(call: &Call) -> Outcome {
    let id = call.at("job_id");
    let status = call.world(|world| world.app(&call.key).annotations.job(id));
    let status = status.ok_or_else(|| Refusal::invalid("The job does not exist."))?;
    Ok(Reply::ok(json!({"job_id": id, "job_status": status, "error_msg": ""})))
}
