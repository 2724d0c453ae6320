//! Reading a `multipart/form-data` body.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{FromRequest, Multipart};
use bytes::Bytes;
use futures_util::StreamExt;
use http::request::Parts;

use super::records::KEPT_OF_A_BODY;
use crate::handlers::form_data::{FilePart, FormData};
use crate::values::blob::BlobWriter;
use crate::values::refusal::Refusal;

/// The first bytes of a body and how many there were.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) head: Vec<u8>,
    pub(super) length: u64,
}

/// Reads the form; returns the raw body read so far even if the form is broken.
pub(super) async fn read(parts: Parts, body: Body) -> (Result<FormData, Refusal>, Seen) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watcher = Arc::clone(&seen);
    let watched = body.into_data_stream().map(move |chunk| {
        if let (Ok(chunk), Ok(mut seen)) = (&chunk, watcher.lock()) {
            seen.note(chunk);
        }
        chunk
    });
    let request = axum::extract::Request::from_parts(parts, Body::from_stream(watched));
    let form = parse(request).await;
    let seen = seen.lock().map(|mut seen| std::mem::take(&mut *seen)).unwrap_or_default();
    (form, seen)
}

async fn parse(request: axum::extract::Request) -> Result<FormData, Refusal> {
    let broken = |_| Refusal::bad_request();
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| Refusal::bad_request())?;
    let mut form = FormData::default();
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            None => {
                form.texts.push((name, field.text().await.map_err(broken)?));
            }
            Some(file_name) => {
                let content_type = field.content_type().map(str::to_owned);
                let mut writer = BlobWriter::default();
                while let Some(chunk) = field.chunk().await.map_err(broken)? {
                    writer.write(&chunk).await.map_err(|_| Refusal::unknown())?;
                }
                let blob = writer.finish().await.map_err(|_| Refusal::unknown())?;
                form.files.push(FilePart { name, file_name, content_type, blob });
            }
        }
    }
    Ok(form)
}

impl Seen {
    fn note(&mut self, chunk: &Bytes) {
        self.length += chunk.len() as u64;
        let room = KEPT_OF_A_BODY.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..room.min(chunk.len())]);
    }
}
