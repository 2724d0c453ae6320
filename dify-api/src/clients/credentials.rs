//! What each client proves itself by, and how that is renewed.

use crate::transport::credentials::{Credentials, Generation};
use reqwest::{
    Request,
    header::{AUTHORIZATION, HeaderValue},
};
#[cfg(feature = "cache")]
use std::hash::{Hash, Hasher};

#[cfg(feature = "web")]
pub(crate) mod passport;
#[cfg(any(feature = "web", feature = "console"))]
mod renewal;
#[cfg(feature = "console")]
pub(crate) mod session;
#[cfg(any(feature = "app", feature = "knowledge"))]
pub(crate) mod sourced_key;

/// A key, the same for ever.
pub(crate) struct FixedKey(pub(crate) HeaderValue);

impl Credentials for FixedKey {
    fn put_on(&self, request: &mut Request) -> Generation {
        request.headers_mut().insert(AUTHORIZATION, self.0.clone());
        Generation::default()
    }

    #[cfg(feature = "cache")]
    fn identify(&self, mut into: &mut dyn Hasher) -> Option<Generation> {
        // As a key from a source: the same key is the same credential.
        Some(&self.0).hash(&mut into);
        Some(Generation::default())
    }

    fn secrets(&self) -> Vec<String> {
        bare(&self.0).into_iter().collect()
    }
}

/// A credential as it is, without the scheme before it.
fn bare(header: &HeaderValue) -> Option<String> {
    let text = header.to_str().ok()?;
    Some(text.strip_prefix("Bearer ").unwrap_or(text).to_owned())
}

#[cfg(all(test, feature = "web", feature = "console"))]
mod tests;
