//! What logs of all kinds have in common.

use serde_json::{Value, json};

use crate::http::call::Call;
use crate::state::app::App;
use crate::state::message::Message;
use crate::state::settings::Settings;

/// A page: which part of the list, and the limits as they are told.
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) limit: usize,
}

impl Page {
    pub(super) fn read(call: &Call) -> Page {
        Page { number: call.number("page", 1).max(1), limit: call.number("limit", 20).max(1) }
    }

    /// The page out of everything that was found.
    pub(super) fn of<T>(&self, found: &[T], value: impl Fn(&T) -> Value) -> Value {
        let first = (self.number - 1).saturating_mul(self.limit);
        let data: Vec<Value> = found.iter().skip(first).take(self.limit).map(value).collect();
        let more = first.saturating_add(data.len()) < found.len() && !data.is_empty();
        json!({"page": self.number, "limit": self.limit, "total": found.len(), "has_more": more, "data": data})
    }
}

/// The id of a user, who is known from the first call on.
pub(super) fn user_id(app: &App, user: &str) -> Option<String> {
    app.end_user_of(user).map(|user| user.id.clone())
}

/// What people thought of answers.
pub(super) fn ratings<'a>(messages: impl Iterator<Item = &'a Message>) -> Value {
    let (mut like, mut dislike) = (0, 0);
    for rating in messages.filter_map(|message| message.feedback.as_ref().map(|feedback| feedback.rating.as_str())) {
        like += u64::from(rating == "like");
        dislike += u64::from(rating == "dislike");
    }
    json!({"like": like, "dislike": dislike})
}

/// Nobody rates in the console.
pub(super) fn no_ratings() -> Value {
    json!({"like": 0, "dislike": 0})
}

/// The model and its prompt; nulls for what is drawn.
pub(super) fn model(app: &App) -> Value {
    let settings = app.profile.settings.as_ref();
    settings.map_or_else(|| json!({"model": null, "pre_prompt": null}), Settings::model)
}

/// The settings of one conversation.
pub(super) fn settings(app: &App) -> Value {
    let settings = app.profile.settings.as_ref();
    settings.map_or_else(
        || {
            let features = app.profile.features();
            json!({
                "opening_statement": features.map(|features| &features["opening_statement"]),
                "suggested_questions": features.map(|features| &features["suggested_questions"]),
                "model": null,
                "user_input_form": app.profile.form().unwrap_or_else(|| json!([])),
                "pre_prompt": null,
                "agent_mode": null,
            })
        },
        Settings::logged,
    )
}

/// `2026-11-21 02:44` of a query as seconds; what is no such text does not hold anything back.
pub(super) fn moment(call: &Call, name: &str) -> Option<i64> {
    call.asked(name).and_then(crate::clock::from_iso)
}

/// The id of the conversation that a completion stands for.
pub(super) fn conversation_id(message: &Message) -> String {
    message.conversation.clone().unwrap_or_else(|| crate::ids::of("conversation", &message.id))
}
