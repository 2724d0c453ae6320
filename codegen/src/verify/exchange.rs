//! One recorded exchange: a request and the answer to it.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};

use super::query::Query;

/// A recording that holds no exchange, or one that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// It is not an object with `request` and `response`.
    #[error("it holds no `request` and `response`")]
    NotAnExchange,
    /// A member has a type that no recorder writes.
    #[error("`{member}` is not {wanted}")]
    Member {
        /// The member, for instance `response.status`.
        member: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
}

/// A recorded request and response.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method, in lower case.
    pub(super) method: String,
    /// The path with its query, as it was sent.
    pub(super) target: String,
    pub(super) query: Query,
    pub(super) request: Message,
    /// The form's fields, where the recorder took them apart.
    pub(super) form: Option<Map<String, Value>>,
    pub(super) status: i64,
    pub(super) response: Message,
    pub(super) client_disconnected: bool,
}

/// Headers and body of either direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    headers: Vec<(String, String)>,
    pub(super) body: Body,
}

/// A recorded body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Body {
    #[default]
    Absent,
    Text(String),
    /// The recorder parsed it.
    Json(Value),
}

impl TryFrom<&Value> for Exchange {
    type Error = ExchangeError;

    fn try_from(value: &Value) -> Result<Self, ExchangeError> {
        let (Some(request), Some(response)) =
            (value.get("request").and_then(Value::as_object), value.get("response").and_then(Value::as_object))
        else {
            return Err(ExchangeError::NotAnExchange);
        };
        Ok(Self {
            method: text(request, "method", "request.method")?.unwrap_or("GET").to_lowercase(),
            target: text(request, "path", "request.path")?.unwrap_or("/").to_owned(),
            query: Query::recorded(request.get("query")),
            request: Message::read(request),
            form: request.get("form").and_then(Value::as_object).filter(|form| !form.is_empty()).cloned(),
            status: status(response.get("status"))?,
            response: Message::read(response),
            client_disconnected: response.get("client_disconnected").and_then(Value::as_bool).unwrap_or(false),
        })
    }
}

fn text<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    member: &'static str,
) -> Result<Option<&'a str>, ExchangeError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ExchangeError::Member { member, wanted: "a string" }),
    }
}

fn status(value: Option<&Value>) -> Result<i64, ExchangeError> {
    match value {
        None => Some(0),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_i64(),
    }
    .ok_or(ExchangeError::Member { member: "response.status", wanted: "a number" })
}

impl Message {
    fn read(message: &Map<String, Value>) -> Self {
        Self { headers: headers(message.get("headers")), body: Body::read(message) }
    }

    /// The header, whatever the case of its name; empty where it is absent.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// An object or a list of pairs; a repeated header is a list of its values.
fn headers(recorded: Option<&Value>) -> Vec<(String, String)> {
    let value_text = |value: &Value| match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        value => value.as_str().unwrap_or_default().to_owned(),
    };
    match recorded {
        Some(Value::Object(headers)) => headers.iter().map(|(name, value)| (name.clone(), value_text(value))).collect(),
        Some(Value::Array(pairs)) => {
            let mut headers: Vec<(String, String)> = Vec::new();
            for pair in pairs {
                let (Some(name), Some(value)) = (pair.get(0).and_then(Value::as_str), pair.get(1)) else {
                    continue;
                };
                let value = value_text(value);
                match headers.iter_mut().find(|(other, _)| other == name) {
                    Some(header) => header.1 = value,
                    None => headers.push((name.to_owned(), value)),
                }
            }
            headers
        }
        _ => Vec::new(),
    }
}

/// Recorders differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Body {
    /// The body as it is, else decoded, else put together from the chunks of a stream.
    fn read(message: &Map<String, Value>) -> Self {
        match message.get("body") {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => return Self::Text(text.clone()),
            Some(value) => return Self::Json(value.clone()),
        }
        if let Some(encoded) = message.get("body_base64").and_then(Value::as_str)
            && !encoded.is_empty()
        {
            return match BASE64.decode(encoded) {
                Ok(bytes) => Self::Text(String::from_utf8_lossy(&bytes).into_owned()),
                Err(_) => Self::Absent,
            };
        }
        match message.get("chunks").and_then(Value::as_array) {
            Some(chunks) if !chunks.is_empty() => {
                Self::Text(chunks.iter().filter_map(|chunk| chunk.get("text").unwrap_or(chunk).as_str()).collect())
            }
            _ => Self::Absent,
        }
    }

    /// Whether nothing was sent: no body, an empty one, or what JSON calls empty, zero or null.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Text(text) => text.is_empty(),
            Self::Json(Value::Object(members)) => members.is_empty(),
            Self::Json(Value::Array(items)) => items.is_empty(),
            Self::Json(Value::Bool(value)) => !value,
            Self::Json(Value::Number(number)) => number.as_f64() == Some(0.0),
            Self::Json(_) => false,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn json(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Absent => Ok(Value::Null),
            Self::Text(text) => serde_json::from_str(text),
            Self::Json(value) => Ok(value.clone()),
        }
    }

    /// A member of an error body.
    pub(super) fn error_member(&self, name: &str) -> String {
        match self.json() {
            Ok(Value::Object(mut members)) => match members.remove(name) {
                Some(Value::String(text)) => text,
                None => String::new(),
                Some(other) => other.to_string(),
            },
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn response(response: Value) -> Exchange {
        Exchange::try_from(&json!({"request": {}, "response": response})).unwrap()
    }

    #[test]
    fn what_has_no_request_is_no_exchange() {
        assert_eq!(Exchange::try_from(&json!({"response": {}})).unwrap_err(), ExchangeError::NotAnExchange);
        assert_eq!(Exchange::try_from(&json!([])).unwrap_err(), ExchangeError::NotAnExchange);
    }

    #[test]
    fn a_status_that_is_no_number_is_named() {
        let error = Exchange::try_from(&json!({"request": {}, "response": {"status": null}})).unwrap_err();
        assert_eq!(error.to_string(), "`response.status` is not a number");
    }

    #[test]
    fn a_stream_is_put_together_from_its_chunks() {
        let exchange = response(json!({"chunks": [{"text": "data: "}, "1"]}));
        assert_eq!(exchange.response.body.text(), Some("data: 1"));
    }

    #[test]
    fn a_binary_body_is_decoded_with_replacements() {
        let exchange = response(json!({"body_base64": "aP8"}));
        assert_eq!(exchange.response.body.text(), Some("h\u{fffd}"));
    }

    #[test]
    fn a_header_is_found_in_any_case_and_form() {
        for headers in
            [json!({"X-Version": "1.16.1"}), json!([["x-version", "1.16.1"]]), json!({"x-vErsion": ["1.16.1"]})]
        {
            let exchange = response(json!({"headers": headers}));
            assert_eq!(exchange.response.header("X-Version"), "1.16.1");
        }
        assert_eq!(response(json!({})).response.header("X-Version"), "");
    }
}
