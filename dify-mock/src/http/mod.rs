//! From bytes to a call, from an outcome to bytes.

pub(crate) mod blob;
pub(crate) mod call;
pub(crate) mod cookie;
pub(crate) mod dispatch;
pub(crate) mod form;
pub(crate) mod key;
pub(crate) mod refusal;
pub(crate) mod reply;
pub(crate) mod stream;
