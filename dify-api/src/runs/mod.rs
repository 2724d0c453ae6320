//! Runs over their whole life: accumulated from events, resumed, waited for.

pub(crate) mod accumulate;
mod folding;
#[cfg(feature = "app")]
mod human_input;
#[cfg(feature = "knowledge")]
mod indexing;
#[cfg(any(feature = "app", feature = "web"))]
mod reconnect;
#[cfg(any(feature = "app", feature = "web"))]
mod resume;
#[cfg(any(feature = "app", feature = "web"))]
mod streamed;

pub use accumulate::{
    AccumulateInto, Accumulator, Failure, Missing, NodeRetry, NodeRun, Pause, Run, RunStatus, RunStream, Snapshot,
    Undecoded,
};
#[cfg(any(feature = "app", feature = "web"))]
pub use accumulate::{Answer, AnswerFile, AnswerStream, Citation};
#[cfg(feature = "app")]
pub use human_input::HumanInputRun;
#[cfg(feature = "knowledge")]
pub use indexing::Indexing;
#[cfg(any(feature = "app", feature = "web"))]
pub use reconnect::ReconnectingRun;
#[cfg(any(feature = "app", feature = "web"))]
pub use resume::Resumable;
