//! Rules about the shape of schemas.

use super::nearest::did_you_mean;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, Role, Schema};
use crate::source::{Node, Place};

/// Schemas that are written out, not references, and not shapes of earlier releases.
pub(super) fn written<'o, 's>(o: &'o Outline<'s>) -> impl Iterator<Item = &'o Schema<'s>> {
    o.schemas.iter().filter(|schema| schema.node.reference().is_none() && schema.role != Role::Earlier)
}

pub(super) fn type_of(node: &Node) -> Option<&str> {
    node.text("type")
}

/// typify names inline shapes after their surroundings and silently merges those whose names meet.
pub fn objects_are_components(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, role } in written(o) {
        if matches!(role, Role::SourceComponent(_)) {
            continue;
        }
        if node.has("properties") {
            found.push(o.at(*place, "an object is written inline", "make it a named component and refer to it"));
        } else if node.is_true("additionalProperties") {
            found.push(o.at(
                *place,
                "an open object is written inline",
                "refer to `OpenObject` (or `Inputs`) in common/schemas/json.yaml",
            ));
        }
    }
}

/// The same for enums, which also become types.
pub fn enums_are_components(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, role } in written(o) {
        let is_enum = node.has("enum") || node.has("x-extensible-enum");
        if is_enum && !matches!(role, Role::SourceComponent(_)) {
            found.push(o.at(*place, "an enum is written inline", "make it a named component and refer to it"));
        }
    }
}

/// typify takes a title for the type's name, and merges types of one title.
pub fn schemas_have_no_title(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, .. } in &o.schemas {
        if let Some(title) = node.entry("title") {
            found.push(o.at(
                title.place,
                "a schema has a `title`, which generators take for its name",
                "state it in the description",
            ));
        }
    }
}

/// Without a type a schema allows anything, mostly by accident.
pub fn schemas_have_a_type(o: &Outline<'_>, found: &mut Findings) {
    const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];
    for Schema { node, place, role } in written(o) {
        match node.get("type") {
            Some(kind) if kind.as_str().is_none_or(|kind| !TYPES.contains(&kind)) => found.push(o.at(
                kind.place,
                "this is no type of OpenAPI 3.0",
                format!("write one of {}; null is expressed by `nullable: true`", TYPES.join(", ")),
            )),
            Some(_) => {}
            None => {
                let composed = node.has("oneOf") || node.has("allOf");
                // `additionalProperties: {}` keeps what comes beside the members described.
                let rest = *role == Role::Values && node.entries().is_empty();
                let any = rest || (matches!(role, Role::SourceComponent(_)) && !node.has("properties"));
                if !composed && !any {
                    found.push(o.at(
                        *place,
                        "a schema has no `type`",
                        "add it, or refer to `AnyValue` in common/schemas/json.yaml",
                    ));
                }
            }
        }
    }
}

/// Without a format generators of other languages take 32 bits: too few for times, sizes and tokens, and they round times
/// with fractions.
pub fn numbers_have_a_format(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, .. } in &o.schemas {
        let Some(kind) = node.entry("type") else { continue };
        let formats: [&str; 2] = match kind.value.as_str() {
            Some("integer") => ["int64", "int32"],
            Some("number") => ["double", "float"],
            _ => continue,
        };
        if node.text("format").is_none_or(|format| !formats.contains(&format)) {
            found.push(o.at(kind.place, "a number has no size", format!("add `format: {}`", formats[0])));
        }
    }
}

/// A list of what?
pub fn arrays_say_of_what(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, .. } in written(o) {
        if type_of(node) == Some("array") && !node.has("items") {
            found.push(o.at(*place, "a list does not define its items", "add `items`"));
        }
        if node.has("items") && type_of(node) != Some("array") {
            found.push(o.at(*place, "`items` has no effect outside a list", "write `type: array`"));
        }
    }
}

/// An object without members or values defines nothing, and it is unclear whether that is intended.
pub fn objects_say_what_is_in_them(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, .. } in written(o) {
        let says = ["properties", "additionalProperties", "allOf", "oneOf"].iter().any(|keyword| node.has(keyword));
        if type_of(node) == Some("object") && !says {
            found.push(o.at(
                *place,
                "an object does not define its members",
                "add `properties`, or refer to `OpenObject` in common/schemas/json.yaml",
            ));
        }
        if node.has("properties") && type_of(node) != Some("object") {
            found.push(o.at(*place, "`properties` has no effect outside an object", "write `type: object`"));
        }
    }
}

/// `required` is only a list of names: nothing else notices a misspelt one.
pub fn required_names_properties(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, .. } in &o.schemas {
        let Some(required) = node.get("required") else {
            continue;
        };
        let mut seen = Vec::new();
        for item in required.items() {
            let name = item.as_str().unwrap_or_default();
            if !node.get("properties").is_some_and(|properties| properties.has(name)) {
                found.push(o.at(
                    item.place,
                    format!("`required` names `{name}`, which is no property here"),
                    did_you_mean(name, keys(node.get("properties")), "correct the name, or describe the property"),
                ));
            } else if seen.contains(&name) {
                found.push(o.at(item.place, format!("`required` names `{name}` twice"), "name it once"));
            }
            seen.push(name);
        }
        if required.items().is_empty() {
            found.push(o.at(required.place, "`required` is no list of names", "list names, or leave it out"));
        }
    }
}

/// The names of a mapping's members.
pub(super) fn keys(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.map_or(&[][..], Node::entries).iter().map(|entry| entry.key.as_str())
}

/// The texts of a list.
pub(super) fn names<'s>(node: &'s Node, key: &str) -> Vec<&'s str> {
    let items = node.list(key);
    items.iter().filter_map(Node::as_str).collect()
}

/// Rustdoc, the published document and the mock's messages all come from descriptions.
pub fn schemas_are_described(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, role } in written(o) {
        let noun = match role {
            Role::SourceComponent(name) => format!("`{name}`"),
            Role::Property(name) => format!("`{name}`"),
            _ => continue,
        };
        if blank(node, "description") {
            found.push(o.at(
                *place,
                format!("{noun} has no description"),
                "describe its meaning, its unit or format, and when it is absent or null",
            ));
        }
    }
}

/// Whether a member is absent or empty text.
pub(super) fn blank(node: &Node, key: &str) -> bool {
    node.text(key).is_none_or(|text| text.trim().is_empty())
}

/// `allOf` is how a reference gets `nullable` or an extension in OpenAPI 3.0, and nothing else here.
pub fn all_of_wraps_one_reference(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, place, role } in written(o) {
        let Some(branches) = node.get("allOf").map(Node::items) else {
            continue;
        };
        let [branch] = branches else {
            found.push(o.at(
                *place,
                "`allOf` puts several schemas together, which generators do in different ways",
                "write the members out in one component",
            ));
            continue;
        };
        if branch.reference().is_none() || matches!(role, Role::SourceComponent(_)) {
            found.push(o.at(
                branch.place,
                "`allOf` is only for wrapping a reference",
                "write `allOf: [{$ref: …}]` where the reference is used",
            ));
            continue;
        }
        let says_more = node.entries().iter().any(|entry| entry.key == "nullable" || entry.key.starts_with("x-"));
        if !says_more {
            found.push(o.at(
                *place,
                "`allOf` around a reference adds nothing",
                "write the `$ref` alone; the component's description counts",
            ));
        }
        wrapped_type(o, node, branch, *place, found);
    }
}

/// `nullable` without `type` has no meaning in OpenAPI 3.0, and the type must be the reference's own.
fn wrapped_type(o: &Outline<'_>, node: &Node, branch: &Node, place: Place, found: &mut Findings) {
    let target = o.source.follow(branch);
    match (type_of(node), type_of(target)) {
        (None, Some(theirs)) if node.is_true("nullable") => {
            found.push(o.at(place, "`nullable` without a `type` does nothing", format!("add `type: {theirs}`")))
        }
        (Some(ours), Some(theirs)) if ours != theirs => found.push(o.at(
            place,
            format!("`type: {ours}` around a reference to type {theirs}"),
            format!("write `type: {theirs}`"),
        )),
        _ => {}
    }
}

/// A generated request would always carry the default; for parameters it is documentation.
pub fn defaults_stand_on_parameters_only(o: &Outline<'_>, found: &mut Findings) {
    for Schema { node, role, .. } in written(o) {
        if let Some(default) = node.entry("default")
            && *role != Role::Parameter
        {
            found.push(o.at(
                default.place,
                "a `default` in a body would always be sent",
                "state it in the description",
            ));
        }
    }
}
