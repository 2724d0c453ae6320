//! Values that are read, sent and shown.

mod cost;
pub(crate) mod decode;
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
mod inputs;
pub(crate) mod json_path;
pub(crate) mod location;
pub(crate) mod media;
pub(crate) mod open_enum;
mod patch;
pub(crate) mod raw_json;
pub(crate) mod redactor;
pub(crate) mod release;
pub(crate) mod secret;
mod short_text;
pub(crate) mod shown;
mod user;

pub use cost::Cost;
#[cfg(any(feature = "app", feature = "knowledge", feature = "web"))]
pub use inputs::Inputs;
pub use patch::Patch;
pub use raw_json::RawJson;
pub use short_text::ShortText;
pub use shown::Shown;
pub(crate) use user::OfUser;
