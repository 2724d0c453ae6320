//! Tags of knowledge bases.

use serde_json::{Value, json};

use super::dataset;
use crate::contract::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::knowledge::Knowledge;
use crate::state::knowledge::tag::Tag;
use crate::values::ids;
use crate::values::refusal::Refusal;

const TAGS: &str = "/datasets/tags";

fn no_tag() -> Refusal {
    let chunk = "/datasets/<uuid:dataset_id>/documents/<uuid:document_id>/segments/<uuid:segment_id>/child_chunks/\
        <uuid:child_chunk_id>";
    Refusal::lost("Tag not found.", TAGS, &[TAGS, "/datasets/<uuid:dataset_id>/tags", chunk])
}

fn check(knowledge: &Knowledge, name: &str, other_than: &str) -> Result<(), Refusal> {
    let taken = knowledge.tags.iter().any(|tag| tag.name == name && tag.id != other_than);
    if taken { Err(Refusal::invalid("Tag name already exists")) } else { Ok(()) }
}

/// `GET /datasets/tags`.
pub(crate) fn list(call: &Call) -> Outcome {
    call.world(|world| {
        let knowledge = &world.knowledge;
        let tags = knowledge.tags.iter().rev().map(|tag| tag.value(knowledge.bound(&tag.id)));
        Ok(Reply::ok(tags.collect()))
    })
}

/// `POST /datasets/tags`.
pub(crate) fn create(call: &Call) -> Outcome {
    let name = call.text("name").unwrap_or_default();
    call.world(|world| {
        check(&world.knowledge, name, "")?;
        let tag = Tag { id: ids::new(), name: name.to_owned() };
        let value = tag.value(0);
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
        let bound = knowledge.bound(id);
        let tag = knowledge.tags.iter_mut().find(|tag| tag.id == id).ok_or_else(no_tag)?;
        name.clone_into(&mut tag.name);
        Ok(Reply::ok(tag.value(bound)))
    })
}

/// `DELETE /datasets/tags`.
pub(crate) fn delete(call: &Call) -> Outcome {
    let id = call.text("tag_id").unwrap_or_default();
    call.world(|world| {
        let knowledge = &mut world.knowledge;
        let place = knowledge.tags.iter().position(|tag| tag.id == id).ok_or_else(no_tag)?;
        knowledge.tags.remove(place);
        knowledge.datasets.iter_mut().for_each(|dataset| dataset.tags.retain(|bound| bound != id));
        Ok(Reply::Nothing)
    })
}

/// `POST /datasets/tags/binding`. Tags that a knowledge base has already stay as they are.
pub(crate) fn bind(call: &Call) -> Outcome {
    let tags = call.texts("tag_ids");
    if tags.is_empty() {
        let complaint = Complaint::value("tag_ids", "Tag IDs is required.", &json!([]));
        return Err(Refusal::invalid(Complaint::message(&[complaint], "TagBindingPayload")));
    }
    with_target(call, "binding", |knowledge, target| {
        for tag in tags {
            let known = knowledge.tags.iter().any(|known| known.id == tag);
            let bound = &mut knowledge.datasets[target].tags;
            if known && !bound.iter().any(|known| known == tag) {
                bound.push(tag.to_owned());
            }
        }
    })
}

/// `POST /datasets/tags/unbinding`. Tags that it does not have do not matter.
pub(crate) fn unbind(call: &Call) -> Outcome {
    let mut tags = call.texts("tag_ids");
    tags.extend(call.text("tag_id"));
    with_target(call, "unbinding", |knowledge, target| {
        knowledge.datasets[target].tags.retain(|bound| !tags.contains(&bound.as_str()));
    })
}

fn with_target(call: &Call, route: &str, work: impl FnOnce(&mut Knowledge, usize)) -> Outcome {
    let target = call.text("target_id").unwrap_or_default();
    call.world(|world| {
        let knowledge = &mut world.knowledge;
        let place = knowledge.datasets.iter().position(|dataset| dataset.id == target);
        let place = place.ok_or_else(|| {
            let other = if route == "binding" { "unbinding" } else { "binding" };
            let (uri, other) = (format!("{TAGS}/{route}"), format!("{TAGS}/{other}"));
            Refusal::lost("Dataset not found.", &uri, &[&uri, &other, TAGS])
        })?;
        work(knowledge, place);
        Ok(Reply::Nothing)
    })
}

/// `GET /datasets/{dataset_id}/tags`.
pub(crate) fn of_dataset(call: &Call) -> Outcome {
    call.world(|world| {
        let bound = dataset(world, call)?.tags.clone();
        let tags = bound.iter().filter_map(|id| world.knowledge.tags.iter().find(|tag| tag.id == *id));
        let data: Vec<Value> = tags.map(|tag| json!({"id": tag.id, "name": tag.name})).collect();
        Ok(Reply::ok(json!({"total": data.len(), "data": data})))
    })
}
