//! Runs: what an application does with a question, event by event, whether somebody listens or not.

mod agent;
pub(crate) mod beginning;
pub(crate) mod chat;
pub(crate) mod flow;
mod node;
pub(crate) mod script;
pub(crate) mod snapshot;
