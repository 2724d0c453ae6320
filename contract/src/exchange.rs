//! Recorded exchanges: a request and its answer, as the recorder writes them.

use std::borrow::Cow;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A recorded exchange.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The name of what was asked, for people.
    #[serde(default)]
    pub operation: Option<String>,
    /// A note for readers.
    #[serde(default)]
    pub case: Option<String>,
    /// When it was recorded, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<String>,
    /// The request.
    pub request: Request,
    /// The answer.
    pub response: Response,
    /// Anything worth reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A recorded request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path, encoded as it was sent. It may also carry the query, or be a whole URL.
    pub path: String,
    /// The query, encoded as it was sent.
    pub query: String,
    /// Names and values; of a repeated header a list of its values.
    pub headers: Map<String, Value>,
    /// The body, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body, where it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// What happened to a body that is missing or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_note: Option<String>,
    /// The parts of a form, where the recorder took it apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Value>,
}

/// A recorded answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Response {
    /// The status; 0 where there was no answer.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// Names and values; of a repeated header a list of its values.
    pub headers: Map<String, Value>,
    /// Each header as it was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raw_headers: Vec<(String, String)>,
    /// How the end of the body is known.
    pub framing: String,
    /// Milliseconds until the headers came.
    pub t_headers_ms: f64,
    /// Milliseconds until the body ended.
    pub t_total_ms: f64,
    /// Whether the client left before the end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub client_disconnected: bool,
    /// The body, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body, where it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// What happened to a body that is missing or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_note: Option<String>,
    /// The pieces in which a chunked body came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunks: Option<Vec<Chunk>>,
}

/// A piece of a body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chunk {
    /// Milliseconds until it came.
    pub t_ms: f64,
    /// The piece, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The piece, where it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

impl Exchange {
    /// Reads the text of a file: one exchange, or a list of them.
    ///
    /// # Errors
    /// Fails if the text is neither.
    pub fn read(text: &str) -> serde_json::Result<Vec<Self>> {
        if text.trim_start().starts_with('[') {
            serde_json::from_str(text)
        } else {
            Ok(vec![serde_json::from_str(text)?])
        }
    }
}

impl Request {
    /// Returns the values of a header, separated by commas; empty where it is missing. The case of the name is ignored.
    #[must_use]
    pub fn header(&self, name: &str) -> Cow<'_, str> {
        header(&self.headers, name)
    }

    /// Returns the body; empty where there was none.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        bytes(self.body.as_deref(), self.body_base64.as_deref())
    }

    /// Returns the path, encoded, without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        split(&self.path).0
    }

    /// Returns the names and values of the query, decoded.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let query = if self.query.is_empty() { split(&self.path).1 } else { &self.query };
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }
}

impl Response {
    /// Returns the values of a header, separated by commas; empty where it is missing. The case of the name is ignored.
    #[must_use]
    pub fn header(&self, name: &str) -> Cow<'_, str> {
        header(&self.headers, name)
    }

    /// Returns the media type, without parameters, in lower case.
    #[must_use]
    pub fn media_type(&self) -> String {
        crate::media::essence(&self.header("content-type"))
    }

    /// Returns the body; empty where there was none.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        bytes(self.body.as_deref(), self.body_base64.as_deref())
    }
}

fn header<'h>(headers: &'h Map<String, Value>, name: &str) -> Cow<'h, str> {
    match headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
        Some((_, Value::String(value))) => value.into(),
        Some((_, Value::Array(values))) => {
            values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ").into()
        }
        _ => "".into(),
    }
}

/// Recorders differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Text that is no base64 is left as it is.
fn bytes<'b>(text: Option<&'b str>, encoded: Option<&'b str>) -> Cow<'b, [u8]> {
    match (text, encoded) {
        (Some(text), _) => text.as_bytes().into(),
        (None, Some(encoded)) => BASE64.decode(encoded).map_or_else(|_| encoded.as_bytes().into(), Cow::Owned),
        (None, None) => (&[]).into(),
    }
}

/// The path of a request target and its query, both encoded.
fn split(target: &str) -> (&str, &str) {
    let rest = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("", |start| &rest[start..]),
        _ => target,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    rest.split_once('?').unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn response(response: Value) -> Response {
        serde_json::from_value(response).expect("a response")
    }

    #[test]
    fn a_file_holds_one_exchange_or_several() {
        let exchange = json!({"request": {"path": "/a"}, "response": {"status": 200}});
        assert_eq!(Exchange::read(&exchange.to_string()).expect("one").len(), 1);
        assert_eq!(Exchange::read(&json!([exchange, exchange]).to_string()).expect("two").len(), 2);
        let no_request = Exchange::read(&json!({"response": {}}).to_string()).expect_err("no request");
        assert!(no_request.to_string().contains("missing field `request`"), "{no_request}");
        let no_status = json!({"request": {}, "response": {"status": null}}).to_string();
        assert!(Exchange::read(&no_status).is_err() && Exchange::read("1").is_err());
    }

    // An exchange that is read and written again loses nothing that the recorder wrote.
    #[test]
    fn an_exchange_survives_reading_and_writing() {
        let exchange = json!({
            "operation": "chat", "case": "ok", "recorded_at": "2026-01-02T03:04:05Z",
            "request": {
                "method": "POST", "path": "/v1/chat-messages", "query": "a=1", "headers": {"Host": "h", "X": ["1", "2"]},
                "body_base64": "aA==", "body_note": "cut", "multipart": [{"name": "file", "size": 1}],
            },
            "response": {
                "status": 200, "reason": "OK", "headers": {}, "raw_headers": [["A", "b"]], "framing": "chunked",
                "t_headers_ms": 1.5, "t_total_ms": 2.0, "client_disconnected": true, "body": "x", "body_note": "n",
                "chunks": [{"t_ms": 1.7, "text": "x"}, {"t_ms": 1.9, "base64": "aA=="}],
            },
            "note": "n",
        });
        let read = Exchange::read(&exchange.to_string()).expect("an exchange").remove(0);
        assert_eq!(serde_json::to_string(&read).expect("JSON"), exchange.to_string());
    }

    #[test]
    fn a_body_is_text_or_base64() {
        assert_eq!(&*response(json!({"body_base64": "aP8"})).bytes(), b"h\xff");
        assert_eq!(&*response(json!({"body": "h", "body_base64": "aP8"})).bytes(), b"h");
        assert!(response(json!({})).bytes().is_empty());
    }

    #[test]
    fn a_header_is_found_in_any_case_and_form() {
        for headers in [json!({"X-Version": "1.16.1"}), json!({"x-vErsion": ["1.16.1"]})] {
            assert_eq!(response(json!({"headers": headers})).header("X-Version"), "1.16.1");
        }
        assert_eq!(response(json!({})).header("X-Version"), "");
    }

    #[test]
    fn a_path_stays_encoded_and_a_query_is_decoded() {
        let request =
            |path: &str, query: &str| Request { path: path.into(), query: query.into(), ..Request::default() };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let whole = request("http://host:1/v1/a%20b?x=1#y", "");
        assert_eq!((whole.path(), whole.query()), ("/v1/a%20b", vec![pair("x", "1")]));
        assert_eq!(request("/v1/http://host/a", "").path(), "/v1/http://host/a");
        let query = request("/v1?b=2", "a=1+2&&b=&c&a=%E4%BD%A0").query();
        assert_eq!(query, [pair("a", "1 2"), pair("b", ""), pair("c", ""), pair("a", "你")]);
    }
}
