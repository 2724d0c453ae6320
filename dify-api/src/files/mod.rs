//! Files on their way to a server and from it.

#[cfg(feature = "knowledge")]
mod document_file;
mod download;
#[cfg(any(feature = "app", feature = "web"))]
mod file_input;
pub(crate) mod file_name;
mod form;
mod unfinished;
pub(crate) mod upload;
#[cfg(feature = "knowledge")]
mod uploads;

pub use download::Download;
pub(crate) use form::Form;
pub use upload::Upload;
#[cfg(feature = "knowledge")]
pub use uploads::Uploads;
