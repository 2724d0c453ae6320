//! The account that everything belongs to.

use serde_json::{Value, json};

use crate::values::clock;
use crate::values::workspace::account;

/// The address with which the account of a fresh server logs in.
pub const EMAIL: &str = "admin@example.com";
/// And its password. It is no secret: everybody may log in to an embedded server.
pub const PASSWORD: &str = "Passw0rd123";

/// An account of the console.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) email: String,
    password: String,
    /// Logins in a row by a wrong password.
    failed_logins: u32,
    pub(crate) created_at: i64,
    pub(crate) last_login_at: Option<i64>,
}

/// After so many failed logins in a row every login is refused, even with the right password.
const MOST_FAILED_LOGINS: u32 = 5;

/// What becomes of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    LetsIn,
    Wrong,
    Locked,
}

impl Account {
    pub(crate) fn new(name: &str, email: &str, password: &str) -> Account {
        let (name, email, password) = (name.to_owned(), email.to_lowercase(), password.to_owned());
        Account { name, email, password, failed_logins: 0, created_at: clock::now(), last_login_at: None }
    }

    /// Whether address and password are right.
    pub(crate) fn log_in(&mut self, email: &str, password: &str) -> Login {
        if self.email != email.trim().to_lowercase() {
            return Login::Wrong;
        }
        if self.failed_logins >= MOST_FAILED_LOGINS {
            return Login::Locked;
        }
        if self.password != password {
            self.failed_logins += 1;
            return Login::Wrong;
        }
        self.failed_logins = 0;
        self.last_login_at = Some(clock::now());
        Login::LetsIn
    }

    /// Returns its own representation.
    pub(crate) fn value(&self) -> Value {
        json!({
            "avatar": null, "id": account(), "name": self.name, "email": self.email, "is_password_set": true,
            "interface_language": "en-US", "interface_theme": "light", "timezone": "UTC",
            "last_login_at": self.last_login_at, "last_login_ip": self.last_login_at.map(|_| "127.0.0.1"),
            "created_at": self.created_at, "avatar_url": null,
        })
    }

    /// Returns its representation in what it made.
    pub(crate) fn author(&self) -> Value {
        json!({"id": account(), "name": self.name, "email": self.email})
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, EMAIL, Login, PASSWORD};

    #[test]
    fn five_failed_logins_in_a_row_lock_the_account() {
        let mut account = Account::new("a", EMAIL, PASSWORD);
        for _ in 0..4 {
            assert_eq!(account.log_in(EMAIL, "wrong"), Login::Wrong);
        }
        assert_eq!(account.log_in(EMAIL, PASSWORD), Login::LetsIn);
        for _ in 0..5 {
            assert_eq!(account.log_in("other@example.com", PASSWORD), Login::Wrong);
            assert_eq!(account.log_in(EMAIL, "wrong"), Login::Wrong);
        }
        assert_eq!(account.log_in(EMAIL, PASSWORD), Login::Locked);
    }
}
