//! Rules about recorded texts: messages of errors, and whole streams.

use super::nearest::did_you_mean;
use crate::diagnostic::Findings;
use crate::source::Section;
use crate::source::outline::Outline;

/// A message without an origin might be invented, and one without a status is in no example.
pub fn messages_name_their_origin(o: &Outline<'_>, found: &mut Findings) {
    let Some(code) = o.schema_named("ErrorCode") else { return };
    for value in code.value.list("x-extensible-enum") {
        let Some(message) = value.entry("message") else { continue };
        if value.has("recorded") == value.has("source") {
            let fix = "add `recorded: \"1.16.1\"`, the release of the recording, or `source` if only its source has it";
            found.push(o.at(message.place, "the message does not name one origin", fix));
        }
        let status = value.text("description").and_then(|text| text.get(..3)).unwrap_or_default();
        if status.parse::<u16>().is_err() {
            found.push(o.at(
                message.place,
                "the description of a code with a message does not begin with its status",
                "begin it with the status: `400. …`",
            ));
        }
    }
}

/// A stream that is named at a body is among the recorded ones.
pub fn stream_examples_exist(o: &Outline<'_>, found: &mut Findings) {
    let files = o.source.files.iter().filter(|file| file.section == Section::Streams);
    let streams: Vec<&str> = files.flat_map(|file| file.node.entries()).map(|entry| entry.key.as_str()).collect();
    for media in &o.media {
        for name in media.entry.value.list("x-dify-stream-examples") {
            let text = name.as_str().unwrap_or_default();
            if !streams.contains(&text) {
                let fix = did_you_mean(text, streams.iter().copied(), "correct it, or add it to common/streams.yaml");
                found.push(o.at(name.place, format!("there is no stream `{text}`"), fix));
            }
        }
    }
}
