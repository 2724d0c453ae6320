//! One exchange, as it was seen, and as it is written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use contract::{Chunk, Exchange};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::kept::Kept;
use crate::scrub::{Cleaned, Described, Leak, Operation, REDACTED, Scrubber};

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
pub struct Unscrubbed {
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
            self.chunks.push((self.kept.total(), milliseconds(self.started)));
        } else {
            self.chunks = Vec::new();
        }
    }

    pub(crate) fn end(&mut self, ending: Ending) {
        self.total = milliseconds(self.started);
        self.ending = ending;
    }

    /// Whether the announced length came, although the end was not read.
    pub(crate) fn is_whole(&self) -> bool {
        let length = self.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let nothing = self.status == StatusCode::NO_CONTENT || self.status == StatusCode::NOT_MODIFIED;
        nothing || length == Some(self.kept.total())
    }

    /// The pieces of a body without any part of a secret, with the time of the last byte of each.
    fn chunks(&self, pieces: &[(usize, String)]) -> Vec<Chunk> {
        let mut chunks: Vec<(f64, String)> = Vec::new();
        for (end, piece) in pieces {
            let number = self.chunks.partition_point(|(last, _)| last < end);
            let time = self.chunks.get(number).map_or(self.total, |(_, time)| *time);
            match chunks.last_mut() {
                Some((there, body)) if *there == time => body.push_str(piece),
                _ => chunks.push((time, piece.clone())),
            }
        }
        chunks.into_iter().map(|(t_ms, text)| Chunk { t_ms, text: Some(text), base64: None }).collect()
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

impl Unscrubbed {
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
    /// missing: whoever files it names it.
    ///
    /// # Errors
    /// Fails if a secret is left: nothing of the exchange may be written then.
    pub fn recording(&self, scrubber: &mut Scrubber) -> Result<Exchange, Leak> {
        // What only the end of an exchange shows to be secret may occur at its beginning.
        self.render(scrubber);
        scrubber.refresh();
        let recording = self.render(scrubber);
        scrubber.refresh();
        scrubber.check(&json!(recording).to_string())?;
        Ok(recording)
    }

    fn render(&self, scrubber: &mut Scrubber) -> Exchange {
        let asked = &self.asked;
        let operation = Described::get().operation(&asked.method, &asked.path);
        let mut request = contract::Request {
            method: self.method().to_owned(),
            path: scrubber.path(&asked.path, operation),
            query: scrubber.query(&asked.query, operation),
            headers: scrubber.headers(&asked.headers),
            ..contract::Request::default()
        };
        let place = |media_type: &str| operation.map(|operation| operation.request(media_type)).unwrap_or_default();
        let sent = asked.body.lock().unwrap_or_else(PoisonError::into_inner);
        let body = WrittenBody::new(scrubber.body(&asked.headers, &sent, place));
        drop(sent);
        (request.body, request.body_base64, request.body_note) = (body.text, body.base64, body.note);
        request.multipart = body.parts;
        let broken = self.answer.ending == Ending::ServerGone;
        Exchange {
            recorded_at: Some(self.answer.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            request,
            response: self.response(scrubber, operation),
            note: broken
                .then(|| "The server's connection ended before its answer did: the body is not whole.".to_owned()),
            ..Exchange::default()
        }
    }

    fn response(&self, scrubber: &mut Scrubber, operation: Option<Operation>) -> contract::Response {
        let answer = &self.answer;
        let mut response = contract::Response {
            status: answer.status.as_u16(),
            reason: answer.status.canonical_reason().unwrap_or_default().to_uppercase(),
            headers: scrubber.headers(&answer.headers),
            raw_headers: scrubber.raw_headers(&answer.headers),
            framing: answer.framing(),
            t_headers_ms: answer.headed,
            t_total_ms: answer.total,
            client_disconnected: answer.ending == Ending::ClientGone,
            ..contract::Response::default()
        };
        let place = |media_type: &str| Described::get().answer(operation, answer.status, media_type);
        let body = scrubber.body(&answer.headers, &answer.kept, place);
        if response.framing.starts_with("chunked") {
            response.chunks = Some(match &body {
                Cleaned::Text(pieces, _) => answer.chunks(pieces),
                Cleaned::Replaced(_) => {
                    vec![Chunk { t_ms: answer.total, text: None, base64: Some(STANDARD.encode(REDACTED)) }]
                }
                _ => Vec::new(),
            });
        }
        let nothing = body == Cleaned::Nothing;
        let body = WrittenBody::new(body);
        (response.body, response.body_base64, response.body_note) = (body.text, body.base64, body.note);
        if nothing {
            response.body = Some(String::new());
        }
        response
    }
}

/// A body as it is written.
#[derive(Default)]
struct WrittenBody {
    text: Option<String>,
    base64: Option<String>,
    note: Option<String>,
    parts: Option<Value>,
}

impl WrittenBody {
    fn new(body: Cleaned) -> Self {
        let nothing = Self::default();
        match body {
            Cleaned::Nothing => nothing,
            Cleaned::Text(pieces, note) => {
                Self { text: Some(pieces.into_iter().map(|(_, piece)| piece).collect()), note, ..nothing }
            }
            Cleaned::Form(form, parts) => Self { base64: Some(STANDARD.encode(form)), parts: Some(parts), ..nothing },
            Cleaned::Replaced(note) => Self { base64: Some(STANDARD.encode(REDACTED)), note: Some(note), ..nothing },
            Cleaned::Omitted(note) => Self { note: Some(note), ..nothing },
        }
    }
}

/// Shows no secret.
impl std::fmt::Debug for Unscrubbed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes = (self.method(), self.status(), self.answer.kept.total());
        formatter.debug_tuple("Unscrubbed").field(&sizes).finish()
    }
}
