//! One exchange, as it was seen, and as it is written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::scrub::{Cleaned, Described, Leak, Operation, REDACTED, Scrubber};

/// The most that is kept of a body: more is only counted.
const MOST: usize = 8 << 20;

/// A body as far as it is kept.
#[derive(Default)]
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

    /// How many bytes there were.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// The body; `None` where it was too long to be kept.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        (self.total <= MOST).then_some(&self.bytes)
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

/// A request and its answer, with their secrets.
pub struct Exchange {
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
        if self.kept.bytes().is_some() {
            self.chunks.push((self.kept.total, milliseconds(self.started)));
        } else {
            self.chunks = Vec::new();
        }
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

    /// The pieces of a body, which hold no part of a secret, with the time of the last byte of each.
    fn chunks(&self, pieces: &[(usize, String)]) -> Value {
        let mut chunks: Vec<(f64, String)> = Vec::new();
        for (end, piece) in pieces {
            let number = self.chunks.partition_point(|(last, _)| last < end);
            let time = self.chunks.get(number).map_or(self.total, |(_, time)| *time);
            match chunks.last_mut() {
                Some((there, body)) if *there == time => body.push_str(piece),
                _ => chunks.push((time, piece.clone())),
            }
        }
        chunks.into_iter().map(|(time, text)| json!({"t_ms": time, "text": text})).collect()
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
    /// Returns an exchange that ended as it should, without times.
    pub fn new(request: &Request<Bytes>, response: &Response<Bytes>) -> Self {
        let body = Arc::default();
        let asked = Asked {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: request.headers().clone(),
            body: Arc::clone(&body),
        };
        body.lock().unwrap_or_else(PoisonError::into_inner).take(request.body());
        let mut answer = Answer::new(response.status(), response.headers().clone(), Instant::now());
        answer.take(response.body());
        answer.end(Ending::Whole);
        Self { asked, answer }
    }

    /// The method; one that no standard defines may be anything.
    pub(crate) fn method(&self) -> &str {
        let known = [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS,
            Method::TRACE,
        ];
        if known.contains(&self.asked.method) { self.asked.method.as_str() } else { "REDACTED" }
    }

    pub(crate) fn status(&self) -> u16 {
        self.answer.status.as_u16()
    }

    /// Returns the exchange without its secrets, which the scrubber remembers for the next ones. `operation` and `case` are
    /// null: whoever files it names it.
    ///
    /// # Errors
    /// Fails if a secret is left: nothing of the exchange may be written then.
    pub fn to_json(&self, scrubber: &mut Scrubber) -> Result<Value, Leak> {
        // What only the end of an exchange shows to be secret may occur at its beginning.
        self.render(scrubber);
        scrubber.refresh();
        let value = self.render(scrubber);
        scrubber.refresh();
        scrubber.check(&value.to_string())?;
        Ok(value)
    }

    fn render(&self, scrubber: &mut Scrubber) -> Value {
        let described = Described::get();
        let asked = &self.asked;
        let operation = described.operation(&asked.method, &asked.path);
        let mut request = Map::new();
        request.insert("method".into(), self.method().into());
        request.insert("path".into(), scrubber.path(&asked.path, operation).into());
        request.insert("query".into(), scrubber.query(&asked.query, operation).into());
        request.insert("headers".into(), scrubber.headers(&asked.headers));
        let place = |media_type: &str| operation.map(|operation| operation.request(media_type)).unwrap_or_default();
        let sent = asked.body.lock().unwrap_or_else(PoisonError::into_inner);
        let body = scrubber.body(&asked.headers, &sent, place);
        drop(sent);
        write_body(&mut request, &body);
        let mut exchange = json!({
            "operation": null,
            "case": null,
            "recorded_at": self.answer.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "request": request,
            "response": self.response(scrubber, operation),
        });
        if self.answer.ending == Ending::ServerGone {
            exchange["note"] = "The server's connection ended before its answer did: the body is not whole.".into();
        }
        exchange
    }

    fn response(&self, scrubber: &mut Scrubber, operation: Option<Operation>) -> Value {
        let answer = &self.answer;
        let mut response = Map::new();
        response.insert("status".into(), answer.status.as_u16().into());
        response.insert("reason".into(), answer.status.canonical_reason().unwrap_or_default().to_uppercase().into());
        response.insert("headers".into(), scrubber.headers(&answer.headers));
        response.insert("raw_headers".into(), scrubber.raw_headers(&answer.headers));
        response.insert("framing".into(), answer.framing().into());
        response.insert("t_headers_ms".into(), answer.headed.into());
        response.insert("t_total_ms".into(), answer.total.into());
        if answer.ending == Ending::ClientGone {
            response.insert("client_disconnected".into(), true.into());
        }
        let place = |media_type: &str| Described::get().answer(operation, answer.status, media_type);
        let body = scrubber.body(&answer.headers, &answer.kept, place);
        if body == Cleaned::Nothing {
            response.insert("body".into(), "".into());
        }
        write_body(&mut response, &body);
        if answer.framing().starts_with("chunked") {
            let chunks = match &body {
                Cleaned::Text(pieces, _) => answer.chunks(pieces),
                Cleaned::Replaced(_) => json!([{"t_ms": answer.total, "base64": STANDARD.encode(REDACTED)}]),
                _ => json!([]),
            };
            response.insert("chunks".into(), chunks);
        }
        response.into()
    }
}

fn write_body(message: &mut Map<String, Value>, body: &Cleaned) {
    let note = match body {
        Cleaned::Nothing => None,
        Cleaned::Text(pieces, note) => {
            let text: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
            message.insert("body".into(), text.into());
            note.as_ref()
        }
        Cleaned::Form(form, parts) => {
            message.insert("body_base64".into(), STANDARD.encode(form).into());
            message.insert("multipart".into(), parts.clone());
            None
        }
        Cleaned::Replaced(note) => {
            message.insert("body_base64".into(), STANDARD.encode(REDACTED).into());
            Some(note)
        }
        Cleaned::Omitted(note) => Some(note),
    };
    if let Some(note) = note {
        message.insert("body_note".into(), note.as_str().into());
    }
}

/// Shows nothing of what is secret.
impl std::fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes = (self.method(), self.status(), self.answer.kept.total);
        formatter.debug_tuple("Exchange").field(&sizes).finish()
    }
}
