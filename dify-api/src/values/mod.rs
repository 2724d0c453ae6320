//! Values that are read, sent and shown.

pub(crate) mod decode;
pub(crate) mod json_path;
pub(crate) mod location;
pub(crate) mod media;
pub(crate) mod open_enum;
mod patch;
pub(crate) mod raw_json;
pub(crate) mod redactor;
pub(crate) mod release;
pub(crate) mod secret;
pub(crate) mod shown;

pub use patch::Patch;
pub use raw_json::RawJson;
pub use shown::Shown;
