//! Keys for the Service API.

use std::fmt;

use serde_json::{Value, json};

use crate::values::{clock, ids};

/// The most keys that an application may have.
pub(crate) const MOST: usize = 10;

/// A key.
#[derive(Clone)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) last_used_at: Option<i64>,
    created_at: i64,
}

impl ApiKey {
    /// A new key: `app-` and 24 letters and digits.
    pub(crate) fn new() -> ApiKey {
        let letters: String = format!("{}{}", ids::token(), ids::token()).chars().take(24).collect();
        ApiKey::known(&format!("app-{letters}"))
    }

    /// One that there is already.
    pub(crate) fn known(token: &str) -> ApiKey {
        ApiKey { id: ids::of("api key", token), token: token.to_owned(), last_used_at: None, created_at: clock::now() }
    }

    pub(crate) fn value(&self) -> Value {
        json!({
            "id": self.id, "type": "app", "token": self.token, "last_used_at": self.last_used_at,
            "created_at": self.created_at,
        })
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}
