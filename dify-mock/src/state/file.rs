//! An uploaded file, and the several shapes in which Dify speaks of it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::values::blob::Blob;
use crate::values::workspace::{account, tenant};
use crate::values::{clock, ids};

/// A file that somebody uploaded, or a text that was stored for a document.
#[derive(Clone, Debug)]
pub(crate) struct UploadedFile {
    pub(crate) id: String,
    /// The key of the application, and the session of the uploader; empty for files of documents.
    pub(crate) app: String,
    pub(crate) user: String,
    /// The id of the uploader: by default the account's.
    pub(crate) user_id: String,
    pub(crate) name: String,
    /// Without the dot, in small letters.
    pub(crate) extension: String,
    pub(crate) media: String,
    /// In microseconds.
    pub(crate) created_at: i64,
    pub(crate) blob: Arc<Blob>,
}

/// A file of a request, either uploaded before or somewhere else.
#[derive(Clone, Debug)]
pub(crate) struct UsedFile {
    /// `image`, `document`, `audio`, `video` or `custom`.
    kind: String,
    /// The upload; else it is at the address.
    upload: Option<UploadedFile>,
    remote_url: String,
}

/// What the server takes for documents, without the dot.
const EXTENSIONS: &str =
    "txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg pptx ppt xml epub";

/// The extension of a file's name, without the dot, in small letters.
pub(crate) fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

impl UploadedFile {
    pub(crate) fn new(name: &str, media: &str, blob: Arc<Blob>) -> UploadedFile {
        UploadedFile {
            id: ids::new(),
            app: String::new(),
            user: String::new(),
            user_id: account(),
            name: name.to_owned(),
            extension: extension(name),
            media: media.to_owned(),
            created_at: clock::micros(),
            blob,
        }
    }

    /// A text from a request, which is a text file whatever its name is.
    pub(crate) fn of_text(name: &str, blob: Arc<Blob>) -> UploadedFile {
        UploadedFile { extension: "txt".to_owned(), ..UploadedFile::new(name, "text/plain", blob) }
    }

    /// Whether the server makes documents of files with such a name.
    pub(crate) fn is_document(name: &str) -> bool {
        EXTENSIONS.split(' ').any(|known| known == extension(name))
    }

    /// Returns its representation in a document.
    pub(crate) fn in_document(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "size": self.blob.length(), "extension": self.extension,
            "mime_type": self.media, "created_by": self.user_id, "created_at": clock::fraction(self.created_at),
        })
    }

    /// The address at which a browser gets it. The signature is not a secret here.
    pub(crate) fn url(&self, server: &str) -> String {
        let (id, now) = (&self.id, clock::now());
        format!("{server}/files/{id}/file-preview?timestamp={now}&nonce={}&sign={}", nonce(id), sign(id))
    }

    /// The answer to the upload.
    pub(crate) fn value(&self, server: &str) -> Value {
        json!({
            "id": self.id, "reference": null, "name": self.name, "size": self.blob.length(),
            "extension": self.extension, "mime_type": self.media, "created_by": self.user_id,
            "created_at": self.created_at / 1_000_000, "preview_url": null, "source_url": self.url(server),
            "original_url": null, "user_id": null, "tenant_id": tenant(), "conversation_id": null,
            "file_key": null,
        })
    }
}

/// The signature in the addresses of a file.
pub(crate) fn sign(id: &str) -> String {
    ids::of("sign", id).replace('-', "")
}

fn nonce(id: &str) -> String {
    ids::of("nonce", id).replace('-', "")
}

impl UsedFile {
    /// Reads one file of a request; the error is Dify's message.
    pub(crate) fn read(
        value: &Value,
        user: &str,
        app: &str,
        find: impl Fn(&str) -> Option<UploadedFile>,
    ) -> Result<UsedFile, String> {
        let kind = value["type"].as_str().unwrap_or("custom").to_owned();
        match value["transfer_method"].as_str() {
            Some("local_file") => {
                let id = value["upload_file_id"].as_str().or_else(|| value["id"].as_str()).unwrap_or_default();
                let file = find(id).filter(|file| file.user == user && file.app == app);
                Ok(UsedFile { kind, upload: Some(file.ok_or("Invalid upload file")?), remote_url: String::new() })
            }
            Some("remote_url") => {
                let url = value["url"].as_str().or_else(|| value["remote_url"].as_str());
                let remote_url = url.filter(|url| !url.is_empty()).ok_or("Invalid file url")?.to_owned();
                Ok(UsedFile { kind, upload: None, remote_url })
            }
            Some("tool_file" | "datasource_file") => Err("Invalid upload file".to_owned()),
            other => Err(format!("'{}' is not a valid FileTransferMethod", other.unwrap_or_default())),
        }
    }

    /// What all representations have in common; with the dot in the extension.
    fn common(&self, server: &str) -> Value {
        let path = self.remote_url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()).unwrap_or("file");
        let remote = if self.kind == "image" { "image/png" } else { "application/octet-stream" };
        let (name, media, size, url) = match &self.upload {
            Some(file) => (&*file.name, &*file.media, json!(file.blob.length()), file.url(server)),
            None => (path, remote, json!(-1), self.remote_url.clone()),
        };
        let extension = name.rsplit_once('.').map(|(_, extension)| format!(".{extension}")).unwrap_or_default();
        json!({
            "type": self.kind, "transfer_method": if self.upload.is_some() { "local_file" } else { "remote_url" },
            "filename": name, "extension": extension, "mime_type": media, "size": size, "url": url,
        })
    }

    fn upload_id(&self) -> Option<&str> {
        self.upload.as_ref().map(|file| file.id.as_str())
    }

    /// As inputs and outputs of runs have it.
    pub(crate) fn in_run(&self, server: &str) -> Value {
        let reference = self.upload_id().map(|id| format!("dify-file-ref:{}", sign(id)));
        let file = self.common(server);
        json!({
            "dify_model_identity": "__dify__file__", "id": null, "type": file["type"],
            "transfer_method": file["transfer_method"], "remote_url": self.remote_url, "reference": reference,
            "filename": file["filename"], "extension": file["extension"], "mime_type": file["mime_type"],
            "size": file["size"], "related_id": self.upload_id(), "url": file["url"],
        })
    }

    /// As `message_end` has it.
    pub(crate) fn in_event(&self, server: &str, related: &str) -> Value {
        let file = self.common(server);
        json!({
            "related_id": related, "extension": file["extension"], "filename": file["filename"],
            "size": file["size"], "mime_type": file["mime_type"], "transfer_method": file["transfer_method"],
            "type": file["type"], "url": file["url"], "upload_file_id": self.upload_id().unwrap_or(related),
            "remote_url": self.remote_url,
        })
    }

    /// As the history has it.
    pub(crate) fn in_history(&self, server: &str, id: &str) -> Value {
        let file = self.common(server);
        json!({
            "id": id, "filename": file["filename"], "type": file["type"], "url": file["url"],
            "mime_type": file["mime_type"], "size": file["size"], "transfer_method": file["transfer_method"],
            "belongs_to": "user", "upload_file_id": self.upload_id(),
        })
    }
}
