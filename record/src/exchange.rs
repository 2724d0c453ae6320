//! One exchange, as it was seen, and as it is written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::scrub::{Scrubber, Text};
use crate::{headers, multipart};

/// The most that is kept of a body: more is only counted.
const MOST: usize = 8 << 20;

/// A body as far as it is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    total: usize,
}

impl Kept {
    pub(crate) fn take(&mut self, chunk: &Bytes) {
        self.total += chunk.len();
        if self.total <= MOST {
            self.bytes.extend_from_slice(chunk);
        } else {
            self.bytes = Vec::new();
        }
    }

    fn omitted(&self) -> Option<String> {
        (self.total > MOST).then(|| format!("{} bytes, omitted", self.total))
    }
}

/// A request.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Arc<Mutex<Kept>>,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    ServerGone,
    ClientGone,
}

/// An answer.
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    started: Instant,
    at: jiff::Timestamp,
    /// When the headers came, in milliseconds.
    headed: f64,
    total: f64,
    kept: Kept,
    /// Where each chunk ends in the body, and when it came.
    chunks: Vec<(usize, f64)>,
    ending: Ending,
}

/// A request and its answer.
pub(crate) struct Exchange {
    pub(crate) asked: Asked,
    pub(crate) answer: Answer,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, started: Instant) -> Self {
        let headed = milliseconds(started);
        Self {
            status,
            headers,
            started,
            at: jiff::Timestamp::now(),
            headed,
            total: headed,
            kept: Kept::default(),
            chunks: Vec::new(),
            ending: Ending::ClientGone,
        }
    }

    pub(crate) fn take(&mut self, chunk: &Bytes) {
        self.kept.take(chunk);
        self.chunks.push((self.kept.total, milliseconds(self.started)));
    }

    pub(crate) fn end(&mut self, ending: Ending) {
        self.total = milliseconds(self.started);
        self.ending = ending;
    }

    /// Whether all that was promised came, though nobody asked whether there is more.
    pub(crate) fn is_whole(&self) -> bool {
        let length = self.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let nothing = self.status == StatusCode::NO_CONTENT || self.status == StatusCode::NOT_MODIFIED;
        nothing || length == Some(self.kept.total)
    }

    fn framing(&self) -> String {
        let chunked = self.headers.contains_key(header::TRANSFER_ENCODING);
        let framing = match (chunked, self.headers.contains_key(header::CONTENT_LENGTH)) {
            (true, _) => "chunked",
            (_, true) => "content-length",
            _ => "none",
        };
        if self.ending == Ending::ServerGone { format!("{framing}+eof") } else { framing.to_owned() }
    }
}

/// Since the request began, to a tenth.
fn milliseconds(started: Instant) -> f64 {
    (started.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}

impl Exchange {
    /// The release that answered, as it says itself.
    pub(crate) fn version(&self) -> String {
        let version = self.answer.headers.get("x-version").and_then(|version| version.to_str().ok());
        version.filter(|version| plain(version)).unwrap_or("unknown").to_owned()
    }

    pub(crate) fn status(&self) -> u16 {
        self.answer.status.as_u16()
    }

    /// The exchange without its secrets. Whoever files it gives it a name.
    pub(crate) fn to_json(&self) -> Value {
        let mut scrubber = Scrubber::default();
        scrubber.learn_headers(&self.asked.headers);
        scrubber.learn_headers(&self.answer.headers);
        let sent = self.asked.body.lock().unwrap_or_else(PoisonError::into_inner);
        scrubber.learn_query(&self.asked.query);
        scrubber.learn_body(&sent.bytes);
        scrubber.learn_body(&self.answer.kept.bytes);
        let mut request = Map::new();
        request.insert("method".into(), self.asked.method.as_str().into());
        request.insert("path".into(), scrubber.text(&self.asked.path).into());
        request.insert("query".into(), scrubber.query(&self.asked.query).into());
        request.insert("headers".into(), headers::object(&self.asked.headers, &scrubber));
        write_request_body(&mut request, &self.asked.headers, &sent, &scrubber);
        let mut exchange = json!({
            "operation": null,
            "case": null,
            "recorded_at": self.answer.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "request": request,
            "response": self.response(&scrubber),
        });
        if self.answer.ending == Ending::ServerGone {
            exchange["note"] = "The server's connection ended before its answer did: the body is not whole.".into();
        }
        exchange
    }

    fn response(&self, scrubber: &Scrubber) -> Value {
        let answer = &self.answer;
        let mut response = Map::new();
        response.insert("status".into(), answer.status.as_u16().into());
        response.insert("reason".into(), answer.status.canonical_reason().unwrap_or_default().to_uppercase().into());
        response.insert("headers".into(), headers::object(&answer.headers, scrubber));
        response.insert("raw_headers".into(), headers::pairs(&answer.headers, scrubber));
        response.insert("framing".into(), answer.framing().into());
        response.insert("t_headers_ms".into(), answer.headed.into());
        response.insert("t_total_ms".into(), answer.total.into());
        if answer.ending == Ending::ClientGone {
            response.insert("client_disconnected".into(), true.into());
        }
        let compressed = answer.headers.contains_key(header::CONTENT_ENCODING);
        if let Some(note) = answer.kept.omitted().or_else(|| compressed.then(|| "compressed, omitted".to_owned())) {
            response.insert("body_note".into(), note.into());
            return response.into();
        }
        match scrubber.body(&answer.kept.bytes) {
            Text::Text(text) => response.insert("body".into(), text.into()),
            Text::Bytes(bytes) => response.insert("body_base64".into(), STANDARD.encode(bytes).into()),
        };
        if answer.framing().starts_with("chunked") {
            response.insert("chunks".into(), self.chunks(scrubber));
        }
        response.into()
    }

    /// The body in pieces that hold no part of a secret: whole events, each with the time of its last byte.
    fn chunks(&self, scrubber: &Scrubber) -> Value {
        let bytes = &self.answer.kept.bytes;
        let mut chunks: Vec<(f64, Vec<u8>)> = Vec::new();
        let mut start = 0;
        for end in ends(bytes, &media_type(&self.answer.headers)) {
            let time =
                self.answer.chunks.iter().find(|(last, _)| *last >= end).map_or(self.answer.total, |chunk| chunk.1);
            let piece = &bytes[start..end];
            match chunks.last_mut() {
                Some((there, body)) if *there == time => body.extend_from_slice(piece),
                _ => chunks.push((time, piece.to_vec())),
            }
            start = end;
        }
        let write = |(time, bytes): (f64, Vec<u8>)| match scrubber.body(&bytes) {
            Text::Text(text) => json!({"t_ms": time, "text": text}),
            Text::Bytes(bytes) => json!({"t_ms": time, "base64": STANDARD.encode(bytes)}),
        };
        chunks.into_iter().map(write).collect()
    }
}

/// Where a body may be cut: behind every event of a stream; nowhere else, lest a secret be cut in two.
fn ends(bytes: &[u8], media_type: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    if media_type == "text/event-stream" {
        let blank = bytes.windows(2).enumerate().filter(|(_, pair)| *pair == b"\n\n");
        ends.extend(blank.map(|(start, _)| start + 2));
    }
    if !bytes.is_empty() && ends.last() != Some(&bytes.len()) {
        ends.push(bytes.len());
    }
    ends
}

fn write_request_body(request: &mut Map<String, Value>, headers: &HeaderMap, sent: &Kept, scrubber: &Scrubber) {
    let compressed = headers.contains_key(header::CONTENT_ENCODING);
    if let Some(note) =
        sent.omitted().or_else(|| compressed.then(|| format!("{} bytes, compressed, omitted", sent.total)))
    {
        request.insert("body_note".into(), note.into());
        return;
    }
    if sent.bytes.is_empty() {
        return;
    }
    if media_type(headers) == "multipart/form-data" {
        // Cleaned field by field, so that a field of JSON is cleaned as JSON.
        match multipart::scrubbed(headers, &sent.bytes, scrubber) {
            Some((body, parts)) => {
                request.insert("body_base64".into(), STANDARD.encode(body).into());
                request.insert("multipart".into(), parts);
            }
            None => {
                request.insert("body_note".into(), format!("{} bytes, no form, omitted", sent.total).into());
            }
        }
        return;
    }
    match scrubber.body(&sent.bytes) {
        Text::Text(text) => request.insert("body".into(), text.into()),
        Text::Bytes(bytes) => request.insert("body_base64".into(), STANDARD.encode(bytes).into()),
    };
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a text can be part of a file's name.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_behind_its_events_only() {
        assert_eq!(ends(b"data: 1\n\ndata: 2\n\nda", "text/event-stream"), [9, 18, 20]);
        assert_eq!(ends(b"a\n\nb", "text/plain"), [4]);
        assert!(ends(b"", "text/event-stream").is_empty());
    }
}
