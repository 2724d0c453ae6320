//! The event stream decoder, on input that nobody wrote by hand: it reads the same however the bytes are cut, and what
//! it reads is what the plain reading of the standard finds.

use bytes::Bytes;
use dify_api::sse::{Decoder, FrameError};
use dify_tests::sse_frames::{ReferenceFrame, reference};
use proptest::{collection::vec, prelude::*, sample::select};
use std::time::Duration;

/// Everything a decoder tells.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    frames: Vec<Result<ReferenceFrame, FrameError>>,
    last_id: String,
    retry: Option<Duration>,
    mid_event: bool,
}

impl Reading {
    /// The frames as the reference tells them; it knows no limits.
    fn frames(&self) -> Vec<ReferenceFrame> {
        self.frames.iter().filter_map(|frame| frame.clone().ok()).collect()
    }
}

fn read<'c>(mut decoder: Decoder, chunks: impl IntoIterator<Item = &'c [u8]>) -> Reading {
    let mut frames = Vec::new();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        while let Some(frame) = decoder.next_frame() {
            frames.push(frame.map(|frame| ReferenceFrame {
                event: frame.event().into(),
                data: frame.data().into(),
                id: frame.last_event_id().into(),
            }));
        }
    }
    Reading {
        frames,
        last_id: decoder.last_event_id().into(),
        retry: decoder.retry(),
        mid_event: decoder.is_mid_event(),
    }
}

/// Cuts the stream at sizes that repeat; a size of zero is an empty chunk.
fn cut<'s>(stream: &'s [u8], sizes: &[usize]) -> Vec<&'s [u8]> {
    let (mut rest, mut chunks) = (stream, Vec::new());
    for size in sizes.iter().cycle() {
        let (chunk, tail) = rest.split_at(rest.len().min(*size));
        chunks.push(chunk);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    chunks
}

/// Sizes of which at least one is not zero, so that cutting ends.
fn sizes() -> impl Strategy<Value = Vec<usize>> {
    (vec(0_usize..9, 0..6), prop_oneof![Just(1_usize), 1_usize..40]).prop_map(|(mut sizes, last)| {
        sizes.push(last);
        sizes
    })
}

/// What streams are made of, the ill-meant parts included.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let bytes = |pieces: &'static [&'static [u8]]| select(pieces).prop_map(<[u8]>::to_vec);
    prop_oneof![
        6 => bytes(&[b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r"]),
        6 => bytes(&[b"data: ", b"data:", b"data", b"event: ", b"event:", b"id: ", b"id", b"retry: ", b": ", b":"]),
        2 => bytes(&[b" ", b"::", b"datab: ", b" data: ", b"Data: ", b"\t", b"1500", b"99999999999999999999"]),
        2 => bytes(&[b"\xEF\xBB\xBF", b"\xEF\xBB", b"\xEF", b"\0", b"\xFF", b"\xC3", b"\xE4\xBD", b"\xF0\x9F\x99\x82"]),
        2 => bytes(&[b"\xE2\x80\xA8", b"\xC2\x85", b"\xC3\xA9\xE4\xBD\xA0", b"\x0B\x0C", b"[DONE]"]),
        3 => "[a-z{}\":,0-9 ]{0,12}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..8),
    ]
}

fn hostile_stream() -> impl Strategy<Value = Vec<u8>> {
    (any::<bool>(), vec(piece(), 0..60)).prop_map(|(mark, pieces)| {
        let mark: &[u8] = if mark { b"\xEF\xBB\xBF" } else { b"" };
        [mark, &pieces.concat()].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_does_not_depend_on_how_the_bytes_are_cut(stream in hostile_stream(), sizes in sizes()) {
        let whole = read(Decoder::new(), [stream.as_slice()]);
        prop_assert_eq!(read(Decoder::new(), cut(&stream, &sizes)), whole);
    }

    #[test]
    fn the_size_limit_does_not_depend_on_how_the_bytes_are_cut(
        stream in hostile_stream(), sizes in sizes(), limit in 0_usize..24,
    ) {
        let whole = read(Decoder::with_limit(limit), [stream.as_slice()]);
        prop_assert_eq!(read(Decoder::with_limit(limit), cut(&stream, &sizes)), whole);
    }

    #[test]
    fn the_decoder_reads_what_the_standard_reads(stream in hostile_stream(), sizes in sizes()) {
        prop_assert_eq!(read(Decoder::new(), cut(&stream, &sizes)).frames(), reference(&stream));
    }

    #[test]
    fn chunks_that_wait_read_like_chunks_that_are_fetched(stream in hostile_stream(), sizes in sizes()) {
        let mut decoder = Decoder::new();
        for chunk in cut(&stream, &sizes) {
            decoder.push(Bytes::copy_from_slice(chunk));
        }
        prop_assert_eq!(read(decoder, [&[][..]]), read(Decoder::new(), [stream.as_slice()]));
    }

    #[test]
    fn no_frame_within_the_limit_is_refused_and_none_beyond_it_is_given(
        stream in hostile_stream(), sizes in sizes(), limit in 0_usize..24,
    ) {
        for frame in read(Decoder::with_limit(limit), cut(&stream, &sizes)).frames.into_iter().flatten() {
            // The limit counts bytes as they come; what stands for one that is no UTF-8 is longer.
            let length = frame.data.replace('\u{fffd}', "?").len();
            prop_assert!(length <= limit, "{length} bytes over a limit of {limit}");
        }
        let largest = reference(&stream).into_iter().map(|frame| frame.data.len()).max().unwrap_or(0);
        // Lines that are no data count too: room for the whole stream is room for each of its frames.
        let roomy = read(Decoder::with_limit(stream.len().max(largest)), cut(&stream, &sizes));
        let refused = roomy.frames.iter().any(|frame| matches!(frame, Err(FrameError::TooLarge { .. })));
        prop_assert!(!refused);
    }
}
