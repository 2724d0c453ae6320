//! Answers that are kept for some time.

mod flights;
mod identity;
mod kept;
mod key;
mod lookup;
mod scopes;
mod writing;

pub(crate) use lookup::{cached, hit};
pub(crate) use writing::Writing;

use crate::{transport::timeouts::bounded, values::shown::Size};
use flights::Flights;
use kept::Kept;
use key::{Hashing, Key};
use moka::{Expiry, policy::EvictionPolicy, sync};
use scopes::Scopes;
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// The capacity of a cache for which none is chosen: 32 MiB.
const CAPACITY: usize = 32 << 20;

/// Answers of a server that are kept in memory, for calls with [`Call::cached`](crate::Call::cached).
///
/// A client gets one by `cache` of its builder. Clones of a cache, and clones of a client, have the same contents; several
/// clients may share one. An answer is returned only to a client of the same base URL and credential, for the same request
/// with the same headers of the caller. Neither credentials nor requests are stored, only hashes of them with a random key.
///
/// The least recently used answers are dropped when the capacity is exceeded.
///
/// ```no_run
/// # async fn run() -> Result<(), dify_api::Error> {
/// use dify_api::{AppBuilder, Cache};
/// use std::time::Duration;
///
/// let app = AppBuilder::from_env()?.cache(Cache::new()).build()?;
/// let parameters = app.info().parameters().cached(Duration::from_secs(60)).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Cache(Arc<Store>);

struct Store {
    capacity: usize,
    kept: sync::Cache<Key, Arc<Kept>>,
    flights: Flights,
    scopes: Scopes,
    hashing: Hashing,
}

impl Cache {
    /// Returns an empty cache of 32 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self::of_capacity(CAPACITY)
    }

    /// Returns an empty cache of this capacity in place of this one. The capacity is in bytes of bodies and headers, with
    /// 256 bytes more for each answer. An answer that does not fit into it is not kept; with 0 none is.
    #[must_use]
    pub fn capacity(self, bytes: usize) -> Self {
        Self::of_capacity(bytes)
    }

    /// Drops all answers. Those to requests that are under way are not kept.
    pub fn clear(&self) {
        self.0.scopes.clear();
        self.0.kept.invalidate_all();
    }

    fn of_capacity(capacity: usize) -> Self {
        let kept = sync::Cache::builder()
            .max_capacity(capacity as u64)
            .weigher(|_, kept: &Arc<Kept>| kept.weight().try_into().unwrap_or(u32::MAX))
            // What a write has emptied is never read again: by use, it is the first to be dropped.
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(Lifetime)
            .build();
        let (flights, scopes, hashing) = (Flights::default(), Scopes::default(), Hashing::default());
        Self(Arc::new(Store { capacity, kept, flights, scopes, hashing }))
    }

    /// Returns an answer that is younger than its own time and than `ttl`.
    fn get(&self, key: &Key, ttl: Duration) -> Option<Arc<Kept>> {
        self.0.kept.get(key).filter(|kept| kept.is_younger_than(ttl))
    }

    /// Keeps an answer, unless it does not fit.
    fn keep(&self, key: Key, kept: Arc<Kept>) {
        if kept.weight() <= self.0.capacity && !kept.ttl.is_zero() {
            self.0.kept.insert(key, kept);
            // Without it, the capacity is exceeded until later calls find the time.
            self.0.kept.run_pending_tasks();
        }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows sizes: the answers are content.
impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("capacity", &Size(self.0.capacity))
            .field("answers", &self.0.kept.entry_count())
            .finish_non_exhaustive()
    }
}

/// Frees the memory of answers whose time is over. Their age is judged by [`Kept::is_younger_than`].
struct Lifetime;

impl Expiry<Key, Arc<Kept>> for Lifetime {
    fn expire_after_create(&self, _: &Key, kept: &Arc<Kept>, _: Instant) -> Option<Duration> {
        Some(bounded(kept.ttl))
    }

    fn expire_after_update(&self, _: &Key, kept: &Arc<Kept>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(bounded(kept.ttl))
    }
}

#[cfg(all(test, feature = "app"))]
mod tests;
