//! A document of JSON or YAML, with members that occur twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Number;

/// A value. `serde_json::Value` would drop the first of two members of one name, and a secret with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Tree>),
    Members(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads one JSON document; nesting beyond 128 levels is an error.
    pub(crate) fn json(text: &str) -> Option<Self> {
        serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
    }

    /// Reads an object or a list.
    pub(crate) fn document(text: &str) -> Option<Self> {
        let start = text.trim_start_matches('\u{feff}').trim_start();
        if !start.starts_with(['{', '[']) {
            return None;
        }
        Self::json(text)
    }

    /// Reads one YAML document; aliases are resolved, within the limits of the parser.
    pub(crate) fn yaml(text: &str) -> Option<Self> {
        // `n` and `yes` are names and texts, as Dify reads them.
        let options = serde_saphyr::options! { strict_booleans: true };
        serde_saphyr::from_str_with_options(text, options).ok()
    }

    pub(crate) fn is_container(&self) -> bool {
        matches!(self, Self::List(_) | Self::Members(_))
    }

    /// The name of its JSON type, as schemas write it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Members(_) => "object",
        }
    }

    pub(crate) fn write(&self) -> String {
        // Texts, numbers and lists cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Members(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, member)| map.serialize_entry(name, member))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Number::from_f64(value).map_or_else(|| Tree::Text(value.to_string()), Tree::Number))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        // A key of YAML may be any scalar.
        while let Some((key, member)) = map.next_entry::<Tree, Tree>()? {
            let name = match key {
                Tree::Text(name) => name,
                other => other.write(),
            };
            members.push((name, member));
        }
        Ok(Tree::Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_occur_twice_are_both_kept() {
        let text = r#"{"a":1,"a":[null,true,-2,1.5,"x\n"],"b":{}}"#;
        assert_eq!(Tree::json(text).expect("JSON").write(), text);
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        assert_eq!(Tree::json(&"[".repeat(10_000)), None);
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(Tree::json(&deep), None);
        assert_eq!(Tree::yaml(&deep), None);
        assert_eq!(Tree::yaml(&"- ".repeat(10_000)), None);
    }

    #[test]
    fn yaml_is_read_with_anchors_blocks_and_flow() {
        let text = "a: &x {k: v}\nb: *x\nc: |\n  one\n  two\n1: [x, 2]\n";
        let read = Tree::yaml(text).expect("YAML").write();
        assert_eq!(read, r#"{"a":{"k":"v"},"b":{"k":"v"},"c":"one\ntwo\n","1":["x",2]}"#);
    }
}
