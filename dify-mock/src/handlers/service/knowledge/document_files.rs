//! Documents made from files.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::intake::{self, SourceText};
use super::{dataset, known_dataset};
use crate::handlers::call::{Call, Outcome};
use crate::handlers::form_data::FilePart;
use crate::handlers::service::files::{self, is_too_large, no_file};
use crate::state::file::UploadedFile;
use crate::state::knowledge::material::READ_OF_A_FILE;
use crate::values::refusal::Refusal;

/// `POST /datasets/{dataset_id}/document/create-by-file`.
pub(crate) async fn create(call: Call) -> Outcome {
    known_dataset(&call)?;
    let wish = wish(&call)?;
    call.world(|world| intake::technique(dataset(world, &call)?, &wish).map(|_| ()))?;
    let part = part(&call)?.ok_or_else(no_file)?;
    if !UploadedFile::is_document(&part.file_name) {
        // Here the server forgets to say why.
        return Err(Refusal::invalid(""));
    }
    // The settings may name it as well; the server goes by the file.
    let name = part.file_name.clone();
    let source = source(part).await?;
    if let Some(original) = wish["original_document_id"].as_str() {
        return intake::renew(&call, &wish, original, Some(source)).await;
    }
    intake::create(&call, &wish, &name, source)
}

/// `PATCH /datasets/{dataset_id}/documents/{document_id}`, and its older names.
pub(crate) async fn update(call: Call) -> Outcome {
    let wish = wish(&call)?;
    let source = match part(&call)? {
        None => None,
        Some(part) if !UploadedFile::is_document(&part.file_name) => {
            return Err(Refusal::new(415, "unsupported_file_type", "File type not allowed."));
        }
        Some(part) => Some(source(part).await?),
    };
    intake::renew(&call, &wish, call.at("document_id"), source).await
}

/// The one file of the form.
pub(crate) fn part(call: &Call) -> Result<Option<&FilePart>, Refusal> {
    let Some(part) = files::part(call)? else { return Ok(None) };
    files::check_name(part)?;
    // 413 from 1.17.0 on (R130).
    if is_too_large(call, part) { Err(Refusal::invalid("")) } else { Ok(Some(part)) }
}

async fn source(part: &FilePart) -> Result<SourceText, Refusal> {
    let media = part.content_type.as_deref().unwrap_or("application/octet-stream");
    read(UploadedFile::new(&part.file_name, media, Arc::clone(&part.blob))).await
}

/// The beginning of a file as text. What has zeros in it is none.
pub(crate) async fn read(file: UploadedFile) -> Result<SourceText, Refusal> {
    let head = file.blob.head(READ_OF_A_FILE).await.map_err(|_| Refusal::unknown())?;
    let text = if head.contains(&0) { String::new() } else { String::from_utf8_lossy(&head).into_owned() };
    Ok(SourceText { file, text })
}

/// The form's part `data`, which is JSON; without it, nothing is asked for.
fn wish(call: &Call) -> Result<Value, Refusal> {
    let Some(text) = call.form().and_then(|form| form.text("data")) else { return Ok(Value::Object(Map::new())) };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Refusal::unknown()),
        Err(error) => Err(Refusal::invalid(complaint(text, &error))),
    }
}

/// The message of the server's JSON reader for a text that ours rejects.
fn complaint(text: &str, error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column() + usize::from(error.is_eof()));
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(|line| line.chars().count()).sum();
    let place = before + column.saturating_sub(1);
    let read: String = text.chars().take(place).collect();
    let wanted = match read.trim_end().chars().last() {
        Some('{') => "Expecting property name enclosed in double quotes",
        Some(',' | ':' | '[') | None => "Expecting value",
        Some(_) => "Expecting ',' delimiter",
    };
    format!("{wanted}: line {} column {} (char {place})", line.max(1), column.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_json_is_complained_of_as_recorded() {
        for text in ["{bad", "{"] {
            let error = serde_json::from_str::<Value>(text).expect_err("broken");
            let said = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
            assert_eq!(complaint(text, &error), said, "{text}");
        }
    }
}
