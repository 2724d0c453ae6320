//! Tags of applications and of knowledge. The latter are those that keys of knowledge reach.

use serde_json::Value;

use crate::contract::Complaint;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::ids;
use crate::state::World;
use crate::state::console::label::Label;
use crate::state::knowledge::tag::Tag;

fn no_tag() -> Refusal {
    Refusal::not_found("Tag not found")
}

/// A tag of knowledge, with the number of knowledge bases that have it.
fn of_knowledge(world: &World, tag: &Tag) -> Value {
    tag.value(world.knowledge.bound(&tag.id))
}

/// Another tag, with the number of applications that have it.
fn of_apps(world: &World, label: &Label) -> Value {
    let bound = world.listed().iter().filter(|app| app.profile.tags.contains(&label.id)).count();
    label.value(bound)
}

/// `GET /tags`: the newest first. The server fails where the kind is not given.
pub(crate) fn list(call: &Call) -> Outcome {
    let kind = call.asked("type").ok_or_else(Refusal::unknown)?;
    let word = call.asked("keyword").map(str::to_lowercase);
    let fits = |name: &str| word.as_ref().is_none_or(|word| name.to_lowercase().contains(word));
    call.world(|world| {
        let values: Vec<Value> = if kind == "knowledge" {
            let tags = world.knowledge.tags.iter().rev().filter(|tag| fits(&tag.name));
            tags.map(|tag| of_knowledge(world, tag)).collect()
        } else {
            let labels = world.console.labels.iter().rev();
            let labels = labels.filter(|label| label.kind == kind && fits(&label.name));
            labels.map(|label| of_apps(world, label)).collect()
        };
        Ok(Reply::ok(Value::from(values)))
    })
}

/// `POST /tags`.
pub(crate) fn create(call: &Call) -> Outcome {
    let (name, kind) = (call.text("name").unwrap_or_default(), call.text("type").unwrap_or_default());
    call.world(|world| {
        check(world, name, kind, "")?;
        if kind == "knowledge" {
            let tag = Tag { id: ids::new(), name: name.to_owned() };
            let value = tag.value(0);
            world.knowledge.tags.push(tag);
            return Ok(Reply::ok(value));
        }
        let label = Label::new(name, kind);
        let value = label.value(0);
        world.console.labels.push(label);
        Ok(Reply::ok(value))
    })
}

fn check(world: &World, name: &str, kind: &str, other_than: &str) -> Result<(), Refusal> {
    let taken = if kind == "knowledge" {
        world.knowledge.tags.iter().any(|tag| tag.name == name && tag.id != other_than)
    } else {
        let mut labels = world.console.labels.iter();
        labels.any(|label| label.name == name && label.kind == kind && label.id != other_than)
    };
    if taken { Err(Refusal::invalid("Tag name already exists")) } else { Ok(()) }
}

/// `PATCH /tags/{tag_id}`: its name. What it is for stays.
pub(crate) fn update(call: &Call) -> Outcome {
    let (id, name) = (call.at("tag_id"), call.text("name").unwrap_or_default());
    call.world(|world| {
        if world.knowledge.tags.iter().any(|tag| tag.id == id) {
            check(world, name, "knowledge", id)?;
            let tag = world.knowledge.tags.iter_mut().find(|tag| tag.id == id).ok_or_else(no_tag)?;
            name.clone_into(&mut tag.name);
            let tag = tag.clone();
            return Ok(Reply::ok(of_knowledge(world, &tag)));
        }
        let kind = world.console.labels.iter().find(|label| label.id == id).ok_or_else(no_tag)?.kind.clone();
        check(world, name, &kind, id)?;
        let label = world.console.labels.iter_mut().find(|label| label.id == id).ok_or_else(no_tag)?;
        name.clone_into(&mut label.name);
        let label = label.clone();
        Ok(Reply::ok(of_apps(world, &label)))
    })
}

/// `DELETE /tags/{tag_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    let id = call.at("tag_id");
    call.world(|world| {
        let (tags, labels) = (world.knowledge.tags.len(), world.console.labels.len());
        world.knowledge.tags.retain(|tag| tag.id != id);
        world.console.labels.retain(|label| label.id != id);
        if (tags, labels) == (world.knowledge.tags.len(), world.console.labels.len()) {
            return Err(no_tag());
        }
        world.knowledge.datasets.iter_mut().for_each(|dataset| dataset.tags.retain(|bound| bound != id));
        world.each_app(|app| app.profile.tags.retain(|bound| bound != id));
        Ok(Reply::Nothing)
    })
}

/// `POST /tag-bindings`. Tags that it has already stay as they are, and unknown ones are passed over.
pub(crate) fn bind(call: &Call) -> Outcome {
    let tags = call.texts("tag_ids");
    call.world(|world| {
        let known: Vec<String> = match call.text("type") {
            Some("knowledge") => world.knowledge.tags.iter().map(|tag| tag.id.clone()).collect(),
            _ => world.console.labels.iter().map(|label| label.id.clone()).collect(),
        };
        let bound = target(world, call)?;
        for tag in tags {
            if known.iter().any(|known| known == tag) && !bound.iter().any(|bound| bound == tag) {
                bound.push(tag.to_owned());
            }
        }
        Ok(Reply::success())
    })
}

/// `POST /tag-bindings/remove`. Tags that it does not have do not matter.
pub(crate) fn unbind(call: &Call) -> Outcome {
    if !call.has("tag_ids") {
        // The document still knows one tag at a time, as 1.13.0 took it.
        return Err(super::refusal::wrong("TagBindingRemovePayload", Complaint::missing("tag_ids", &call.members())));
    }
    let tags = call.texts("tag_ids");
    call.world(|world| {
        target(world, call)?.retain(|bound| !tags.contains(&bound.as_str()));
        Ok(Reply::success())
    })
}

/// The tags of what is to be given or lose some.
fn target<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Vec<String>, Refusal> {
    let id = call.text("target_id").unwrap_or_default();
    if call.text("type") == Some("knowledge") {
        let dataset = world.knowledge.dataset(id).ok_or_else(|| Refusal::not_found("Dataset not found"))?;
        return Ok(&mut dataset.tags);
    }
    Ok(&mut world.app_of(id).ok_or_else(|| Refusal::not_found("App not found"))?.profile.tags)
}
