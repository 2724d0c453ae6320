//! Lists that come in pages.

mod paging;

pub use paging::{Items, Page, Pages, Paging};
