//! Samples for a shell with curl.

use super::literal::{JSON, literal};
use super::{Answer, Body, Call, File};

pub(super) fn program(call: &Call) -> String {
    let mut first = "curl --fail-with-body".to_owned();
    match call.answer {
        Answer::Stream => first.push_str(" --no-buffer"),
        Answer::Bytes => first.push_str(" --output answer"),
        Answer::Json | Answer::Empty => {}
    }
    // A body makes it a POST.
    if call.method != if call.body.is_some() { "POST" } else { "GET" } {
        first.push_str(&format!(" --request {}", call.method));
    }
    let mut lines = vec![format!("{first} {}", quoted(&call.url))];
    for header in &call.headers {
        lines.push(match header.variable {
            Some(variable) => {
                format!("--header \"{}: {}\"", header.name, header.value.replace("{}", &format!("${variable}")))
            }
            None => format!("--header {}", quoted(&format!("{}: {}", header.name, header.value))),
        });
    }
    match &call.body {
        Some(Body::Json(value)) => lines.push(format!("--json {}", quoted(&literal(value, JSON, 1)))),
        Some(Body::Form(texts, files)) => {
            lines.extend(files.iter().map(|File { part, name, media }| match media {
                Some(media) => format!("--form '{part}=@{name};type={media}'"),
                None => format!("--form {part}=@{name}"),
            }));
            lines.extend(
                texts.iter().map(|(name, text)| format!("--form-string {}", quoted(&format!("{name}={text}")))),
            );
        }
        None => {}
    }
    lines.join(" \\\n  ") + "\n"
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
