//! Files that the console uploads.

use std::sync::Arc;

use serde_json::json;

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::service::knowledge::document_files::{no_file, part};
use crate::state::file::UploadedFile;
use crate::state::knowledge::account;
use crate::state::knowledge::stored_file::StoredFile;
use crate::{clock, ids};

/// `POST /files/upload`.
pub(crate) fn upload(call: &Call) -> Outcome {
    let part = part(call)?.ok_or_else(no_file)?;
    let for_knowledge = call.form().and_then(|form| form.text("source")) == Some("datasets");
    if for_knowledge && !StoredFile::is_taken(&part.file_name) {
        return Err(Refusal::new(415, "unsupported_file_type", "File type not allowed."));
    }
    let file = UploadedFile {
        id: ids::new(),
        app: String::new(),
        user: String::new(),
        user_id: account(),
        name: part.file_name.clone(),
        media: part.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned()),
        created_at: clock::now(),
        blob: Arc::clone(&part.blob),
    };
    let value = file.value(&call.server.url);
    call.world(|world| world.files.insert(file.id.clone(), file));
    Ok(Reply::Json(201, value))
}

/// `GET /files/upload`.
pub(crate) fn limits(_: &Call) -> Outcome {
    Ok(Reply::ok(json!({
        "file_size_limit": 15,
        "batch_count_limit": 5,
        "file_upload_limit": 10,
        "image_file_size_limit": 10,
        "video_file_size_limit": 100,
        "audio_file_size_limit": 50,
        "workflow_file_upload_limit": 10,
        "image_file_batch_limit": 10,
        "single_chunk_attachment_limit": 10,
        "attachment_image_file_size_limit": 2,
    })))
}
