//! The texts that visitors saved.

use std::collections::HashMap;

/// Which messages were saved, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Saved {
    /// By user: ids, the last saved first.
    messages: HashMap<String, Vec<String>>,
}

impl Saved {
    /// Saves a message. Once more changes nothing.
    pub(crate) fn save(&mut self, user: &str, message: &str) {
        let saved = self.messages.entry(user.to_owned()).or_default();
        if !saved.iter().any(|id| id == message) {
            saved.insert(0, message.to_owned());
        }
    }

    /// Takes a message out again, when it is there.
    pub(crate) fn forget(&mut self, user: &str, message: &str) {
        if let Some(saved) = self.messages.get_mut(user) {
            saved.retain(|id| id != message);
        }
    }

    /// What a user saved, the last first.
    pub(crate) fn of(&self, user: &str) -> &[String] {
        self.messages.get(user).map(Vec::as_slice).unwrap_or_default()
    }
}
