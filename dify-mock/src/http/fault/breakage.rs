//! Faults that break HTTP or the connection: written to the line, past the HTTP library.

use std::io;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::Method;
use tokio::time::sleep;

use super::source::{Source, is_event, is_event_stream, with_character};
use super::wire::{Framing, Wire};
use super::{Ending, Fault, Line, Place};

const PING: &[u8] = b"event: ping\n\n";
/// What an endless event consists of, after its beginning.
const ENDLESS: [u8; 16 * 1024] = [b'x'; 16 * 1024];

/// Whether it is written here.
pub(crate) fn breaks(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::TricklingHead(_)
            | Fault::Pause { .. }
            | Fault::Cut { .. }
            | Fault::Overstated(_)
            | Fault::Slices { .. }
            | Fault::EndlessPings { .. }
            | Fault::Silence { .. }
            | Fault::EndlessEvent { .. }
    )
}

/// Writes a faulty answer. `begun` receives its status when the head is sent.
pub(crate) async fn write(
    fault: &Fault,
    method: &Method,
    response: Response,
    line: &Line,
    begun: impl Fn(u16) + Send + Sync,
) {
    // An error is the client's going: nobody is left to be told.
    let _ = answer(fault, method, response, line, begun).await;
    // Whatever happened, nothing may follow what has been written.
    line.end(Ending::Close);
}

async fn answer(
    fault: &Fault,
    method: &Method,
    response: Response,
    line: &Line,
    begun: impl Fn(u16) + Send + Sync,
) -> io::Result<()> {
    let events = is_event_stream(&response);
    let (parts, body) = response.into_parts();
    let bodiless = *method == Method::HEAD || matches!(parts.status.as_u16(), 100..200 | 204 | 304);
    let body = match fault {
        // Of unknown length until it is whole.
        Fault::Overstated(_) => Body::from(to_bytes(body, usize::MAX).await.unwrap_or_default()),
        _ => body,
    };
    let mut source = Source::new(body, events);
    let endless = matches!(fault, Fault::EndlessPings { .. } | Fault::EndlessEvent { .. } | Fault::Slices { .. });
    let placed = fault.place().is_some_and(|place| matches!(place, Place::InCharacter(_) | Place::InChunk(_)));
    let framing = match (bodiless, source.length(), fault) {
        (true, ..) => Framing::Bodiless,
        (_, Some(length), Fault::Overstated(more)) => Framing::Length(length.saturating_add(*more)),
        // What is added would not fit the length, and only chunks can be cut through.
        (_, Some(length), _) if !endless && !placed => Framing::Length(length),
        _ => Framing::Chunked,
    };
    let wire = Wire::new(line.clone(), framing);
    let trickle = match fault {
        Fault::TricklingHead(pause) => Some(*pause),
        _ => None,
    };
    wire.head(&parts, trickle).await?;
    begun(parts.status.as_u16());
    match fault {
        Fault::Pause { at, lasts } => {
            let rest = up_to(*at, &mut source, &wire).await?;
            sleep(*lasts).await;
            rest.send(&wire).await?;
        }
        Fault::Cut { at, by } => {
            up_to(*at, &mut source, &wire).await?;
            line.end(*by);
            return Ok(());
        }
        Fault::Slices { bytes, pause } => {
            while let Some(piece) = source.next().await {
                for slice in piece.chunks((*bytes).max(1)) {
                    if pause.is_zero() {
                        // Others have their turn, the one who reads this among them.
                        tokio::task::yield_now().await;
                    } else {
                        sleep(*pause).await;
                    }
                    wire.send(slice).await?;
                }
            }
        }
        Fault::EndlessPings { after, every } => {
            up_to(*after, &mut source, &wire).await?;
            loop {
                wire.send(PING).await?;
                // No pause at all would keep this thread for itself.
                sleep((*every).max(Duration::from_millis(1))).await;
            }
        }
        Fault::Silence { after } => {
            up_to(*after, &mut source, &wire).await?;
            // The library ends this when the client goes.
            std::future::pending::<()>().await;
        }
        Fault::EndlessEvent { after } => {
            up_to(*after, &mut source, &wire).await?;
            wire.send(b"data: ").await?;
            loop {
                wire.send(&ENDLESS).await?;
                tokio::task::yield_now().await;
            }
        }
        _ => {}
    }
    while let Some(piece) = source.next().await {
        wire.send(&piece).await?;
    }
    if matches!(fault, Fault::Overstated(_)) {
        return Ok(());
    }
    wire.finish().await
}

/// What of a piece lies behind a place.
enum Rest {
    Nothing,
    /// A piece of its own.
    Piece(Bytes),
    /// The end of a chunk that has begun.
    OfChunk(Bytes),
}

impl Rest {
    async fn send(self, wire: &Wire) -> io::Result<()> {
        match self {
            Rest::Nothing => Ok(()),
            Rest::Piece(piece) => wire.send(&piece).await,
            Rest::OfChunk(rest) => wire.send_rest(&rest).await,
        }
    }
}

/// Sends the body up to a place.
async fn up_to(place: Place, source: &mut Source, wire: &Wire) -> io::Result<Rest> {
    let whole = match place {
        Place::BeforeBody => return Ok(Rest::Nothing),
        Place::AfterBytes(bytes) => return after_bytes(bytes, source, wire).await,
        Place::AtEnd => usize::MAX,
        Place::AfterEvents(count) | Place::InEvent(count) | Place::InCharacter(count) | Place::InChunk(count) => count,
    };
    if place != Place::AtEnd && !source.is_events() {
        return in_middle(place, source, wire).await;
    }
    let mut events = 0;
    while events < whole {
        let Some(block) = source.next().await else { return Ok(Rest::Nothing) };
        events += usize::from(is_event(&block));
        wire.send(&block).await?;
    }
    if matches!(place, Place::AfterEvents(_) | Place::AtEnd) {
        return Ok(Rest::Nothing);
    }
    while let Some(block) = source.next().await {
        if is_event(&block) {
            return within(place, block, wire).await;
        }
        wire.send(&block).await?;
    }
    Ok(Rest::Nothing)
}

async fn after_bytes(bytes: u64, source: &mut Source, wire: &Wire) -> io::Result<Rest> {
    let mut left = bytes;
    while left > 0 {
        let Some(mut piece) = source.next().await else { break };
        if left < piece.len() as u64 {
            // Smaller than a length in memory.
            let rest = piece.split_off(left as usize);
            wire.send(&piece).await?;
            return Ok(Rest::Piece(rest));
        }
        left -= piece.len() as u64;
        wire.send(&piece).await?;
    }
    Ok(Rest::Nothing)
}

/// Where there are no events.
async fn in_middle(place: Place, source: &mut Source, wire: &Wire) -> io::Result<Rest> {
    match (place, source.length()) {
        (Place::AfterEvents(_) | Place::InEvent(_), Some(length)) => after_bytes(length / 2, source, wire).await,
        _ => match source.next().await {
            Some(piece) => within(place, piece, wire).await,
            None => Ok(Rest::Nothing),
        },
    }
}

/// Within a piece.
async fn within(place: Place, mut piece: Bytes, wire: &Wire) -> io::Result<Rest> {
    let mut middle = piece.len() / 2;
    if let (Place::InCharacter(_), Some((changed, place))) = (place, with_character(&piece)) {
        (piece, middle) = (Bytes::from(changed), place);
    }
    if matches!(place, Place::InChunk(_)) {
        wire.send_part(&piece, middle).await?;
        return Ok(Rest::OfChunk(piece.slice(middle..)));
    }
    wire.send(&piece[..middle]).await?;
    Ok(Rest::Piece(piece.slice(middle..)))
}

impl Fault {
    fn place(&self) -> Option<Place> {
        match self {
            Fault::Pause { at: place, .. }
            | Fault::Cut { at: place, .. }
            | Fault::EndlessPings { after: place, .. }
            | Fault::Silence { after: place }
            | Fault::EndlessEvent { after: place } => Some(*place),
            _ => None,
        }
    }
}
