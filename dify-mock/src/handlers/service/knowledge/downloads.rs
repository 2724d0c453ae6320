//! Getting the files of documents back.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::sync::Arc;

use serde_json::json;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::dataset;
use super::documents::not_found;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::file::UploadedFile;
use crate::values::blob::Blob;
use crate::values::ids;
use crate::values::refusal::Refusal;

/// `GET /datasets/{dataset_id}/documents/{document_id}/download`.
pub(crate) fn link(call: &Call) -> Outcome {
    call.world(|world| {
        let document = dataset(world, call)?.documents.get(call.at("document_id")).ok_or_else(not_found)?;
        let url = document.file.url(&call.server.url);
        Ok(Reply::ok(json!({"url": format!("{url}&as_attachment=true")})))
    })
}

/// `POST /datasets/{dataset_id}/documents/download-zip`.
pub(crate) async fn zip(call: Call) -> Outcome {
    let files = call.world(|world| {
        let dataset = dataset(world, &call)?;
        let file = |id: &str| dataset.documents.get(id).map(|document| document.file.clone());
        let files = call.texts("document_ids").into_iter().map(file).collect::<Option<Vec<UploadedFile>>>();
        files.ok_or_else(not_found)
    })?;
    // Packing reads and writes files, for which others shall not wait.
    let packed = tokio::task::spawn_blocking(move || Blob::written(|out| pack(&files, out))).await;
    let blob = packed.map_err(|_| Refusal::unknown())?.map_err(|_| Refusal::unknown())?;
    let disposition = Some(format!("attachment; filename={}.zip", ids::new().replace('-', "")));
    Ok(Reply::File { media: "application/zip".to_owned(), disposition, cache: "no-cache", blob })
}

fn pack(files: &[UploadedFile], out: &mut File) -> io::Result<()> {
    let mut archive = ZipWriter::new(out);
    let mut names = HashSet::new();
    for file in files {
        let name = (1..).map(|count| unlike(&file.name, count)).find(|name| names.insert(name.clone()));
        let large = file.blob.length() >= u64::from(u32::MAX);
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored).large_file(large);
        archive.start_file(name.unwrap_or_default(), options).map_err(into_io)?;
        let blob: Arc<Blob> = Arc::clone(&file.blob);
        io::copy(&mut blob.reader()?, &mut archive)?;
    }
    archive.finish().map_err(into_io)?;
    Ok(())
}

/// `name (2).txt` for the second of that name.
fn unlike(name: &str, count: usize) -> String {
    match (count, name.rsplit_once('.')) {
        (..=1, _) => name.to_owned(),
        (count, Some((stem, extension))) => format!("{stem} ({count}).{extension}"),
        (count, None) => format!("{name} ({count})"),
    }
}

fn into_io(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        other => io::Error::other(other),
    }
}
