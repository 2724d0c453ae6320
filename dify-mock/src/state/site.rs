//! The web page of an application.

use serde_json::{Value, json};

use crate::state::knowledge::account;
use crate::{clock, ids};

/// What the page of an application looks like, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The code in its address.
    pub(crate) code: String,
    /// `title` and the other members that can be changed.
    pub(crate) members: Value,
    created_at: i64,
    updated_at: i64,
}

/// Members that a change may name.
const CHANGEABLE: &[&str] = &[
    "title",
    "icon_type",
    "icon",
    "icon_background",
    "description",
    "default_language",
    "chat_color_theme",
    "chat_color_theme_inverted",
    "customize_domain",
    "copyright",
    "privacy_policy",
    "input_placeholder",
    "custom_disclaimer",
    "customize_token_strategy",
    "prompt_public",
    "show_workflow_steps",
    "use_icon_as_answer_icon",
];

impl Site {
    pub(crate) fn new(title: &str, look: &Value) -> Site {
        let now = clock::now();
        let members = json!({
            "title": title,
            "icon_type": look["icon_type"],
            "icon": look["icon"],
            "icon_background": look["icon_background"],
            "description": null,
            "default_language": "en-US",
            "chat_color_theme": null,
            "chat_color_theme_inverted": false,
            "customize_domain": null,
            "copyright": null,
            "privacy_policy": null,
            "input_placeholder": null,
            "custom_disclaimer": "",
            "customize_token_strategy": "not_allow",
            "prompt_public": false,
            "show_workflow_steps": true,
            "use_icon_as_answer_icon": false,
        });
        Site { code: code(), members, created_at: now, updated_at: now }
    }

    /// Takes over what is given.
    pub(crate) fn change(&mut self, given: &Value) {
        for name in CHANGEABLE {
            if !given[*name].is_null() {
                self.members[*name] = given[*name].clone();
            }
        }
        self.updated_at = clock::now();
    }

    /// Gives the page another code: the old address leads nowhere any more.
    pub(crate) fn reset(&mut self) {
        self.code = code();
        self.updated_at = clock::now();
    }

    /// As its application tells it.
    pub(crate) fn value(&self, server: &str) -> Value {
        let mut value = json!({"access_token": self.code, "code": self.code});
        for name in CHANGEABLE.iter().take(15) {
            value[*name] = self.members[*name].clone();
        }
        value["app_base_url"] = json!(server);
        for name in CHANGEABLE.iter().skip(15) {
            value[*name] = self.members[*name].clone();
        }
        value["created_by"] = json!(account());
        value["created_at"] = json!(self.created_at);
        value["updated_by"] = json!(account());
        value["updated_at"] = json!(self.updated_at);
        value["icon_url"] = Value::Null;
        value
    }

    /// As a change of it is answered: with less.
    pub(crate) fn settings(&self, app: &str) -> Value {
        let mut value = json!({"app_id": app, "access_token": self.code, "code": self.code});
        for name in CHANGEABLE {
            if !matches!(*name, "icon_type" | "chat_color_theme" | "chat_color_theme_inverted") {
                value[*name] = self.members[*name].clone();
            }
        }
        value
    }
}

/// 16 letters and digits.
fn code() -> String {
    ids::token().chars().take(16).collect()
}
