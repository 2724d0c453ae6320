//! Runs: what an application does with a question, event by event, whether somebody listens or not.

pub(crate) mod agent;
pub(crate) mod beginning;
pub(crate) mod chat;
pub(crate) mod feed;
pub(crate) mod flow;
pub(crate) mod node;
pub(crate) mod script;
pub(crate) mod snapshot;
pub(crate) mod stop;
pub(crate) mod usage;
