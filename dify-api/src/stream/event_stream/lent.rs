//! Events that are lent, for those who do not keep them.

use super::EventStream;
use crate::{Error, Event};

impl<E: Event> EventStream<E> {
    /// Returns the next event as [`next`](Self::next) does, but only lends it: the next call replaces it.
    ///
    /// An event is read into the memory of the one before if both have the same name, so that the pieces of an answer
    /// allocate nothing. The stream keeps that memory, which `event_limit` of the client bounds.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await?;
    /// while let Some(event) = stream.next_ref().await {
    ///     print!("{}", event?.text().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next_ref(&mut self) -> Option<Result<&E, Error>> {
        Some(match self.next().await? {
            Ok(event) => Ok(&*self.lent.insert(event)),
            Err(error) => Err(error),
        })
    }
}
