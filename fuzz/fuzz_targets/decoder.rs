//! The event stream decoder: the same frames however the bytes are cut, and no more memory than its limit allows.
//!
//! Input: a byte that says how to cut, a byte that says the limit, the stream.

#![no_main]

use std::alloc::System;
use std::time::Duration;

use bytes::Bytes;
use cap::Cap;
use dify_api::sse::{DEFAULT_LIMIT, Decoder, FrameError};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static ALLOCATED: Cap<System> = Cap::new(System, usize::MAX);

#[derive(Debug, PartialEq)]
struct Reading {
    frames: Vec<Result<(String, String, String), FrameError>>,
    last_id: String,
    retry: Option<Duration>,
    mid_event: bool,
}

fn read<'c>(limit: usize, chunks: impl Iterator<Item = &'c [u8]>) -> Reading {
    let mut decoder = Decoder::with_limit(limit);
    let mut frames = Vec::new();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        while let Some(frame) = decoder.next_frame() {
            frames.push(frame.map(|frame| {
                assert!(frame.data().len() <= limit, "{} bytes of data over a limit of {limit}", frame.data().len());
                (frame.event().into(), frame.data().into(), frame.last_event_id().into())
            }));
        }
    }
    let (last_id, retry) = (decoder.last_event_id().into(), decoder.retry());
    Reading { frames, last_id, retry, mid_event: decoder.is_mid_event() }
}

/// Chunks of one to sixteen bytes, or of up to some thousands, by a generator that `seed` starts.
fn cut(mut rest: &[u8], seed: u8) -> impl Iterator<Item = &[u8]> {
    let mut state = u32::from(seed) * 2 + 1;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let most = if seed.is_multiple_of(2) { 16 } else { 4096 };
        let size = (state >> 16) as usize % most + 1;
        let (chunk, tail) = rest.split_at(size.min(rest.len()));
        rest = tail;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Reads and keeps nothing: all that is allocated is the decoder's, and the chunk it reads.
fn most_allocated(limit: usize, stream: &[u8]) -> usize {
    let before = ALLOCATED.allocated();
    let mut decoder = Decoder::with_limit(limit);
    let mut most = 0;
    for chunk in stream.chunks(64) {
        decoder.push(Bytes::copy_from_slice(chunk));
        while decoder.next_frame().is_some() {}
        most = most.max(ALLOCATED.allocated().saturating_sub(before));
    }
    most
}

fuzz_target!(|input: &[u8]| {
    let [seed, limit, stream @ ..] = input else { return };
    let limit = if *limit == 255 { DEFAULT_LIMIT } else { usize::from(*limit) };
    let whole = read(limit, std::iter::once(stream));
    assert_eq!(read(limit, cut(stream, *seed)), whole);
    assert_eq!(read(limit, stream.chunks(1)), whole);
    if limit < 255 {
        // A line, the data, the type and two ids, each in a buffer that grew by doubling.
        let bound = 5 * 2 * (limit + 16) + 1024;
        let most = most_allocated(limit, stream);
        assert!(most <= bound, "{most} bytes allocated under a limit of {limit}");
    }
});
