//! Rules about releases: which of them have a part of the description, and its shape in earlier ones.

use serde_json::Value;

use super::schemas::names;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, Role};
use crate::source::{Entry, Kind, Node};
use contract::numbers;

/// A release that is misspelt would silently be newer or older than all others.
pub fn version_facts_name_releases(o: &Outline<'_>, found: &mut Findings) {
    each_part(o, &mut |part| {
        for entry in facts(part).filter(|entry| !entry.value.as_str().is_some_and(is_release)) {
            let message = format!("`{}` names no release", entry.key);
            found.push(o.at(entry.place, message, "write it as \"1.16.1\", in quotes"));
        }
    });
}

/// A part that ends before it begins is in no release.
pub fn parts_begin_before_they_end(o: &Outline<'_>, found: &mut Findings) {
    each_part(o, &mut |part| {
        let named = |names: [&str; 2]| facts(part).find(|entry| names.contains(&entry.key.as_str()));
        if let (Some(since), Some(until)) = (named(["x-dify-since", "since"]), named(["x-dify-until", "until"]))
            && later(&since.value, &until.value)
        {
            found.push(o.at(
                until.place,
                format!("`{}` is before `{}`", until.key, since.key),
                "correct one of the two: no release has this part",
            ));
        }
    });
}

/// The newest checked release is the contract: a generated client requires a member that the contract requires.
pub fn required_members_are_in_the_contract(o: &Outline<'_>, found: &mut Findings) {
    let Some(contract) = o.versions().last().map(|release| numbers(release)) else { return };
    for schema in &o.schemas {
        let required = names(schema.node, "required");
        for property in schema.node.members("properties") {
            let release = |fact| property.value.text(fact).map(numbers);
            let fact = match (release("x-dify-since"), release("x-dify-until")) {
                (Some(since), _) if since > contract => "x-dify-since",
                (_, Some(until)) if until < contract => "x-dify-until",
                _ => continue,
            };
            if required.contains(&property.key.as_str()) {
                found.push(o.at(
                    property.place,
                    format!("`{}` is required, but its `{fact}` excludes the newest checked release", property.key),
                    "take it out of `required`, or correct the release",
                ));
            }
        }
    }
}

/// What only documents describe is newer than every recording, and no server has to send it.
pub fn documented_parts_are_newer_and_optional(o: &Outline<'_>, found: &mut Findings) {
    let Some(contract) = o.versions().last().map(|release| numbers(release)) else { return };
    each_part(o, &mut |part| {
        // A property may be called `evidence`.
        let evidence = part.entry("x-dify-evidence").or_else(|| part.entry("evidence").filter(|_| part.has("value")));
        let Some(evidence) = evidence else { return };
        if evidence.value.as_str() != Some("documented") {
            found.push(o.at(
                evidence.place,
                format!("`{}` names no grade", evidence.key),
                "write `documented`, or remove it: what is recorded or read in sources has none",
            ));
        }
        let since = part.text("x-dify-since").or_else(|| part.text("since"));
        if since.is_none_or(|since| numbers(since) <= contract) {
            found.push(o.at(
                evidence.place,
                "it is documented only, but not newer than the newest checked release",
                "name the release with `x-dify-since`, or find a recording",
            ));
        }
    });
    for schema in &o.schemas {
        let required = names(schema.node, "required");
        for property in schema.node.members("properties") {
            if property.value.has("x-dify-evidence") && required.contains(&property.key.as_str()) {
                let message = format!("`{}` is required, but documented only", property.key);
                found.push(o.at(property.place, message, "take it out of `required`"));
            }
        }
        if let (Role::SourceComponent(name), Some(evidence)) = (schema.role, schema.node.entry("x-dify-evidence")) {
            let message = format!("`{name}` is a component: what refers to it would lead nowhere");
            found.push(o.at(evidence.place, message, "mark the members, bodies and operations that use it"));
        }
    }
}

/// An object has one description of its earlier shapes: they follow from its members, or it lists them.
pub fn required_members_need_no_shapes(o: &Outline<'_>, found: &mut Findings) {
    for schema in &o.schemas {
        let required = names(schema.node, "required");
        for property in schema.node.members("properties") {
            let Some(until) = property.value.entry("x-dify-required-until") else { continue };
            if schema.node.has("x-dify-earlier") || required.contains(&property.key.as_str()) {
                found.push(o.at(
                    until.place,
                    format!("`{}` is required already, or its object lists its earlier shapes", property.key),
                    "remove `x-dify-required-until`, and write it in these shapes",
                ));
            }
        }
    }
}

/// The shape of a release is the first entry that reaches to it.
pub fn earlier_shapes_are_in_order(o: &Outline<'_>, found: &mut Findings) {
    for schema in &o.schemas {
        let Some(earlier) = schema.node.entry("x-dify-earlier") else { continue };
        let mut wrong = |place, message: &str, fix: &str| found.push(o.at(place, message, fix));
        if earlier.value.items().is_empty() {
            wrong(earlier.place, "`x-dify-earlier` lists no shape", "remove it");
        }
        let mut previous: Option<&Node> = None;
        for shape in earlier.value.items() {
            let (Some(until), Some(_)) = (shape.get("until"), shape.get("schema")) else {
                let fix = "write `until`, the last release that has the shape, and `schema`";
                wrong(shape.place, "an earlier shape has no `until`, or no `schema`", fix);
                continue;
            };
            if previous.is_some_and(|previous| !later(until, previous)) {
                wrong(until.place, "the earlier shapes are not in order", "list them by `until`, the oldest first");
            }
            previous = Some(until);
            if schema.node.get("x-dify-since").is_some_and(|since| later(since, until)) {
                wrong(until.place, "the shape ends before `x-dify-since`", "remove it, or correct the release");
            }
        }
        let shapes = earlier.value.items().iter().filter_map(|shape| shape.get("schema"));
        for (shape, next) in shapes.clone().zip(shapes.skip(1).chain([schema.node])) {
            if same(shape, next) {
                wrong(shape.place, "the earlier shape is the one that follows", "remove it");
            }
        }
    }
}

/// Whether both describe the same bodies, as far as their words show.
fn same(earlier: &Node, present: &Node) -> bool {
    let words = |node: &Node| {
        let entries = node.entries().iter().filter(|entry| !entry.key.starts_with("x-") && entry.key != "description");
        entries.map(|entry| (entry.key.clone(), entry.value.to_value())).collect::<Vec<_>>()
    };
    let (mut earlier, mut present) = (words(earlier), words(present));
    earlier.sort_by(|a, b| a.0.cmp(&b.0));
    present.sort_by(|a, b| a.0.cmp(&b.0));
    earlier == present
}

fn later(release: &Node, than: &Node) -> bool {
    let order = |node: &Node| numbers(node.as_str().unwrap_or_default());
    order(release) > order(than)
}

/// The members of a part that name a release.
fn facts(part: &Node) -> impl Iterator<Item = &Entry> {
    // Values of open enums and earlier shapes have the short words; a property may be called `since`.
    let short = part.has("value") || part.has("schema");
    part.entries().iter().filter(move |entry| match entry.key.as_str() {
        "x-dify-since" | "x-dify-until" | "x-dify-required-until" | "x-dify-deprecated" => true,
        "since" | "until" | "deprecated" => short && !entry.value.is_map() && !is_bool(&entry.value),
        _ => false,
    })
}

fn is_bool(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar(Value::Bool(_)))
}

/// Calls with every mapping of the source that is no data.
fn each_part<'s>(o: &Outline<'s>, visit: &mut impl FnMut(&'s Node)) {
    fn walk<'s>(node: &'s Node, visit: &mut impl FnMut(&'s Node)) {
        node.items().iter().for_each(|item| walk(item, visit));
        if node.is_map() {
            visit(node);
        }
        for entry in node.entries().iter().filter(|entry| entry.key != "example") {
            walk(&entry.value, visit);
        }
    }
    for file in &o.source.files {
        walk(&file.node, visit);
    }
}

/// A release without a suffix: only released code is described.
fn is_release(text: &str) -> bool {
    contract::is_release(text) && !text.contains(['-', '+'])
}
