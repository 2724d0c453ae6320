//! What the answers of lists implement.

use crate::values::decode::Decode;

/// One page of a list. Implemented by generated types only, from `x-dify-paging` of the description.
pub trait Page: Decode + Send {
    /// The listed items.
    type Item: Send;

    /// How the list continues.
    const PAGING: Paging;

    /// Returns the items of the page, in the server's order.
    fn items(&self) -> &[Self::Item];

    /// Returns the items of the page, in the server's order.
    fn into_items(self) -> Vec<Self::Item>;

    /// Returns whether there is another page, if the reply contains it.
    fn more(&self) -> Option<bool> {
        None
    }

    /// Returns the total number of items, if the reply contains it.
    fn total(&self) -> Option<i64> {
        None
    }

    /// Returns the id of an item. Lists that continue from an item need it.
    fn id(_item: &Self::Item) -> Option<&str> {
        None
    }

    /// Returns whether the server may take both items for the same place of the list: their times are of one second.
    fn tied(_one: &Self::Item, _other: &Self::Item) -> bool {
        false
    }
}

/// How a list continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// The query parameter of this name takes the id of an item, such as the last of a page: the next page begins after
    /// it.
    After(&'static str),
    /// The query parameter of this name takes the id of an item, such as the first of a page: the next page ends before
    /// it.
    Before(&'static str),
    /// The query parameter of this name takes the number of the page; the first is 1.
    Number(&'static str),
}
