//! The text that replaces a secret.

use std::net::IpAddr;

/// The placeholder of a text that has no kind.
pub(crate) const REDACTED: &str = "REDACTED";

/// How UUIDs begin that name nothing.
const NO_UUID: &str = "00000000-0000-";

/// The placeholder of an email address.
pub(crate) const PERSON: &str = "person@example.com";

/// Returns the placeholder of a secret: the kind of a key remains readable.
pub(crate) fn of(secret: &str) -> &'static str {
    match secret {
        secret if secret.starts_with("app-") => "app-REDACTED",
        secret if secret.starts_with("dataset-") => "dataset-REDACTED",
        secret if secret.starts_with("eyJ") => "eyJREDACTED.REDACTED.REDACTED",
        secret if secret.contains('@') && !secret.contains([' ', ':', '/']) && secret.len() < 100 => PERSON,
        _ => REDACTED,
    }
}

/// Whether a text contains no secret where one is expected: a placeholder of ours or of a server, a reference, nothing.
pub(crate) fn is_one(text: &str) -> bool {
    let text = text.trim();
    text == of(text)
        || text.is_empty()
        || ["[__HIDDEN__]", "no-auth"].contains(&text)
        || (text.starts_with(NO_UUID) && text.len() == 36)
        || is_own_address(text)
        || text.bytes().all(|byte| byte == b'*')
        || is_reference(text)
        || ["true", "false", "null", "none", "undefined"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A variable of a definition: `{{#env.API_KEY#}}`.
fn is_reference(text: &str) -> bool {
    let name = text.strip_prefix("{{#").and_then(|text| text.strip_suffix("#}}"));
    name.is_some_and(|name| {
        name.contains('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    })
}

/// Whether a number has one digit, so that it is no secret whatever its name.
pub(crate) fn is_digit(number: &str) -> bool {
    number.len() == 1 && number.as_bytes()[0].is_ascii_digit()
}

/// An address of the machine itself, as recordings of test servers have it.
fn is_own_address(text: &str) -> bool {
    text.parse().is_ok_and(|address: IpAddr| address.is_loopback() || address.is_unspecified())
}

/// Whether an email address belongs to a domain for examples.
pub(crate) fn is_example(address: &str) -> bool {
    let domain = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    ["example.com", "example.org", "example.net"].contains(&domain.as_str())
}
