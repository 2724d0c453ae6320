//! Documents made from texts.

use serde_json::Value;

use super::dataset;
use super::intake::{self, SourceText};
use crate::handlers::call::{Call, Outcome};
use crate::state::file::UploadedFile;
use crate::values::blob::BlobWriter;
use crate::values::python;
use crate::values::refusal::Refusal;

/// `POST /datasets/{dataset_id}/document/create-by-text`.
pub(crate) async fn create(call: Call) -> Outcome {
    let (name, text) = (call.text("name").unwrap_or_default(), call.text("text").unwrap_or_default());
    let wish = call.members();
    call.world(|world| intake::technique(dataset(world, &call)?, &wish).map(|_| ()))?;
    let source = source(name, text).await?;
    if let Some(original) = call.text("original_document_id") {
        return intake::renew(&call, &wish, original, Some(source)).await;
    }
    intake::create(&call, &wish, name, source)
}

/// `POST /datasets/{dataset_id}/documents/{document_id}/update-by-text`.
pub(crate) async fn update(call: Call) -> Outcome {
    let wish = call.members();
    let name = call.text("name").filter(|name| !name.is_empty());
    let source = match (call.text("text").filter(|text| !text.is_empty()), name) {
        (None, _) => None,
        (Some(text), Some(name)) => Some(source(name, text).await?),
        (Some(_), None) => return Err(nameless(&wish)),
    };
    intake::renew(&call, &wish, call.at("document_id"), source).await
}

async fn source(name: &str, text: &str) -> Result<SourceText, Refusal> {
    let mut writer = BlobWriter::default();
    writer.write(text.as_bytes()).await.map_err(|_| Refusal::unknown())?;
    let blob = writer.finish().await.map_err(|_| Refusal::unknown())?;
    Ok(SourceText { file: UploadedFile::of_text(name, blob), text: text.to_owned() })
}

/// A rule about two members at once, which the document has only in words.
fn nameless(wish: &Value) -> Refusal {
    let kind = "value_error";
    Refusal::invalid(format!(
        "1 validation error for DocumentTextUpdate\n  Value error, name is required when text is provided \
         [type={kind}, input_value={}, input_type=dict]\n    For further information visit \
         https://errors.pydantic.dev/2.12/v/{kind}",
        python::repr(wish)
    ))
}
