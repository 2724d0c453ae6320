//! Plain values: times, ids, texts, keys, refusals. Nothing here has a state.

pub(crate) mod blob;
pub(crate) mod clock;
pub(crate) mod cookie;
pub(crate) mod ids;
pub(crate) mod json_text;
pub(crate) mod key;
pub(crate) mod python;
pub(crate) mod refusal;
pub(crate) mod usage;
pub(crate) mod workspace;
