//! Files that the server fetches for a visitor.

use serde_json::json;

use super::source::Source;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::service::files;

/// `GET /remote-files/{url}`: what cannot be reached is an exception that nobody catches.
pub(crate) async fn info(call: Call) -> Outcome {
    let source = Source::read(call.at("url"), "").map_err(|_| Refusal::unknown())?;
    let found = source.fetch(&call.server).await?.ok_or_else(Refusal::unknown)?;
    Ok(Reply::ok(json!({"file_type": found.media, "file_length": found.blob.length()})))
}

/// `POST /remote-files/upload`.
pub(crate) async fn upload(call: Call) -> Outcome {
    let source = Source::read(call.text("url").unwrap_or_default(), "RemoteFileUploadPayload")?;
    keep(&call, &source).await
}

/// Fetches a file and keeps it like an uploaded one.
pub(crate) async fn keep(call: &Call, source: &Source) -> Outcome {
    let found = source.fetch(&call.server).await?.ok_or_else(|| {
        let message = format!("Failed to fetch file from {}: the host is unknown", source.url());
        Refusal::new(400, "remote_file_upload_error", message)
    })?;
    let file = files::keep(call, found.name, found.media, &found.blob)?;
    Ok(Reply::Json(201, file.fetched(&call.server.url)))
}
