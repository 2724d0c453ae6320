//! Files on their way to a server and from it.

#[cfg(feature = "knowledge")]
mod document_file;
mod download;
pub(crate) mod file_name;
mod unfinished;
pub(crate) mod upload;
#[cfg(feature = "knowledge")]
mod uploads;

pub use download::Download;
pub use upload::Upload;
#[cfg(feature = "knowledge")]
pub use uploads::Uploads;
