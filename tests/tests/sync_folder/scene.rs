//! A server, a folder, and what happened between them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use dify_api::types::{
    DatasetsListQuery, DocumentMetadataOperation, DocumentMetadataRequest, DocumentZipRequest, DocumentsListQuery,
    IndexingTechnique, KnowledgeDocument, MetadataAssignment, MetadataValue,
};
use dify_api::{Knowledge, SyncFolder, SyncReport};
use dify_mock::{RecordedRequest, Server};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

pub const CONCURRENCY: usize = 8;

// The operations that change something.
pub const CREATE: &str = "knowledge_documents_create_by_file";
pub const UPDATE: &str = "knowledge_documents_update_by_file";
pub const DELETE: &str = "knowledge_documents_delete";
pub const MARK: &str = "knowledge_metadata_set_values";

/// What is to be done.
pub struct Options {
    pub dataset: String,
    pub concurrency: usize,
    pub delete: bool,
}

/// A server, a folder, and what is to be done.
pub struct Scene {
    pub server: Server,
    pub folder: TempDir,
    pub options: Options,
}

impl Scene {
    pub async fn new() -> Scene {
        let indexing = Duration::from_millis(200);
        let server = Server::builder().keep_requests(100_000).indexing_time(indexing).start().await.expect("a server");
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options { dataset: "Handbook".to_owned(), concurrency: CONCURRENCY, delete: false };
        Scene { server, folder, options }
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.folder.path().join(path)).expect("a file");
    }

    pub fn knowledge(&self) -> Knowledge {
        connect(&self.server.base_url())
    }

    pub fn run<'a>(&self, knowledge: &Knowledge) -> SyncFolder<'a> {
        let Options { dataset, concurrency, delete } = &self.options;
        let sync = knowledge.sync_folder(self.folder.path(), dataset).indexing_technique(IndexingTechnique::Economy);
        sync.concurrency(*concurrency).delete(*delete).patience(Duration::from_secs(30))
    }

    pub async fn sync(&self) -> SyncReport {
        self.run(&self.knowledge()).await.expect("a report")
    }

    /// The id of the knowledge base.
    pub async fn dataset(&self) -> String {
        let page = self.knowledge().datasets().list(&DatasetsListQuery::new()).await.expect("datasets");
        page.data.into_iter().find(|dataset| dataset.name == self.options.dataset).expect("a dataset").id
    }

    pub async fn documents(&self) -> Vec<KnowledgeDocument> {
        let query = DocumentsListQuery::new().limit(100);
        let dataset = self.dataset().await;
        self.knowledge().documents().list(&dataset, &query).items().into_vec().await.expect("documents")
    }

    /// The requests since the last time.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        let requests = self.server.requests();
        self.server.forget_requests();
        requests
    }

    /// Leaves behind what a run leaves that was interrupted while it replaced the file of the only document: a mark taken
    /// back. Gives the document.
    pub async fn take_the_mark_back(&self) -> KnowledgeDocument {
        let (knowledge, dataset) = (self.knowledge(), self.dataset().await);
        let document = self.documents().await.remove(0);
        let field = knowledge.metadata().list(&dataset).await.expect("fields").doc_metadata.remove(0);
        let value = MetadataAssignment::new(field.id, field.name).value(MetadataValue::Text("changing".to_owned()));
        let operation = DocumentMetadataOperation::new(&document.id, vec![value]).partial_update(true);
        let request = DocumentMetadataRequest::new(vec![operation]);
        knowledge.metadata().set_values(&dataset, &request).await.expect("a mark");
        self.requests();
        document
    }

    /// The hashes of the contents of these documents, as Dify has them.
    pub async fn contents(&self, documents: &[KnowledgeDocument]) -> BTreeSet<String> {
        let (knowledge, dataset) = (self.knowledge(), self.dataset().await);
        let mut hashes = BTreeSet::new();
        for some in documents.chunks(100) {
            let ids: Vec<String> = some.iter().map(|document| document.id.clone()).collect();
            let request = DocumentZipRequest::new(ids);
            let download = knowledge.documents().download_zip(&dataset, &request).await.expect("an archive");
            let bytes = download.bytes().await.expect("an archive");
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
            for place in 0..archive.len() {
                let mut content = Vec::new();
                std::io::copy(&mut archive.by_index(place).expect("a file"), &mut content).expect("its content");
                hashes.insert(hash(&content));
            }
        }
        hashes
    }
}

pub fn connect(base_url: &str) -> Knowledge {
    Knowledge::builder().api_key("dataset-knowledge").base_url(base_url).build().expect("a client")
}

pub fn hash(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

pub fn mark(document: &KnowledgeDocument) -> Option<&str> {
    let values = document.doc_metadata.as_deref().unwrap_or_default();
    values.iter().find(|value| value.name == "sync_hash").and_then(|value| match &value.value {
        Some(MetadataValue::Text(text)) => Some(text.as_str()),
        _ => None,
    })
}

/// How many requests there were of each operation that changes something.
pub fn changes(requests: &[RecordedRequest]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for request in requests.iter().filter(|request| request.method != "GET") {
        *counts.entry(request.operation.as_deref().unwrap_or("?")).or_default() += 1;
    }
    counts
}

/// The names of the files that were sent to become documents.
pub fn sent(requests: &[RecordedRequest]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests.iter().filter(|request| request.operation.as_deref() == Some(CREATE)) {
        let body = String::from_utf8_lossy(&request.body);
        let name = body.split_once("filename=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a name").0;
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    counts
}
