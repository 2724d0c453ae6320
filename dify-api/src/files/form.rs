//! A multipart form.

use super::upload::{Unsendable, Upload};
use reqwest::multipart;
use serde::Serialize;

/// The members of a form. It owns its files' sources, and opens them again for each attempt.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(&'static str, FormMember)>);

#[derive(Clone)]
enum FormMember {
    Text(String),
    File(Upload),
    Speech(Upload),
}

impl Form {
    pub(crate) fn text(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push((name, FormMember::Text(text.into())));
    }

    /// Adds JSON, which travels as text beside the file.
    pub(crate) fn json(&mut self, name: &'static str, value: &impl Serialize) -> Result<(), String> {
        let json = serde_json::to_string(value).map_err(|error| format!("`{name}` has no JSON form: {error}"))?;
        self.0.push((name, FormMember::Text(json)));
        Ok(())
    }

    pub(crate) fn file(&mut self, name: &'static str, file: &Upload) {
        self.0.push((name, FormMember::File(file.clone())));
    }

    /// Adds a file of speech: Dify names the media types of those otherwise.
    #[cfg(any(feature = "app", feature = "web"))]
    pub(crate) fn speech(&mut self, name: &'static str, file: &Upload) {
        self.0.push((name, FormMember::Speech(file.clone())));
    }

    /// Returns whether there is a part of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(part, _)| *part == name)
    }

    /// Opens the files, and returns the body.
    pub(crate) async fn open(&self) -> Result<multipart::Form, Unsendable> {
        let mut form = multipart::Form::new();
        for (name, member) in &self.0 {
            form = match member {
                FormMember::Text(text) => form.text(*name, text.clone()),
                FormMember::File(file) => form.part(*name, file.part().await?),
                FormMember::Speech(file) => form.part(*name, file.audio_part().await?),
            };
        }
        Ok(form)
    }
}
