//! Stopping the run behind a stream.

use super::EventStream;
use crate::{
    Error, ErrorKind, Event, TimeLimit, Timeout,
    transport::{timeouts::Deadline, timer},
};
use std::future::poll_fn;

/// So many events, or bytes of events, wait at most while the end of a stopped run is waited for.
const AHEAD: usize = 16_384;
const AHEAD_BYTES: usize = 16 << 20;

impl<E: Event> EventStream<E> {
    /// Stops the run: asks the server to, and waits for the stream's own end, which brings the run's last events.
    ///
    /// Nothing is lost: read on afterwards, and all events come that came meanwhile, down to the last. If no event has
    /// named the task yet, the first that does is waited for. A run that has ended is not stopped. Of a stream that has
    /// failed, the server is only asked to stop the run.
    ///
    /// # Errors
    /// Those of the stop operation; [`ErrorKind::InvalidRequest`] when the stream is not that of a run that can be
    /// stopped. [`ErrorKind::Timeout`] when a step takes longer than [`Timeouts::stop`](crate::Timeouts::stop); a stream
    /// that has not ended by then after the server accepted the request ends with this error. [`ErrorKind::Backlog`] when
    /// the server keeps talking: 16,384 events, or 16 MiB of them, wait to be read. What else goes wrong with the stream
    /// itself comes in its place among the events.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// use dify_api::types::ChatRequest;
    ///
    /// let mut stream = app.chat().stream(&ChatRequest::new("Count to a thousand").user("user-1")).await?;
    /// let first = stream.next().await;
    /// stream.stop().await?;
    /// while let Some(event) = stream.next().await {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn stop(&mut self) -> Result<(), Error> {
        if !self.source.can_be_stopped() {
            return self.request_stop().await;
        }
        let limit = self.stop_limit();
        while self.source.task_id.is_none() && self.read_ahead(limit).await? {}
        self.stop_running().await?;
        while self.read_ahead(None).await? {}
        Ok(())
    }

    /// When the step of a stop that begins now has to be over.
    pub(crate) fn stop_limit(&self) -> Option<Deadline> {
        self.timeouts.stop.map(|limit| Deadline::after(TimeLimit::Stop, limit))
    }

    /// Asks the server to stop a run that has not ended, and limits what remains of the stream.
    pub(crate) async fn stop_running(&mut self) -> Result<(), Error> {
        if self.source.task_id.is_none() || self.source.ended {
            return Ok(());
        }
        within(self.stop_limit(), self.source.request_stop()).await.map_err(|late| self.late(late))??;
        if let Some(incoming) = &mut self.incoming {
            incoming.ends_within(TimeLimit::Stop, self.timeouts.stop);
        }
        Ok(())
    }

    pub(crate) fn late(&self, late: Timeout) -> Error {
        self.source.error(ErrorKind::Timeout(late))
    }

    /// Reads an event for later; `false` at the end.
    async fn read_ahead(&mut self, limit: Option<Deadline>) -> Result<bool, Error> {
        if self.ahead.len() >= AHEAD || self.ahead_size >= AHEAD_BYTES {
            return Err(self.source.error(ErrorKind::Backlog { events: self.ahead.len() }));
        }
        let next = within(limit, poll_fn(|cx| self.poll_fresh(cx))).await;
        let Some(event) = next.map_err(|late| self.late(late))? else {
            return Ok(false);
        };
        let late = event.as_ref().err().filter(|error| is_late(error)).cloned();
        self.ahead.push_back(event);
        self.ahead_size += self.size;
        late.map_or(Ok(true), Err)
    }
}

/// Whether the stopped run did not end in time.
fn is_late(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout(Timeout { which: TimeLimit::Stop, .. }))
}

/// The outcome of a future, unless it takes too long.
pub(crate) async fn within<F: Future>(limit: Option<Deadline>, future: F) -> Result<F::Output, Timeout> {
    match limit {
        Some(Deadline { at, timeout }) => timer::within(at, future).await.ok_or(timeout),
        None => Ok(future.await),
    }
}
