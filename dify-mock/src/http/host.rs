//! What all requests to a server share.

use std::sync::Arc;

use contract::Judge;

use super::counts::Counts;
use super::fault::Rules;
use super::records::Records;
use crate::state::shared::Shared;

/// What all requests to a server share.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) documents: &'static Judge,
    /// Whether they describe an earlier release than the one that the handlers are made for.
    pub(crate) is_earlier: bool,
    pub(crate) records: Records,
    pub(crate) counts: Counts,
    pub(crate) faults: Rules,
    pub(crate) shared: Arc<Shared>,
}
