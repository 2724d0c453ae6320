//! A typed client for the APIs of [Dify](https://dify.ai), the platform for applications on language models.
//!
//! It is compiled from an OpenAPI description that was checked against recordings of real servers (1.0.1 to 1.16.1),
//! and it treats what those servers do as the truth: streams that fall silent, errors that are web pages, values that
//! a new release adds.
//!
//! ```no_run
//! use dify_api::{App, types::ChatRequest};
//!
//! # async fn run() -> Result<(), dify_api::Error> {
//! let app = App::from_env()?; // DIFY_API_KEY, DIFY_BASE_URL
//! let request = ChatRequest::new("Hello").user("user-1");
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
//! cost, the executions of nodes, how it ended, and the parts that are missing.
//!
//! ```no_run
//! use dify_api::{App, types::ChatRequest};
//!
//! # async fn run(app: App) -> Result<(), dify_api::Error> {
//! let request = ChatRequest::new("Hello").user("user-1");
//! let mut stream = app.chat().stream(&request).await?.into_answer();
//! while let Some(event) = stream.next().await {
//!     event?;
//!     println!("{}", stream.snapshot().text); // as far as it has come
//! }
//!
//! // A blocking answer for those behind gateways that cut silent connections.
//! let reply = app.chat().send_streamed(&ChatRequest::new("Hello").user("user-1")).await?;
//! # Ok(()) }
//! ```
//!
//! With the key of a workflow:
//!
//! ```no_run
//! use dify_api::{App, RunStatus, types::WorkflowRunRequest};
//!
//! # async fn run(app: App) -> Result<(), dify_api::Error> {
//! let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
//! let run = app.workflows().run_stream(&request).await?.into_run().await?;
//! if run.status == RunStatus::Failed {
//!     eprintln!("{:?}", run.error);
//! }
//! # Ok(()) }
//! ```
//!
//! # One scheme of names
//!
//! What runs an application has up to four methods. The plain verb asks the server for the whole answer; `…_stream` returns
//! its events, for `send` under the name `stream`; `…_streamed` returns the same as the verb but makes it of the events, for
//! agents and gateways; `…_with_input` also has the forms answered that a run waits for.
//!
//! | whole | events | whole, of events | with forms |
//! |---|---|---|---|
//! | `app.chat().send` | `stream` | `send_streamed` | `send_with_input` |
//! | `app.completion().send` | `stream` | `send_streamed` | |
//! | `app.workflows().run` | `run_stream` | `run_streamed` | `run_with_input` |
//! | `app.workflows().run_version` | `run_version_stream` | `run_version_streamed` | |
//! | `knowledge.pipeline().run` | `run_stream` | | |
//! | `web.chat().send` | `stream` | `send_streamed` | |
//! | `web.completion().send` | `stream` | `send_streamed` | |
//! | `web.messages().more_like_this` | `more_like_this_stream` | `more_like_this_streamed` | |
//! | | `web.workflows().run_stream` | | |
//!
//! A stream is read by `next()`, or gathered by `into_answer()` and `into_run()`; with `.resuming()` behind that, over other
//! connections when one is lost. With the feature `blocking` every call has `.wait()`, and streams and lists `.blocking()`.
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
//! - `blocking`, calls for programs without `async`
//! - [`Observer`], which receives what happens to calls, and [`Stats`], what a client counts of them
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
//! | `blocking` | | `Call::wait` and iterators for programs without `async`, see `dify_api::blocking` |
//! | `cache` | | [`Call::cached`] and `Cache`: answers of reads are kept in memory for some time |
//! | `rust_decimal` | | [`Cost::decimal`], amounts of money as exact numbers |
//! | `schemars` | | `JsonSchema` for all types |
//! | `sync` | | `Knowledge::sync_folder`: a knowledge base is kept the same as a folder of files |
//! | `serialize` | | `Serialize` for answers and events, which programs that store them need |
//! | `tracing` | | a span per operation by the conventions of OpenTelemetry, an event per failed attempt and failed stop |
//! | `metrics` | | counters, gauges and histograms of calls, tokens and costs, by the facade of the crate `metrics` |
//!
//! Where several kinds of TLS are on, `native-tls` goes before `rustls`, and that before `rustls-no-provider`. They are
//! reqwest's features of the same names; no provider is installed for the process. Without any, `https` is refused when a
//! client is built, unless it is given a [`reqwest::Client`] of its own. With `rustls-no-provider` alone, every
//! `reqwest::Client` of the program panics when it is built before a provider is installed, those of other crates too.
//!
//! Tokio is needed, as it is by reqwest: calls are awaited inside its runtime. Blocking calls bring their own.
//!
//! # Telemetry
//!
//! Each client counts its calls ([`App::stats`]) and notifies observers ([`AppBuilder::observer`]). With the feature
//! `tracing`, each call has a span, `request` of the target `dify_api`, that lasts to the end of a stream or download. It
//! has the attributes of the OpenTelemetry conventions for [HTTP clients] and, where an application runs, for
//! [generative AI]: operation, provider `dify`, tokens, conversation, time to the first text.
//!
//! With the feature `metrics`, the recorder that the program installs before it builds a client receives:
//!
//! | metric | kind | unit | labels | value |
//! |---|---|---|---|---|
//! | `dify_client_requests_total` | counter | calls | operation, outcome | calls that ended |
//! | `dify_client_requests_in_flight` | gauge | calls | operation | calls that began and have not ended |
//! | `dify_client_request_duration_seconds` | histogram | seconds | operation, outcome | from the start of a call to its end |
//! | `dify_client_time_to_first_event_seconds` | histogram | seconds | operation | from the start of a call to the first event |
//! | `dify_client_retries_total` | counter | attempts | operation | attempts after the first of a call |
//! | `dify_client_tokens_total` | counter | tokens | operation, outcome | all tokens that are reported |
//! | `dify_client_input_tokens_total` | counter | tokens | operation, outcome | tokens of prompts |
//! | `dify_client_output_tokens_total` | counter | tokens | operation, outcome | tokens that models wrote |
//! | `dify_client_cost_usd`, `dify_client_cost_rmb`, … | histogram | the currency | operation, outcome | cost of an answer; the sum is the total |
//! | `dify_client_received_bytes_total` | counter | bytes | operation, outcome | bytes of answers |
//! | `dify_client_substitutions_total` | counter | members | operation, outcome | required members that answers lacked |
//!
//! `operation` is the id in the description, or `raw_request`; `outcome` is a [`CallOutcome`]. Each currency has a metric of
//! its own, at most 16 in a program, because amounts of different currencies have no sum.
//!
//! [HTTP clients]: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
//! [generative AI]: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md

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
// `ErrorKind` is boxed before it leaves.
#![allow(clippy::result_large_err, reason = "no public function returns a large error")]

// Macros expand to paths from outside, in here as well.
extern crate self as dify_api;

#[cfg(feature = "blocking")]
pub mod blocking;
mod clients;
mod error;
mod files;
#[rustfmt::skip]
mod generated;
mod lists;
mod operation;
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
mod runs;
mod stream;
#[cfg(feature = "sync")]
mod sync;
mod telemetry;
#[cfg(test)]
mod tests;
mod transport;
mod values;

#[doc(inline)]
pub use generated::{groups, types};
#[doc(inline)]
pub use stream::sse;

#[cfg(feature = "app")]
pub use clients::{App, AppBuilder, AppProbe};
#[cfg(feature = "console")]
pub use clients::{Console, ConsoleBuilder};
#[cfg(all(feature = "app", feature = "console"))]
pub use clients::{Deploy, DeployWithoutKey, DeployedApp, Deployment};
#[cfg(feature = "knowledge")]
pub use clients::{Knowledge, KnowledgeBuilder};
#[cfg(feature = "web")]
pub use clients::{WebApp, WebAppBuilder};
#[cfg(all(feature = "app", feature = "console"))]
pub use error::DeployError;
#[cfg(any(feature = "app", feature = "web"))]
pub use error::ResumeError;
pub use error::{
    ApiError, Cause, DecodeError, Error, ErrorKind, HttpError, StreamError, TimeLimit, Timeout, TransportError,
};
#[cfg(feature = "knowledge")]
pub use error::{IndexingError, UnindexedDocument};
#[cfg(feature = "knowledge")]
pub use files::Uploads;
pub use files::{Download, Upload};
pub use lists::{Items, Page, Pages, Paging};
#[cfg(feature = "app")]
pub use runs::HumanInputRun;
#[cfg(feature = "knowledge")]
pub use runs::Indexing;
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
pub use runs::{
    AccumulateInto, Accumulator, Failure, Missing, NodeRetry, NodeRun, Pause, Run, RunStatus, RunStream, Snapshot,
    Undecoded,
};
#[cfg(any(feature = "app", feature = "web"))]
pub use runs::{Answer, AnswerFile, AnswerStream, Citation, ReconnectingRun, Resumable};
pub use stream::{Event, EventStream};
#[cfg(feature = "sync")]
pub use sync::{SyncError, SyncEvent, SyncFailure, SyncFolder, SyncKept, SyncOutcome, SyncReason, SyncReport};
pub use telemetry::{
    CallOutcome, ObservedAttempt, ObservedCall, ObservedEnd, ObservedError, ObservedFirstEvent, ObservedRetry,
    Observer, Stats, TokenCounts,
};
#[cfg(feature = "cache")]
pub use transport::Cache;
pub use transport::{Call, RawRequest, Response, RetryPolicy, Timeouts};
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
pub use values::Inputs;
#[doc(hidden)]
pub use values::open_enum::__private;
pub use values::{Cost, Patch, RawJson, ShortText, Shown};

#[allow(unused_imports, reason = "the names generated code uses; which, depends on the features")]
pub(crate) use {
    operation::{Credential, Operation},
    transport::Transport,
};

/// What the HTTP layer speaks: methods, statuses and headers of this version are in the interface.
pub use reqwest;

/// Compiles the example of the crate's page.
#[cfg(all(doctest, feature = "app"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
