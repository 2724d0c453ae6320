//! Rules about enums.

use heck::ToUpperCamelCase;

use super::nearest::did_you_mean;
use super::schemas::{blank, names};
use crate::diagnostic::Findings;
use crate::signs::spelled;
use crate::source::outline::{Outline, Role};
use crate::source::{Entry, Node, Place, Section};

/// Each value of an open enum is text, is described, and appears once.
pub fn open_enums_are_well_formed(o: &Outline<'_>, found: &mut Findings) {
    for schema in &o.schemas {
        let Some(values) = schema.node.entry("x-extensible-enum") else {
            continue;
        };
        if schema.node.text("type") != Some("string") || schema.node.has("enum") {
            found.push(o.at(
                values.place,
                "an open enum is `type: string` without `enum`",
                "write `type: string` and remove `enum`",
            ));
        }
        if values.value.items().is_empty() {
            found.push(o.at(values.place, "an open enum has no values", "list those that were seen"));
        }
        let mut seen: Vec<&str> = Vec::new();
        for value in values.value.items() {
            let Some(text) = value.text("value") else {
                found.push(o.at(
                    value.place,
                    "a value of an open enum has no `value`, or not text",
                    "write `- value: …`, in quotes if it is a number",
                ));
                continue;
            };
            if blank(value, "description") {
                found.push(o.at(value.place, format!("the value `{text}` has no description"), "describe its meaning"));
            }
            if seen.contains(&text) {
                found.push(o.at(value.place, format!("the value `{text}` occurs twice"), "remove one"));
            }
            seen.push(text);
        }
    }
}

/// Each value of a closed enum is text and appears once.
pub fn closed_enums_are_well_formed(o: &Outline<'_>, found: &mut Findings) {
    for schema in &o.schemas {
        let Some(values) = schema.node.entry("enum") else {
            continue;
        };
        if schema.node.text("type") != Some("string") {
            found.push(o.at(values.place, "an enum is not of text", "write `type: string`"));
        }
        let mut seen = Vec::new();
        for value in values.value.items() {
            match value.as_str() {
                None => found.push(o.at(
                    value.place,
                    "a value of an enum is not text",
                    "put it in quotes; null is expressed by `nullable: true`",
                )),
                Some(text) if seen.contains(&text) => {
                    found.push(o.at(value.place, format!("the value `{text}` occurs twice"), "remove one"))
                }
                Some(text) => seen.push(text),
            }
        }
    }
}

/// A server of the next release sends values that this one does not define.
pub fn what_the_server_sends_is_an_open_enum(o: &Outline<'_>, found: &mut Findings) {
    for Entry { key, value, .. } in o.components_of(Section::Schemas) {
        if let Some(values) = value.entry("enum")
            && o.answered.contains(key.as_str())
        {
            found.push(o.at(
                values.place,
                format!("the server sends `{key}`, and its enums grow"),
                "write `x-extensible-enum: [{value: …, description: …}]`",
            ));
        }
    }
}

/// Each value becomes a variant: it needs a name, and one of its own.
pub fn enum_values_have_names_of_their_own(o: &Outline<'_>, found: &mut Findings) {
    for schema in &o.schemas {
        let Role::SourceComponent(_) = schema.role else {
            continue;
        };
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (place, value) in values(schema.node) {
            let name = variant(value);
            if name.is_empty() || name == "Other" || name == "Self" {
                found.push(o.at(
                    place,
                    format!("the value `{value}` gives no usable name for a variant"),
                    "describe the member as a string instead and list the values in its description",
                ));
            } else if let Some((_, other)) = seen.iter().find(|(taken, other)| *taken == name && *other != value) {
                found.push(o.at(
                    place,
                    format!("the values `{other}` and `{value}` both become `{name}`"),
                    "describe the member as a string instead and list the values in its description",
                ));
            }
            seen.push((name, value));
        }
    }
}

/// A leading minus, as in `-created_at`, counts as a word.
fn variant(value: &str) -> String {
    if let Some(name) = spelled(value) {
        return name.to_owned();
    }
    let name = value.to_upper_camel_case();
    if value.starts_with('-') && !name.is_empty() { format!("Minus{name}") } else { name }
}

fn values(node: &Node) -> Vec<(Place, &str)> {
    let of = |key| node.get(key).map_or(&[][..], Node::items).iter();
    of("enum")
        .filter_map(|item| Some((item.place, item.as_str()?)))
        .chain(of("x-extensible-enum").filter_map(|item| Some((item.place, item.text("value")?))))
        .collect()
}

/// The codes an operation lists are those that `ErrorCode` describes.
pub fn error_codes_are_known(o: &Outline<'_>, found: &mut Findings) {
    let Some(code) = o.schema_named("ErrorCode") else {
        return;
    };
    let known: Vec<_> = values(&code.value).into_iter().map(|(_, value)| value).collect();
    for operation in &o.operations {
        let Some(codes) = operation.node().get("x-dify-errors") else {
            found.push(o.at(
                operation.place(),
                format!("`{}` does not list its errors", operation.route()),
                "add `x-dify-errors: [code…]`, empty where there are only the common ones",
            ));
            continue;
        };
        let all = names(operation.node(), "x-dify-errors");
        for (index, item) in codes.items().iter().enumerate() {
            let code = item.as_str().unwrap_or_default();
            if !known.contains(&code) {
                found.push(o.at(
                    item.place,
                    format!("the error code `{code}` is not a value of `ErrorCode`"),
                    did_you_mean(
                        code,
                        known.iter().copied(),
                        "correct it, or describe it in common/schemas/error.yaml",
                    ),
                ));
            } else if all[..index.min(all.len())].contains(&code) {
                found.push(o.at(item.place, format!("the error code `{code}` occurs twice"), "remove one"));
            }
        }
    }
}
