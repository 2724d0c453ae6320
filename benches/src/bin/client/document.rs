//! The file of a document, up and down, by `dify-api`.

use dify_api::{Knowledge, Upload, types::DocumentFileUpload};
use std::path::Path;

const DATASET: &str = "eab1bf87-d9b6-477d-9e9d-2b69b0f56986";
const DOCUMENT: &str = "215598f6-0960-4ce8-bbb0-f05e959f9f5d";

fn knowledge(url: &str) -> Knowledge {
    Knowledge::builder().api_key("dataset-1").base_url(format!("{url}/v1")).build().expect("a client")
}

/// A document made from a file; the size that the server saw.
pub async fn up(url: &str, path: &Path) -> u64 {
    let file = DocumentFileUpload::new(Upload::path(path));
    let reply = knowledge(url).documents().create_by_file(DATASET, &file).await.expect("a document");
    reply.document.word_count.expect("the size") as u64
}

/// The file of a document, through its link; its size.
pub async fn down(url: &str) -> u64 {
    let mut file = knowledge(url).documents().download_file(DATASET, DOCUMENT).await.expect("a file");
    let mut size = 0;
    while let Some(piece) = file.next().await {
        size += piece.expect("a piece").len() as u64;
    }
    size
}
