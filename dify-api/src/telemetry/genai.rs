//! Operations in the terms of the OpenTelemetry conventions for generative AI.
//!
//! <https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md>

use crate::operation::Named;

/// What an operation has a model do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GenAi {
    Chat,
    TextCompletion,
    InvokeWorkflow,
    Retrieval,
}

impl GenAi {
    /// Returns the kind of the operation, described or called by hand; `None` where no application runs.
    pub(crate) fn of(operation: &Named) -> Option<Self> {
        let mut segments = operation.path().trim_matches('/').split('/');
        let path: [&str; 4] = std::array::from_fn(|_| segments.next().unwrap_or_default());
        if segments.next().is_some() {
            return None;
        }
        Some(match (operation.method().as_str(), path) {
            ("POST", ["chat-messages", "", "", ""]) => Self::Chat,
            ("POST", ["completion-messages", "", "", ""]) | ("GET", ["messages", _, "more-like-this", ""]) => {
                Self::TextCompletion
            }
            (
                "POST",
                ["workflows", "run", "", ""] | ["workflows", _, "run", ""] | ["datasets", _, "pipeline", "run"],
            ) => Self::InvokeWorkflow,
            ("POST", ["datasets", _, "retrieve" | "hit-testing", ""]) => Self::Retrieval,
            _ => return None,
        })
    }

    /// Returns the value of `gen_ai.operation.name`.
    #[cfg(any(test, feature = "tracing"))]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::TextCompletion => "text_completion",
            Self::InvokeWorkflow => "invoke_workflow",
            Self::Retrieval => "retrieval",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Credential;
    use reqwest::Method;

    #[test]
    fn only_operations_that_run_something_have_a_name() {
        let name = |method: Method, path: &str| {
            GenAi::of(&Named::by_hand(method, path.to_owned(), Credential::App)).map(GenAi::name)
        };
        for (method, path, expected) in [
            (Method::POST, "/chat-messages", Some("chat")),
            (Method::POST, "/chat-messages?a=1", Some("chat")),
            (Method::POST, "/completion-messages/", Some("text_completion")),
            (Method::GET, "/messages/{message_id}/more-like-this", Some("text_completion")),
            (Method::POST, "/workflows/run", Some("invoke_workflow")),
            (Method::POST, "/workflows/{workflow_id}/run", Some("invoke_workflow")),
            (Method::POST, "/datasets/1/pipeline/run", Some("invoke_workflow")),
            (Method::POST, "/datasets/1/retrieve", Some("retrieval")),
            (Method::GET, "/chat-messages", None),
            (Method::POST, "/chat-messages/{task_id}/stop", None),
            (Method::GET, "/workflows/run/{workflow_run_id}", None),
            (Method::GET, "/workflow/{workflow_run_id}/events", None),
            (Method::GET, "/apps/{app_id}/chat-messages", None),
            (Method::POST, "/datasets/1/pipeline/datasource/nodes/2/run", None),
            (Method::GET, "/info", None),
            (Method::GET, "", None),
        ] {
            assert_eq!(name(method.clone(), path), expected, "{method} {path}");
        }
    }
}
