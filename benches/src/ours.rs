//! `dify-api`: its decoder and its events, as they stand behind `EventStream`.

use crate::tally::Tally;
use bytes::Bytes;
use dify_api::{sse::Decoder, types::ChatEvent};
use std::hint::black_box;

/// Reads a whole stream and tells what was in it.
pub fn decode(chunks: impl Iterator<Item = Bytes>) -> Tally {
    decode_by(Decoder::new(), chunks)
}

/// The same by a decoder that takes events of up to `limit` bytes.
pub fn decode_up_to(limit: usize, chunks: impl Iterator<Item = Bytes>) -> Tally {
    decode_by(Decoder::with_limit(limit), chunks)
}

fn decode_by(mut decoder: Decoder, chunks: impl Iterator<Item = Bytes>) -> Tally {
    let mut tally = Tally::default();
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(frame) = decoder.next_frame() {
            let frame = frame.expect("a frame");
            let event = ChatEvent::from_json(frame.data()).expect("an event");
            tally.events += 1;
            match &event {
                ChatEvent::Message(message) => tally.answer_bytes += message.answer.len() as u64,
                ChatEvent::NodeStarted(node) => tally.node_indexes += node.data.index,
                ChatEvent::NodeFinished(node) => tally.node_indexes += node.data.index,
                ChatEvent::MessageEnd(_) | ChatEvent::WorkflowFinished(_) => tally.ends += 1,
                _ => {}
            }
            black_box(&event);
        }
    }
    tally
}
