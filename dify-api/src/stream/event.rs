//! Typed events of a run.

use crate::{
    DecodeError, RawJson,
    values::decode::{Decode, Fault, Reader, Substitutions},
};
use skim::{Skim, Unclear};
use std::{borrow::Cow, fmt};

mod skim;

/// One of the event unions: [`types::ChatEvent`](crate::types) and its kin.
///
/// Implemented by generated types only.
pub trait Event: Sized + fmt::Debug + Send + Sync + Sealed + 'static {
    /// The names of the events with which the stream of a run may end. A stream that ends without any of them has
    /// lost the run's end.
    const FINAL: &'static [&'static str];

    /// Returns the name of the event, such as `message`, `node_finished` or an undefined one.
    fn name(&self) -> &str;

    /// Returns why an event of a defined name could not be decoded. It is an `Unknown` event then.
    fn decode_error(&self) -> Option<&DecodeError>;

    /// Makes the `Unknown` event of one that could not be decoded.
    #[doc(hidden)]
    fn undecoded(event: String, data: RawJson, error: DecodeError) -> Self;

    /// Returns an event of this name with nothing in it.
    #[doc(hidden)]
    fn blank(name: &str) -> Self;

    /// Lends what is read of the event.
    #[doc(hidden)]
    fn content(&mut self) -> &mut dyn Decode;

    /// Decodes the data of an event whose name is known already.
    ///
    /// # Errors
    /// When the data has not the shape this event should have. An unknown *name* is no error.
    fn decode(name: &str, data: &str) -> serde_json::Result<Self> {
        decode(name, data, &mut None).map(|(event, _)| event).map_err(|fault| fault.into_json(data))
    }

    /// Decodes one event from its JSON.
    ///
    /// # Errors
    /// When the data is no JSON object with an `event` member, or not of the shape this event should have.
    fn from_json(data: &str) -> serde_json::Result<Self> {
        from_json(data, "event")
    }
}

/// Decodes the event that its tag names.
pub(crate) fn from_json<E: Event>(data: &str, tag: &'static str) -> serde_json::Result<E> {
    let name = peek(data, tag).map_err(|fault| fault.into_json(data))?;
    E::decode(type_of(&name, data), data)
}

/// Decodes an event, with what was missing in it, in the memory of one that is done with, where that is of the same name.
pub(crate) fn decode<E: Event>(name: &str, data: &str, used: &mut Option<E>) -> Result<(E, Substitutions), Fault> {
    let name = type_of(name, data);
    if let Some(mut event) = used.take_if(|event| event.name() == name && event.decode_error().is_none()) {
        let (substitutions, partial) = read(event.content(), data)?;
        if !partial {
            return Ok((event, substitutions));
        }
        // What the event lacks is that of the one before: it is read again, into an empty one.
    }
    let mut event = E::blank(name);
    let (substitutions, _) = read(event.content(), data)?;
    Ok((event, substitutions))
}

/// Reads the content of an event; returns what was missing, and whether some of the content is as it was before.
fn read(content: &mut dyn Decode, data: &str) -> Result<(Substitutions, bool), Fault> {
    let mut reader = Reader::new(data);
    let read = content.read(&mut reader);
    let partial = reader.partial;
    reader.outcome(read).map(|((), substitutions)| (substitutions, partial))
}

/// The name of the type that an event has.
///
/// Dify 1.11.2 to 1.12.1 name the pieces of an answer to a question with a file `message_file`.
fn type_of<'n>(name: &'n str, data: &str) -> &'n str {
    if name == "message_file" && glance(data, "answer").is_some() { "message" } else { name }
}

/// The schema of one of several events, distinguished by a tag; events that are not defined are of any shape.
#[cfg(feature = "schemars")]
pub(crate) fn schema(tag: &str, events: &[(&str, schemars::Schema)]) -> schemars::Schema {
    use serde_json::json;
    let tagged = |values: serde_json::Value| json!({"properties": {tag: values}, "required": [tag]});
    let defined = events.iter().map(|(name, schema)| json!({"allOf": [schema, tagged(json!({"const": name}))]}));
    let names: Vec<_> = events.iter().map(|(name, _)| *name).collect();
    let other = json!({"type": "object", "allOf": [tagged(json!({"type": "string", "not": {"enum": names}}))]});
    schemars::json_schema!({"oneOf": defined.chain([other]).collect::<Vec<_>>()})
}

/// Keeps [`Event`] to this crate, so that it can grow.
pub trait Sealed {}

/// What a frame of a stream is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FrameKind<'d> {
    /// A sign of life: a ping, `[DONE]`, no data.
    Empty,
    /// An `error` event, whatever its data.
    Error,
    /// Any other event, by its name.
    Event(Cow<'d, str>),
}

/// Reads what a frame is from the `event` member of its data. The `event` line counts where the data has none.
pub(crate) fn frame<'d>(line: &str, data: &'d str) -> Result<FrameKind<'d>, Fault> {
    let unnamed = match peek(data, "event") {
        Ok(name) => {
            return Ok(match &*name {
                "ping" => FrameKind::Empty,
                "error" => FrameKind::Error,
                _ => FrameKind::Event(name),
            });
        }
        Err(unnamed) => unnamed,
    };
    let text = data.trim().trim_matches('"');
    if line == "error" || names_error(data) {
        Ok(FrameKind::Error)
    } else if line == "ping" || text.is_empty() || text == "ping" || text.eq_ignore_ascii_case("[done]") {
        Ok(FrameKind::Empty)
    } else {
        Err(unnamed)
    }
}

/// Whether text that is not JSON as a whole contains `"event": "error"`: a gateway may have damaged the rest.
fn names_error(data: &str) -> bool {
    data.match_indices("\"event\"").any(|(at, tag)| {
        let value = token(&data.as_bytes()[at + tag.len()..], b":").and_then(|rest| token(rest, b"\"error\""));
        value.is_some()
    })
}

/// Reads one string member of a JSON object and nothing else: the tag, so that exactly one type is tried.
///
/// Dify writes the tag first, so this looks there before it walks the object.
pub(crate) fn peek<'d>(data: &'d str, tag: &'static str) -> Result<Cow<'d, str>, Fault> {
    if let Some(value) = first_member(data, tag) {
        return Ok(Cow::Borrowed(value));
    }
    let mut reader = Reader::new(data);
    let read = reader.find(tag).and_then(|found| if found { reader.string() } else { Err(reader.lacks(tag)) });
    reader.outcome(read).map(|(tag, _)| tag)
}

/// The same where what follows the member does not matter: another reads the event as a whole.
pub(crate) fn glance<'d>(data: &'d str, member: &'static str) -> Option<Cow<'d, str>> {
    glance_along(data, &[member])
}

/// A glance into an object that is itself a member.
pub(crate) fn glance_into<'d>(data: &'d str, outer: &'static str, member: &'static str) -> Option<Cow<'d, str>> {
    glance_along(data, &[outer, member])
}

fn glance_along<'d>(data: &'d str, path: &[&'static str]) -> Option<Cow<'d, str>> {
    match Skim::new(data).text_at(path) {
        Ok(text) => return text.map(Cow::Borrowed),
        Err(Unclear) if !path.iter().all(|member| mentions(data, member)) => return None,
        Err(Unclear) => {}
    }
    let mut reader = Reader::new(data);
    let found = path.iter().all(|member| reader.find(member).unwrap_or(false));
    found.then(|| reader.string().ok()).flatten()
}

/// Whether walking the data can find the member: most events lack most members. Escapes hide a name, so they count.
pub(crate) fn mentions(data: &str, member: &str) -> bool {
    data.contains(member) || data.contains("\\u")
}

/// `{"event": "message", …`: the value, when it is there, is text and has no escapes.
fn first_member<'d>(data: &'d str, tag: &str) -> Option<&'d str> {
    let rest = token(data.as_bytes(), b"{")?;
    let rest = token(rest, b"\"")?;
    let rest = rest.strip_prefix(tag.as_bytes())?.strip_prefix(b"\"")?;
    let rest = token(token(rest, b":")?, b"\"")?;
    let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let start = data.len() - rest.len();
    (rest[length] == b'"').then(|| &data[start..start + length])
}

/// What follows `token`, spaces before it skipped.
fn token<'b>(bytes: &'b [u8], token: &[u8]) -> Option<&'b [u8]> {
    match bytes.strip_prefix(token) {
        Some(rest) => Some(rest),
        None => bytes.trim_ascii_start().strip_prefix(token),
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameKind, frame, glance, glance_into, peek};

    #[test]
    fn pings_and_done_are_no_events_in_any_form() {
        for (line, data) in [
            ("message", ""),
            ("message", "  "),
            ("message", "[DONE]"),
            ("message", " [done] "),
            ("message", "ping"),
            ("message", r#""ping""#),
            ("message", r#"{"event":"ping"}"#),
            ("message", r#"{"a":1,"event":"ping"}"#),
            ("ping", ""),
            ("ping", "ping"),
            ("ping", "{}"),
            ("ping", r#"{"type":"ping"}"#),
            ("ping", "null"),
            ("ping", "1700000000"),
        ] {
            assert_eq!(frame(line, data).expect(data), FrameKind::Empty, "{line}: {data}");
        }
    }

    #[test]
    fn an_error_event_is_one_whatever_its_data() {
        for (line, data) in [
            ("message", r#"{"event":"error","status":"500"}"#),
            ("message", r#"{"status":-1,"event":"error"}"#),
            ("message", r#"{"event" : "error", "message": NaN}"#),
            ("message", r#"{"status": NaN, "event":"error"}"#),
            ("error", r#"{"code":"x"}"#),
            ("message", r#"{"data":{"event":"error","code":"x"}}"#),
            ("error", "the model is down"),
            ("error", ""),
            ("error", "[DONE]"),
            ("error", r#"["error"]"#),
        ] {
            assert_eq!(frame(line, data).expect(data), FrameKind::Error, "{line}: {data}");
        }
    }

    #[test]
    fn the_event_member_outranks_the_event_line() {
        for line in ["message", "ping", "error", "other"] {
            let read = frame(line, r#"{"event":"message"}"#).expect("an event");
            assert_eq!(read, FrameKind::Event("message".into()), "{line}");
        }
        for data in ["{}", "[]", "7", r#"{"data":{"event":"message"}}"#, "x \"event\": \"errors\""] {
            assert!(frame("message", data).is_err(), "{data}");
        }
    }

    #[test]
    fn a_glance_into_a_member_finds_what_stands_there_and_nowhere_else() {
        let into = |data| glance_into(data, "data", "id");
        assert_eq!(into(r#"{"id":"no","a":{"id":"no"},"data":{"x":[1],"id":"yes"},"z"}"#).as_deref(), Some("yes"));
        for data in ["", "{}", r#"{"id":"no"}"#, r#"{"data":"id"}"#, r#"{"data":{"id":1}}"#, r#"{"data":{}}"#] {
            assert_eq!(into(data), None, "{data}");
        }
    }

    #[test]
    fn a_glance_finds_a_member_of_the_event_itself() {
        for data in [
            r#"{"event":"e","task_id":"t"}"#,
            r#"{"a":{"task_id":"no"},"b":"\"task_id\":\"no\"","task_id" : "t","c":[1]}"#,
            r#"{"t\u0061sk_id":"\u0074","task_id":"no"}"#,
        ] {
            assert_eq!(glance(data, "task_id").as_deref(), Some("t"), "{data}");
        }
        for data in ["", "[]", "{}", r#"{"a":{"task_id":"t"}}"#, r#"{"task_id":null}"#, r#"{"task_id":1}"#] {
            assert_eq!(glance(data, "task_id"), None, "{data}");
        }
    }

    #[test]
    fn the_tag_is_found_wherever_it_stands() {
        for data in [
            r#"{"event":"message","a":1}"#,
            r#"{"event": "message"}"#,
            " {\n\"event\"\t: \"message\" }",
            r#"{"a":{"event":"no"},"event":"message","b":[1]}"#,
            r#"{"\u0065vent":"mess\u0061ge"}"#,
            r#"{"event":"mess\u0061ge"}"#,
        ] {
            assert_eq!(peek(data, "event").expect(data), "message");
        }
    }

    #[test]
    fn a_longer_key_is_another_key() {
        assert!(peek(r#"{"eventual":"x"}"#, "event").is_err());
        assert_eq!(peek(r#"{"event2":"x","event":"y"}"#, "event").expect("tag"), "y");
    }

    #[test]
    fn what_has_no_tag_says_so() {
        for data in ["", "[]", "null", r#"{"a":1}"#, r#"{"event":1}"#, r#"{"event":"x"#] {
            assert!(peek(data, "event").is_err(), "{data}");
        }
        let error = peek(r#"{"a":1}"#, "event").expect_err("no tag").to_string();
        assert!(error.contains("missing member `event`"), "{error}");
    }
}
