//! Whose answers are kept, and since when.

use super::key::Digest;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many credentials are distinguished; with one more, all begin again with nothing.
const MOST: usize = 10_000;

/// The epochs of credentials: each write begins another, so that no answer from before it is found.
#[derive(Default)]
pub(super) struct Scopes(Mutex<Epochs>);

#[derive(Default)]
struct Epochs {
    of: HashMap<Digest, u64>,
    /// No two credentials ever have the same.
    next: u64,
}

impl Epochs {
    fn advance(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Scopes {
    pub(super) fn epoch(&self, scope: Digest) -> u64 {
        let mut epochs = self.epochs();
        if let Some(epoch) = epochs.of.get(&scope) {
            return *epoch;
        }
        if epochs.of.len() >= MOST {
            epochs.of.clear();
        }
        let epoch = epochs.advance();
        epochs.of.insert(scope, epoch);
        epoch
    }

    /// Begins another epoch, where there may be answers of this one.
    pub(super) fn empty(&self, scope: Digest) {
        let mut epochs = self.epochs();
        let next = epochs.next + 1;
        if let Some(epoch) = epochs.of.get_mut(&scope) {
            *epoch = next;
            epochs.next = next;
        }
    }

    pub(super) fn clear(&self) {
        self.epochs().of.clear();
    }

    fn epochs(&self) -> MutexGuard<'_, Epochs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_begins_an_epoch_of_its_credential_alone() {
        let scopes = Scopes::default();
        let [one, other] = [[1, 0], [2, 0]].map(|scope| scopes.epoch(scope));
        assert_ne!(one, other);
        scopes.empty([1, 0]);
        assert_eq!(scopes.epoch([2, 0]), other);
        assert!(![one, other].contains(&scopes.epoch([1, 0])));
    }

    #[test]
    fn credentials_without_end_take_no_memory_without_end() {
        let scopes = Scopes::default();
        let first = scopes.epoch([0, 0]);
        let last = (1..2 * MOST as u64).map(|scope| scopes.epoch([scope, 0])).last();
        assert!(last > Some(first));
        assert!(scopes.epochs().of.len() <= MOST);
        assert_ne!(scopes.epoch([0, 0]), first);
        // What was never looked up has nothing to empty.
        scopes.empty([u64::MAX, 0]);
        assert!(!scopes.epochs().of.contains_key(&[u64::MAX, 0]));
    }
}
