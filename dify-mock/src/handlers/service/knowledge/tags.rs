//! Tags of knowledge bases.

use serde_json::json;

use super::no_dataset;
use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::{Knowledge, Tag};
use crate::values::ids;
use crate::values::refusal::Refusal;

fn no_tag() -> Refusal {
    Refusal::not_found("Tag not found.")
}

fn check(knowledge: &Knowledge, name: &str, other_than: &str) -> Result<(), Refusal> {
    let taken = knowledge.tags.iter().any(|tag| tag.name == name && tag.id != other_than);
    if taken { Err(Refusal::invalid("Tag name already exists")) } else { Ok(()) }
}

/// `GET /datasets/tags`.
pub(crate) fn list(call: &Call) -> Outcome {
    call.world(|world| {
        let tags = world.knowledge.tags.iter().rev();
        Ok(Reply::ok(tags.map(Tag::value).collect()))
    })
}

/// `POST /datasets/tags`.
pub(crate) fn create(call: &Call) -> Outcome {
    let name = call.text("name").unwrap_or_default();
    call.world(|world| {
        check(&world.knowledge, name, "")?;
        let tag = Tag { id: ids::new(), name: name.to_owned() };
        let value = tag.value();
        world.knowledge.tags.push(tag);
        Ok(Reply::ok(value))
    })
}

/// `PATCH /datasets/tags`.
pub(crate) fn update(call: &Call) -> Outcome {
    let (id, name) = (call.text("tag_id").unwrap_or_default(), call.text("name").unwrap_or_default());
    call.world(|world| {
        let knowledge = &mut world.knowledge;
        check(knowledge, name, id)?;
        let tag = knowledge.tags.iter_mut().find(|tag| tag.id == id).ok_or_else(no_tag)?;
        name.clone_into(&mut tag.name);
        Ok(Reply::ok(tag.value()))
    })
}

/// `DELETE /datasets/tags`.
pub(crate) fn delete(call: &Call) -> Outcome {
    let id = call.text("tag_id").unwrap_or_default();
    call.world(|world| {
        let knowledge = &mut world.knowledge;
        let place = knowledge.tags.iter().position(|tag| tag.id == id).ok_or_else(no_tag)?;
        knowledge.tags.remove(place);
        Ok(Reply::Nothing)
    })
}

/// `POST /datasets/tags/binding`. Nothing is bound here.
pub(crate) fn binding(call: &Call) -> Result<(), Refusal> {
    if call.texts("tag_ids").is_empty() {
        return Err(Complaint::value("tag_ids", "Tag IDs is required.", &json!([]), "TagBindingPayload"));
    }
    unbinding(call)
}

/// `POST /datasets/tags/unbinding`.
pub(crate) fn unbinding(call: &Call) -> Result<(), Refusal> {
    let known = call.world(|world| world.knowledge.dataset(call.text("target_id").unwrap_or_default()).is_some());
    known.then_some(()).ok_or_else(no_dataset)
}
