//! The state of a run so far, accumulated from its events.

use crate::{DecodeError, Event, Shown, types::ErrorCode, values::shown::Size};
use bytes::Bytes;
use std::{collections::BTreeSet, fmt};

mod accumulator;
#[cfg(any(feature = "app", feature = "web"))]
mod agent;
#[cfg(any(feature = "app", feature = "web"))]
mod answer;
mod by_id;
#[cfg(any(feature = "app", feature = "web"))]
mod citation;
#[cfg(any(feature = "app", feature = "web"))]
mod cost;
mod events;
mod node;
mod node_data;
#[cfg(any(feature = "app", feature = "web"))]
mod pausing;
mod reply;
mod run;
mod snapshot;
mod text;

#[cfg(any(feature = "app", feature = "web"))]
pub use accumulator::AnswerStream;
pub use accumulator::{Accumulator, RunStream};
#[cfg(any(feature = "app", feature = "web"))]
pub use answer::{Answer, AnswerFile};
#[cfg(any(feature = "app", feature = "web"))]
pub use citation::Citation;
pub use node::{NodeRetry, NodeRun};

pub(crate) use reply::{Reply, fold};
pub use run::{Pause, Run};

/// The status of a run, as far as its events report it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RunStatus {
    /// Nothing has been heard of it.
    #[default]
    Unknown,
    /// It has started, and no event reported its end.
    Running,
    /// It waits for human input and may continue. Not a failure.
    Paused,
    /// A workflow did what it should.
    Succeeded,
    /// A workflow came to its end although some of its nodes failed.
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(rename = "partial-succeeded"))]
    PartialSucceeded,
    /// It failed.
    Failed,
    /// Somebody stopped it.
    Stopped,
    /// The answer of a chat, agent or completion is over. Whether it was written to its end or somebody else stopped
    /// it, Dify does not report: both end alike. [`Stopped`](Self::Stopped) it is when the stream itself was asked to stop.
    Ended,
    /// A status that this version of the crate does not define, as sent.
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(untagged))]
    Other(String),
}

impl RunStatus {
    /// Is the run over? A paused one is not.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::PartialSucceeded | Self::Failed | Self::Stopped | Self::Ended)
    }
}

impl RunStatus {
    /// The status text of a workflow; `None` if there is none.
    #[cfg(any(feature = "app", feature = "knowledge"))]
    fn on_the_wire(&self) -> Option<crate::types::WorkflowRunStatus> {
        use crate::types::WorkflowRunStatus as Wire;
        Some(match self {
            Self::Paused => Wire::Paused,
            Self::Succeeded => Wire::Succeeded,
            Self::PartialSucceeded => Wire::PartialSucceeded,
            Self::Failed => Wire::Failed,
            Self::Stopped => Wire::Stopped,
            Self::Other(other) => Wire::Other(other.clone()),
            Self::Unknown | Self::Running | Self::Ended => return None,
        })
    }
}

impl From<&crate::types::WorkflowRunStatus> for RunStatus {
    fn from(status: &crate::types::WorkflowRunStatus) -> Self {
        use crate::types::WorkflowRunStatus as Wire;
        match status {
            Wire::Scheduled | Wire::Running => Self::Running,
            Wire::Paused => Self::Paused,
            Wire::Succeeded => Self::Succeeded,
            Wire::PartialSucceeded => Self::PartialSucceeded,
            Wire::Failed => Self::Failed,
            Wire::Stopped => Self::Stopped,
            Wire::Other(other) => Self::Other(other.clone()),
        }
    }
}

/// Why a run failed, in the words of the server.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Failure {
    /// The reason, to be matched on. Only `error` events have one; a run that fails at a node has none.
    pub code: Option<ErrorCode>,
    /// The HTTP status that an `error` event names.
    pub status: Option<u16>,
    /// Text for people.
    pub message: String,
    /// What this crate adds to it, if the server gives no reason.
    pub hint: Option<&'static str>,
}

impl Failure {
    fn at_a_node(message: &str) -> Self {
        Self { code: None, status: None, message: message.to_owned(), hint: None }
    }

    fn from_event(code: &ErrorCode, status: i64, message: &str) -> Self {
        Self { code: Some(code.clone()), status: u16::try_from(status).ok(), message: message.to_owned(), hint: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        fmt::Display::fmt(&Shown::new(&self.message), f)?;
        match self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// The parts that are missing from an accumulated value.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Missing {
    /// How many events could not be read.
    pub undecoded: u64,
    /// The first of them, up to 16.
    pub undecoded_events: Vec<Undecoded>,
    /// Names of received events that this version of the crate does not define, up to 16.
    pub unknown_events: BTreeSet<String>,
    /// How often the connection was lost and taken up again at a place where events may have been lost in between.
    pub gaps: u32,
    /// Pieces of the text may be missing: they were written while no connection was open, and nothing that came since
    /// had the whole text.
    pub text: bool,
}

/// An event that could not be read.
#[derive(Clone, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Undecoded {
    /// Why not.
    pub error: String,
    /// The event's data as it came. Written as text.
    #[cfg_attr(feature = "serialize", serde(serialize_with = "as_text"))]
    #[cfg_attr(feature = "schemars", schemars(with = "String"))]
    pub data: Bytes,
}

#[cfg(feature = "serialize")]
fn as_text<S: serde::Serializer>(data: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(data))
}

/// Shows the size of the data.
impl fmt::Debug for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecoded")
            .field("error", &Shown::new(&self.error))
            .field("data", &Size(self.data.len()))
            .finish()
    }
}

/// A server that sends only rubbish must not fill the memory.
const KEPT: usize = 16;

impl Missing {
    /// Is nothing known to be missing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn undecoded(&mut self, error: &DecodeError) {
        self.undecoded += 1;
        if self.undecoded_events.len() < KEPT {
            self.undecoded_events.push(Undecoded { error: error.to_string(), data: error.body.clone() });
        }
    }

    /// The events continue in another stream.
    pub(crate) fn gap(&mut self) {
        self.gaps += 1;
        self.text = true;
    }

    /// Notes an event that this version of the crate does not define, or could not decode.
    fn unknown(&mut self, event: &str, error: Option<&DecodeError>) {
        if let Some(error) = error {
            self.undecoded(error);
        } else if self.unknown_events.len() < KEPT && !self.unknown_events.contains(event) {
            self.unknown_events.insert(event.to_owned());
        }
    }
}

/// Which events can be gathered into what: `ChatEvent` feeds an `Answer` and a [`Run`], `WorkflowEvent` a [`Run`].
///
/// Implemented for the unions of events of this crate.
pub trait AccumulateInto<S>: Event {
    /// Adds the data of the event to the snapshot.
    #[doc(hidden)]
    fn accumulate_into(&self, snapshot: &mut S);
}

/// What events are gathered into: an `Answer` or a [`Run`].
pub trait Snapshot: Clone + Default + fmt::Debug + Send + Sync + Unpin + sealed::Snapshot + 'static {}

pub(crate) mod sealed {
    use crate::Error;

    /// The state of a stream beside its events.
    pub trait Snapshot: Sized {
        fn take_in<E: super::AccumulateInto<Self>>(&mut self, event: &E);
        fn is_over(&self) -> bool;
        fn missing(&mut self) -> &mut super::Missing;
        /// The run failed: there was an `error` event.
        fn failed(&mut self, failure: super::Failure, told: &crate::StreamError);
        /// The server was asked to stop the run, and the stream has ended.
        fn stopped(&mut self);
        /// The run itself, or the one behind an answer.
        fn of_run(&self) -> Option<&super::Run>;
        /// Changes the run, and what depends on it.
        fn change_run(&mut self, change: impl FnOnce(&mut super::Run));
        /// The last state of the run, as the server reports it.
        #[cfg(feature = "app")]
        fn read_back(&mut self, run: &crate::types::WorkflowRun) {
            self.change_run(|known| known.read_back(run));
        }

        fn note(&mut self, error: &Error) {
            if let crate::ErrorKind::Stream(told) = error.kind() {
                let (code, message) = (Some(told.code.clone()), told.message.clone());
                self.failed(super::Failure { code, status: told.status, message, hint: None }, told);
            } else if let crate::ErrorKind::Decode(error) = error.kind() {
                self.missing().undecoded(error);
            }
        }
    }
}

#[cfg(all(test, feature = "app"))]
mod tests;
