//! A refusal in Dify's words, as its releases write it.

use crate::{types::ErrorCode, values::decode::Fault};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The error in a body.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// Empty where the body has none.
    pub(super) code: ErrorCode,
    pub(super) message: String,
    pub(super) params: Option<String>,
}

/// Read as leniently as possible: an error about an error is of no use.
#[derive(Deserialize)]
struct RefusalBody {
    // The console's refusals about keys call it `custom`.
    #[serde(alias = "custom")]
    code: Option<String>,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    params: Value,
    /// The members that were refused: Dify 1.8.0 to 1.10.1.
    errors: Option<Map<String, Value>>,
    /// The message, or all of it.
    #[serde(default)]
    error: Value,
    #[serde(default)]
    result: Value,
}

impl Refusal {
    /// Reads the body; `None` where it is no refusal.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        Self::of(serde_json::from_slice(body).ok()?)
    }

    fn of(body: RefusalBody) -> Option<Self> {
        let message = as_text(body.message);
        if let Some(code) = body.code {
            return Some(Self {
                code: code.into(),
                message: message.unwrap_or_default(),
                params: as_text(body.params),
            });
        }
        if let Some(errors) = body.errors {
            let params = errors.keys().next().cloned();
            let each = errors.into_iter().map(|(name, why)| format!("{name}: {}", as_text(why).unwrap_or_default()));
            let message = message.into_iter().chain(each).collect::<Vec<_>>().join("; ");
            // Every other release refuses the same with this code.
            return Some(Self { code: ErrorCode::InvalidParam, message, params });
        }
        if body.error.is_object() {
            return Self::of(serde_json::from_value(body.error).ok()?);
        }
        let message = message.or_else(|| as_text(body.error)).filter(|_| body.result != "success")?;
        Some(Self { code: String::new().into(), message, params: None })
    }
}

/// Checks that a body in the shape of a success is not `{"result": "fail"}` with a reason.
pub(super) fn not_failed(body: &[u8]) -> Result<(), Fault> {
    /// Longer bodies are answers.
    const LONGEST: usize = 4096;

    let may_be = body.len() <= LONGEST && memchr::memmem::find(body, br#""fail""#).is_some();
    match may_be.then(|| serde_json::from_slice::<RefusalBody>(body)) {
        Some(Ok(body)) if body.result == "fail" && body.message.is_string() => {
            Err(Fault::new(0, "expected an answer, found a failure"))
        }
        _ => Ok(()),
    }
}

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_every_release_are_read() {
        for (body, code, message, params) in [
            (r#"{"code":"not_found","message":"No.","status":404}"#, "not_found", "No.", None),
            (r#"{"code":"invalid_param","message":"bad","params":"sort_by"}"#, "invalid_param", "bad", Some("sort_by")),
            (r#"{"message":"Internal Server Error","code":"unknown"}"#, "unknown", "Internal Server Error", None),
            (
                r#"{"errors":{"name":"missing","type":"bad"},"message":"Input payload validation failed"}"#,
                "invalid_param",
                "Input payload validation failed; name: missing; type: bad",
                Some("name"),
            ),
            (r#"{"custom":"max_keys_exceeded","message":"Ten."}"#, "max_keys_exceeded", "Ten.", None),
            (r#"{"error":"Segments is required"}"#, "", "Segments is required", None),
            (r#"{"error":{"code":"already_setup","message":"Again."}}"#, "already_setup", "Again.", None),
            (r#"{"result":"fail","message":"Invalid refresh token"}"#, "", "Invalid refresh token", None),
            (r#"{"message":"API key not found"}"#, "", "API key not found", None),
        ] {
            let refusal = Refusal::read(body.as_bytes()).expect(body);
            assert_eq!((refusal.code.as_str(), &*refusal.message, refusal.params.as_deref()), (code, message, params));
        }
    }

    #[test]
    fn a_result_that_fails_with_a_message_is_no_answer() {
        assert!(not_failed(br#"{"result":"fail","message":"Invalid refresh token"}"#).is_err());
        for body in [r#"{"result":"fail"}"#, r#"{"result":"success","message":"\"fail\""}"#, r#"["fail"]"#, ""] {
            assert!(not_failed(body.as_bytes()).is_ok(), "{body}");
        }
    }

    #[test]
    fn a_success_is_no_refusal() {
        for body in
            ["", "204", "null", "[]", "{}", r#"{"result":"success"}"#, r#"{"result":"success","message":"Done."}"#]
        {
            assert_eq!(Refusal::read(body.as_bytes()), None, "{body}");
        }
    }
}
