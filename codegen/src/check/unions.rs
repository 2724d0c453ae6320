//! Rules about unions.

use super::nearest::did_you_mean;
use super::schemas::{keys, names, type_of, written};
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, Role, Schema};
use crate::source::{Entry, Node};

/// Which branch of a union a value belongs to must show at first sight.
pub fn unions_can_be_told_apart(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, role } in written(o) {
        let Some(branches) = node.get("oneOf").map(Node::items) else {
            continue;
        };
        if !matches!(role, Role::SourceComponent(_)) {
            found.push(o.at(*place, "a union is written inline", "make it a named component and refer to it"));
        }
        if node.has("discriminator") {
            continue;
        }
        let mut kinds = Vec::new();
        for branch in branches {
            if type_of(branch) == Some("array") {
                found.push(o.at(
                    branch.place,
                    "a list is written inline in a union",
                    "make it a named component and refer to it",
                ));
            }
            let kind = type_of(o.source.follow(branch)).unwrap_or("object");
            if kinds.contains(&kind) {
                found.push(o.at(
                    branch.place,
                    format!("two branches of this union are of type {kind}"),
                    "add a `discriminator`, or merge the two",
                ));
            }
            kinds.push(kind);
        }
    }
}

/// The event's name decides which struct is decoded: each name leads to one branch, each branch has the name.
pub fn discriminators_are_complete(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, .. } in written(o) {
        let Some(discriminator) = node.get("discriminator") else {
            continue;
        };
        let (Some(tag), Some(mapping)) = (discriminator.text("propertyName"), discriminator.get("mapping")) else {
            found.push(o.at(
                *place,
                "a discriminator needs `propertyName` and `mapping`",
                "name the member that distinguishes the branches, and list its values",
            ));
            continue;
        };
        let place_of = |reference: &Node, text: Option<&str>| {
            text.and_then(|text| o.source.resolve(reference.place.file, text)).map(|target| target.entry)
        };
        let branches: Vec<_> = node.list("oneOf").iter().collect();
        let listed: Vec<_> = branches.iter().filter_map(|branch| place_of(branch, branch.reference())).collect();
        let mapped: Vec<_> = mapping
            .entries()
            .iter()
            .filter_map(|entry| Some((entry, place_of(&entry.value, entry.value.as_str())?)))
            .collect();
        for (entry, target) in &mapped {
            if !listed.iter().any(|branch| branch.place == target.place) {
                found.push(o.at(
                    entry.place,
                    format!("`{}` leads to `{}`, which is no branch", entry.key, target.key),
                    "list it under `oneOf`",
                ));
            }
            if !names(&target.value, "required").contains(&tag) {
                found.push(o.at(
                    target.place,
                    format!("`{}` is distinguished by `{tag}`, which it does not require", target.key),
                    format!("describe `{tag}` and list it in `required`"),
                ));
            }
        }
        for (branch, target) in branches.iter().zip(&listed) {
            if !mapped.iter().any(|(_, to)| to.place == target.place) {
                found.push(o.at(
                    branch.place,
                    format!("no value of `{tag}` leads to `{}`", target.key),
                    "add it to `mapping`",
                ));
            }
        }
    }
}

/// A branch contains its own tag: its member always has that value, and so does its example.
pub fn discriminators_name_their_events(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, .. } in written(o) {
        let Some((discriminator, tag)) = node.get("discriminator").and_then(|it| Some((it, it.text("propertyName")?)))
        else {
            continue;
        };
        for entry in discriminator.members("mapping") {
            let target = entry.value.as_str().and_then(|text| o.source.resolve(entry.value.place.file, text));
            let Some(branch) = target.map(|target| target.entry) else { continue };
            for constant in constants(&branch.value, tag) {
                if constant != entry.key {
                    found.push(o.at(
                        entry.place,
                        format!("`{}` leads to `{}`, whose `{tag}` is always `{constant}`", entry.key, branch.key),
                        format!("write `{constant}` here, or correct the other"),
                    ));
                }
            }
        }
    }
}

/// The tag that a branch declares: in its `enum`, in a description that begins with "Always", in its example.
fn constants<'s>(branch: &'s Node, tag: &str) -> Vec<&'s str> {
    let member = branch.get("properties").and_then(|members| members.get(tag));
    let listed = member.and_then(|member| member.get("enum")).map_or(&[][..], Node::items);
    let only = if let [only] = listed { only.as_str() } else { None };
    let said = member.and_then(|member| member.text("description")?.strip_prefix("Always `")?.split_once('`'));
    let shown = branch.get("example").and_then(|example| example.text(tag));
    only.into_iter().chain(said.map(|(constant, _)| constant)).chain(shown).collect()
}

/// The last events of a stream show whether it ended properly: every union of events names them.
pub fn final_events_are_events(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, .. } in written(o) {
        let known = node.get("discriminator").and_then(|discriminator| discriminator.get("mapping"));
        match (node.entry("x-dify-final"), known) {
            (None, None) => {}
            (None, Some(_)) => found.push(o.at(
                *place,
                "this union of events does not list the events that end a stream",
                "list them under `x-dify-final`",
            )),
            (Some(extension), None) => found.push(o.at(
                extension.place,
                "only a union with a `discriminator` has final events",
                "remove `x-dify-final`",
            )),
            (Some(extension), Some(mapping)) => {
                let unknown = extension.value.items().iter().filter(|name| {
                    let known = |entry: &Entry| Some(entry.key.as_str()) == name.as_str();
                    !mapping.entries().iter().any(known)
                });
                for name in unknown {
                    found.push(o.at(
                        name.place,
                        format!("`{}` is no event of this union", name.as_str().unwrap_or_default()),
                        did_you_mean(
                            name.as_str().unwrap_or_default(),
                            keys(Some(mapping)),
                            "name one of its `mapping`",
                        ),
                    ));
                }
            }
        }
    }
}
