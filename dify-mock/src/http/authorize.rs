//! The key of a request.

use http::{HeaderMap, header};

use crate::described::Credential;
use crate::values::key::Key;
use crate::values::refusal::Refusal;

/// The key of a request, or why the server does not take it.
pub(super) fn key(headers: &HeaderMap, wanted: Credential) -> Result<Key, Refusal> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((scheme, token)) = header.split_once(' ') else {
        return Err(Refusal::unauthorized("Authorization header must be provided and start with 'Bearer'"));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthorized("Authorization scheme must be 'Bearer'"));
    }
    let token = token.trim();
    let prefix = if wanted == Credential::Dataset { "dataset-" } else { "app-" };
    if token.strip_prefix(prefix).is_none_or(|rest| rest.starts_with("invalid")) {
        return Err(Refusal::unauthorized("Access token is invalid"));
    }
    if token.starts_with("app-disabled") {
        return Err(Refusal::new(403, "forbidden", "The app's API service has been disabled."));
    }
    if token.starts_with("dataset-disabled") {
        return Err(Refusal::new(403, "forbidden", "Dataset api access is not enabled."));
    }
    Ok(Key::of(token))
}
