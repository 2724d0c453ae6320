//! Runs over their whole life: accumulated from events, resumed, waited for.

#[cfg(feature = "app")]
mod attending;
mod folding;
#[cfg(any(feature = "app", feature = "web"))]
mod following;
pub(crate) mod gathered;
#[cfg(feature = "knowledge")]
mod indexing;
#[cfg(any(feature = "app", feature = "web"))]
mod resume;
#[cfg(any(feature = "app", feature = "web"))]
mod streamed;

#[cfg(feature = "app")]
pub use attending::AttendedRun;
#[cfg(any(feature = "app", feature = "web"))]
pub use following::FollowedRun;
#[cfg(any(feature = "app", feature = "web"))]
pub use gathered::{Answer, AnswerFile, AnswerStream, Citation};
pub use gathered::{
    Failure, Feeds, Gathering, Missing, NodeExecution, NodeRetry, Pause, Run, RunStatus, RunStream, Snapshot, Undecoded,
};
#[cfg(feature = "knowledge")]
pub use indexing::Indexing;
#[cfg(any(feature = "app", feature = "web"))]
pub use resume::Resumable;
