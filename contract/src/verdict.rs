//! The judgement of one exchange.

use std::collections::BTreeMap;

use serde::Serialize;

/// Kinds that show where nothing could be checked, or what a server took although nothing documents it.
const INFORMATION: [&str; 5] = [
    "lax_request",
    "response_schema_missing",
    "sse_schema_missing",
    "request_body_extensible_enum",
    "request_body_undocumented",
];

/// One thing in an exchange that the document does not allow, or does not describe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule, for instance `body_required`, `extra_field` or `status_undocumented`.
    pub kind: String,
    /// The operation and the place, for instance `POST /chat-messages 200 /metadata/usage`.
    #[serde(rename = "where")]
    pub place: String,
    /// The error.
    #[serde(rename = "msg")]
    pub message: String,
}

impl Violation {
    /// Whether it is only information: servers ignore query parameters and members that they do not read.
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
    /// The release does not have the operation.
    NotYet,
    /// The client left before the answer came.
    Disconnected,
    /// `x-dify-deviations` names everything that is wrong with it.
    Declared,
}

impl Aside {
    /// Returns the reason in words, for the lines of a report.
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The recording.
    pub file: String,
    /// The operation, for instance `GET /conversations/{conversation_id}`; none where the exchange is out of scope.
    pub operation: Option<String>,
    /// Whether the operation is one of the document's.
    pub documented: bool,
    /// The client and the resource group of the operation, for instance `app.conversations`.
    pub group: Option<String>,
    /// The HTTP status, 0 where there was no answer.
    pub status: u16,
    /// Why the exchange is left out of every count.
    pub aside: Option<Aside>,
    /// Whether a schema describes the body.
    pub checked: bool,
    /// The errors: of one kind once at each place.
    pub violations: Vec<Violation>,
    /// How often each event came in the stream.
    pub events: BTreeMap<String, u64>,
}

impl Verdict {
    /// The verdict on an exchange that is left out.
    pub(crate) fn set_aside(mut self, reason: Aside) -> Self {
        self.aside = Some(reason);
        self.checked = false;
        self.violations.clear();
        self
    }

    pub(crate) fn add(&mut self, kind: impl Into<String>, place: String, message: impl Into<String>) {
        let kind = kind.into();
        if !self.violations.iter().any(|violation| violation.kind == kind && violation.place == place) {
            self.violations.push(Violation { kind, place, message: message.into() });
        }
    }

    /// Whether there is no violation, undocumented members apart.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.violations.iter().all(|violation| violation.informs() || violation.is_undocumented_member())
    }

    /// Whether there is no violation at all.
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
    fn a_query_problem_informs_unless_a_required_parameter_is_missing() {
        assert!(violation("request_query_type").informs());
        assert!(violation("request_query_unknown").informs());
        assert!(!violation("request_query_required").informs());
        assert!(!violation("request_body_type").informs());
        assert!(violation("sse_schema_missing").informs());
    }

    #[test]
    fn an_undocumented_member_conforms_but_not_strictly() {
        let mut verdict = Verdict::default();
        assert!(verdict.conforms_strictly());
        verdict.add("extra_field", String::new(), "");
        assert!(verdict.conforms() && !verdict.conforms_strictly());
        verdict.add("body_type", String::new(), "");
        verdict.add("body_type", String::new(), "again");
        assert!(!verdict.conforms() && verdict.violations.len() == 2);
    }
}
