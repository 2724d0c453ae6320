//! A second, deliberately plain reading of event streams, to hold the decoder of `dify-api` against.
//!
//! Written from the WHATWG text line by line over the whole input, without chunks, buffers or speed. In one thing it
//! follows the decoder instead: what is not UTF-8 spoils its frame, where the standard reads replacement characters.

/// What a conforming decoder dispatches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceFrame {
    /// The event type; `message` where no `event` field named another.
    pub event: String,
    /// The data lines, joined by line feeds.
    pub data: String,
    /// The last event id at the time of dispatch.
    pub id: String,
}

/// The fields of the event in the making.
#[derive(Default)]
struct Fields {
    event: Vec<u8>,
    data: Option<Vec<u8>>,
    bad_id: bool,
}

/// Reads a whole stream. Frames with invalid UTF-8 are `None`.
pub fn reference(stream: &[u8]) -> Vec<Option<ReferenceFrame>> {
    let stream = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream);
    let mut frames = Vec::new();
    let mut fields = Fields::default();
    let mut id = String::new();
    for line in lines(stream) {
        if line.is_empty() {
            let fields = std::mem::take(&mut fields);
            if let Some(data) = fields.data {
                frames.push(frame(fields.event, data, &id).filter(|_| !fields.bad_id));
            }
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
        let (name, value) = (&line[..colon], line.get(colon + 1..).unwrap_or_default());
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"event" => fields.event = value.to_vec(),
            b"data" => match &mut fields.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => fields.data = Some(value.to_vec()),
            },
            b"id" if !value.contains(&0) => match String::from_utf8(value.to_vec()) {
                Ok(text) => id = text,
                Err(_) => fields.bad_id = true,
            },
            _ => {}
        }
    }
    frames
}

fn frame(event: Vec<u8>, data: Vec<u8>, id: &str) -> Option<ReferenceFrame> {
    Some(ReferenceFrame {
        event: if event.is_empty() { "message".into() } else { String::from_utf8(event).ok()? },
        data: String::from_utf8(data).ok()?,
        id: id.to_owned(),
    })
}

/// The lines that an end of line closes; what follows the last one is not a line.
fn lines(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
        lines.push(&rest[..end]);
        let width = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = &rest[end + width..];
    }
    lines
}
