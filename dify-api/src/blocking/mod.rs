//! Calls, streams and lists for programs without `async`.
//!
//! [`wait`](Wait::wait) in place of `.await`, and `blocking()` to read a stream or a list in a `for` loop:
//!
//! ```no_run
//! use dify_api::{
//!     App,
//!     types::{ChatRequest, ConversationsListQuery},
//! };
//!
//! fn main() -> Result<(), dify_api::Error> {
//!     let app = App::from_env()?;
//!     let request = ChatRequest::new("Hello").user("user-1");
//!     println!("{}", app.chat().send(&request).wait()?.answer);
//!
//!     for event in app.chat().stream(&request).wait()?.blocking() {
//!         print!("{}", event?.text().unwrap_or_default());
//!     }
//!
//!     let query = ConversationsListQuery::new().user("user-1");
//!     for conversation in app.conversations().list(&query).items().blocking() {
//!         println!("{}", conversation?.name);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! [`Call::wait`](crate::Call::wait) needs no import. The trait [`Wait`] gives the same method to everything else that is
//! awaited: `async` functions such as [`Download::save_to`](crate::Download::save_to) and
//! [`EventStream::next`](crate::EventStream::next), and futures such as [`RunStream`](crate::RunStream). Time limits,
//! retries and errors are those of asynchronous calls.
//!
//! # Where it works
//!
//! On every thread that may block: those of programs without a runtime, under
//! [`Handle::enter`](tokio::runtime::Handle::enter), inside [`spawn_blocking`](tokio::task::spawn_blocking) and
//! `block_in_place`; on several threads at once.
//!
//! Inside `async` code nothing is sent, and nothing blocks: a call returns [`ErrorKind::InAsync`](crate::ErrorKind::InAsync), and
//! an iterator yields it once and ends; [`Blocking::into_inner`] then returns the stream, which has lost nothing. So do
//! blocking calls in functions that the client itself calls, such as that of `api_key_from`. Two places are not recognized, so that the
//! call blocks the thread: the future of `block_on` of a multi-threaded runtime, and so of `#[tokio::main]`, inside
//! [`unconstrained`](tokio::task::coop::unconstrained) or in the same poll after `block_in_place` (its thread is no worker of
//! the runtime); and the executors of other crates.
//!
//! # Runtime and connections
//!
//! The future is polled on the thread that waits. Connections, timers, files and background work, such as a request that
//! stops the run of a dropped stream, run on a runtime of the crate: one thread per process, named `dify-api`, which is
//! started by the first call and never waited for at exit. A process made by `fork` lacks it: make the first call after that. No runtime of the program is needed, and a client works on
//! after the runtime that it was used on is dropped. Functions given to the client, such as that of `api_key_from`, run
//! inside this runtime too.
//!
//! Blocking calls of a client have connections of their own, by a second [`reqwest::Client`] with the same settings, made
//! by the first of them; [`configure_http`](crate::AppBuilder::configure_http) is applied to it again. A connection in use
//! belongs to the runtime that opened it: a stream that was opened by `.await` can be read here while that runtime runs.
//!
//! A client of the program's own ([`http_client`](crate::AppBuilder::http_client)) has one pool for both. Connections of
//! a runtime that was dropped are replaced. One of a current-thread runtime that exists and does not run is not: a blocking
//! call over it waits until a time limit ends it. `configure_http` avoids this. In the same way a call waits for a renewal of
//! the session that such a runtime has begun and not finished.

mod iterator;
mod place;
mod runtime;
mod wait;

pub use iterator::Blocking;
pub(crate) use runtime::{handle, is_here};
pub use wait::{Outcome, Wait};
