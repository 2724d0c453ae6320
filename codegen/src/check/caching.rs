//! Rules about answers that a client may keep.

use super::operations::good_bodies;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, SourceOperation};
use crate::source::{Kind, Node, Section};
use serde_json::Value;
use std::collections::BTreeSet;

/// Only what a read answers as JSON, without a credential in it, may be kept.
pub fn cacheable_operations_read(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let Some(mark) = operation.node().entry("x-dify-cacheable") else { continue };
        let bodies = good_bodies(o, operation);
        let json = !bodies.is_empty() && bodies.iter().all(|(media, _)| *media == "application/json");
        let why = if !reads(operation) {
            "is no read: a `GET`, or a `POST` with `x-dify-idempotent: true`"
        } else if uploads(o, operation) {
            "uploads a form"
        } else if !json {
            "does not answer JSON alone"
        } else if bodies.iter().any(|(_, body)| carries_a_credential(o, body)) {
            "answers a credential (`x-dify-secret: value`)"
        } else {
            continue;
        };
        found.push(o.at(mark.place, format!("`{}` {why}", operation.route()), "remove `x-dify-cacheable`"));
    }
}

fn reads(operation: &SourceOperation<'_>) -> bool {
    let idempotent = operation.node().get("x-dify-idempotent").map(|node| &node.kind);
    match operation.entry.key.as_str() {
        "get" => !matches!(idempotent, Some(Kind::Scalar(Value::Bool(false)))),
        "post" => matches!(idempotent, Some(Kind::Scalar(Value::Bool(true)))),
        _ => false,
    }
}

fn uploads(o: &Outline<'_>, operation: &SourceOperation<'_>) -> bool {
    let content = operation.node().get("requestBody").and_then(|body| o.source.follow(body).get("content"));
    content.is_some_and(|content| content.has("multipart/form-data"))
}

fn carries_a_credential<'s>(o: &Outline<'s>, body: &'s Node) -> bool {
    let mut names = BTreeSet::new();
    o.reach(body, &mut names);
    let mut schemas = o.components_of(Section::Schemas).filter(|entry| names.contains(entry.key.as_str()));
    has_a_credential(body) || schemas.any(|entry| has_a_credential(&entry.value))
}

fn has_a_credential(node: &Node) -> bool {
    let nested = || node.entries().iter().filter(|entry| entry.key != "example").map(|entry| &entry.value);
    node.text("x-dify-secret") == Some("value") || nested().chain(node.items()).any(has_a_credential)
}
