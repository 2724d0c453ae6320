//! An application.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::annotation::Annotations;
use super::conversation::Conversation;
use super::message::{Message, Parent};
use super::profile::Profile;
use super::run::Run;
use crate::values::key::Key;
use crate::values::workspace::tenant;
use crate::values::{clock, ids};

/// An application and everything in it.
#[derive(Debug)]
pub(crate) struct App {
    /// Its own key, by which the server identifies it.
    pub(crate) key: String,
    pub(crate) profile: Profile,
    pub(crate) id: String,
    pub(crate) workflow_id: String,
    /// By session: the name that callers gave.
    end_users: HashMap<String, EndUser>,
    pub(crate) conversations: HashMap<String, Conversation>,
    pub(crate) messages: HashMap<String, Message>,
    /// In the order in which they began.
    pub(crate) runs: Vec<String>,
    pub(crate) run: HashMap<String, Run>,
    pub(crate) annotations: Annotations,
    /// Grows with each change that orders things.
    clock: u64,
}

/// A person on whose behalf the application was called.
#[derive(Clone, Debug)]
pub(crate) struct EndUser {
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) created_at: i64,
    /// Whether the person came to the application's page.
    visits: bool,
}

impl App {
    pub(crate) fn new(key: &Key) -> App {
        App {
            key: key.text.clone(),
            profile: Profile::embedded(key),
            id: ids::of("app", &key.text),
            workflow_id: ids::of("workflow", &key.text),
            end_users: HashMap::new(),
            conversations: HashMap::new(),
            messages: HashMap::new(),
            runs: Vec::new(),
            run: HashMap::new(),
            annotations: Annotations::default(),
            clock: 0,
        }
    }

    /// A number larger than every one before. Seconds are too coarse to order by.
    pub(crate) fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// The id of a user, who is known from now on. Somebody whom a program named before a visit is the same person.
    pub(crate) fn end_user(&mut self, session: &str, visits: bool) -> String {
        if let Some(user) = self.end_users.get(session) {
            return user.id.clone();
        }
        let id = ids::of(&self.id, session);
        let user = EndUser { id: id.clone(), session: session.to_owned(), created_at: clock::now(), visits };
        self.end_users.insert(session.to_owned(), user);
        id
    }

    pub(crate) fn end_user_by_id(&self, id: &str) -> Option<&EndUser> {
        self.end_users.values().find(|user| user.id == id)
    }

    /// A conversation that this user may see.
    pub(crate) fn conversation(&mut self, id: &str, user: &str) -> Option<&mut Conversation> {
        self.conversations.get_mut(id).filter(|conversation| conversation.user == user)
    }

    /// A message that this user may see.
    pub(crate) fn message(&mut self, id: &str, user: &str) -> Option<&mut Message> {
        self.messages.get_mut(id).filter(|message| message.user == user)
    }

    /// How many turns lead to this message and are before the eyes of the model: those that it follows, and itself.
    pub(crate) fn turns(&self, message: &str) -> usize {
        let (mut count, mut next) = (0, message);
        // A message follows only such as were there before it, so that this comes to an end.
        while let Some(message) = self.messages.get(next) {
            count += 1;
            match &message.parent {
                Parent::None => break,
                Parent::Message(id) => next = id,
                Parent::Last => {
                    let conversation = message.conversation.as_ref().and_then(|id| self.conversations.get(id));
                    let before = conversation.and_then(|c| c.messages.iter().position(|id| *id == message.id));
                    return count + before.unwrap_or_default();
                }
            }
        }
        count
    }

    /// Keeps a message, in its conversation when it has one.
    pub(crate) fn keep(&mut self, message: Message) {
        let tick = self.tick();
        if let Some(conversation) = message.conversation.as_ref().and_then(|id| self.conversations.get_mut(id)) {
            conversation.messages.push(message.id.clone());
            conversation.touch(tick);
        }
        self.messages.insert(message.id.clone(), message);
    }

    /// Deletes a conversation with its messages.
    pub(crate) fn forget(&mut self, conversation: &str) {
        if let Some(conversation) = self.conversations.remove(conversation) {
            for message in conversation.messages {
                self.messages.remove(&message);
            }
        }
    }
}

impl EndUser {
    /// Dify's name of how the person came.
    fn kind(&self) -> &'static str {
        if self.visits { "browser" } else { "service-api" }
    }

    pub(crate) fn value(&self, app: &App) -> Value {
        let created_at = clock::iso(self.created_at);
        json!({
            "id": self.id, "tenant_id": tenant(), "app_id": app.id, "type": self.kind(),
            "external_user_id": if self.visits { Value::Null } else { json!(self.session) }, "name": null,
            "is_anonymous": self.visits, "session_id": self.session, "created_at": created_at,
            "updated_at": created_at,
        })
    }
}
