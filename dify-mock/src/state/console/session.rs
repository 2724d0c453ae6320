//! Sessions: signed tokens that carry their own end, and refresh tokens that work once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::values::workspace::account;
use crate::values::{clock, ids};

/// How long a refresh token lasts.
pub(crate) const REFRESH: Duration = Duration::from_secs(30 * 86_400);

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Access,
    Csrf,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    Malformed,
    Signature,
    Expired,
}

/// The three tokens of a session.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) csrf: String,
}

/// All sessions. Only refresh tokens are written down.
pub(crate) struct Sessions {
    secret: String,
    /// Counts the times at which all tokens were expired.
    age: u64,
    /// Refresh tokens that were not used yet, and when they end.
    refresh: HashMap<String, Instant>,
}

impl Sessions {
    /// Begins or continues a session.
    pub(crate) fn begin(&mut self, time: Duration) -> Tokens {
        let refresh = format!("{}{}{}{}", ids::new(), ids::new(), ids::new(), ids::new()).replace('-', "");
        self.refresh.insert(refresh.clone(), Instant::now() + REFRESH);
        Tokens { access: self.token(Purpose::Access, time), csrf: self.token(Purpose::Csrf, time), refresh }
    }

    /// Uses a refresh token up; returns whether it was valid.
    pub(crate) fn redeem(&mut self, token: &str) -> bool {
        self.refresh.remove(token).is_some_and(|end| end > Instant::now())
    }

    /// No token that was given so far is taken any more. Refresh tokens still are.
    pub(crate) fn expire(&mut self) {
        self.age += 1;
    }

    fn token(&self, purpose: Purpose, time: Duration) -> String {
        let lasts = i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 2);
        let until = clock::micros().saturating_add(lasts);
        let id = account();
        let mut claims = match purpose {
            Purpose::Access => json!({"user_id": id, "iss": "SELF_HOSTED", "sub": "Console API Passport"}),
            Purpose::Csrf => json!({"sub": id}),
        };
        claims["exp"] = json!(until / 1_000_000);
        // Seconds are too coarse for sessions that tests keep short.
        claims["until"] = json!(until);
        claims["age"] = json!(self.age);
        claims["jti"] = json!(ids::new());
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(&claims));
        format!("{signed}.{}", self.signature(purpose, &signed))
    }

    /// Whether a token is good.
    pub(crate) fn check(&self, purpose: Purpose, token: &str) -> Result<(), TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (_, claims) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenFault::Malformed)?;
        let claims: Value = serde_json::from_slice(&claims).map_err(|_| TokenFault::Malformed)?;
        if signature != self.signature(purpose, signed) {
            return Err(TokenFault::Signature);
        }
        let good = claims["age"] == self.age && claims["until"].as_i64().is_some_and(|until| until > clock::micros());
        if good { Ok(()) } else { Err(TokenFault::Expired) }
    }

    /// Not a standard token: only this server reads it.
    fn signature(&self, purpose: Purpose, signed: &str) -> String {
        let purpose = if purpose == Purpose::Access { "access" } else { "csrf" };
        let digest = Sha256::new().chain_update(&self.secret).chain_update(purpose).chain_update(signed).finalize();
        URL_SAFE_NO_PAD.encode(digest)
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions { secret: ids::new(), age: 0, refresh: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_good_until_their_end_and_refresh_tokens_once() {
        let mut sessions = Sessions::default();
        let tokens = sessions.begin(Duration::from_secs(60));
        assert_eq!(sessions.check(Purpose::Access, &tokens.access), Ok(()));
        assert_eq!(sessions.check(Purpose::Csrf, &tokens.access), Err(TokenFault::Signature));
        assert_eq!(sessions.check(Purpose::Access, &format!("{}x", tokens.access)), Err(TokenFault::Signature));
        assert_eq!(sessions.check(Purpose::Access, "nope"), Err(TokenFault::Malformed));
        let short = sessions.begin(Duration::ZERO);
        assert_eq!(sessions.check(Purpose::Access, &short.access), Err(TokenFault::Expired));
        sessions.expire();
        assert_eq!(sessions.check(Purpose::Access, &tokens.access), Err(TokenFault::Expired));
        assert!(sessions.redeem(&tokens.refresh) && !sessions.redeem(&tokens.refresh));
    }
}
