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
//! Every operation of the published document is answered, in the order, framing, headers and error shapes that real
//! servers were recorded with. Each key is an application of its own and remembers what it was told: conversations,
//! messages, files, ratings, variables, annotations and runs. How a key begins says what kind of application it is;
//! [`KEYS`] lists them. Requests are checked against the document and kept, see [`Server::requests`].
//!
//! Some words in a question, anywhere, make an answer go another way:
//!
//! | word | |
//! |---|---|
//! | `SLOW5` | the answer takes five seconds |
//! | `UNICODE` | the answer has emoji, quotes, markup, U+2028 |
//! | `ERR_RATE` | the model refuses: too many requests |
//! | `ERR_RATE_MID` | it refuses after three words |
//! | `ERR_SERVER` | the model's server is overloaded |
//! | `BADWORD` | moderation replaces the answer when it is there |

mod clock;
mod contract;
mod http;
mod ids;
mod python;
mod record;
mod run;
mod server;
mod service;
mod state;
mod text;

pub use crate::record::RecordedRequest;
pub use crate::server::{Builder, Error, Server};

/// The keys worth knowing: how a key begins, and what application it then stands for.
pub const KEYS: &[(&str, &str)] = crate::http::key::KEYS;
