//! A `multipart/form-data` body.

use std::sync::Arc;

use crate::values::blob::Blob;

/// Texts and files, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct FormData {
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

impl FormData {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    pub(crate) fn file(&self, name: &str) -> Option<&FilePart> {
        self.files.iter().find(|part| part.name == name)
    }

    /// The names of everything in the form.
    pub(crate) fn names(&self) -> Vec<&str> {
        let texts = self.texts.iter().map(|(name, _)| name.as_str());
        texts.chain(self.files.iter().map(|file| file.name.as_str())).collect()
    }
}
