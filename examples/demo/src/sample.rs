//! Values and files that an application accepts, by its `/parameters`.

use std::collections::BTreeMap;

use dify_api::{
    App, Error, Upload,
    types::{
        AppParameters, FileInput, FileTransferMethod, FileType, FileUploadRequest, FileUploadSetting, InputFormControl,
    },
};
use serde_json::{Map, Value, json};

use super::USER;

/// Returns a value for each input that the application requires, or the label of one for which the demo has none.
pub async fn inputs(app: &App, parameters: &AppParameters) -> Result<Result<Map<String, Value>, String>, Error> {
    let mut inputs = Map::new();
    for (kind, control) in parameters.user_input_form.iter().flat_map(BTreeMap::iter) {
        let required = control.required == Some(true);
        // Text is given also where it is optional: an application without any would have nothing to say.
        if !required && !matches!(kind.as_str(), "text-input" | "paragraph") {
            continue;
        }
        let Some(value) = value(app, kind, control).await? else {
            return Ok(Err(control.label.clone()));
        };
        println!("  {} = {value}", control.variable);
        inputs.insert(control.variable.clone(), value);
    }
    Ok(Ok(inputs))
}

async fn value(app: &App, kind: &str, control: &InputFormControl) -> Result<Option<Value>, Error> {
    Ok(match kind {
        "text-input" | "paragraph" => {
            let text = "Compare three Rust HTTP clients.";
            let longest =
                control.max_length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length > 0);
            Some(Value::from(text.chars().take(longest.unwrap_or(usize::MAX)).collect::<String>()))
        }
        "select" => control.options.as_ref().and_then(|options| options.first()).map(|option| json!(option)),
        "number" => Some(json!(1)),
        "checkbox" => Some(json!(true)),
        "file" | "file-list" => {
            let types = control.allowed_file_types.as_deref().unwrap_or_default();
            let extensions = control.allowed_file_extensions.as_deref().unwrap_or_default();
            let file = match choose(types, extensions) {
                Some(sample) => serde_json::to_value(upload(app, sample).await?).ok(),
                None => None,
            };
            if kind == "file-list" { file.map(|file| json!([file])) } else { file }
        }
        _ => None,
    })
}

/// A file that the demo has.
#[derive(Clone, Copy)]
pub struct Sample {
    kind: &'static str,
    name: &'static str,
    bytes: &'static [u8],
    /// What to ask about it.
    pub question: &'static str,
}

const NOTES: Sample = Sample {
    kind: "document",
    name: "notes.txt",
    bytes: b"Ring binders are blue. Folders are green.",
    question: "What colour are the folders?",
};

const PICTURE: Sample = Sample {
    kind: "image",
    name: "blue.png",
    bytes: include_bytes!("blue.png"),
    question: "Which colour has the picture?",
};

/// Returns the file that may be attached to a message, if the demo has one.
pub fn attachment(setting: &FileUploadSetting) -> Option<Sample> {
    let pictures = setting.image.as_ref().is_some_and(|image| image.enabled);
    // An application that was never edited has only the older setting for pictures.
    let enabled = setting.enabled.unwrap_or(pictures);
    let uploads = setting.allowed_file_upload_methods.as_ref();
    if !enabled || uploads.is_some_and(|methods| !methods.contains(&FileTransferMethod::LocalFile)) {
        return None;
    }
    match &setting.allowed_file_types {
        Some(types) => choose(types, setting.allowed_file_extensions.as_deref().unwrap_or_default()),
        None => pictures.then_some(PICTURE),
    }
}

fn choose(types: &[FileType], extensions: &[String]) -> Option<Sample> {
    if types.contains(&FileType::Document) {
        return Some(NOTES);
    }
    if types.contains(&FileType::Image) {
        return Some(PICTURE);
    }
    let text = |extension: &String| extension.trim_start_matches('.').eq_ignore_ascii_case("txt");
    (types.contains(&FileType::Custom) && extensions.iter().any(text)).then_some(Sample { kind: "custom", ..NOTES })
}

/// Uploads a file, for use in a message or an input.
pub async fn upload(app: &App, sample: Sample) -> Result<FileInput, Error> {
    let upload = Upload::bytes(sample.name, sample.bytes);
    let file = app.files().upload(&FileUploadRequest::new(upload).user(USER)).await?;
    println!("  uploaded {} ({} bytes, {})", file.name, file.size, file.mime_type);
    Ok(FileInput::upload(sample.kind, file.id))
}
