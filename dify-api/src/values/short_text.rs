//! Short text that is stored in place.

use super::decode::{Decode, Read, Reader};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
};

/// So many bytes are stored in place: an id of Dify has 36.
const IN_PLACE: usize = 38;

/// The text of an id or a name in an event. Up to 38 bytes are stored in place, without an allocation.
///
/// It dereferences to `str`, compares with text, and converts into `String`:
///
/// ```
/// use dify_api::ShortText;
///
/// let id = ShortText::from("f7c9a1de-3a51-4c0e-9d8e-0a4f5ba8a8a1");
/// assert_eq!(id, "f7c9a1de-3a51-4c0e-9d8e-0a4f5ba8a8a1");
/// assert!(id.starts_with("f7c9"));
/// let owned: String = id.into();
/// assert_eq!(owned.len(), 36);
/// ```
#[derive(Clone)]
pub struct ShortText(TextStorage);

#[derive(Clone)]
enum TextStorage {
    Here { length: u8, bytes: [u8; IN_PLACE] },
    Elsewhere(Box<str>),
}

impl ShortText {
    /// Returns the text.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // The bytes were text when they were stored.
            TextStorage::Here { length, bytes } => {
                let bytes = bytes.get(..usize::from(*length)).unwrap_or_default();
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            TextStorage::Elsewhere(text) => text,
        }
    }

    /// Stores the text of a UUID.
    #[inline]
    pub(super) fn of_uuid(text: &[u8; 36]) -> Self {
        let mut bytes = [0; IN_PLACE];
        if let Some(start) = bytes.first_chunk_mut() {
            *start = *text;
        }
        Self(TextStorage::Here { length: 36, bytes })
    }
}

impl Default for ShortText {
    /// The empty text.
    #[inline]
    fn default() -> Self {
        Self(TextStorage::Here { length: 0, bytes: [0; IN_PLACE] })
    }
}

impl From<&str> for ShortText {
    fn from(text: &str) -> Self {
        let mut bytes = [0; IN_PLACE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(length)) => {
                start.copy_from_slice(text.as_bytes());
                Self(TextStorage::Here { length, bytes })
            }
            _ => Self(TextStorage::Elsewhere(text.into())),
        }
    }
}

impl From<String> for ShortText {
    fn from(text: String) -> Self {
        if text.len() > IN_PLACE { Self(TextStorage::Elsewhere(text.into())) } else { Self::from(text.as_str()) }
    }
}

impl From<ShortText> for String {
    fn from(text: ShortText) -> Self {
        match text.0 {
            TextStorage::Elsewhere(text) => text.into(),
            TextStorage::Here { .. } => text.as_str().to_owned(),
        }
    }
}

impl From<&ShortText> for String {
    fn from(text: &ShortText) -> Self {
        text.as_str().to_owned()
    }
}

impl Deref for ShortText {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for ShortText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for ShortText {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for ShortText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ShortText {}

impl PartialOrd for ShortText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ShortText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other)
    }
}

impl Hash for ShortText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Compares with another kind of text, in both directions.
macro_rules! compares {
    ($($text:ty),*) => {$(
        impl PartialEq<$text> for ShortText {
            fn eq(&self, other: &$text) -> bool {
                self.as_str() == &other[..]
            }
        }

        impl PartialEq<ShortText> for $text {
            fn eq(&self, other: &ShortText) -> bool {
                &self[..] == other.as_str()
            }
        }
    )*};
}

compares!(str, &str, String);

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl Serialize for ShortText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for ShortText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::open_enum::__private::visit_text(deserializer, |text| Self::from(text))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ShortText {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

impl Decode for ShortText {
    #[inline]
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        *self = match reader.uuid() {
            Some(id) => Self::of_uuid(id),
            None if reader.is_loose_value() => Self::from(reader.raw()?.get()),
            None => Self::from(&*reader.string()?),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{IN_PLACE, ShortText, TextStorage};
    use std::collections::{BTreeSet, HashMap};

    #[test]
    fn text_of_every_length_is_kept_as_it_is() {
        for letter in ["a", "é", "汉", "🦀", "\0"] {
            for times in 0..50 {
                let text = letter.repeat(times);
                let short = ShortText::from(text.as_str());
                assert_eq!(short, text);
                assert_eq!(matches!(short.0, TextStorage::Here { .. }), text.len() <= IN_PLACE);
                assert_eq!(ShortText::from(text.clone()), short);
                assert_eq!(String::from(&short), text);
                assert_eq!(String::from(short), text);
            }
        }
    }

    #[test]
    fn it_works_as_text_in_maps_formats_and_json() {
        let (short, long) = (ShortText::from("a\n"), ShortText::from("b".repeat(50)));
        assert!(short < long && short == "a\n" && short != *"b");
        assert_eq!("a\n", short);
        let ids = HashMap::from([(short.clone(), 1), (long.clone(), 2)]);
        assert_eq!((ids["a\n"], ids.get(&*"b".repeat(50))), (1, Some(&2)));
        assert!(BTreeSet::from([short.clone()]).contains("a\n"));
        assert_eq!(format!("{short:?} {:>3}|{:?}", ShortText::from("x"), ShortText::default()), "\"a\\n\"   x|\"\"");
        let json = serde_json::to_string(&short).expect("JSON");
        assert_eq!(json, r#""a\n""#);
        assert_eq!(serde_json::from_str::<ShortText>(&json).expect("text"), short);
    }

    #[test]
    fn it_takes_no_more_room_than_forty_bytes() {
        assert_eq!(size_of::<ShortText>(), 40);
        assert_eq!(size_of::<Option<ShortText>>(), 40);
    }
}
