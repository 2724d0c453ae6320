//! The web page of an application.

use serde_json::{Value, json};

use crate::values::json_text::extend;
use crate::values::workspace::account;
use crate::values::{clock, ids};

/// What the page of an application looks like, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The code in its address.
    pub(crate) code: String,
    /// `title` and what the page looks like.
    pub(crate) members: Value,
    created_at: i64,
}

impl Site {
    pub(crate) fn new(title: &str, look: &Value) -> Site {
        let members = json!({
            "title": title, "icon_type": look["icon_type"], "icon": look["icon"],
            "icon_background": look["icon_background"], "description": null, "default_language": "en-US",
            "chat_color_theme": null, "chat_color_theme_inverted": false, "customize_domain": null,
            "copyright": null, "privacy_policy": null, "input_placeholder": null, "custom_disclaimer": "",
            "customize_token_strategy": "not_allow", "prompt_public": false, "show_workflow_steps": true,
            "use_icon_as_answer_icon": false,
        });
        Site { code: code(), members, created_at: clock::now() }
    }

    /// As its application shows it.
    pub(crate) fn value(&self, server: &str) -> Value {
        let mut value = self.members.clone();
        let more = json!({
            "access_token": self.code, "code": self.code, "app_base_url": server, "created_by": account(),
            "created_at": self.created_at, "updated_by": account(), "updated_at": self.created_at, "icon_url": null,
        });
        extend(&mut value, more);
        value
    }
}

/// 16 letters and digits.
fn code() -> String {
    ids::token().chars().take(16).collect()
}
