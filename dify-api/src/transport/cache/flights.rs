//! One request at a time for each key, whose outcome all who wait for it share.
//!
//! moka can do the same (`try_get_with`), but panics when 200 callers that lead leave one after the other, and shares
//! every error, also the time limit of one caller.

use super::{kept::Kept, key::Key};
use crate::Error;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(super) type Outcome = Result<Arc<Kept>, Error>;

/// The requests under way.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Listed>>);

/// A request under way, with the number of its seats.
struct Listed {
    flight: Arc<Flight>,
    seats: usize,
}

/// The owner of the lock leads: the others wait in their order. Nothing inside means that the one before left.
type Flight = tokio::sync::Mutex<Option<Outcome>>;

/// A caller who leads or waits.
pub(super) struct Seat<'f> {
    flights: &'f Flights,
    key: Key,
    flight: Arc<Flight>,
}

impl Flights {
    /// Takes a seat in the flight of this key, or begins it.
    pub(super) fn join(&self, key: Key) -> Seat<'_> {
        let mut flights = self.flights();
        let listed = flights.entry(key).or_insert_with(|| Listed { flight: Arc::default(), seats: 0 });
        listed.seats += 1;
        Seat { flights: self, key, flight: Arc::clone(&listed.flight) }
    }

    #[cfg(all(test, feature = "app"))]
    pub(super) fn count(&self) -> usize {
        self.flights().len()
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Key, Listed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat<'_> {
    /// Waits until whoever came before is done, or has left.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, Option<Outcome>> {
        self.flight.lock().await
    }

    /// Ends the flight, so that the next call begins another: the outcome is there.
    pub(super) fn land(&self) {
        self.leave(|_| true);
    }

    fn leave(&self, over: impl FnOnce(&mut Listed) -> bool) {
        if let Entry::Occupied(mut listed) = self.flights.flights().entry(self.key) {
            if Arc::ptr_eq(&listed.get().flight, &self.flight) && over(listed.get_mut()) {
                listed.remove();
            }
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.leave(|listed| {
            listed.seats -= 1;
            listed.seats == 0
        });
    }
}
