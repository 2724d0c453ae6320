//! Proof of work: floor and ours have to read the same out of the same bytes.

/// What was found in a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub events: u64,
    pub answer_bytes: u64,
    /// The sum of the nodes' places in their runs.
    pub node_indexes: i64,
    /// Events that end an answer or a run.
    pub ends: u64,
}
