//! The standard as a table, and what holds however the bytes are cut.

use super::{Decoder, Frame, FrameError};
use bytes::Bytes;
use std::time::Duration;

/// Name, bytes, and the frames they are, as `event=data`; `!` is a refused frame.
const CASES: &[(&str, &[u8], &[&str])] = &[
    ("LF", b"data: a\n\ndata: b\n\n", &["message=a", "message=b"]),
    ("CRLF", b"data: a\r\n\r\ndata: b\r\n\r\n", &["message=a", "message=b"]),
    ("CR", b"data: a\r\rdata: b\r\r:\n", &["message=a", "message=b"]),
    ("CR at the very end", b"data: a\r\r", &["message=a"]),
    ("LF then CR are two ends", b"data: a\n\rdata: b\n\n", &["message=a", "message=b"]),
    ("mixed ends", b"data: a\r\ndata: b\rdata: c\n\r\n", &["message=a\nb\nc"]),
    ("several data lines", b"data: a\ndata: b\n\n", &["message=a\nb"]),
    ("several data lines, CRLF", b"data: a\r\ndata: b\r\n\r\n", &["message=a\nb"]),
    ("an empty first data line", b"data\ndata: b\n\n", &["message=\nb"]),
    ("empty data", b"data\n\ndata:\n\ndata: \n\n", &["message=", "message=", "message="]),
    ("two empty data lines", b"data\ndata\n\n", &["message=\n"]),
    ("one space is taken off", b"data:a\n\ndata:  b\n\n", &["message=a", "message= b"]),
    ("a tab is no space", b"data:\ta\n\n", &["message=\ta"]),
    ("a ping without data is none", b"event: ping\n\ndata: a\n\n", &["message=a"]),
    ("its name does not stick", b"event: ping\n\n\n\ndata: a\n\n", &["message=a"]),
    ("a comment", b": hi\n\ndata: a\n: x\n:\n\n", &["message=a"]),
    ("a named event", b"event: x\ndata: a\n\ndata: b\n\n", &["x=a", "message=b"]),
    ("the last name counts", b"event: x\nevent: y\ndata: a\n\n", &["y=a"]),
    ("the name after the data", b"data: a\nevent: x\n\n", &["x=a"]),
    ("an empty name is message", b"event: x\nevent:\ndata: a\n\n", &["message=a"]),
    ("an unknown field", b"foo: 1\ndata: a\nbar\n\n", &["message=a"]),
    ("a longer or shorter name", b"database: a\ndat: b\ndata2\nDATA: c\n data: d\n\n", &[]),
    ("a colon in the data", b"data: a: b\n\n", &["message=a: b"]),
    ("byte order mark", b"\xef\xbb\xbfdata: a\n\n", &["message=a"]),
    ("two of them", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", &["message=b"]),
    ("one later is no mark", b"data: a\n\n\xef\xbb\xbfdata: b\n\n", &["message=a"]),
    ("the beginning of one", b"\xef\xbbdata: a\n\ndata: b\n\n", &["message=b"]),
    ("letters of every length", "data: a\u{e9}\u{4f60}\u{1f642}\n\n".as_bytes(), &["message=a\u{e9}\u{4f60}\u{1f642}"]),
    (
        "line ends of Unicode are none",
        "data: a\u{2028}b\u{85}c\u{c}d\u{b}\n\n".as_bytes(),
        &["message=a\u{2028}b\u{85}c\u{c}d\u{b}"],
    ),
    ("NUL in the data", b"data: a\0b\n\n", &["message=a\0b"]),
    ("an unfinished event is dropped", b"data: a\n\ndata: b\n", &["message=a"]),
    ("an unfinished line is dropped", b"data: a\n\ndata: b", &["message=a"]),
    ("nothing at all", b"", &[]),
    ("blank lines", b"\n\n\r\r\r\n\r\n", &[]),
    ("a bad byte is replaced", b"data: a\xffb\n\ndata: b\n\n", &["message=a\u{fffd}b", "message=b"]),
    ("a letter cut short", b"data: \xe4\xbd\n\ndata: b\n\n", &["message=\u{fffd}", "message=b"]),
    ("a bad byte in a name", b"event: \xff\ndata: a\n\ndata: b\n\n", &["\u{fffd}=a", "message=b"]),
    ("a bad byte in an id", b"id: \xff\ndata: a\n\ndata: b\n\n", &["message=a", "message=b"]),
    ("a bad byte in a comment", b": \xff\ndata: a\n\n", &["message=a"]),
    ("a bad byte in what is none", b"event: \xff\n\ndata: b\n\n", &["message=b"]),
];

fn show(frame: Result<Frame<'_>, FrameError>) -> String {
    match frame {
        Ok(frame) => format!("{}={}", frame.event(), frame.data()),
        Err(FrameError::TooLarge { .. }) => "large".to_owned(),
    }
}

fn frames(limit: usize, chunks: &[&[u8]]) -> Vec<String> {
    let (kept, gone) = (read(limit, chunks, |_| {}), read(limit, chunks, Decoder::let_go));
    assert_eq!(kept, gone, "letting go of chunks changes what is read");
    kept
}

/// Reads all frames, and does something after each.
fn read(limit: usize, chunks: &[&[u8]], after: fn(&mut Decoder)) -> Vec<String> {
    let mut decoder = Decoder::with_limit(limit);
    let mut seen = Vec::new();
    for chunk in chunks {
        decoder.push(chunk.to_vec());
        while let Some(frame) = decoder.next_frame() {
            seen.push(show(frame));
            after(&mut decoder);
        }
    }
    seen
}

impl Decoder {
    /// How many bytes of chunks it keeps.
    pub(crate) fn kept(&self) -> usize {
        self.chunk.len() + self.waiting.iter().map(Bytes::len).sum::<usize>()
    }
}

#[test]
fn a_chunk_that_is_read_to_its_end_is_given_back() {
    for (text, left) in [
        ("data: a\n\n", 0),
        ("data: a\r\n\r\n", 0),
        ("data: a\r\r", 0),
        ("data: a\ndata: b\n\n", 0),
        ("data: a\n\nd", 10),
    ] {
        let mut decoder = Decoder::new();
        decoder.push(text);
        assert!(decoder.next_frame().is_some_and(|frame| frame.is_ok()));
        decoder.let_go();
        assert_eq!(decoder.kept(), left, "{text:?}");
        decoder.let_go();
        assert!(decoder.next_frame().is_none());
    }
}

#[test]
fn the_standard_is_met_in_one_piece() {
    for (name, bytes, want) in CASES {
        assert_eq!(frames(1 << 20, &[bytes]), *want, "{name}");
    }
}

#[test]
fn the_standard_is_met_byte_by_byte_and_in_twos_and_threes() {
    for (name, bytes, want) in CASES {
        for size in 1..=3 {
            let chunks: Vec<_> = bytes.chunks(size).collect();
            assert_eq!(frames(1 << 20, &chunks), *want, "{name}, {size} at a time");
        }
    }
}

#[test]
fn a_cut_anywhere_changes_nothing_and_neither_does_an_empty_chunk() {
    for (name, bytes, want) in CASES {
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(frames(1 << 20, &[head, b"", tail]), *want, "{name}, cut at {cut}");
        }
    }
}

#[test]
fn a_cut_anywhere_changes_nothing_under_a_tight_limit() {
    let texts: &[&[u8]] = &[
        b"data: 12345678\n\ndata: 123456789\n\ndata: b\n\n",
        b"data:12345678\n\ndata:123456789\n\ndata: b\n\n",
        b"data: 1234\ndata: 567\n\ndata: 1234\ndata: 5678\nid: 9\n\ndata: b\n\n",
        b": a comment far beyond the limit of it all\ndata: a\n\nevent: much-too-long-a-name\ndata: b\n\ndata: c\n\n",
        b"data: 12345678901234567890",
        b"data: 123456789\ndata: 123456789\nevent: x\n: more\n\nevent: y\ndata: b\n\n",
    ];
    for bytes in texts {
        let whole = frames(8, &[bytes]);
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let cut = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(frames(8, &cut), whole, "{:?}", String::from_utf8_lossy(bytes));
            }
        }
    }
}

#[test]
fn the_limit_is_the_size_of_the_data_and_the_next_frame_is_read() {
    let seen = frames(8, &[b"data: 12345678\n\ndata: 123456789\n\ndata: b\n\n"]);
    assert_eq!(seen, ["message=12345678", "large", "message=b"]);
    let seen = frames(8, &[b"data: 1234\ndata: 567\n\ndata: 1234\ndata: 5678\n\ndata: b\n\n"]);
    assert_eq!(seen, ["message=1234\n567", "large", "message=b"]);
}

#[test]
fn an_endless_event_is_refused_when_it_passes_the_limit_and_keeps_no_memory() {
    let mut decoder = Decoder::with_limit(1000);
    decoder.push("data: ");
    let mut refused = 0;
    for _ in 0..1000 {
        decoder.push("0123456789".repeat(10));
        while let Some(frame) = decoder.next_frame() {
            assert_eq!(frame, Err(FrameError::TooLarge { limit: 1000 }));
            refused += 1;
        }
        assert!(decoder.line.capacity() + decoder.buffer.capacity() < 3000);
    }
    assert_eq!(refused, 1);
}

#[test]
fn endless_comments_keep_no_memory() {
    let mut decoder = Decoder::with_limit(1000);
    for _ in 0..10_000 {
        decoder.push(": still here\n");
        assert_eq!(decoder.next_frame(), None);
    }
    assert!(decoder.line.capacity() + decoder.buffer.capacity() < 1000);
}

#[test]
fn a_large_frame_gives_its_buffer_back() {
    let mut decoder = Decoder::new();
    decoder.push("data: ");
    decoder.push("x".repeat(1 << 20));
    assert_eq!(decoder.next_frame(), None);
    decoder.push("\n\ndata: b\n\n");
    assert_eq!(decoder.next_frame().map(show).map(|text| text.len()), Some((1 << 20) + 8));
    assert_eq!(decoder.next_frame().map(show), Some("message=b".to_owned()));
    assert!(decoder.line.capacity() + decoder.buffer.capacity() < super::KEPT_CAPACITY);
}

#[test]
fn ids_stay_until_the_next_and_count_from_the_end_of_their_frame() {
    let mut decoder = Decoder::new();
    decoder.push("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: 2\0\ndata: d\n\nid: 3\n\nid: 4\n");
    let mut ids = Vec::new();
    while let Some(frame) = decoder.next_frame() {
        ids.push(frame.expect("frame").last_event_id().to_owned());
    }
    assert_eq!(ids, ["1", "1", "", ""]);
    assert_eq!(decoder.last_event_id(), "3");
}

#[test]
fn retry_takes_digits_only() {
    let mut decoder = Decoder::new();
    for (line, want) in [
        ("retry: 10x\n", None),
        ("retry\n", None),
        ("retry: -1\n", None),
        ("retry: 99999999999999999999999\n", None),
        ("retry: 1500\n", Some(Duration::from_millis(1500))),
        ("retry: 2.5\n", Some(Duration::from_millis(1500))),
    ] {
        decoder.push(line);
        assert_eq!(decoder.next_frame(), None);
        assert_eq!(decoder.retry(), want, "{line}");
    }
}

#[test]
fn chunks_may_be_pushed_ahead() {
    let mut decoder = Decoder::new();
    for chunk in ["data: a\n\nda", "ta: b\n", "", "\ndata: c\n\n"] {
        decoder.push(chunk);
    }
    let mut seen = Vec::new();
    while let Some(frame) = decoder.next_frame() {
        seen.push(show(frame));
    }
    assert_eq!(seen, ["message=a", "message=b", "message=c"]);
}

#[test]
fn it_knows_whether_an_event_is_unfinished() {
    for (bytes, mid) in [
        ("", false),
        ("data: a\n\n", false),
        ("data: a\n", true),
        ("da", true),
        ("event: ping\n", true),
        ("event: ping\n\n: comment\n", false),
        ("event: x\ndata: a\n\n", false),
    ] {
        let mut decoder = Decoder::new();
        decoder.push(bytes);
        while decoder.next_frame().is_some() {}
        assert_eq!(decoder.is_mid_event(), mid, "{bytes:?}");
    }
}
