//! Rules about operations.

use super::schemas::blank;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, SourceOperation};
use crate::source::{Kind, Node};
use serde_json::Value;

/// The clients, and the security schemes of their credentials.
const CLIENTS: [(&str, &[&str]); 4] = [
    ("app", &["appKey"]),
    ("knowledge", &["datasetKey"]),
    ("web", &["passport"]),
    // Each call proves in a header that whoever makes it can read the cookies.
    ("console", &["account", "csrf"]),
];

/// The group is what readers of the published document see as the tag.
pub fn groups_are_described(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let (Some(method), Some([_, group, _])) = (operation.node().entry("x-dify-method"), operation.method()) else {
            continue;
        };
        let tags = o.document(operation.api).and_then(|document| document.get("tags"));
        let declared = tags
            .map_or(&[][..], Node::items)
            .iter()
            .any(|tag| tag.text("name") == Some(group) && !blank(tag, "description"));
        if !declared {
            found.push(o.at(
                method.place,
                format!("openapi.yaml does not describe the tag `{group}`"),
                "list it under `tags` there, with a description",
            ));
        }
    }
}

/// The security schemes an operation takes: its own, else the document's.
fn schemes<'s>(o: &Outline<'s>, operation: &SourceOperation<'s>) -> Vec<&'s str> {
    let own = operation.node().get("security");
    own.or_else(|| o.document(operation.api)?.get("security"))
        .map_or(&[][..], Node::items)
        .iter()
        .flat_map(Node::entries)
        .map(|entry| entry.key.as_str())
        .collect()
}

/// A key of the wrong kind must not type-check.
pub fn clients_agree_with_security(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let node = operation.node();
        let (Some(method), Some([client, ..])) = (node.entry("x-dify-method"), operation.method()) else {
            continue;
        };
        let Some((_, held)) = CLIENTS.iter().find(|(name, _)| *name == client) else {
            found.push(o.at(
                method.place,
                format!("there is no client `{client}`"),
                "write one of app, knowledge, web, console",
            ));
            continue;
        };
        let declared =
            o.document(operation.api).and_then(|document| document.get("components")?.get("securitySchemes"));
        for taken in schemes(o, operation) {
            if !held.contains(&taken) {
                let held = held.join("` and `");
                found.push(o.at(
                    method.place,
                    format!("the client `{client}` has `{held}`, but this operation requires `{taken}`"),
                    "correct the client, or the operation's `security`",
                ));
            }
            if !declared.is_some_and(|schemes| schemes.has(taken)) {
                found.push(o.at(
                    operation.place(),
                    format!("openapi.yaml has no security scheme `{taken}`"),
                    "correct the name, or describe it there",
                ));
            }
        }
    }
}

/// The summary is the first line of the method's documentation, the description the rest.
pub fn operations_are_described(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let node = operation.node();
        for (member, fix) in
            [("summary", "describe in one line what it does"), ("description", "describe what a caller needs")]
        {
            if blank(node, member) {
                found.push(o.at(operation.place(), format!("`{}` has no {member}", operation.route()), fix));
            }
        }
        if node.text("summary").is_some_and(|summary| summary.trim().contains('\n')) {
            found.push(o.at(
                operation.place(),
                format!("the summary of `{}` has several lines", operation.route()),
                "keep the first and move the rest to the description",
            ));
        }
    }
}

/// Every call may fail in these ways, and a caller has to be ready for it.
pub fn common_errors_are_documented(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let responses = operation.responses();
        let has = |status: &str| responses.iter().any(|entry| entry.key == status);
        let mut wanted = Vec::new();
        if !schemes(o, operation).is_empty() {
            wanted.extend([("401", "Unauthorized"), ("403", "Forbidden"), ("500", "ServerError")]);
        }
        if operation.node().has("requestBody") {
            wanted.push(("415", "UnsupportedMediaType"));
        }
        for (status, name) in wanted {
            if !has(status) {
                found.push(o.at(
                    operation.place(),
                    format!("`{}` does not document {status}", operation.route()),
                    format!("add `\"{status}\": {{$ref: \"../../common/responses.yaml#/{name}\"}}`"),
                ));
            }
        }
    }
}

/// Exact statuses, at least one of them good.
pub fn statuses_are_exact(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        for response in operation.responses() {
            let exact = response.key.len() == 3 && response.key.bytes().all(|b| b.is_ascii_digit());
            if !exact {
                found.push(o.at(
                    response.place,
                    format!("`{}` is no exact status", response.key),
                    "list each status that was seen",
                ));
            }
        }
        if !operation.responses().iter().any(|entry| entry.key.starts_with('2')) {
            found.push(o.at(
                operation.place(),
                format!("`{}` documents no success", operation.route()),
                "add the 2xx answer",
            ));
        }
    }
}

/// Required members are needed anyway, and missing ones cannot be.
pub fn what_is_needed_is_optional(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let needs = operation.node().list("x-dify-needs");
        let body =
            operation.node().get("requestBody").and_then(|body| body.get("content")).map_or(&[][..], Node::entries);
        let schemas: Vec<_> =
            body.iter().filter_map(|media| Some(o.source.follow(media.value.get("schema")?))).collect();
        for need in needs {
            let name = need.as_str().unwrap_or_default();
            let parameter = operation.parameters.iter().any(|(_, node)| {
                let required = node.get("required").is_some_and(|required| required.to_value() == true);
                node.text("name") == Some(name) && node.text("in") == Some("query") && !required
            });
            let member = schemas.iter().any(|schema| {
                let required = schema.list("required");
                let there = schema.get("properties").is_some_and(|members| members.has(name));
                there && !required.iter().any(|required| required.as_str() == Some(name))
            });
            if !parameter && !member {
                found.push(o.at(
                    need.place,
                    format!("`{name}` is no optional query parameter or member of the body of `{}`", operation.route()),
                    "name one, or remove it: required members are needed anyway",
                ));
            }
        }
    }
}

/// Only a difference from its method needs a mark.
pub fn idempotent_is_said_where_it_is_news(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let by_itself = !matches!(operation.entry.key.as_str(), "post" | "patch");
        if let Some(extension) = operation.node().entry("x-dify-idempotent")
            && matches!(extension.value.kind, Kind::Scalar(Value::Bool(said)) if said == by_itself)
        {
            let is = if by_itself { "is" } else { "is not" };
            found.push(o.at(
                extension.place,
                format!("{} {is} idempotent by itself", operation.entry.key.to_uppercase()),
                "remove `x-dify-idempotent`",
            ));
        }
    }
}

/// The 2xx bodies of an operation.
pub(super) fn good_bodies<'s>(o: &Outline<'s>, operation: &SourceOperation<'s>) -> Vec<(&'s str, &'s Node)> {
    operation
        .responses()
        .iter()
        .filter(|entry| entry.key.starts_with('2'))
        .filter_map(|entry| o.source.follow(&entry.value).get("content"))
        .flat_map(Node::entries)
        .map(|media| (media.key.as_str(), &media.value))
        .collect()
}

/// A route that answers JSON or a stream becomes two methods; each needs its name.
pub fn stream_methods_stream(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let bodies = good_bodies(o, operation);
        let has = |media: &str| bodies.iter().any(|(name, _)| *name == media);
        let both = has("application/json") && has("text/event-stream");
        match operation.node().entry("x-dify-stream-method") {
            Some(extension) if !both => found.push(o.at(
                extension.place,
                format!("`{}` does not answer both JSON and a stream", operation.route()),
                "remove `x-dify-stream-method`, or describe both bodies",
            )),
            None if both => found.push(o.at(
                operation.place(),
                format!("`{}` answers JSON and a stream, but the stream's method has no name", operation.route()),
                "add `x-dify-stream-method: stream`",
            )),
            _ => {}
        }
    }
}
