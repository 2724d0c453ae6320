//! What happens to calls, for observers, spans, metrics and the client's own counts: one [`Observation`] per call.

mod amount;
mod genai;
#[cfg(feature = "metrics")]
mod metrics;
mod observation;
mod observer;
mod report;
mod span;
mod stats;

pub(crate) use genai::GenAi;
pub(crate) use observation::{Observation, Observers, Telemetry, stop_failed};
pub use observer::{
    CallOutcome, ObservedAttempt, ObservedCall, ObservedEnd, ObservedError, ObservedFirstEvent, ObservedRetry,
    Observer, TokenCounts,
};
pub(crate) use report::RunReport;
pub use stats::Stats;
pub(crate) use stats::Tally;

#[cfg(all(test, feature = "app", feature = "knowledge", feature = "web", feature = "console"))]
mod tests;
