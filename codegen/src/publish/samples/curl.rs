//! Samples for a shell with curl.

use super::literal::{JSON, literal};
use super::{SampleAnswer, SampleBody, SampleCall, SampleFile};

pub(super) fn program(call: &SampleCall) -> String {
    let mut first = "curl --fail-with-body".to_owned();
    match call.answer {
        SampleAnswer::Stream => first.push_str(" --no-buffer"),
        SampleAnswer::Bytes => first.push_str(" --output answer"),
        SampleAnswer::Json | SampleAnswer::Empty => {}
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
        Some(SampleBody::Json(value)) => lines.push(format!("--json {}", quoted(&literal(value, JSON, 1)))),
        Some(SampleBody::Form(texts, files)) => {
            lines.extend(files.iter().map(|SampleFile { part, name, media }| match media {
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
