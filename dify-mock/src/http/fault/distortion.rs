//! Faults whose answer is still HTTP as it should be: the HTTP library sends it, and the connection lives on.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{StreamExt, iter, unfold};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use tokio::time::sleep;

use super::source::{Source, is_event_stream, with_member};
use super::{Damage, Fault, LineEnd};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const LINE_SEPARATOR: &str = "\u{2028}";
/// More than the HTTP library's map of headers can take is an error there.
const MOST_HEADERS: usize = 20_000;
/// Filler is sent in pieces of this size.
const PIECE: usize = 64 * 1024;

/// Changes an answer; one that breaks HTTP is given back as it is.
pub(crate) async fn distort(fault: &Fault, mut response: Response) -> Response {
    match fault {
        Fault::LateHead(delay) => sleep(*delay).await,
        Fault::LineEnds(end) if is_event_stream(&response) => {
            let end: &[u8] = match end {
                LineEnd::Crlf => b"\r\n",
                LineEnd::Cr => b"\r",
            };
            return mapped(response, move |piece| replaced(&piece, b'\n', end).into());
        }
        Fault::ByteOrderMark => return preceded(response, iter([Bytes::from_static(BYTE_ORDER_MARK)])),
        Fault::LineSeparators => {
            return mapped(response, |piece| with_member(&piece, LINE_SEPARATOR).map_or(piece, Bytes::from));
        }
        Fault::MediaType(media) => {
            response.headers_mut().remove(CONTENT_TYPE);
            if let Ok(media) = HeaderValue::from_str(media) {
                response.headers_mut().insert(CONTENT_TYPE, media);
            }
        }
        Fault::Damaged(damage) => return damaged(response, damage.clone()).await,
        Fault::Huge(bytes) => {
            let (head, letter, tail) =
                if is_event_stream(&response) { ("data: ", b'x', "\n\n") } else { ("", b' ', "") };
            let filler = filler(Bytes::from(head), letter, *bytes, Some(Bytes::from(tail)));
            let filler = filler.into_data_stream().filter_map(|piece| async { piece.ok() });
            return preceded(response, filler);
        }
        Fault::ManyHeaders(count) => {
            for number in 0..(*count).min(MOST_HEADERS) {
                if let Ok(name) = HeaderName::try_from(format!("x-one-more-{number}")) {
                    response.headers_mut().insert(name, HeaderValue::from_static("1"));
                }
            }
        }
        Fault::LongHeader(length) => {
            if let Ok(value) = HeaderValue::try_from("x".repeat(*length)) {
                response.headers_mut().insert("x-long", value);
            }
        }
        _ => {}
    }
    response
}

/// A space after each such time, for ever.
pub(crate) fn dripping(head: Bytes, every: Duration) -> Body {
    let drops = unfold((), move |()| async move {
        sleep(every).await;
        Some((Bytes::from_static(b" "), ()))
    });
    Body::from_stream(iter([head]).chain(drops).map(Ok::<_, Infallible>))
}

/// So many letters between two other pieces, in a body of unknown length.
pub(crate) fn filler(head: Bytes, letter: u8, bytes: u64, tail: Option<Bytes>) -> Body {
    let piece = Bytes::from(vec![letter; PIECE]);
    let letters = unfold(bytes, move |left| {
        let size = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let next = (left > 0).then(|| (piece.slice(..size), left - size as u64));
        async move { next }
    });
    let pieces = iter([head]).chain(letters).chain(iter(tail));
    Body::from_stream(pieces.map(Ok::<_, Infallible>))
}

/// Each piece changed. Pieces of event streams are whole blocks.
fn mapped(response: Response, change: impl Fn(Bytes) -> Bytes + Send + Sync + 'static) -> Response {
    let events = is_event_stream(&response);
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let pieces = unfold((Source::new(body, events), change), |(mut source, change)| async move {
        let piece = change(source.next().await?);
        Some((Ok::<_, Infallible>(piece), (source, change)))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}

fn preceded(response: Response, pieces: impl futures_util::Stream<Item = Bytes> + Send + 'static) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let body = body.into_data_stream();
    Response::from_parts(parts, Body::from_stream(pieces.map(Ok).chain(body)))
}

async fn damaged(response: Response, damage: Damage) -> Response {
    if is_event_stream(&response) {
        return mapped(response, move |block| match block.strip_prefix(b"data: ") {
            Some(data) => {
                let data = damage.apply(data.strip_suffix(b"\n\n").unwrap_or(data));
                [b"data: ", data.as_slice(), b"\n\n"].concat().into()
            }
            None => block,
        });
    }
    let media = response.headers().get(CONTENT_TYPE).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    if !media.starts_with(b"application/json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    // The mock made this body itself, in memory.
    let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::from(damage.apply(&text)))
}

fn replaced(piece: &[u8], byte: u8, by: &[u8]) -> Vec<u8> {
    let mut changed = Vec::with_capacity(piece.len() + piece.len() / 8);
    for found in piece {
        if *found == byte { changed.extend_from_slice(by) } else { changed.push(*found) }
    }
    changed
}
