//! What tests of several folders share, and those that go through all of them.

#[cfg(all(feature = "app", feature = "knowledge", feature = "web", feature = "console"))]
mod hostile;
mod sources;
pub(crate) mod test_server;
