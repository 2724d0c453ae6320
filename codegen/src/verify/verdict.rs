//! What was found out about one exchange.

use std::collections::BTreeMap;

use serde::Serialize;

/// Kinds that tell where nothing could be checked; they are counted and shown, but are no violation.
const INFORMATION: [&str; 3] = ["lax_request", "response_schema_missing", "sse_schema_missing"];

/// One thing in an exchange that the document does not allow, or does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule, for instance `body_required`, `extra_field` or `status_undocumented`.
    pub kind: String,
    /// The operation and the place, for instance `POST /chat-messages 200 /metadata/usage`.
    #[serde(rename = "where")]
    pub place: String,
    /// What is wrong, for a reader.
    #[serde(rename = "msg")]
    pub message: String,
}

impl Violation {
    /// Whether it is only worth knowing: servers pass over query parameters they do not know or understand.
    #[must_use]
    pub fn informs(&self) -> bool {
        INFORMATION.contains(&self.kind.as_str())
            || self.kind.starts_with("request_query_") && self.kind != "request_query_required"
    }

    /// Whether it is a member that no schema names: the only kind a *conforming* exchange may have.
    #[must_use]
    pub fn is_undocumented_member(&self) -> bool {
        matches!(self.kind.as_str(), "extra_field" | "sse_extra_field")
    }
}

/// Why an exchange is left out of every count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Aside {
    /// Its path is below no server of the documents.
    OutOfScope,
    /// It is the server's description of itself.
    SelfDescription,
    /// `HEAD` and `OPTIONS` of a documented path, which are HTTP's own.
    Http,
    /// Neither the documents nor the server have the route.
    NoRoute,
    /// The Console API is described in part, and not here.
    ConsoleUndescribed,
    /// The release is older than the operation.
    NotYet,
    /// The client left before the answer came.
    Disconnected,
    /// `x-dify-deviations` names everything that is wrong with it.
    Declared,
}

impl Aside {
    /// The reason in words, for the lines of a report.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::OutOfScope => "below no server of the documents",
            Self::SelfDescription => "the server's description of itself",
            Self::Http => "HEAD or OPTIONS",
            Self::NoRoute => "a route that neither the documents nor the server have",
            Self::ConsoleUndescribed => "a Console operation that the document does not describe",
            Self::NotYet => "refused by a release that does not have the operation",
            Self::Disconnected => "without an answer, as the client left",
            Self::Declared => "declared as a deviation of the release",
        }
    }
}

/// The judgement of one exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The recording.
    pub file: String,
    /// The operation, for instance `GET /conversations/{conversation_id}`; none where the exchange is out of scope.
    #[serde(rename = "op")]
    pub operation: Option<String>,
    /// The HTTP status, 0 where there was no answer.
    pub status: i64,
    /// Whether the exchange is left out of every count.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub aside: bool,
    /// Why it is left out.
    #[serde(skip)]
    pub reason: Option<Aside>,
    /// Whether it is left out because `x-dify-deviations` names everything that is wrong with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// Whether a schema stood behind the body; none where the exchange is set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<bool>,
    /// Whether the operation is one of the document's.
    #[serde(skip)]
    pub documented: bool,
    /// How often each event came in the stream.
    #[serde(skip)]
    pub events: BTreeMap<String, u64>,
}

impl Verdict {
    pub(super) fn new(file: &str, operation: Option<String>, status: i64) -> Self {
        Self {
            file: file.to_owned(),
            operation,
            status,
            aside: false,
            reason: None,
            declared: false,
            violations: Vec::new(),
            checked: None,
            documented: false,
            events: BTreeMap::new(),
        }
    }

    /// The verdict on an exchange that nothing is said about.
    pub(super) fn set_aside(mut self, reason: Aside) -> Self {
        self.aside = true;
        self.reason = Some(reason);
        self.checked = None;
        self.violations.clear();
        self
    }

    pub(super) fn add(&mut self, kind: impl Into<String>, place: String, message: String) {
        self.violations.push(Violation { kind: kind.into(), place, message });
    }

    /// No violation, undocumented members apart.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.violations.iter().all(|violation| violation.informs() || violation.is_undocumented_member())
    }

    /// No violation at all.
    #[must_use]
    pub fn conforms_strictly(&self) -> bool {
        self.violations.iter().all(Violation::informs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(kind: &str) -> Violation {
        Violation { kind: kind.into(), place: String::new(), message: String::new() }
    }

    #[test]
    fn a_query_problem_informs_unless_a_required_parameter_is_absent() {
        assert!(violation("request_query_type").informs());
        assert!(violation("request_query_unknown").informs());
        assert!(!violation("request_query_required").informs());
        assert!(!violation("request_body_type").informs());
        assert!(violation("sse_schema_missing").informs());
    }

    #[test]
    fn an_undocumented_member_conforms_but_not_strictly() {
        let mut verdict = Verdict::new("a.json", None, 200);
        assert!(verdict.conforms_strictly());
        verdict.add("extra_field", String::new(), String::new());
        assert!(verdict.conforms() && !verdict.conforms_strictly());
        verdict.add("body_type", String::new(), String::new());
        assert!(!verdict.conforms());
    }

    #[test]
    fn a_verdict_set_aside_is_written_without_checked() {
        let mut verdict = Verdict::new("a.json", None, 404);
        verdict.checked = Some(true);
        assert_eq!(
            serde_json::to_value(verdict.set_aside(Aside::NotYet)).unwrap(),
            serde_json::json!({"file": "a.json", "op": null, "status": 404, "aside": true, "violations": []})
        );
    }
}
