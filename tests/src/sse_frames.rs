//! A second, deliberately plain reading of event streams, to hold the decoder of `dify-api` against.
//!
//! Written from the WHATWG text line by line over the whole input, without chunks, buffers or speed.

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
    event: String,
    data: Option<String>,
}

/// Reads a whole stream.
pub fn reference(stream: &[u8]) -> Vec<ReferenceFrame> {
    let stream = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream);
    let stream = String::from_utf8_lossy(stream);
    let mut frames = Vec::new();
    let mut fields = Fields::default();
    let mut id = String::new();
    for line in lines(&stream) {
        if line.is_empty() {
            let Fields { event, data } = std::mem::take(&mut fields);
            if let Some(data) = data {
                let event = if event.is_empty() { "message".to_owned() } else { event };
                frames.push(ReferenceFrame { event, data, id: id.clone() });
            }
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => fields.event = value.to_owned(),
            "data" => match &mut fields.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => fields.data = Some(value.to_owned()),
            },
            "id" if !value.contains('\0') => id = value.to_owned(),
            _ => {}
        }
    }
    frames
}

/// The lines that an end of line closes; what follows the last one is not a line.
fn lines(mut rest: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    while let Some(end) = rest.find(['\n', '\r']) {
        lines.push(&rest[..end]);
        let width = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + width..];
    }
    lines
}
