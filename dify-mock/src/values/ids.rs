//! Identifiers.

pub(crate) use contract::is_uuid;
use sha2::{Digest, Sha256};

/// A new random UUID.
pub(crate) fn new() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The same UUID for the same words, on every run: what a key's application, its workflow and its variables have.
pub(crate) fn of(kind: &str, name: &str) -> String {
    uuid::Builder::from_random_bytes(digest(&[kind, name]).to_be_bytes()).into_uuid().to_string()
}

/// A number for some words: the same on every run, and never that of other words.
pub(crate) fn digest(words: &[impl AsRef<[u8]>]) -> u128 {
    let whole = words.iter().fold(Sha256::new(), |digest, word| digest.chain_update(word).chain_update([0]));
    whole.finalize().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// The token of a human input form: 22 letters and digits.
pub(crate) fn token() -> String {
    letters(uuid::Uuid::new_v4().as_u128(), 22)
}

/// A secret of 43 letters and digits, as long as 32 bytes are in base64.
pub(crate) fn secret() -> String {
    token() + &letters(uuid::Uuid::new_v4().as_u128(), 21)
}

/// The code of a key's page: 16 letters and digits, the same on every run.
pub(crate) fn code(key: &str) -> String {
    letters(digest(&["page", key]), 16)
}

fn letters(mut rest: u128, count: usize) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        text.push(char::from(LETTERS[usize::try_from(rest % 62).unwrap_or(0)]));
        rest /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_uuid_and_another_name_another() {
        assert_eq!(of("app", "app-chat"), of("app", "app-chat"));
        assert_ne!(of("app", "app-chat"), of("app", "app-chat2"));
        assert!(is_uuid(&of("app", "x")) && is_uuid(&new()) && !is_uuid("abc"));
        assert_eq!((token().len(), secret().len(), code("app-chat").len()), (22, 43, 16));
        assert_eq!(code("app-chat"), code("app-chat"));
        assert_ne!(code("app-chat"), code("app-chat2"));
    }
}
