//! How often things happened, for all requests: also for those that are not kept.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, Method};

use crate::values::ids::digest;

/// The header by which a client identifies a request. All attempts of one call have the same value.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// How often one operation was asked for, or all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Count {
    /// Requests that arrived.
    pub received: u64,
    /// Requests that met a fault.
    pub faulted: u64,
    /// Requests that were acted on: the operation's handler ran, whatever it answered and whether or not that arrived.
    /// A request that is refused before, for its key or its parameters, is not acted on.
    pub executed: u64,
}

/// A request that was acted on more than once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Repeated {
    /// The method, in capitals.
    pub method: String,
    /// The id of the operation.
    pub operation: String,
    /// What the client sent as `X-Request-Id`.
    pub request_id: String,
    /// How often, under this id, whatever the operation.
    pub executions: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    total: Count,
    operations: HashMap<String, Count>,
    /// By a number for the id, which is as short for a long one.
    executions: HashMap<u128, u32>,
    /// Only these have their names kept.
    repeated: HashMap<u128, Repeated>,
}

impl Counts {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Each count is whole after each assignment.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn receive(&self, operation: Option<&str>, faulted: bool) {
        self.kept().count(operation, |count| {
            count.received += 1;
            count.faulted += u64::from(faulted);
        });
    }

    pub(crate) fn execute(&self, operation: &str, method: &Method, headers: &HeaderMap) {
        let mut kept = self.kept();
        kept.count(Some(operation), |count| count.executed += 1);
        let Some(name) = headers.get(REQUEST_ID) else { return };
        let id = digest(&[name.as_bytes()]);
        let executions = kept.executions.entry(id).or_default();
        *executions += 1;
        let executions = *executions;
        if executions > 1 {
            let repeated = kept.repeated.entry(id).or_insert_with(|| Repeated {
                method: method.to_string(),
                operation: operation.to_owned(),
                request_id: String::from_utf8_lossy(name.as_bytes()).into_owned(),
                executions,
            });
            repeated.executions = executions;
        }
    }

    pub(crate) fn total(&self) -> Count {
        self.kept().total
    }

    pub(crate) fn operation(&self, operation: &str) -> Count {
        self.kept().operations.get(operation).copied().unwrap_or_default()
    }

    pub(crate) fn executions(&self, request_id: &str) -> u32 {
        self.kept().executions.get(&digest(&[request_id])).copied().unwrap_or_default()
    }

    pub(crate) fn repeated(&self) -> Vec<Repeated> {
        let mut repeated: Vec<Repeated> = self.kept().repeated.values().cloned().collect();
        repeated.sort();
        repeated
    }

    pub(crate) fn forget(&self) {
        *self.kept() = Kept::default();
    }
}

impl Kept {
    fn count(&mut self, operation: Option<&str>, change: impl Fn(&mut Count)) {
        change(&mut self.total);
        let Some(operation) = operation else { return };
        match self.operations.get_mut(operation) {
            Some(count) => change(count),
            None => change(self.operations.entry(operation.to_owned()).or_default()),
        }
    }
}
