//! Rules about names that become names in Rust.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::diagnostic::Findings;
use crate::source::outline::Outline;
use crate::source::{Entry, Place, Section};

/// Names that Rust's prelude, the standard derives or our own crate have taken.
const TAKEN: &[&str] = &[
    "Any",
    "App",
    "Arc",
    "AsRef",
    "Bool",
    "Box",
    "Bytes",
    "Call",
    "Clone",
    "Config",
    "Console",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Display",
    "Download",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ErrorKind",
    "Event",
    "EventStream",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Future",
    "Hash",
    "HashMap",
    "Into",
    "Iterator",
    "Knowledge",
    "Map",
    "None",
    "Ok",
    "SourceOperation",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Patch",
    "Pin",
    "RawJson",
    "Requests",
    "Response",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Sized",
    "Some",
    "Stream",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "Transport",
    "Unpin",
    "Upload",
    "Value",
    "Vec",
    "WebApp",
];

/// Rust's keywords that cannot be a method's or an argument's name as they are.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A bundled document has one place for a name.
pub fn component_names_are_unique(o: &Outline<'_>, found: &mut Findings) {
    let mut seen: BTreeMap<(Section, &str), Place> = BTreeMap::new();
    for component in &o.components {
        let entry = component.entry;
        if let Some(first) = seen.get(&(component.section, entry.key.as_str())) {
            let first = format!("{}:{}", o.source.files[first.file].shown, first.line);
            found.push(o.at(
                entry.place,
                format!("`{}` is the name of a component at {first} already", entry.key),
                "use that one, or give this one another name",
            ));
        } else {
            seen.insert((component.section, &entry.key), entry.place);
        }
    }
}

/// Generators write type names in Pascal case, each in its own way; a name that is so already stays as it is.
pub fn component_names_are_in_pascal_case(o: &Outline<'_>, found: &mut Findings) {
    for entry in o.components.iter().map(|component| component.entry) {
        let pascal = entry.key.to_upper_camel_case();
        if pascal != entry.key {
            found.push(o.at(
                entry.place,
                format!("`{}` is not in Pascal case", entry.key),
                format!("write `{pascal}`"),
            ));
        }
    }
}

/// typify merges types whose names become equal, without a word.
pub fn component_names_stay_apart_in_pascal_case(o: &Outline<'_>, found: &mut Findings) {
    let mut seen: BTreeMap<String, &Entry> = BTreeMap::new();
    for entry in o.components_of(Section::Schemas) {
        let pascal = entry.key.to_upper_camel_case();
        match seen.get(&pascal) {
            Some(first) if first.key != entry.key => found.push(o.at(
                entry.place,
                format!("`{}` and `{}` both become `{pascal}`", first.key, entry.key),
                "give one another name",
            )),
            Some(_) => {}
            None => {
                seen.insert(pascal, entry);
            }
        }
    }
}

/// A generated type must not hide one that generated code or a reader relies on.
pub fn component_names_are_free(o: &Outline<'_>, found: &mut Findings) {
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    for operation in &o.operations {
        let Some([_, group, method]) = operation.method() else {
            continue;
        };
        made.insert(group.to_upper_camel_case(), format!("the handle of the group `{group}`"));
        made.insert(
            format!("{}{}Query", group.to_upper_camel_case(), method.to_upper_camel_case()),
            format!("the query of `{}`", operation.route()),
        );
    }
    for entry in o.components_of(Section::Schemas) {
        let pascal = entry.key.to_upper_camel_case();
        let owner = if TAKEN.contains(&pascal.as_str()) {
            "Rust or our crate".to_owned()
        } else if let Some(owner) = made.get(&pascal) {
            owner.clone()
        } else {
            continue;
        };
        found.push(o.at(
            entry.place,
            format!("the name `{}` is taken by {owner}", entry.key),
            "give the component a more precise name",
        ));
    }
}

/// Members become fields: names that differ only in style would become one.
pub fn member_names_stay_apart_in_snake_case(o: &Outline<'_>, found: &mut Findings) {
    for schema in &o.schemas {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for member in schema.node.members("properties") {
            let field = member.key.to_snake_case();
            if field.is_empty() {
                found.push(o.at(
                    member.place,
                    format!("`{}` gives no name for a field", member.key),
                    "describe the object with `additionalProperties`",
                ));
            } else if let Some(first) = seen.get(&field) {
                found.push(o.at(
                    member.place,
                    format!("`{first}` and `{}` both become the field `{field}`", member.key),
                    "keep the one the server sends, or describe the object with `additionalProperties`",
                ));
            }
            seen.insert(field, &member.key);
        }
    }
}

/// A request type has a setter for each member, beside a few functions of its own.
pub fn setters_meet_no_other_function(o: &Outline<'_>, found: &mut Findings) {
    const OURS: [&str; 4] = ["new", "from_json", "form", "clone"];
    for entry in o.components_of(Section::Schemas) {
        if !o.asked.contains(entry.key.as_str()) {
            continue;
        }
        for member in entry.value.members("properties") {
            if OURS.contains(&member.key.to_snake_case().as_str()) {
                found.push(o.at(
                    member.place,
                    format!("the setter of `{}` would meet our own function of this name", member.key),
                    "report it to the owner of codegen: the setter needs another name",
                ));
            }
        }
    }
}

/// `x-dify-method` is `client.group.method`; each method has one operation and a name that Rust takes.
pub fn methods_are_well_named(o: &Outline<'_>, found: &mut Findings) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for operation in &o.operations {
        let Some(method) = operation.node().entry("x-dify-method") else {
            found.push(o.at(
                operation.place(),
                format!("`{}` has no `x-dify-method`", operation.route()),
                "name the client, the group and the method: `app.chat.send`",
            ));
            continue;
        };
        let text = method.value.as_str().unwrap_or_default();
        let parts: Vec<_> = text.split('.').collect();
        let [client, group, name] = parts[..] else {
            found.push(o.at(
                method.place,
                format!("`{text}` is not of the form `client.group.method`"),
                "write for instance `app.chat.send`",
            ));
            continue;
        };
        let stream = operation.node().entry("x-dify-stream-method");
        let streamed = stream.map(|entry| (entry.place, entry.value.as_str().unwrap_or_default()));
        for part in [client, group] {
            if !is_name(part) {
                found.push(o.at(
                    method.place,
                    format!("`{part}` is no name for Rust"),
                    "use small letters, digits and `_`",
                ));
            }
        }
        for (place, name) in [Some((method.place, name)), streamed].into_iter().flatten() {
            if !is_name(name) {
                found.push(o.at(
                    place,
                    format!("`{name}` is no name for a method"),
                    "use small letters, digits and `_`, no keyword",
                ));
            } else if !seen.insert(format!("{client}.{group}.{name}")) {
                found.push(o.at(
                    place,
                    format!("another operation is `{client}.{group}.{name}` already"),
                    "give one another name",
                ));
            }
        }
    }
}

/// Parameters become arguments or fields.
pub fn parameters_are_well_named(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (place, parameter) in &operation.parameters {
            let (Some(name), Some(kind)) = (parameter.text("name"), parameter.text("in")) else {
                continue;
            };
            let field = name.to_snake_case();
            let hidden = kind == "path" && matches!(field.as_str(), "request" | "query" | "self" | "requests");
            if field.is_empty() || (kind == "path" && KEYWORDS.contains(&field.as_str())) || hidden {
                found.push(o.at(
                    *place,
                    format!("the parameter `{name}` gives no usable name for an argument"),
                    "rename it in the path: its name is ours to choose",
                ));
            }
            // One value that may go by header or by query (`X-Trace-Id`, `trace_id`) is one to Dify too.
            if let Some(first) = seen.get(&field).filter(|first| **first == name) {
                found.push(o.at(*place, format!("the parameter `{first}` occurs twice"), "remove one"));
            }
            seen.insert(field, name);
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !KEYWORDS.contains(&text)
}
