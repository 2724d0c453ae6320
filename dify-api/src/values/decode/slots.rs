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
        *self = if reader.loose && reader.peek() != b'"' {
            reader.raw()?.get().to_owned()
        } else {
            reader.string()?.into_owned()
        };
        Ok(())
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

/// Reads a number; also out of text, where some release sends it so.
fn number<T>(reader: &mut Reader<'_>, expected: &'static str, parse: fn(&str) -> Option<T>) -> Result<T, Stop> {
    reader.peek();
    let begin = reader.at;
    let value = if reader.loose && reader.peek() == b'"' {
        let text = reader.string()?;
        // What is no number outside of quotes is none inside either, such as `inf` and `+1`.
        let mut inside = Reader::new(&text);
        inside.number(expected).and_then(|number| inside.end().map(|()| number)).ok().and_then(parse)
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
        *self = number(reader, "a 64-bit integer", |text| text.parse().ok())?;
        Ok(())
    }
}

impl Decode for f64 {
    fn blank() -> Self {
        0.0
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        let parse = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        *self = number(reader, "a 64-bit number", parse)?;
        Ok(())
    }
}

impl Decode for RawJson {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        *self = Self::of(reader.raw()?);
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
        self.clear();
        reader.map(self)
    }
}

impl<T: Decode> Open for BTreeMap<String, T> {
    fn add(&mut self, name: &str, reader: &mut Reader<'_>) -> Read {
        let value = reader.value()?;
        self.insert(name.to_owned(), value);
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
        self.insert(T::blank()).read(reader)
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
