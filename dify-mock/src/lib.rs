//! An embedded server that behaves like Dify: for tests, for examples, and for trying things out.
//!
//! ```no_run
//! # async fn demo() -> Result<(), dify_mock::Error> {
//! let server = dify_mock::Server::start().await?;
//! println!("{} takes the key app-chat", server.base_url());
//! # Ok(())
//! # }
//! ```
//!
//! Every operation of the published documents is answered, in the order, framing, headers and error shapes that real
//! servers were recorded with; an operation that needs no state answers with the example of its document. Each key is an
//! application of its own and keeps conversations, messages, files, ratings, variables, annotations and runs. The beginning
//! of a key decides which kind of application it is; [`KEYS`] lists them. Requests are checked against the document and
//! kept, see [`Server::requests`].
//!
//! Each application also has a page, at [`Server::web_url`], whose code [`Server::app_code`] returns: the same for the same
//! key on every run. `GET /passport` makes a visitor of it, with a `user_id` always the same one; visitors are end users of
//! the application, so that what they do is seen through its key, too. [`Server::revoke_passports`] has all passports
//! expire. The server fetches no files.
//!
//! The Console API, at [`Server::console_url`], works on the same applications. Its one account logs in with
//! [`CONSOLE_EMAIL`] and [`CONSOLE_PASSWORD`]. An application that is made or imported there answers to the keys that are
//! made for it there; a workflow once it is published. Whatever its nodes are, runs go through a start, a form where there
//! is a `human-input` node, a model and an end.
//!
//! Some words in a question, anywhere, change the answer:
//!
//! | word | |
//! |---|---|
//! | `SLOW5` | the answer takes five seconds |
//! | `UNICODE` | the answer has emoji, quotes, markup, U+2028 |
//! | `ERR_RATE` | the model refuses: too many requests |
//! | `ERR_RATE_MID` | it refuses after three words |
//! | `ERR_SERVER` | the model's server is overloaded |
//! | `BADWORD` | moderation replaces the answer when it is there |
//!
//! The workspace's knowledge is reached by keys that begin with `dataset-`; they all reach the same. Texts and files are
//! really cut, indexed over [`Builder::indexing_time`] and searched by BM25. Words in names change the outcome here, too:
//!
//! | word | |
//! |---|---|
//! | `unreadable` in a document's name | its text cannot be read: indexing ends in an error |
//! | `ERR_EMBED` in a document's name or text | the embedding model refuses: indexing ends in an error |
//! | `ERR_EMBED` in a search | it is refused |
//! | `PAUSED` in a document's name | indexing pauses on the way |
//! | `PIPELINE` in a knowledge base's name | it has a pipeline, which processes nothing |
//!
//! [`Builder::release`] has it answer as an earlier release of Dify does: with that release's operations, statuses, members
//! and events, its refusals, its way to log in, and its known faults. Handlers answer as the described release; one step
//! before the wire gives answers and events the shape that the description has for the release.
//!
//! [`Server::faults`] scripts what a broken server does: late, cut, damaged, endless and lost answers, and answers of the
//! gateways in between. [`Server::executions`] counts how often a request was acted on.
//!
//! Of a file, the first mebibyte is read as text and searched; all of it is kept, on disk, and returned on request.

mod described;
mod handlers;
mod http;
mod run;
mod server;
mod state;
mod values;

pub use crate::http::counts::{Count, Repeated};
pub use crate::http::fault;
pub use crate::http::records::RecordedRequest;
pub use crate::server::{Builder, Error, Server};
pub use crate::state::console::account::{EMAIL as CONSOLE_EMAIL, PASSWORD as CONSOLE_PASSWORD};

/// The keys: how a key begins, and the application that it opens.
pub const KEYS: &[(&str, &str)] = crate::values::key::KEYS;
