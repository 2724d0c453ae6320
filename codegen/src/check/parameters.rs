//! Rules about parameters.

use super::schemas::blank;
use crate::diagnostic::Findings;
use crate::source::Node;
use crate::source::outline::Outline;

/// The names in braces.
fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// Each placeholder has its parameter and each path parameter its placeholder.
pub fn path_parameters_match_the_path(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let in_path = placeholders(operation.path);
        let declared: Vec<_> = operation
            .parameters
            .iter()
            .filter(|(_, parameter)| parameter.text("in") == Some("path"))
            .map(|(place, parameter)| (*place, parameter.text("name").unwrap_or_default()))
            .collect();
        for (place, name) in &declared {
            if !in_path.contains(name) {
                found.push(o.at(
                    *place,
                    format!("the path `{}` has no `{{{name}}}`", operation.path),
                    "correct the parameter's name, or remove it",
                ));
            }
        }
        for name in in_path {
            if !declared.iter().any(|(_, declared)| *declared == name) {
                found.push(o.at(
                    operation.place(),
                    format!("`{}` does not describe its path parameter `{name}`", operation.route()),
                    "add it to `parameters`",
                ));
            }
        }
    }
}

/// A parameter is in the path, the query or a header; one in the path is always required.
pub fn parameters_are_well_formed(o: &Outline<'_>, found: &mut Findings) {
    for parameter in &o.parameters {
        let name = parameter.text("name").unwrap_or_default();
        if name.is_empty() {
            found.push(o.at(parameter.place, "a parameter has no name", "add `name`"));
        }
        match parameter.text("in") {
            Some("path") if !parameter.is_true("required") => found.push(o.at(
                parameter.place,
                format!("the path parameter `{name}` is not required"),
                "write `required: true`",
            )),
            Some("path" | "query") => {}
            Some("header") if is_reserved(name) => found.push(o.at(
                parameter.place,
                format!("OpenAPI ignores the header parameter `{name}`"),
                "express it by the bodies' media types or by `security`",
            )),
            Some("header") => {}
            _ => found.push(o.at(
                parameter.place,
                format!("the parameter `{name}` is in no place that clients support"),
                "write `in: path`, `in: query` or `in: header`",
            )),
        }
    }
}

fn is_reserved(header: &str) -> bool {
    ["accept", "content-type", "authorization"].contains(&header.to_ascii_lowercase().as_str())
}

/// Arguments need documentation and a type as much as members do.
pub fn parameters_are_described(o: &Outline<'_>, found: &mut Findings) {
    let check = |node: &Node, place, noun: String, found: &mut Findings| {
        if blank(node, "description") {
            found.push(o.at(
                place,
                format!("{noun} has no description"),
                "describe its meaning, its unit or format, and its default",
            ));
        }
        if !node.has("schema") {
            found.push(o.at(place, format!("{noun} has no schema"), "add `schema: {type: …}`"));
        }
    };
    for parameter in &o.parameters {
        let name = parameter.text("name").unwrap_or_default();
        check(parameter, parameter.place, format!("the parameter `{name}`"), found);
    }
    for header in &o.headers {
        check(&header.value, header.place, format!("the header `{}`", header.key), found);
    }
}
