//! The end user that a client fills in.

use crate::{Transport, values::OfUser};
use std::borrow::Cow;

impl Transport {
    /// Returns the same client, which fills in this end user.
    pub(crate) fn as_user(&self, user: String) -> Self {
        Self { user: Some(user.into()), ..self.clone() }
    }

    /// Returns the user that a request names, else that of the client.
    pub(crate) fn user_or<'u>(&'u self, own: Option<&'u str>) -> Option<&'u str> {
        own.or(self.user.as_deref())
    }

    /// Fills in the user of the client, if there is one and the request names none.
    pub(crate) fn with_user<'r, R: OfUser>(&self, request: &'r R) -> Cow<'r, R> {
        let mut request = Cow::Borrowed(request);
        if let Some(user) = &self.user {
            let mut filled = request.clone().into_owned();
            filled.user().get_or_insert_with(|| user.to_string());
            request = Cow::Owned(filled);
        }
        request
    }
}

#[cfg(all(test, feature = "app"))]
mod tests;
