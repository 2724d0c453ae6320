//! Event streams and lists of lines, cleaned one event at a time.

use super::place::Place;
use super::placeholder::REDACTED;
use super::tree::Tree;
use super::{Scrubber, looks};

/// A cleaned stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Events {
    /// Where each event ends in the body, and the text written for it.
    pub(crate) pieces: Vec<(usize, String)>,
    /// Bytes at the end that are no whole event.
    pub(crate) rest: usize,
}

/// A line and how it ends.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    text: &'a str,
    end: &'a str,
}

impl Scrubber {
    /// Cleans a stream of events. A last event that is not whole is left out.
    pub(crate) fn events(&mut self, body: &str, place: &Place) -> Events {
        let mut events = Events::default();
        let mut start = 0;
        let mut frame = Vec::new();
        for line in lines(body) {
            frame.push(line);
            if line.text.is_empty() {
                let length: usize = frame.iter().map(|line| line.text.len() + line.end.len()).sum();
                start += length;
                events.pieces.push((start, self.event(&frame, place).0));
                frame.clear();
            }
        }
        if !frame.is_empty() {
            match self.event(&frame, place) {
                (piece, true) => events.pieces.push((body.len(), piece)),
                (_, false) => events.rest = body.len() - start,
            }
        }
        events
    }

    /// Cleans lines of JSON; `None` where one is none.
    pub(crate) fn json_lines(&mut self, body: &str, place: &Place) -> Option<String> {
        let mut cleaned = String::with_capacity(body.len());
        for line in lines(body) {
            if !line.text.trim_matches(['\u{1e}', ' ', '\t']).is_empty() {
                cleaned.push_str(&self.json(line.text.trim_start_matches('\u{1e}'), place)?);
            }
            cleaned.push_str(line.end);
        }
        Some(cleaned)
    }

    /// Cleans one JSON document; parts without secrets keep their spelling. `None` where it is none.
    pub(crate) fn json(&mut self, text: &str, place: &Place) -> Option<String> {
        let tree = Tree::json(text)?;
        let mut cleaned = tree.clone();
        self.document(&mut cleaned, place);
        Some(if cleaned == tree { text.to_owned() } else { cleaned.write() })
    }

    /// Returns the lines of an event, cleaned, and whether its data are whole.
    fn event(&mut self, lines: &[Line<'_>], place: &Place) -> (String, bool) {
        let data: Vec<&str> = lines.iter().filter_map(|line| data(line.text)).collect();
        let data = data.join("\n");
        let whole = matches!(data.trim(), "" | "[DONE]" | "ping");
        let payload = if whole { None } else { Some(self.json(&data, place)) };
        let is_whole = !matches!(payload, Some(None));
        let replaced = payload.map(|cleaned| cleaned.unwrap_or_else(|| REDACTED.to_owned()));
        let mut new = replaced.filter(|cleaned| *cleaned != data);
        let changed = new.is_some();
        let mut written = String::new();
        for line in lines {
            match data_line(line.text) {
                true if changed => {
                    if let Some(new) = new.take() {
                        written.push_str("data: ");
                        written.push_str(&new);
                        written.push_str(line.end);
                    }
                    continue;
                }
                true => written.push_str(line.text),
                false => written.push_str(&self.other_line(line.text)),
            }
            written.push_str(line.end);
        }
        (written, is_whole)
    }

    /// A line without data: a comment, the kind of the event, its number.
    fn other_line(&self, line: &str) -> String {
        let word = |text: &str| {
            text.len() <= 40
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                && looks::text(text, &self.seen) == text
        };
        let bare = line.trim_start_matches('\u{feff}');
        let (name, value) = bare.split_once(':').unwrap_or((bare, ""));
        let number = !value.is_empty() && value.trim().bytes().all(|byte| byte.is_ascii_digit()) && value.len() < 20;
        match name {
            "" if ["", "ping", "keepalive", "keep-alive", "heartbeat"].contains(&value.trim()) => line.to_owned(),
            "event" if word(value.trim()) => line.to_owned(),
            "id" | "retry" if number => line.to_owned(),
            name if word(name) && value.is_empty() => line.to_owned(),
            name if word(name) => format!("{name}: {REDACTED}"),
            _ => REDACTED.to_owned(),
        }
    }
}

fn data_line(line: &str) -> bool {
    data(line).is_some()
}

fn data(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}');
    if line == "data" {
        return Some("");
    }
    line.strip_prefix("data:").map(|value| value.strip_prefix(' ').unwrap_or(value))
}

/// The lines of a text, which end with CR LF, LF or CR.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (line, ended) = rest.split_at(length);
        let end = if ended.starts_with("\r\n") { 2 } else { ended.len().min(1) };
        let (end, after) = ended.split_at(end);
        rest = after;
        Some(Line { text: line, end })
    })
}
