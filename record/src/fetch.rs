//! One request for a document that a server publishes.

use std::time::Duration;

use bytes::Bytes;

/// How long a server may take to answer, whole.
const LIMIT: Duration = Duration::from_secs(60);

/// Returns the body of what a URL answers, after redirects.
///
/// # Errors
/// No connection, no complete answer within 60 seconds, or a status that is no success.
pub async fn fetch(url: &str) -> Result<Bytes, reqwest::Error> {
    let client = reqwest::Client::builder().timeout(LIMIT).build()?;
    client.get(url).send().await?.error_for_status()?.bytes().await
}
