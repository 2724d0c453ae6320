//! Members where absent, null and a value mean three things.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Leave it, clear it, or set it: for members where Dify distinguishes the three.
///
/// ```
/// use dify_api::Patch;
///
/// #[derive(serde::Serialize, Default)]
/// struct Update {
///     #[serde(default, skip_serializing_if = "Patch::is_absent")]
///     description: Patch<String>,
/// }
///
/// let json = |description| serde_json::to_string(&Update { description }).unwrap();
/// assert_eq!(json(Patch::Absent), r#"{}"#);
/// assert_eq!(json(Patch::Null), r#"{"description":null}"#);
/// assert_eq!(json(Patch::set("new")), r#"{"description":"new"}"#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Patch<T> {
    /// Left out: the server leaves what it has.
    #[default]
    Absent,
    /// `null`: the server clears it.
    Null,
    /// The server takes this value.
    Value(T),
}

impl<T> Patch<T> {
    /// The server takes this value.
    pub fn set(value: impl Into<T>) -> Self {
        Self::Value(value.into())
    }

    /// Is the member left out of the request?
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The new value, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T> From<Option<T>> for Patch<T> {
    /// `None` clears: whoever has an `Option` at hand has looked.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `Absent` is skipped by the member's attribute; a value in its own right it can only be null.
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    /// An absent member needs `#[serde(default)]` to become `Absent`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        name: Patch<String>,
    }

    #[test]
    fn absent_null_and_a_value_survive_a_round_trip() {
        for (json, name) in
            [(r#"{}"#, Patch::Absent), (r#"{"name":null}"#, Patch::Null), (r#"{"name":"x"}"#, Patch::set("x"))]
        {
            let body: Body = serde_json::from_str(json).expect("JSON");
            assert_eq!(body, Body { name });
            assert_eq!(serde_json::to_string(&body).expect("JSON"), json);
        }
    }
}
