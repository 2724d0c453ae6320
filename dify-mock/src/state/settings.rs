//! The settings of an application that is no workflow.

use serde_json::{Value, json};

use crate::values::clock;
use crate::values::json_text::picked;
use crate::values::key::Mode;
use crate::values::workspace::account;

/// The provider of models.
pub(crate) const PROVIDER: &str = "langgenius/openai/openai";

/// The settings, and when they were set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) value: Value,
    created_at: i64,
}

impl Settings {
    pub(crate) fn new(value: Value) -> Settings {
        Settings { value, created_at: clock::now() }
    }

    /// Returns their representation in the application.
    pub(crate) fn value(&self) -> Value {
        let mut value = self.value.clone();
        self.sign(&mut value);
        value
    }

    /// As lists have them: the model and its prompt.
    pub(crate) fn brief(&self) -> Value {
        let mut value = picked(&self.value, "model pre_prompt");
        self.sign(&mut value);
        value
    }

    fn sign(&self, value: &mut Value) {
        value["created_by"] = json!(account());
        value["created_at"] = json!(self.created_at);
        value["updated_by"] = json!(account());
        value["updated_at"] = json!(self.created_at);
    }

    /// Sets all of them at once: missing ones are reset to those of a new application.
    pub(crate) fn given(mode: Mode, given: &Value) -> Settings {
        let mut value = standard(mode);
        let members = value.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        for name in members {
            if !given[&name].is_null() {
                value[&name] = given[&name].clone();
            }
        }
        // Of moderation that is switched off, nothing is kept.
        if value["sensitive_word_avoidance"]["enabled"] != true {
            value["sensitive_word_avoidance"] = json!({"enabled": false});
        }
        Settings::new(value)
    }
}

/// The settings of a new application.
pub(crate) fn standard(mode: Mode) -> Value {
    let completes = mode == Mode::Completion;
    let form = json!([{"paragraph": {"label": "Query", "variable": "query", "required": true, "default": ""}}]);
    json!({
        "opening_statement": null, "suggested_questions": [],
        "suggested_questions_after_answer": {"enabled": false}, "speech_to_text": {"enabled": false},
        "text_to_speech": {"enabled": false}, "retriever_resource": {"enabled": true},
        "annotation_reply": {"enabled": false}, "more_like_this": {"enabled": false},
        "sensitive_word_avoidance": {"enabled": false, "type": "", "config": {}}, "external_data_tools": [],
        "model": {"provider": PROVIDER, "name": "gpt-4o-mini", "mode": "chat", "completion_params": {}},
        "user_input_form": if completes { form } else { json!([]) }, "dataset_query_variable": null,
        "pre_prompt": completes.then_some("{{query}}"),
        "agent_mode": {"enabled": mode == Mode::AgentChat, "strategy": null, "tools": [], "prompt": null},
        "prompt_type": "simple", "chat_prompt_config": {}, "completion_prompt_config": {},
        "dataset_configs": {"retrieval_model": "multiple"},
        "file_upload": {"image": {
            "enabled": false, "number_limits": 3, "detail": "high", "transfer_methods": ["remote_url", "local_file"],
        }},
    })
}
