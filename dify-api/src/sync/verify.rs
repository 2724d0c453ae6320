//! Whether a document without a mark is what an interrupted run sent.

use bytes::Bytes;
use std::{
    io::{self, Cursor},
    time::UNIX_EPOCH,
};

use crate::{ErrorKind, types::DocumentZipRequest};
use tokio::task::spawn_blocking;
use zip::ZipArchive;

use super::{content, dataset::SyncSession, document::Document, folder::LocalFile, report::SyncReason};

/// Whether the document surely has the content of the file. When in doubt, no: then the file is sent again.
pub(super) async fn holds(
    session: &SyncSession<'_>,
    file: &LocalFile,
    hash: &str,
    document: &Document,
) -> Result<bool, SyncReason> {
    if document.size.is_some_and(|size| size != file.size) {
        return Ok(false);
    }
    // The archive comes through the API itself. The other download is a link that leads wherever `FILES_URL` of the
    // server points, often to nowhere that can be reached from here.
    let request = DocumentZipRequest::new(vec![document.id.clone()]);
    match session.knowledge.documents().download_zip(session.dataset(), &request).await {
        Ok(download) => {
            // Dify takes no file that memory would not hold.
            let archive = download.bytes().await?;
            let hashing = spawn_blocking(move || only_file(archive));
            Ok(matches!(hashing.await, Ok(Ok(found)) if found == hash))
        }
        Err(error) => match error.kind() {
            // Before 1.16.1 there is no download.
            ErrorKind::Http(answer) if answer.status.as_u16() == 404 => Ok(unchanged_since(file, document)),
            ErrorKind::Api(refusal) if refusal.status.is_client_error() => Ok(false),
            _ => Err(error.into()),
        },
    }
}

/// The hash of the one file in an archive.
fn only_file(archive: Bytes) -> io::Result<String> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(io::Error::other)?;
    content::hash_of(archive.by_index(0).map_err(io::Error::other)?)
}

/// As much as the server shows without the bytes: it has the same length (see above), and the file was not written to since
/// Dify got it. A server whose clock runs ahead could be fooled by a change of the same length within that lead.
fn unchanged_since(file: &LocalFile, document: &Document) -> bool {
    let modified = file.modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    match (document.size, document.stored_at, modified) {
        (Some(_), Some(stored_at), Some(modified)) => modified.as_secs_f64() < stored_at,
        _ => false,
    }
}
