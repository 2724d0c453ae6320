//! Streams as iterators.

use super::wait::wait;
use crate::Error;
use futures_core::Stream;
use std::{future::poll_fn, iter::FusedIterator, pin::Pin};

/// A stream or list whose items are waited for one by one; made by its method `blocking()`.
///
/// ```no_run
/// # fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
/// use dify_api::types::ChatRequest;
///
/// let request = ChatRequest::new("Hello").user("user-1");
/// let mut events = app.chat().stream(&request).wait()?.into_answer().blocking();
/// while let Some(event) = events.next() {
///     event?;
///     println!("{}", events.get_ref().snapshot().text); // as far as it has come
/// }
/// # Ok(()) }
/// ```
///
/// It ends where the stream ends, and after [`ErrorKind::InAsync`](crate::ErrorKind::InAsync), which it yields once when it
/// is read inside `async` code. Dropping it drops the stream, and stops the run after
/// [`stop_on_drop`](crate::EventStream::stop_on_drop). A program that ends right then may end before that request leaves:
/// `stop().wait()` waits for it.
#[must_use = "an iterator does nothing unless it is read"]
#[derive(Debug)]
pub struct Blocking<S> {
    stream: S,
    over: bool,
}

impl<S> Blocking<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, over: false }
    }

    /// Returns the stream, for what it shows between its items.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Returns the stream, to stop its run, for example.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Returns the stream with its remaining items.
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S, T> Iterator for Blocking<S>
where
    S: Stream<Item = Result<T, Error>> + Unpin,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = wait(poll_fn(|context| Pin::new(&mut self.stream).poll_next(context)));
        self.over = !matches!(next, Ok(Some(_)));
        next.unwrap_or_else(|error| Some(Err(error)))
    }
}

impl<S, T> FusedIterator for Blocking<S> where S: Stream<Item = Result<T, Error>> + Unpin {}

/// The method that turns a stream into an iterator.
macro_rules! blocking {
    ($(#[$cfg:meta])? impl[$($generics:tt)*] $stream:ty) => {
        $(#[$cfg])?
        impl<$($generics)*> $stream {
            /// Returns an iterator that waits for each item, for programs without `async`; see
            /// [`blocking`](crate::blocking).
            pub fn blocking(self) -> Blocking<Self> {
                Blocking::new(self)
            }
        }
    };
}

blocking!(impl[E: crate::Event] crate::EventStream<E>);
blocking!(
    #[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
    impl[E: crate::AccumulateInto<S>, S: crate::Snapshot] crate::Accumulator<E, S>
);
blocking!(impl[P: crate::Page] crate::Pages<P>);
blocking!(impl[P: crate::Page] crate::Items<P>);
blocking!(impl[] crate::Download);
blocking!(
    #[cfg(feature = "knowledge")]
    impl[] crate::Indexing
);
blocking!(
    #[cfg(feature = "knowledge")]
    impl[] crate::Uploads<'_>
);
