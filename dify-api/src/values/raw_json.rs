//! JSON that Dify leaves open, kept as it was written until somebody asks.

use crate::Shown;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use std::fmt;

/// Any JSON value, kept as text.
///
/// Dify leaves many payloads open: the inputs and outputs of a node, the metadata of a message. They are not read
/// until asked for, and nothing of them is lost: numbers keep their digits, objects their order.
///
/// ```
/// use dify_api::RawJson;
///
/// let outputs = RawJson::from_json(r#"{"score": 0.90, "labels": ["a"]}"#)?;
/// assert_eq!(outputs.as_str(), r#"{"score": 0.90, "labels": ["a"]}"#);
///
/// #[derive(serde::Deserialize)]
/// struct Outputs { score: f64 }
/// assert_eq!(outputs.get::<Outputs>()?.score, 0.9);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Option<Box<RawValue>>);

impl RawJson {
    /// Takes JSON text, after checking that it is JSON.
    ///
    /// # Errors
    /// When `json` is not one JSON value.
    pub fn from_json(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// Writes any serializable value as JSON.
    ///
    /// # Errors
    /// When the value has no JSON form, such as a map whose keys are not strings.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(value).map(|json| Self(Some(json)))
    }

    /// The JSON text, as the server wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.raw().get()
    }

    fn raw(&self) -> &RawValue {
        self.0.as_deref().unwrap_or(RawValue::NULL)
    }

    pub(crate) fn of(json: &RawValue) -> Self {
        Self((json.get() != "null").then(|| json.to_owned()))
    }

    /// Reads the value into a type of yours. Dify sends some objects as JSON text, in some releases or always: text that is
    /// no `T` itself is read as JSON.
    ///
    /// ```
    /// use dify_api::RawJson;
    /// use std::collections::BTreeMap;
    ///
    /// for sent in [r#"{"city": "Beijing"}"#, r#""{\"city\": \"Beijing\"}""#] {
    ///     let inputs: BTreeMap<String, String> = RawJson::from_json(sent)?.get()?;
    ///     assert_eq!(inputs["city"], "Beijing");
    /// }
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the JSON has another shape than `T`.
    pub fn get<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.as_str()).or_else(|error| {
            let text: Option<String> = serde_json::from_str(self.as_str()).ok();
            text.and_then(|text| serde_json::from_str(&text).ok()).ok_or(error)
        })
    }

    /// Reads the value into a tree.
    ///
    /// # Errors
    /// If it contains values that a tree cannot represent: a number beyond `f64`, or nesting deeper than 128.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        self.get()
    }

    /// Is it JSON `null`?
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }
}

impl Default for RawJson {
    /// JSON `null`.
    fn default() -> Self {
        Self(None)
    }
}

impl From<Value> for RawJson {
    fn from(value: Value) -> Self {
        // A tree of JSON values always has a JSON form.
        Self::from_serialize(&value).unwrap_or_default()
    }
}

impl From<&str> for RawJson {
    /// A JSON string of this text. JSON itself is taken by [`RawJson::from_json`].
    fn from(text: &str) -> Self {
        Self::from(Value::from(text))
    }
}

impl From<String> for RawJson {
    /// A JSON string of this text. JSON itself is taken by [`RawJson::from_json`].
    fn from(text: String) -> Self {
        Self::from(Value::from(text))
    }
}

/// Shows it in one line, cut short; `Display` shows all of it as it is.
impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Shown::new(self.as_str()), f)
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for RawJson {
    /// By value: space and the order of members do not count.
    fn eq(&self, other: &Self) -> bool {
        let same = || Some(self.to_value().ok()? == other.to_value().ok()?);
        self.as_str() == other.as_str() || same().unwrap_or(false)
    }
}

impl PartialEq<Value> for RawJson {
    fn eq(&self, other: &Value) -> bool {
        self.to_value().is_ok_and(|value| value == *other)
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|json| Self(Some(json)))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for RawJson {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawJson".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

#[cfg(test)]
mod tests {
    use super::RawJson;
    use serde_json::json;

    #[test]
    fn text_is_kept_to_the_digit() {
        let text = r#"{"b":0.10,"a":12345678901234567890123}"#;
        let raw: RawJson = serde_json::from_str(text).expect("JSON");
        assert_eq!(serde_json::to_string(&raw).expect("JSON"), text);
    }

    #[test]
    fn json_in_text_is_read_where_the_text_itself_does_not_fit() {
        let text = RawJson::from(r#"{"a": 1}"#);
        assert_eq!(text.get::<std::collections::BTreeMap<String, i64>>().expect("a map")["a"], 1);
        assert_eq!(text.get::<String>().expect("text"), r#"{"a": 1}"#);
        // The error is that of the value as it was sent.
        let error = RawJson::from("[1").get::<Vec<i64>>().expect_err("no list").to_string();
        assert!(error.contains("invalid type: string"), "{error}");
    }

    #[test]
    fn equality_is_by_value() {
        let one = RawJson::from_json(r#"{"a": 1, "b": [2]}"#).expect("JSON");
        let two = RawJson::from_json(r#"{"b":[2],"a":1}"#).expect("JSON");
        assert_eq!(one, two);
        assert_eq!(one, json!({"a": 1, "b": [2]}));
        assert_ne!(one, RawJson::default());
        let huge = |text| RawJson::from_json(text).expect("JSON");
        assert_ne!(huge("1e999"), huge("2e999"));
        assert_eq!(huge("1e999"), huge("1e999"));
    }

    #[test]
    fn null_and_text_are_told_apart() {
        assert!(RawJson::default().is_null());
        assert_eq!(RawJson::from("null").as_str(), r#""null""#);
    }
}
