//! Identifiers.

pub(crate) use contract::is_uuid;

/// A new random UUID.
pub(crate) fn new() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The same UUID for the same words, on every run: what a key's application, its workflow and its variables have.
pub(crate) fn of(kind: &str, name: &str) -> String {
    let high = hash(&[kind, "high", name]);
    let low = hash(&[kind, "low", name]);
    uuid::Builder::from_random_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes()).into_uuid().to_string()
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
    letters(u128::from(hash(&["page", "high", key])) << 64 | u128::from(hash(&["page", "low", key])), 16)
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

/// FNV-1a, then mixed: neighbouring names get unlike numbers.
fn hash(words: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in words.iter().flat_map(|word| word.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 31)
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
