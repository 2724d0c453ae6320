//! Tokens with which files are brought for a form that a run waits for.

use std::collections::HashMap;

use crate::values::ids;

/// The tokens that were given out.
#[derive(Default)]
pub(crate) struct UploadTokens {
    /// By token: the token of the form.
    given: HashMap<String, String>,
}

impl UploadTokens {
    /// A new token for a form.
    pub(crate) fn give(&mut self, form: &str) -> String {
        let token = format!("hitl_upload_{}", ids::secret());
        self.given.insert(token.clone(), form.to_owned());
        token
    }

    /// The form that a token is for.
    pub(crate) fn form(&self, token: &str) -> Option<&str> {
        self.given.get(token).map(String::as_str)
    }
}

/// The tokens let files in: they are not shown.
impl std::fmt::Debug for UploadTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadTokens").field("given", &self.given.len()).finish()
    }
}
