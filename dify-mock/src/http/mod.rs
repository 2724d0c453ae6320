//! From bytes to a call, from an outcome to bytes, and the records of both.

mod authorize;
pub(crate) mod counts;
pub(crate) mod dispatch;
pub mod fault;
mod form;
pub(crate) mod host;
pub(crate) mod records;
mod response;
mod stream;
