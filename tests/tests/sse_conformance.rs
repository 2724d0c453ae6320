//! What the HTML standard says about interpreting an event stream, case by case, through the public decoder.
//!
//! Each case is read however its bytes may arrive: at once, byte by byte, in chunks of every size, cut at every one place
//! and at every two, with empty chunks between, and, where it is short, in every way there is. In one thing the decoder
//! means to differ from the standard, see the last section.

use std::time::Duration;

use bytes::Bytes;
use dify_api::sse::Decoder;

/// Up to this length, every way to cut a stream is tried: there are `2^(length - 1)`.
const SHORT: usize = 13;

/// What a decoder told of a stream: each frame as type, data and last id, then what remains of the stream.
#[derive(Debug, PartialEq)]
struct Reading {
    frames: Vec<(String, String, String)>,
    last_id: String,
    retry: Option<Duration>,
}

fn read<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> Reading {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        while let Some(frame) = decoder.next_frame() {
            frames.push(match frame {
                Ok(frame) => (frame.event().into(), frame.data().into(), frame.last_event_id().into()),
                Err(error) => panic!("{error}"),
            });
        }
    }
    Reading { frames, last_id: decoder.last_event_id().into(), retry: decoder.retry() }
}

/// Reads the stream in every way it may be cut, and holds each against what is expected.
fn check(stream: &[u8], expected: &Reading) {
    let hold = |chunks: &[&[u8]]| {
        let shown = || chunks.iter().map(|chunk| chunk.escape_ascii().to_string()).collect::<Vec<_>>().join(" | ");
        assert_eq!(read(chunks.iter().copied()), *expected, "{}", shown());
    };
    hold(&[stream]);
    for size in 1..stream.len() {
        hold(&stream.chunks(size).collect::<Vec<_>>());
    }
    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            hold(&[&stream[..first], &stream[first..second], &[], &stream[second..]]);
        }
    }
    if (1..=SHORT).contains(&stream.len()) {
        for cuts in 0..1_u32 << (stream.len() - 1) {
            let ends = (1..stream.len()).filter(|place| cuts >> (place - 1) & 1 == 1).chain([stream.len()]);
            let mut start = 0;
            let chunks: Vec<&[u8]> = ends.map(|end| &stream[std::mem::replace(&mut start, end)..end]).collect();
            hold(&chunks);
        }
    }
}

/// One test for each case: its name, the stream, and the frames as `(type, data)` or `(type, data, last id)`; after
/// `then`, the last id and the time to wait that the stream leaves behind.
macro_rules! cases {
    (@frame ($event:expr, $data:expr)) => { (String::from($event), String::from($data), String::new()) };
    (@frame ($event:expr, $data:expr, $id:expr)) => { (String::from($event), String::from($data), String::from($id)) };
    (@rest) => { (String::new(), None) };
    (@rest $id:expr, $retry:expr) => { (String::from($id), $retry.map(Duration::from_millis)) };
    ($($name:ident: $stream:expr => [$($frame:tt),* $(,)?] $(then $id:expr, $retry:expr)?;)+) => {$(
        #[test]
        fn $name() {
            let (last_id, retry) = cases!(@rest $($id, $retry)?);
            let stream: &[u8] = $stream.as_ref();
            check(stream, &Reading { frames: vec![$(cases!(@frame $frame)),*], last_id, retry });
        }
    )+};
}

const NONE: Option<u64> = None;

// Lines and their ends.
cases! {
    an_empty_stream_has_no_events: b"" => [];
    a_line_feed_ends_a_line: b"data: a\n\ndata: b\n\n" => [("message", "a"), ("message", "b")];
    carriage_return_and_line_feed_are_one_end: b"data: a\r\n\r\ndata: b\r\n\r\n" => [("message", "a"), ("message", "b")];
    a_carriage_return_alone_ends_a_line: b"data: a\r\rdata: b\r\r" => [("message", "a"), ("message", "b")];
    a_line_feed_before_a_carriage_return_makes_two_ends: b"data:a\n\rdata:b\n\r" => [("message", "a"), ("message", "b")];
    ends_of_all_kinds_may_mix: b"data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\n\n" => [("message", "a\nb\nc"), ("message", "d")];
    two_ends_of_two_bytes_within_data_lines_join_them_once: b"data:a\r\ndata:b\r\n\r\n" => [("message", "a\nb")];
    blank_lines_alone_are_no_events: b"\n\r\r\n\n\r\n\r" => [];
    blank_lines_between_events_are_no_events: b"\n\ndata:a\n\n\n\n\ndata:b\n\n" => [("message", "a"), ("message", "b")];
    separators_of_unicode_end_no_line: "data: a\u{2028}b\u{2029}c\u{85}d\n\n" => [("message", "a\u{2028}b\u{2029}c\u{85}d")];
    form_feed_and_vertical_tab_end_no_line: b"data: a\x0cb\x0bc\n\n" => [("message", "a\x0cb\x0bc")];
    a_nul_in_data_stays: b"data: a\0b\n\n" => [("message", "a\0b")];
}

// The byte order mark.
cases! {
    a_byte_order_mark_at_the_beginning_is_passed_over: b"\xef\xbb\xbfdata: a\n\n" => [("message", "a")];
    a_byte_order_mark_before_a_comment_is_passed_over: b"\xef\xbb\xbf: c\ndata: a\n\n" => [("message", "a")];
    only_one_byte_order_mark_is_passed_over: b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n" => [("message", "b")];
    a_byte_order_mark_at_a_later_line_belongs_to_the_name: b"data: a\n\n\xef\xbb\xbfdata: b\n\n" => [("message", "a")];
    a_byte_order_mark_in_data_stays: "data: \u{feff}a\n\n" => [("message", "\u{feff}a")];
    a_byte_order_mark_alone_is_an_empty_stream: b"\xef\xbb\xbf" => [];
}

// Fields.
cases! {
    a_comment_says_nothing: b": hello\ndata: a\n:\n:data: b\n\n" => [("message", "a")];
    a_stream_of_comments_has_no_events: b": a\n\n:\n\n" => [];
    one_space_after_the_colon_is_taken_off: b"data:a\n\ndata: b\n\n" => [("message", "a"), ("message", "b")];
    a_second_space_stays: b"data:  a\n\ndata:   \n\n" => [("message", " a"), ("message", "  ")];
    a_tab_after_the_colon_stays: b"data:\ta\n\n" => [("message", "\ta")];
    spaces_at_the_end_stay: b"data: a \n\n" => [("message", "a ")];
    later_colons_belong_to_the_value: b"data: a: b:c\n\n" => [("message", "a: b:c")];
    a_colon_may_follow_at_once: b"data::\n\n" => [("message", ":")];
    a_field_without_a_colon_has_an_empty_value: b"data\n\n" => [("message", "")];
    an_unknown_field_says_nothing: b"foo: 1\ndata: a\nbar\nevents: x\n\n" => [("message", "a")];
    a_name_is_matched_whole_and_as_it_is_written: b"Data: a\nDATA: b\ndat: c\ndatas: d\n data: e\ndata : f\n\n" => [];
}

// Data.
cases! {
    several_data_lines_are_joined_by_line_feeds: b"data: a\ndata:  b\ndata: c\n\n" => [("message", "a\n b\nc")];
    an_empty_data_line_counts_when_joining: b"data: a\ndata\ndata:\ndata: b\n\n" => [("message", "a\n\n\nb")];
    two_data_lines_without_value_are_one_line_feed: b"data\ndata\n\n" => [("message", "\n")];
    a_data_line_without_value_makes_an_event_of_its_own: b"data:\n\ndata\n\n" => [("message", ""), ("message", "")];
    lines_between_data_lines_do_not_part_them: b"data: a\n: c\nid: 1\nfoo\ndata: b\n\n" => [("message", "a\nb", "1")] then "1", NONE;
    characters_of_every_length_stay_whole: "data: a\u{e9}\u{4f60}\u{1f642}\n\n" => [("message", "a\u{e9}\u{4f60}\u{1f642}")];
}

// The type of an event.
cases! {
    an_event_field_names_the_type: b"event: x\ndata: a\n\ndata: b\n\n" => [("x", "a"), ("message", "b")];
    the_type_may_follow_the_data: b"data: a\nevent: x\n\n" => [("x", "a")];
    the_last_event_field_counts: b"event: x\nevent: y\ndata: a\n\n" => [("y", "a")];
    an_empty_event_field_means_message: b"event: x\nevent\ndata: a\n\n" => [("message", "a")];
    without_data_nothing_is_dispatched_and_the_type_is_forgotten: b"event: ping\n\ndata: a\n\n" => [("message", "a")];
    a_type_may_have_any_characters: "event: \u{4f60} :x\ndata: a\n\n" => [("\u{4f60} :x", "a")];
}

// The last id.
cases! {
    an_id_is_that_of_its_event: b"id: 1\ndata: a\n\n" => [("message", "a", "1")] then "1", NONE;
    an_id_carries_over_to_later_events: b"id: 1\ndata: a\n\ndata: b\n\n" => [("message", "a", "1"), ("message", "b", "1")] then "1", NONE;
    an_event_without_data_sets_the_id_all_the_same: b"id: 1\n\ndata: a\n\n" => [("message", "a", "1")] then "1", NONE;
    an_empty_id_clears_it: b"id: 1\ndata: a\n\nid\ndata: b\n\n" => [("message", "a", "1"), ("message", "b")];
    an_id_with_a_nul_is_ignored: b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n" => [("message", "a", "1"), ("message", "b", "1")] then "1", NONE;
    the_last_id_field_of_an_event_counts: b"id: 1\nid: 2\ndata: a\n\n" => [("message", "a", "2")] then "2", NONE;
    an_id_without_the_end_of_its_event_does_not_count: b"id: 1\n\nid: 2\ndata: a\n" => [] then "1", NONE;
}

// The time to wait.
cases! {
    a_retry_of_digits_is_a_time_in_milliseconds: b"retry: 1500\n\n" => [] then "", Some(1500);
    a_retry_counts_at_its_line_already: b"retry:7\n" => [] then "", Some(7);
    a_retry_needs_no_event_and_makes_none: b"retry: 10\ndata: a\n\nretry: 20\n\n" => [("message", "a")] then "", Some(20);
    a_retry_with_anything_but_digits_is_ignored: b"retry: 15\nretry: 1s\nretry: -1\nretry: 1.5\nretry: +2\nretry:  3\n" => [] then "", Some(15);
    an_empty_retry_is_ignored: b"retry: 15\nretry\nretry:\n\n" => [] then "", Some(15);
    digits_of_other_scripts_are_no_digits: "retry: \u{661}\u{662}\n\n" => [];
}

// The end of the stream.
cases! {
    an_event_without_its_blank_line_is_dropped: b"data: a\n\ndata: b\n" => [("message", "a")];
    a_line_without_its_end_is_dropped: b"data: a\n\ndata: b\n\ndata: c" => [("message", "a"), ("message", "b")];
    a_carriage_return_as_the_last_byte_ends_the_last_event: b"data: a\n\r" => [("message", "a")];
    a_retry_without_the_end_of_its_line_is_dropped: b"retry: 5" => [];
}

// The standard reads what is not UTF-8 as replacement characters. The decoder refuses that one frame instead, so that no
// changed text is taken for what was said, and goes on with the next.
cases! {
    what_is_not_utf_8_is_replaced: b"data: \xff\n\ndata: b\n\n" => [("message", "\u{fffd}"), ("message", "b")];
    a_character_cut_short_by_the_line_s_end_is_replaced: b"data: \xe4\xbd\n\ndata: b\n\n" => [("message", "\u{fffd}"), ("message", "b")];
    what_is_not_utf_8_is_no_matter_in_a_comment_or_unknown_field: b": \xff\nfoo: \xc3\n\xff\ndata: a\n\n" => [("message", "a")];
}
