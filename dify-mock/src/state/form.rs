//! A form that a run waits for.

use serde_json::{Map, Value, json};

use crate::values::{clock, ids};

/// The form of a human input node.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) id: String,
    pub(crate) token: String,
    content: String,
    pub(crate) expires_at: i64,
    pub(crate) submission: Option<Submission>,
}

/// What a person answered.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) inputs: Map<String, Value>,
    pub(crate) action: String,
    pub(crate) title: &'static str,
    /// The form's text with the answers in it.
    pub(crate) rendered: String,
}

/// The node that asks.
pub(crate) const NODE: (&str, &str) = ("review", "Review");
const ACTIONS: [(&str, &str, &str); 2] = [("approve", "Approve", "primary"), ("reject", "Reject", "default")];
const COMMENT: &str = "{{#$output.comment#}}";

impl Form {
    /// A form about a question. `id` is that of the node's execution, as Dify has it.
    pub(crate) fn new(id: String, question: &str) -> Form {
        let content = format!("Please review: {question}\n\nComment: {COMMENT}");
        // Three days, as Dify has it.
        let expires_at = clock::now() + 3 * 86_400;
        Form { id, token: ids::token(), content, expires_at, submission: None }
    }

    /// Takes an answer; the error is Dify's message.
    pub(crate) fn submit(&mut self, inputs: &Map<String, Value>, action: &str) -> Result<Submission, String> {
        let Some((_, title, _)) = ACTIONS.iter().find(|(id, _, _)| *id == action) else {
            return Err(format!("Invalid action: {action}"));
        };
        let Some(comment) = inputs.get("comment") else {
            return Err("Missing required inputs: comment".to_owned());
        };
        let rendered = self.content.replace(COMMENT, &crate::values::python::str(comment));
        let known = Map::from_iter([("comment".to_owned(), comment.clone())]);
        let submission = Submission { inputs: known, action: action.to_owned(), title, rendered };
        self.submission = Some(submission.clone());
        Ok(submission)
    }

    fn inputs(&self) -> Value {
        let default = json!({"type": "constant", "selector": [], "value": "Looks good."});
        json!([{"output_variable_name": "comment", "type": "paragraph", "default": default}])
    }

    fn actions(&self) -> Value {
        let action = |(id, title, style): &(&str, &str, &str)| json!({"id": id, "title": title, "button_style": style});
        ACTIONS.iter().map(action).collect()
    }

    /// What somebody needs who wants to fill it.
    pub(crate) fn value(&self) -> Value {
        json!({
            "form_content": self.content, "inputs": self.inputs(), "resolved_default_values": {},
            "user_actions": self.actions(), "expiration_time": self.expires_at,
        })
    }

    /// `data` of `human_input_required`.
    pub(crate) fn event(&self) -> Value {
        json!({
            "form_id": self.id, "node_id": NODE.0, "node_title": NODE.1, "form_content": self.content,
            "inputs": self.inputs(), "actions": self.actions(), "display_in_ui": true,
            "form_token": self.token, "approval_channels": ["console"], "resolved_default_values": {},
            "expiration_time": self.expires_at,
        })
    }

    /// One of the `reasons` of a pause.
    pub(crate) fn reason(&self) -> Value {
        json!({
            "TYPE": "human_input_required", "form_id": self.id, "form_content": self.content,
            "inputs": self.inputs(), "actions": self.actions(), "node_id": NODE.0, "node_title": NODE.1,
            "resolved_default_values": {}, "form_token": self.token, "approval_channels": ["console"],
            "expiration_time": self.expires_at,
        })
    }

    /// One of the `extra_contents` of a message.
    pub(crate) fn in_history(&self, run: &str) -> Value {
        let submission = self.submission.as_ref();
        json!({
            "workflow_run_id": run, "submitted": submission.is_some(),
            "form_definition": {
                "form_id": self.id, "node_id": NODE.0, "node_title": NODE.1, "form_content": self.content,
                "inputs": self.inputs(), "actions": self.actions(), "display_in_ui": true,
                "form_token": if submission.is_some() { Value::Null } else { json!(self.token) },
                "resolved_default_values": {}, "expiration_time": self.expires_at,
            },
            "form_submission_data": submission.map(|submission| json!({
                "node_id": NODE.0, "node_title": NODE.1, "rendered_content": submission.rendered,
                "action_id": submission.action, "action_text": submission.title,
                "submitted_data": submission.inputs,
            })),
            "type": "human_input",
        })
    }
}
