//! Lists that come in pages.

mod page;
mod paging;

pub use page::{Page, Paging};
pub use paging::{Items, Pages};
