//! The end user of a request.

/// A request that names an end user.
pub(crate) trait OfUser: Clone {
    fn user(&mut self) -> &mut Option<String>;
}
