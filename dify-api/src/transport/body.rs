//! A request body with its response mode.

use serde::Serialize;

/// One request type serves two operations, the blocking and the streaming one; the mode is said here, so that a
/// request cannot contradict the method it is given to.
#[derive(Debug, Serialize)]
pub(crate) struct InMode<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    response_mode: &'static str,
}

impl<'a, T: Serialize> InMode<'a, T> {
    pub(crate) fn blocking(body: &'a T) -> Self {
        Self { body, response_mode: "blocking" }
    }

    pub(crate) fn streaming(body: &'a T) -> Self {
        Self { body, response_mode: "streaming" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Body {
        query: &'static str,
        inputs: crate::RawJson,
    }

    #[test]
    fn the_mode_stands_beside_the_members_and_raw_json_stays_raw() {
        let body = Body { query: "hi", inputs: crate::RawJson::from_json(r#"{"a": 1.0}"#).expect("JSON") };
        let json = serde_json::to_string(&InMode::streaming(&body)).expect("JSON");
        assert_eq!(json, r#"{"query":"hi","inputs":{"a": 1.0},"response_mode":"streaming"}"#);
        let json = serde_json::to_string(&InMode::blocking(&body)).expect("JSON");
        assert!(json.ends_with(r#""response_mode":"blocking"}"#));
    }
}
