//! The place of an item in a list, by its id.

use std::collections::HashMap;

/// Finds things by their ids without walking the list.
///
/// The list is public and may have been changed: a place found here is checked against it.
#[derive(Clone, Debug, Default)]
pub(super) struct ById(HashMap<Box<str>, usize>);

impl ById {
    /// The place of this id.
    pub(super) fn find<T>(&self, list: &[T], id: &str, has: impl Fn(&T, &str) -> bool) -> Option<usize> {
        let place = *self.0.get(id)?;
        if list.get(place).is_some_and(|thing| has(thing, id)) {
            return Some(place);
        }
        list.iter().position(|thing| has(thing, id))
    }

    pub(super) fn insert(&mut self, id: &str, place: usize) {
        self.0.insert(id.into(), place);
    }
}

impl PartialEq for ById {
    /// It contains nothing that the list does not contain.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
