//! A file that a message or a run is given.

use crate::types::{FileInput, FileTransferMethod, FileType, UploadedFile};
use serde_json::Value;

impl FileInput {
    /// Names a file that was uploaded by the same user. Its media type decides the [kind](FileType): images, audio, video,
    /// else documents; [`kind`](Self::kind) sets another.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), Box<dyn std::error::Error>> {
    /// use dify_api::{Upload, types::{ChatRequest, FileInput, FileUploadRequest}};
    ///
    /// let upload = FileUploadRequest::new(Upload::path("report.pdf")).user("user-1");
    /// let file = app.files().upload(&upload).await?;
    /// let request = ChatRequest::new("Summarise it.").user("user-1").files([FileInput::uploaded(&file)]);
    /// // A variable of the application may be a file, too.
    /// let request = request.input("report", FileInput::uploaded(&file));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn uploaded(file: &UploadedFile) -> Self {
        Self::upload(kind_of(&file.mime_type), &file.id)
    }

    /// Names an uploaded file by its id.
    #[must_use]
    pub fn upload(kind: impl Into<FileType>, id: impl Into<String>) -> Self {
        let id = Some(id.into());
        Self { type_: kind.into(), transfer_method: FileTransferMethod::LocalFile, url: None, upload_file_id: id }
    }

    /// Names a file by a URL, which the server downloads.
    #[must_use]
    pub fn url(kind: impl Into<FileType>, url: impl Into<String>) -> Self {
        let url = Some(url.into());
        Self { type_: kind.into(), transfer_method: FileTransferMethod::RemoteUrl, url, upload_file_id: None }
    }

    /// Sets the kind, such as [`FileType::Custom`] for extensions that the application lists.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<FileType>) -> Self {
        self.type_ = kind.into();
        self
    }
}

fn kind_of(media_type: &str) -> FileType {
    match media_type.split('/').next() {
        Some("image") => FileType::Image,
        Some("audio") => FileType::Audio,
        Some("video") => FileType::Video,
        _ => FileType::Document,
    }
}

/// The value of a variable.
impl From<FileInput> for Value {
    fn from(file: FileInput) -> Self {
        // Texts cannot fail.
        serde_json::to_value(file).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_are_named_by_upload_or_url() {
        let text = r#"{"id":"f-1","name":"a.png","size":1,"extension":"png","mime_type":"image/png","created_by":"u",
            "created_at":1}"#;
        let file = UploadedFile::from_json(text).expect("an upload");
        let uploaded = FileInput::uploaded(&file);
        let expected = json!({"type": "image", "transfer_method": "local_file", "upload_file_id": "f-1"});
        assert_eq!(Value::from(uploaded.clone()), expected);
        assert_eq!(uploaded.kind(FileType::Custom).type_, FileType::Custom);
        let link = FileInput::url(FileType::Document, "https://example.com/a.pdf");
        let expected = json!({"type": "document", "transfer_method": "remote_url", "url": "https://example.com/a.pdf"});
        assert_eq!(Value::from(vec![link]), json!([expected]));
    }
}
