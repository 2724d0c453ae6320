//! A typed client for the APIs of [Dify](https://dify.ai), the platform for applications on language models.
//!
//! It is compiled from an OpenAPI description that was checked against recordings of real servers (1.13.0 and 1.16.1),
//! and it treats what those servers do as the truth: streams that fall silent, errors that are web pages, values that
//! a new release adds.
//!
//! ```no_run
//! use dify_api::{App, types::ChatRequest};
//!
//! # async fn run() -> Result<(), dify_api::Error> {
//! let app = App::from_env()?; // DIFY_API_KEY, DIFY_BASE_URL
//! let request = ChatRequest::new("Hello", "user-1");
//!
//! // The whole answer at once …
//! let reply = app.chat().send(&request).await?;
//! println!("{}", reply.answer);
//!
//! // … or as it is written.
//! let mut stream = app.chat().stream(&request).await?;
//! while let Some(event) = stream.next().await {
//!     print!("{}", event?.text().unwrap_or_default());
//! }
//! # Ok(()) }
//! ```
//!
//! # The whole of a stream
//!
//! A stream can be gathered while it is read, into an [`Answer`] or a [`Run`]: replaced text, steps of agents, citations,
//! cost, the executions of nodes, how it ended, and what is known to be missing.
//!
//! ```no_run
//! use dify_api::{App, types::ChatRequest};
//!
//! # async fn run(app: App) -> Result<(), dify_api::Error> {
//! let request = ChatRequest::new("Hello", "user-1");
//! let mut stream = app.chat().stream(&request).await?.into_answer();
//! while let Some(event) = stream.next().await {
//!     event?;
//!     println!("{}", stream.snapshot().text); // as far as it has come
//! }
//!
//! // A blocking answer for those behind gateways that cut silent connections.
//! let reply = app.chat().send_streamed(&ChatRequest::new("Hello", "user-1")).await?;
//! # Ok(()) }
//! ```
//!
//! With the key of a workflow:
//!
//! ```no_run
//! use dify_api::{App, RunStatus, types::WorkflowRunRequest};
//!
//! # async fn run(app: App) -> Result<(), dify_api::Error> {
//! let request = WorkflowRunRequest::new([("city", "Beijing")], "user-1");
//! let run = app.workflows().run_stream(&request).await?.into_run().await?;
//! if run.status == RunStatus::Failed {
//!     eprintln!("{:?}", run.error);
//! }
//! # Ok(()) }
//! ```
//!
//! # Where to find what
//!
//! - [`App`], the client of an application; `Knowledge`, that of the knowledge bases; `WebApp`, that of a published
//!   page; `Console`, that of an account; their resource groups in [`groups`]
//! - [`types`]: requests, answers, events
//! - [`Call`], what every method returns: await it, or give it time limits, or ask for the whole [`Response`]
//! - [`Call::items`] and [`Call::pages`], which walk lists to their end
//! - [`EventStream`], [`Download`], [`Upload`]
//! - [`Answer`] and [`Run`], what the events of a stream come to
//! - [`Error`] and [`ErrorKind`]; [`RetryPolicy`] and [`Timeouts`]
//! - [`App::request`] for routes that are not described
//! - [`sse`], the decoder of event streams, usable alone
//!
//! # Features
//!
//! | feature | default | what it brings |
//! |---|---|---|
//! | `app` | yes | [`App`] |
//! | `knowledge` | | `Knowledge`, the client of the knowledge bases |
//! | `web` | | `WebApp`, the client of a published web page |
//! | `console` | | `Console`, the client of an account; with `app` also `Console::deploy` |
//! | `rustls` | yes | TLS by rustls with aws-lc and the certificates of the system |
//! | `rustls-no-provider` | | TLS by rustls with the provider that the program installs, such as ring |
//! | `native-tls` | | TLS by the library of the system |
//! | `schemars` | | `JsonSchema` for all types |
//! | `tracing` | | a span per operation, an event per failed attempt and failed stop |
//!
//! Where several kinds of TLS are on, `native-tls` goes before `rustls`, and that before `rustls-no-provider`. They are
//! reqwest's features of the same names; no provider is installed for the process. Without any, `https` is refused when a
//! client is built, unless it is given a [`reqwest::Client`] of its own. With `rustls-no-provider` alone, every
//! `reqwest::Client` of the program panics when it is built before a provider is installed, those of other crates too.
//!
//! Tokio is needed, as it is by reqwest: calls are awaited inside its runtime.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Each client uses a part of the runtime; what nobody uses shows when all are compiled. Without any there is the decoder
// of event streams and the shapes of errors, and the transport serves nobody.
#![cfg_attr(
    not(all(feature = "app", feature = "knowledge", feature = "web", feature = "console")),
    allow(dead_code, reason = "not all clients are compiled")
)]
#![cfg_attr(
    not(any(feature = "app", feature = "knowledge", feature = "web", feature = "console")),
    allow(unused_imports, unused_macros, reason = "no client is compiled")
)]
// `progenitor_client::Error` is what generated request builders return, and `ErrorKind` is boxed before it leaves.
#![allow(clippy::result_large_err, reason = "no public function returns a large error")]

// Macros expand to paths from outside, in here as well.
extern crate self as dify_api;

#[cfg(feature = "app")]
mod any_text;
#[cfg(any(feature = "app", feature = "knowledge"))]
mod api_key;
#[cfg(feature = "app")]
mod app;
#[cfg(feature = "app")]
mod attending;
mod body;
mod call;
#[cfg(feature = "console")]
mod console;
mod credentials;
#[cfg(all(feature = "app", feature = "console"))]
mod deploy;
#[cfg(feature = "knowledge")]
mod document_file;
mod download;
#[cfg(any(feature = "app", feature = "knowledge", feature = "console"))]
mod environment;
mod error;
mod event;
mod event_stream;
mod file_name;
#[cfg(any(feature = "app", feature = "web"))]
mod following;
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
mod gathered;
#[rustfmt::skip]
mod generated;
mod headers;
#[cfg(all(test, feature = "app", feature = "knowledge", feature = "web", feature = "console"))]
mod hostile;
mod incoming;
#[cfg(feature = "knowledge")]
mod indexing;
mod json_path;
#[cfg(feature = "knowledge")]
mod knowledge;
mod limits;
mod location;
mod media;
mod open_enum;
mod operation;
mod paging;
mod patch;
mod path;
mod raw_json;
mod raw_request;
mod redactor;
mod requests;
mod response;
#[cfg(any(feature = "app", feature = "web"))]
mod resume;
mod retry;
mod secret;
mod sending;
mod settings;
mod shown;
mod span;
pub mod sse;
#[cfg(any(feature = "app", feature = "web"))]
mod streamed;
#[cfg(test)]
mod test_server;
mod timeouts;
mod timer;
mod tls;
mod transport;
mod unfinished;
mod upload;
#[cfg(feature = "knowledge")]
mod uploads;
#[cfg(feature = "web")]
mod web_app;

#[doc(inline)]
pub use generated::{groups, types};

#[cfg(feature = "app")]
pub use app::{App, AppBuilder};
#[cfg(feature = "app")]
pub use attending::AttendedRun;
pub use call::Call;
#[cfg(feature = "console")]
pub use console::{Console, ConsoleBuilder};
#[cfg(all(feature = "app", feature = "console"))]
pub use deploy::{Deploy, DeployWithoutKey, DeployedApp, Deployment};
pub use download::Download;
#[cfg(all(feature = "app", feature = "console"))]
pub use error::DeployError;
#[cfg(any(feature = "app", feature = "web"))]
pub use error::ResumeError;
pub use error::{ApiError, Cause, DecodeError, Error, ErrorKind, HttpError, StreamError, Timeout, TransportError};
#[cfg(feature = "knowledge")]
pub use error::{IndexingError, UnindexedDocument};
pub use event::Event;
pub use event_stream::EventStream;
#[cfg(any(feature = "app", feature = "web"))]
pub use following::FollowedRun;
#[cfg(any(feature = "app", feature = "web"))]
pub use gathered::{Answer, AnswerFile, AnswerStream, Citation};
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
pub use gathered::{
    Failure, Feeds, Gathering, Missing, NodeExecution, NodeRetry, Pause, Run, RunStatus, RunStream, Snapshot, Undecoded,
};
#[cfg(feature = "knowledge")]
pub use indexing::Indexing;
#[cfg(feature = "knowledge")]
pub use knowledge::{Knowledge, KnowledgeBuilder};
#[doc(hidden)]
pub use open_enum::__private;
pub use paging::{Items, Page, Pages, Paging};
pub use patch::Patch;
pub use raw_json::RawJson;
pub use raw_request::RawRequest;
pub use response::Response;
#[cfg(any(feature = "app", feature = "web"))]
pub use resume::Resumable;
pub use retry::RetryPolicy;
pub use shown::Shown;
pub use timeouts::{TimeLimit, Timeouts};
pub use upload::Upload;
#[cfg(feature = "knowledge")]
pub use uploads::Uploads;
#[cfg(feature = "web")]
pub use web_app::{WebApp, WebAppBuilder};

#[allow(unused_imports, reason = "the names generated code uses; which, depends on the features")]
pub(crate) use {
    operation::{Credential, Operation},
    requests::Requests,
    transport::Transport,
};

/// What the HTTP layer speaks: methods, statuses and headers of this version are in the interface.
pub use reqwest;

/// Compiles what the README shows.
#[cfg(all(doctest, feature = "app", feature = "knowledge"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;
