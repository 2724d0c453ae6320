//! Many files into one knowledge base.

use crate::{
    Error, Upload,
    groups::Documents,
    types::{DocumentFileUpload, DocumentReply},
};
use futures_core::Stream;
use futures_util::StreamExt as _;
use std::{
    fmt,
    future::poll_fn,
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll},
};

impl<'a> Documents<'a> {
    /// Makes a document of each file, so many at a time.
    ///
    /// The outcomes come in the order of the files; a file that fails does not keep the others back. Files are taken
    /// from the iterator only when there is room for them, and sent piece by piece, so that memory depends on
    /// `concurrency` (at least 1) and not on how many there are or how large. Indexing continues afterwards:
    /// [`wait_until_indexed`](Self::wait_until_indexed).
    ///
    /// ```no_run
    /// # async fn run(knowledge: dify_api::Knowledge, dataset: &str) -> Result<(), dify_api::Error> {
    /// use std::path::PathBuf;
    ///
    /// let files = ["tea.md", "coffee.md"].map(PathBuf::from);
    /// let mut uploads = knowledge.documents().upload_all(dataset, files.clone(), 4);
    /// for file in &files {
    ///     match uploads.next().await {
    ///         Some(Ok(added)) => println!("{}: {}", file.display(), added.document.id),
    ///         Some(Err(error)) => eprintln!("{}: {error}", file.display()),
    ///         None => break,
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Each outcome is that of [`create_by_file`](Self::create_by_file).
    pub fn upload_all<I>(self, dataset_id: &'a str, files: I, concurrency: usize) -> Uploads<'a>
    where
        I: IntoIterator,
        I::Item: Into<DocumentFileUpload> + 'a,
        I::IntoIter: Send + 'a,
    {
        let requests = files.into_iter().map(Into::into);
        let outcomes = futures_util::stream::iter(requests)
            .map(move |request: DocumentFileUpload| async move { self.create_by_file(dataset_id, &request).await })
            .buffered(concurrency.max(1));
        Uploads { outcomes: Box::pin(outcomes) }
    }
}

/// The outcomes of [`Documents::upload_all`], in the order of the files.
#[must_use = "nothing is sent before it is read"]
pub struct Uploads<'a> {
    outcomes: Pin<Box<dyn Stream<Item = Result<DocumentReply, Error>> + Send + 'a>>,
}

impl Uploads<'_> {
    /// The outcome of the next file; `None` after the last. The others are on their way meanwhile.
    ///
    /// The same as `StreamExt::next`. Nothing is lost when the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<Result<DocumentReply, Error>> {
        poll_fn(|cx| self.outcomes.as_mut().poll_next(cx)).await
    }

    /// All outcomes, one for each file.
    pub async fn into_vec(self) -> Vec<Result<DocumentReply, Error>> {
        self.outcomes.collect().await
    }
}

impl Stream for Uploads<'_> {
    type Item = Result<DocumentReply, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.outcomes.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for Uploads<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploads").finish_non_exhaustive()
    }
}

impl From<Upload> for DocumentFileUpload {
    /// With the settings of [`DocumentFileConfig::new`](crate::types::DocumentFileConfig::new).
    fn from(file: Upload) -> Self {
        Self::new(file)
    }
}

impl From<PathBuf> for DocumentFileUpload {
    /// With the settings of [`DocumentFileConfig::new`](crate::types::DocumentFileConfig::new).
    fn from(file: PathBuf) -> Self {
        Self::new(file)
    }
}

impl From<&Path> for DocumentFileUpload {
    /// With the settings of [`DocumentFileConfig::new`](crate::types::DocumentFileConfig::new).
    fn from(file: &Path) -> Self {
        Self::new(file)
    }
}
