//! An uploaded file, and the several shapes in which Dify speaks of it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::values::blob::Blob;
use crate::values::workspace::tenant;
use crate::values::{clock, ids};

/// A file that somebody uploaded.
#[derive(Clone, Debug)]
pub(crate) struct UploadedFile {
    pub(crate) id: String,
    pub(crate) app: String,
    /// The session of the uploader, and its id.
    pub(crate) user: String,
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) created_at: i64,
    pub(crate) blob: Arc<Blob>,
}

/// A file of a request, either uploaded before or somewhere else.
#[derive(Clone, Debug)]
pub(crate) struct UsedFile {
    /// `image`, `document`, `audio`, `video` or `custom`.
    kind: String,
    source: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    Uploaded(UploadedFile),
    Remote(String),
}

impl UploadedFile {
    /// Without the dot.
    fn extension(&self) -> &str {
        self.name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default()
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
            "extension": self.extension(), "mime_type": self.media, "created_by": self.user_id,
            "created_at": self.created_at, "preview_url": null, "source_url": self.url(server),
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
        let source = match value["transfer_method"].as_str() {
            Some("local_file") => {
                let id = value["upload_file_id"].as_str().or_else(|| value["id"].as_str()).unwrap_or_default();
                let file = find(id).filter(|file| file.user == user && file.app == app);
                Origin::Uploaded(file.ok_or("Invalid upload file")?)
            }
            Some("remote_url") => {
                let url = value["url"].as_str().or_else(|| value["remote_url"].as_str());
                Origin::Remote(url.filter(|url| !url.is_empty()).ok_or("Invalid file url")?.to_owned())
            }
            Some("tool_file" | "datasource_file") => return Err("Invalid upload file".to_owned()),
            other => return Err(format!("'{}' is not a valid FileTransferMethod", other.unwrap_or_default())),
        };
        Ok(UsedFile { kind, source })
    }

    fn file_name(&self) -> &str {
        match &self.source {
            Origin::Uploaded(file) => &file.name,
            Origin::Remote(url) => {
                url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()).unwrap_or("file")
            }
        }
    }

    fn extension(&self) -> String {
        self.file_name().rsplit_once('.').map(|(_, extension)| format!(".{extension}")).unwrap_or_default()
    }

    fn media(&self) -> &str {
        match &self.source {
            Origin::Uploaded(file) => &file.media,
            Origin::Remote(_) if self.kind == "image" => "image/png",
            Origin::Remote(_) => "application/octet-stream",
        }
    }

    fn size(&self) -> i64 {
        match &self.source {
            Origin::Uploaded(file) => i64::try_from(file.blob.length()).unwrap_or(i64::MAX),
            Origin::Remote(_) => -1,
        }
    }

    fn url(&self, server: &str) -> String {
        match &self.source {
            Origin::Uploaded(file) => file.url(server),
            Origin::Remote(url) => url.clone(),
        }
    }

    fn upload_id(&self) -> Option<&str> {
        match &self.source {
            Origin::Uploaded(file) => Some(&file.id),
            Origin::Remote(_) => None,
        }
    }

    fn method(&self) -> &'static str {
        if self.upload_id().is_some() { "local_file" } else { "remote_url" }
    }

    fn remote_url(&self) -> &str {
        match &self.source {
            Origin::Uploaded(_) => "",
            Origin::Remote(url) => url,
        }
    }

    /// As inputs and outputs of runs have it.
    pub(crate) fn in_run(&self, server: &str) -> Value {
        let reference = self.upload_id().map(|id| format!("dify-file-ref:{}", sign(id)));
        json!({
            "dify_model_identity": "__dify__file__", "id": null, "type": self.kind,
            "transfer_method": self.method(), "remote_url": self.remote_url(), "reference": reference,
            "filename": self.file_name(), "extension": self.extension(), "mime_type": self.media(),
            "size": self.size(), "related_id": self.upload_id(), "url": self.url(server),
        })
    }

    /// As `message_end` has it.
    pub(crate) fn in_event(&self, server: &str, related: &str) -> Value {
        json!({
            "related_id": related, "extension": self.extension(), "filename": self.file_name(),
            "size": self.size(), "mime_type": self.media(), "transfer_method": self.method(),
            "type": self.kind, "url": self.url(server), "upload_file_id": self.upload_id().unwrap_or(related),
            "remote_url": self.remote_url(),
        })
    }

    /// As the history has it.
    pub(crate) fn in_history(&self, server: &str, id: &str) -> Value {
        json!({
            "id": id, "filename": self.file_name(), "type": self.kind, "url": self.url(server),
            "mime_type": self.media(), "size": self.size(), "transfer_method": self.method(),
            "belongs_to": "user", "upload_file_id": self.upload_id(),
        })
    }
}
