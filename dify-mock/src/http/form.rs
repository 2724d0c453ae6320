//! A `multipart/form-data` body.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{FromRequest, Multipart};
use bytes::Bytes;
use futures_util::StreamExt;
use http::request::Parts;

use super::blob::{Blob, BlobWriter};
use super::refusal::Refusal;
use crate::record::KEPT_OF_A_BODY;

/// Texts and files, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) files: Vec<FilePart>,
}

/// One file of a form.
#[derive(Debug)]
pub(crate) struct FilePart {
    pub(crate) name: String,
    pub(crate) file_name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) blob: Arc<Blob>,
}

/// The first bytes of a body and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) head: Vec<u8>,
    pub(crate) length: u64,
}

impl Form {
    /// Reads the form; what was read of the raw body is told even when the form is broken.
    pub(crate) async fn read(parts: Parts, body: Body) -> (Result<Form, Refusal>, Seen) {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let watcher = Arc::clone(&seen);
        let watched = body.into_data_stream().map(move |chunk| {
            if let (Ok(chunk), Ok(mut seen)) = (&chunk, watcher.lock()) {
                seen.note(chunk);
            }
            chunk
        });
        let request = axum::extract::Request::from_parts(parts, Body::from_stream(watched));
        let form = Form::parse(request).await;
        let seen = seen.lock().map(|mut seen| std::mem::take(&mut *seen)).unwrap_or_default();
        (form, seen)
    }

    async fn parse(request: axum::extract::Request) -> Result<Form, Refusal> {
        let broken = |_| Refusal::bad_request();
        let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| Refusal::bad_request())?;
        let mut form = Form::default();
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

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The names of everything in the form.
    pub(crate) fn names(&self) -> Vec<&str> {
        let texts = self.texts.iter().map(|(name, _)| name.as_str());
        texts.chain(self.files.iter().map(|file| file.name.as_str())).collect()
    }
}

impl Seen {
    pub(crate) fn note(&mut self, chunk: &Bytes) {
        self.length += chunk.len() as u64;
        let room = KEPT_OF_A_BODY.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..room.min(chunk.len())]);
    }
}
