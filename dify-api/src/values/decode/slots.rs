//! The values that members are made of.

use super::{
    Decode, Read, Reader, Stop,
    object::{ListSlot, Open},
};
use crate::{Patch, RawJson};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

impl Decode for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        if reader.is_loose_value() {
            reader.raw()?.get().clone_into(self);
            return Ok(());
        }
        reader.text(self)
    }
}

impl Decode for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        *self = reader.boolean()?;
        Ok(())
    }
}

/// Reads a number; also out of text, where some release sends it so: of a number it is the text, else `written` reads it.
fn number<T>(
    reader: &mut Reader<'_>,
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
    quoted: fn(&str) -> Option<T>,
    written: fn(&str) -> Option<T>,
) -> Result<T, Stop> {
    reader.peek();
    let begin = reader.at;
    let value = if reader.loose && reader.peek() == b'"' {
        let text = reader.string()?;
        // What is no number outside of quotes is none inside either, such as `inf` and `+1`.
        let mut inside = Reader::new(&text);
        match inside.number(expected).and_then(|number| inside.end().map(|()| number)) {
            Ok(number) => quoted(number),
            Err(_) => written(&text),
        }
    } else {
        parse(reader.number(expected)?)
    };
    value.ok_or_else(|| reader.fail_at(begin, format!("expected {expected}, found another value")))
}

impl Decode for i64 {
    fn blank() -> Self {
        0
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        if let Some(value) = reader.short_integer() {
            *self = value;
            return Ok(());
        }
        let exact = |text: &str| text.parse().ok();
        let parse: fn(&str) -> Option<i64> = if reader.loose { whole } else { integral };
        *self = number(reader, "a 64-bit integer", parse, exact, seconds)?;
        Ok(())
    }
}

/// An integer, also as `1796008768.0`: JSON does not distinguish the two, and Dify 1.7.2 sends times of documents so.
fn integral(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| whole(text).filter(|_| text.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)))
}

/// An integer, which some release sends with a fraction.
fn whole(text: &str) -> Option<i64> {
    let exact = || text.parse::<f64>().ok().filter(|number| number.abs() < 9e15);
    text.parse().ok().or_else(|| exact().map(|number| number as i64))
}

/// A date in the form of RFC 822, as seconds: `Mon, 30 Nov 2026 03:23:45 -0000`.
fn seconds(text: &str) -> Option<i64> {
    let date = ["-0000", "+0000"].into_iter().find_map(|zone| text.strip_suffix(zone)).unwrap_or(text);
    let time = httpdate::parse_http_date(&format!("{} GMT", date.trim_end_matches("GMT").trim_end())).ok()?;
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs()).ok()
}

impl Decode for f64 {
    fn blank() -> Self {
        0.0
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        let parse = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        *self = number(reader, "a 64-bit number", parse, parse, |_| None)?;
        Ok(())
    }
}

impl Decode for RawJson {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        let loose = reader.loose;
        let json = reader.raw()?;
        // Some releases send an object as JSON text.
        let inside =
            || serde_json::from_str::<String>(json.get()).ok().filter(|text| text.trim_start().starts_with('{'));
        let inside = if loose { inside().and_then(|text| Self::from_json(&text).ok()) } else { None };
        *self = inside.unwrap_or_else(|| Self::of(json));
        Ok(())
    }
}

impl Decode for Value {
    fn blank() -> Self {
        Self::Null
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        *self = reader.serde()?;
        Ok(())
    }
}

impl Decode for Map<String, Value> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        if reader.peek() != b'{' {
            return Err(reader.unexpected("an object"));
        }
        *self = reader.serde()?;
        Ok(())
    }
}

impl Open for Map<String, Value> {
    fn empty(&mut self) {
        self.clear();
    }

    fn add(&mut self, name: &str, reader: &mut Reader<'_>) -> Read {
        let value = reader.serde()?;
        self.insert(name.to_owned(), value);
        Ok(())
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        self.empty();
        reader.map(self)
    }
}

impl<T: Decode> Open for BTreeMap<String, T> {
    fn empty(&mut self) {
        self.clear();
    }

    fn add(&mut self, name: &str, reader: &mut Reader<'_>) -> Read {
        if let Some(value) = reader.entry()? {
            self.insert(name.to_owned(), value);
        }
        Ok(())
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        self.clear();
        reader.list(self)
    }
}

impl<T: Decode> ListSlot for Vec<T> {
    fn another(&mut self) -> Option<&mut dyn Decode> {
        self.push(T::blank());
        self.last_mut().map(|item| item as _)
    }
}

impl<T: Decode> Decode for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        if reader.null()? {
            *self = None;
            return Ok(());
        }
        self.get_or_insert_with(T::blank).read(reader)
    }
}

impl<T: Decode> Decode for Patch<T> {
    fn blank() -> Self {
        Self::Absent
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        *self = if reader.null()? { Self::Null } else { Self::Value(reader.value()?) };
        Ok(())
    }
}
