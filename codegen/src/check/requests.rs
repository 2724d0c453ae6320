//! Rules about what callers send.

use std::collections::BTreeSet;

use super::nearest::did_you_mean;
use super::schemas::{keys, names};
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, Schema};
use crate::source::{Entry, Node, Section};

/// The component schemas with members, and whether callers send them.
fn objects<'o, 's>(o: &'o Outline<'s>) -> impl Iterator<Item = (&'s Entry, bool)> + 'o {
    o.components_of(Section::Schemas).map(|entry| (entry, o.asked.contains(entry.key.as_str())))
}

/// `x-dify-new` lists the arguments of a constructor: members, each once.
pub fn constructors_take_members(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, .. } in &o.schemas {
        let Some(arguments) = node.get("x-dify-new") else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for item in arguments.items() {
            let name = item.as_str().unwrap_or_default();
            if !node.get("properties").is_some_and(|members| members.has(name)) {
                found.push(o.at(
                    item.place,
                    format!("`x-dify-new` names `{name}`, which is no member here"),
                    did_you_mean(name, keys(node.get("properties")), "correct the name, or describe the member"),
                ));
            } else if !seen.insert(name) {
                found.push(o.at(item.place, format!("`x-dify-new` names `{name}` twice"), "name it once"));
            }
        }
    }
}

/// A request made by its constructor alone must be one the server takes.
pub fn constructors_take_all_that_is_required(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, .. } in &o.schemas {
        let Some(arguments) = node.entry("x-dify-new") else {
            continue;
        };
        let given = names(node, "x-dify-new");
        for name in names(node, "required") {
            let member = node.get("properties").and_then(|members| members.get(name));
            let filled = member.is_some_and(|member| member.has("x-dify-send-default"));
            if !filled && !given.contains(&name) {
                found.push(o.at(
                    arguments.place,
                    format!("`x-dify-new` leaves out `{name}`, which is required"),
                    "add it, or give the member `x-dify-send-default`",
                ));
            }
        }
    }
}

/// What shapes a request type does nothing in a type that is only received.
pub fn request_extensions_stand_in_requests(o: &Outline<'_>, found: &mut Findings) {
    const OURS: [&str; 3] = ["x-dify-new", "x-dify-send-default", "x-dify-tristate"];
    let useless = |node: &Node, found: &mut Findings| {
        for entry in node.entries() {
            if OURS.contains(&entry.key.as_str()) {
                found.push(o.at(
                    entry.place,
                    format!("`{}` in what callers never send", entry.key),
                    "remove it, or use the schema in a request",
                ));
            }
        }
    };
    for (object, sent) in objects(o) {
        if sent {
            continue;
        }
        useless(&object.value, found);
        for member in object.value.members("properties") {
            useless(&member.value, found);
        }
    }
}

/// A value that is always sent unless set belongs to a member that must be sent, or that can be set to nothing.
pub fn always_sent_members_are_required(o: &Outline<'_>, found: &mut Findings) {
    for (object, _) in objects(o) {
        let required = names(&object.value, "required");
        for member in object.value.members("properties") {
            if let Some(extension) = member.value.entry("x-dify-send-default")
                && !required.contains(&member.key.as_str())
                && !member.value.is_true("nullable")
            {
                found.push(o.at(
                    extension.place,
                    format!("`{}` has a value to send always, but is not required", member.key),
                    "list it in `required`, or remove `x-dify-send-default`",
                ));
            }
        }
    }
}

/// Absent, null and a value can only mean three things where all three may be sent.
pub fn tristate_members_may_be_absent_and_null(o: &Outline<'_>, found: &mut Findings) {
    for (object, _) in objects(o) {
        let required = names(&object.value, "required");
        for member in object.value.members("properties") {
            if let Some(extension) = member.value.entry("x-dify-tristate")
                && (required.contains(&member.key.as_str()) || !member.value.is_true("nullable"))
            {
                found.push(o.at(
                    extension.place,
                    format!("`{}` cannot be both absent and null", member.key),
                    "make it optional and `nullable: true`, or remove `x-dify-tristate`",
                ));
            }
        }
    }
}
