//! Passports: what a visitor of an application's page is known by.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::values::ids;
use crate::values::refusal::Refusal;

/// The passports that were given out.
#[derive(Default)]
pub(crate) struct Passports {
    /// By token: whose it is, and whether it is good.
    given: HashMap<String, (Visitor, bool)>,
}

/// Somebody on an application's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// The key of the application.
    pub(crate) app: String,
    pub(crate) session: String,
}

impl Passports {
    /// A new passport. Nothing is looked up in it; it is written like Dify's for those who take it apart.
    pub(crate) fn give(&mut self, visitor: Visitor, app_id: &str, end_user: &str) -> String {
        let head = json!({"alg": "HS256", "typ": "JWT"});
        let claims = json!({
            "iss": app_id, "sub": "Web API Passport", "app_id": app_id, "app_code": ids::code(&visitor.app),
            "end_user_id": end_user,
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.{}", part(head), part(claims), ids::secret());
        self.given.insert(token.clone(), (visitor, true));
        token
    }

    /// Whose passport it is, or why it is refused.
    pub(crate) fn holder(&self, token: Option<&str>) -> Result<Visitor, Refusal> {
        let token = token.map(str::trim).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| Refusal::unauthorized("App token is missing."))?;
        match self.given.get(token) {
            Some((visitor, true)) => Ok(visitor.clone()),
            Some(_) => Err(Refusal::unauthorized("Token has expired.")),
            None if token.split('.').count() == 3 => Err(Refusal::unauthorized("Invalid token signature.")),
            None => Err(Refusal::unauthorized("Invalid token.")),
        }
    }

    /// None of those given out so far is good any more.
    pub(crate) fn revoke(&mut self) {
        self.given.values_mut().for_each(|(_, good)| *good = false);
    }
}

/// The tokens let visitors in: they are not shown.
impl std::fmt::Debug for Passports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passports").field("given", &self.given.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passport_is_good_until_it_is_revoked_and_is_not_shown() {
        let mut passports = Passports::default();
        let visitor = Visitor { app: "app-chat".to_owned(), session: "maria".to_owned() };
        let token = passports.give(visitor.clone(), "a", "u");
        assert!(token.starts_with("eyJ") && token.split('.').count() == 3);
        assert_eq!(passports.holder(Some(&token)).ok(), Some(visitor.clone()));
        assert!(!format!("{passports:?}").contains(&token));
        passports.revoke();
        let next = passports.give(visitor, "a", "u");
        let message = |token: Option<&str>| match passports.holder(token) {
            Ok(_) => "good".to_owned(),
            Err(refusal) => refusal.json().map(|(_, body)| body["message"].to_string()).unwrap_or_default(),
        };
        assert_eq!(message(Some(&token)), "\"Token has expired.\"");
        assert_eq!(message(Some(&next)), "good");
        assert_eq!(message(Some("a.b.c")), "\"Invalid token signature.\"");
        assert_eq!(message(Some("abc")), "\"Invalid token.\"");
        assert_eq!(message(None), "\"App token is missing.\"");
    }
}
