//! Rules about requests' and responses' bodies.

use super::schemas::blank;
use crate::diagnostic::Findings;
use crate::source::outline::{Media, Outline};

/// A response without a body is only right where HTTP allows none.
pub fn responses_describe_their_bodies(o: &Outline<'_>, found: &mut Findings) {
    for entry in &o.responses {
        if blank(&entry.value, "description") {
            found.push(o.at(
                entry.place,
                format!("the response `{}` has no description", entry.key),
                "describe its meaning",
            ));
        }
        let content = entry.value.members("content");
        let bodiless = matches!(entry.key.as_str(), "204" | "304");
        if content.is_empty() && !bodiless {
            found.push(o.at(
                entry.place,
                format!("the response `{}` does not describe its body", entry.key),
                "add `content` with the media type, schema and example",
            ));
        } else if !content.is_empty() && bodiless {
            found.push(o.at(entry.place, format!("{} has no body in HTTP", entry.key), "remove `content`"));
        }
    }
}

/// Without a schema nothing about a body could ever be wrong.
pub fn bodies_have_schemas(o: &Outline<'_>, found: &mut Findings) {
    for Media { entry, .. } in &o.media {
        if !entry.value.has("schema") {
            found.push(o.at(entry.place, format!("the body `{}` has no schema", entry.key), "add `schema: {$ref: …}`"));
        }
    }
}

/// Examples are the mock server's answers and the first thing readers look at.
pub fn bodies_have_examples(o: &Outline<'_>, found: &mut Findings) {
    for Media { entry, .. } in &o.media {
        let schema = entry.value.get("schema").map(|schema| o.source.follow(schema));
        let binary = schema.is_some_and(|schema| schema.text("format") == Some("binary"));
        if !binary && !entry.value.has("example") {
            found.push(o.at(
                entry.place,
                format!("the body `{}` has no example", entry.key),
                "add one `example` that looks real, with invented data",
            ));
        }
    }
}

/// One media type per request, always sent: that is what a generated method can do. Text beside it is what browsers send
/// when a page is left, and the server takes.
pub fn requests_have_one_body(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let Some(body) = operation.node().entry("requestBody") else {
            continue;
        };
        let content = body.value.members("content");
        let content: Vec<_> = content.iter().filter(|media| media.key != "text/plain").collect();
        if content.len() != 1 {
            found.push(o.at(
                body.place,
                format!("the request of `{}` has {} media types", operation.route(), content.len()),
                "keep the one that clients should send",
            ));
        }
        if !body.value.is_true("required") {
            found.push(o.at(
                body.place,
                format!("the body of `{}` is not required", operation.route()),
                "write `required: true`: generated methods always send one",
            ));
        }
        for media in content {
            let schema = media.value.get("schema");
            if schema.is_some_and(|schema| schema.reference().is_none()) {
                found.push(o.at(
                    media.place,
                    "the schema of a request is written inline",
                    "make it a named component: its name is the request's type",
                ));
            }
        }
    }
}

/// A stream's schema is that of one event, and it is a union with the event's name as its tag.
pub fn streams_are_framed_events(o: &Outline<'_>, found: &mut Findings) {
    for Media { entry, .. } in &o.media {
        let framing = entry.value.entry("x-dify-framing");
        if entry.key != "text/event-stream" {
            if let Some(framing) = framing {
                found.push(o.at(
                    framing.place,
                    format!("`{}` is not framed", entry.key),
                    "remove `x-dify-framing`: it belongs to `text/event-stream`",
                ));
            }
            continue;
        }
        if entry.value.text("x-dify-framing") != Some("sse") {
            found.push(o.at(
                entry.place,
                "a stream does not define the framing of its events",
                "add `x-dify-framing: sse`",
            ));
        }
        let schema = entry.value.get("schema");
        let union = schema.map(|schema| o.source.follow(schema));
        if union.is_some_and(|union| !union.has("discriminator")) {
            found.push(o.at(
                entry.place,
                "the schema of a stream is no union of events",
                "refer to a union with a `discriminator` in common/events/",
            ));
        }
    }
}
