//! The values of an application's variables.

use super::decode::{Decode, Read, Reader};
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// The values of an application's variables, by name.
///
/// Any of these is taken for it: a JSON object, pairs, a map, `()` for none. Values may be of different types:
///
/// ```
/// use dify_api::{Inputs, types::ChatRequest};
/// use serde_json::json;
///
/// let by_json = ChatRequest::new("Hello").user("user-1").inputs(json!({"city": "Beijing", "days": 3}));
/// let by_name = ChatRequest::new("Hello").user("user-1").input("city", "Beijing").input("days", 3);
/// assert_eq!(by_json, by_name);
///
/// let pairs: Inputs = [("city", "Beijing"), ("country", "China")].into();
/// assert_eq!(pairs.get("city"), Some(&json!("Beijing")));
/// ```
///
/// A call fails with [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) before it is sent if the JSON is no
/// object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    values: Map<String, Value>,
    /// What was given in place of an object.
    mistaken: Option<&'static str>,
}

impl Inputs {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one value: text, a number, a boolean, JSON, a [`FileInput`](crate::types::FileInput) or a list of files.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Returns the value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Returns the values in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl From<()> for Inputs {
    fn from((): ()) -> Self {
        Self::new()
    }
}

impl From<Map<String, Value>> for Inputs {
    fn from(values: Map<String, Value>) -> Self {
        Self { values, mistaken: None }
    }
}

impl From<Value> for Inputs {
    fn from(value: Value) -> Self {
        let mistaken = match value {
            Value::Object(values) => return values.into(),
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
        };
        Self { values: Map::new(), mistaken: Some(mistaken) }
    }
}

impl<N: Into<String>, V: Into<Value>, const LENGTH: usize> From<[(N, V); LENGTH]> for Inputs {
    fn from(pairs: [(N, V); LENGTH]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<Value>> From<Vec<(N, V)>> for Inputs {
    fn from(pairs: Vec<(N, V)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<Value>> From<BTreeMap<N, V>> for Inputs {
    fn from(map: BTreeMap<N, V>) -> Self {
        map.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<Value>, S> From<HashMap<N, V, S>> for Inputs {
    fn from(map: HashMap<N, V, S>) -> Self {
        map.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Inputs {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self { values: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect(), mistaken: None }
    }
}

impl<N: Into<String>, V: Into<Value>> Extend<(N, V)> for Inputs {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        self.values.extend(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

impl Serialize for Inputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.mistaken {
            Some(given) => Err(S::Error::custom(format!("`inputs` requires a JSON object, and got {given}"))),
            None => self.values.serialize(serializer),
        }
    }
}

impl Decode for Inputs {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        self.mistaken = None;
        self.values.read(reader)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Inputs {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Inputs".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Map::<String, Value>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_ways_to_give_values_are_equal() {
        let expected = Inputs::new().with("city", "Beijing");
        let pairs = [("city", "Beijing")];
        for inputs in [
            Inputs::from(json!({"city": "Beijing"})),
            pairs.into(),
            pairs.to_vec().into(),
            BTreeMap::from(pairs).into(),
            HashMap::from(pairs).into(),
            pairs.into_iter().collect(),
        ] {
            assert_eq!(inputs, expected);
        }
        assert!(Inputs::from(()).is_empty());
        assert_eq!(serde_json::to_value(&expected).expect("JSON"), json!({"city": "Beijing"}));
    }

    #[test]
    fn json_that_is_no_object_is_refused_by_name() {
        for (given, name) in [(json!([1]), "a list"), (json!("{}"), "text"), (json!(null), "null")] {
            let error = serde_json::to_string(&Inputs::from(given)).expect_err("no object");
            assert_eq!(error.to_string(), format!("`inputs` requires a JSON object, and got {name}"));
        }
    }
}
