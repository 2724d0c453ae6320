//! The file behind a document.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::state::file::UploadedFile;
use crate::values::blob::Blob;
use crate::values::workspace::account;
use crate::values::{clock, ids};

/// What the server takes for documents, without the dot.
const EXTENSIONS: &str =
    "txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg pptx ppt xml epub";

/// A file that was stored for a document. A text becomes one as well.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) extension: String,
    pub(crate) media: String,
    /// In microseconds.
    pub(crate) created_at: i64,
    pub(crate) blob: Arc<Blob>,
}

impl StoredFile {
    /// A file that somebody sent.
    pub(crate) fn new(name: &str, media: &str, blob: Arc<Blob>) -> StoredFile {
        StoredFile {
            id: ids::new(),
            name: name.to_owned(),
            extension: extension(name),
            media: media.to_owned(),
            created_at: clock::micros(),
            blob,
        }
    }

    /// A text from a request, which is a text file whatever its name is.
    pub(crate) fn of_text(name: &str, blob: Arc<Blob>) -> StoredFile {
        StoredFile { extension: "txt".to_owned(), ..StoredFile::new(name, "text/plain", blob) }
    }

    /// Whether the server makes documents of files with such a name.
    pub(crate) fn is_taken(name: &str) -> bool {
        EXTENSIONS.split(' ').any(|known| known == extension(name))
    }

    /// Returns its representation in a document.
    pub(crate) fn value(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "size": self.blob.length(), "extension": self.extension,
            "mime_type": self.media, "created_by": account(), "created_at": clock::fraction(self.created_at),
        })
    }

    /// As the files of the server have it, so that its address leads to it.
    pub(crate) fn upload(&self) -> UploadedFile {
        UploadedFile {
            id: self.id.clone(),
            app: String::new(),
            user: String::new(),
            user_id: account(),
            name: self.name.clone(),
            media: self.media.clone(),
            created_at: self.created_at / 1_000_000,
            blob: Arc::clone(&self.blob),
        }
    }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}
