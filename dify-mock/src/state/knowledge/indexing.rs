//! How far the indexing of a document is, computed from the clock at each request.

use serde_json::{Value, json};

/// Of the whole time, in thousandths: when each state ends.
const WAITING: i64 = 100;
const PARSING: i64 = 300;
const CLEANING: i64 = 450;
const SPLITTING: i64 = 600;
/// When an indexing that fails or is paused does so.
const MISHAP: i64 = 800;
const WHOLE: i64 = 1_000;

/// The state of indexing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    #[default]
    Waiting,
    Parsing,
    Cleaning,
    Splitting,
    Indexing,
    Completed,
    Error,
    Paused,
}

/// How it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Completes,
    /// The text cannot be read or cut.
    Unreadable(String),
    /// The segments cannot be put into the index.
    Unindexable(String),
    /// It is paused.
    Pauses,
}

/// The indexing of one document.
#[derive(Clone, Debug)]
pub(crate) struct Indexing {
    /// In microseconds, as all times here.
    begun: i64,
    time: i64,
    fate: Fate,
}

/// Its state at a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress<'a> {
    pub(crate) stage: Stage,
    /// The segments that are in the index already.
    pub(crate) completed_segments: usize,
    /// The segments there are; none before the text is cut.
    pub(crate) total_segments: usize,
    pub(crate) error: Option<&'a str>,
    pub(crate) completed_at: Option<i64>,
    /// The last change.
    pub(crate) changed_at: i64,
    started_at: Option<i64>,
    parsed_at: Option<i64>,
    split_at: Option<i64>,
    paused_at: Option<i64>,
    stopped_at: Option<i64>,
}

impl Stage {
    /// Dify's name of it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Parsing => "parsing",
            Stage::Cleaning => "cleaning",
            Stage::Splitting => "splitting",
            Stage::Indexing => "indexing",
            Stage::Completed => "completed",
            Stage::Error => "error",
            Stage::Paused => "paused",
        }
    }

    /// Whether it continues by itself.
    pub(crate) fn is_busy(self) -> bool {
        self < Stage::Completed
    }
}

impl Indexing {
    pub(crate) fn new(begun: i64, time: std::time::Duration, fate: Fate) -> Indexing {
        Indexing { begun, time: i64::try_from(time.as_micros()).unwrap_or(i64::MAX / WHOLE), fate }
    }

    /// The state of a document of so many segments.
    pub(crate) fn at(&self, now: i64, segments: usize) -> Progress<'_> {
        let when = |part: i64| self.begun.saturating_add(self.time / WHOLE * part + self.time % WHOLE * part / WHOLE);
        let reached = |part: i64| Some(when(part)).filter(|moment| *moment <= now);
        let mut progress = Progress { changed_at: self.begun, started_at: reached(WAITING), ..Progress::default() };
        let Some(_) = progress.started_at else { return progress };
        progress.change(Stage::Parsing, when(WAITING));
        let Some(parsed) = reached(PARSING) else { return progress };
        if let Fate::Unreadable(reason) = &self.fate {
            progress.fail(reason, parsed);
            return progress;
        }
        progress.parsed_at = Some(parsed);
        progress.change(Stage::Cleaning, parsed);
        let Some(cleaned) = reached(CLEANING) else { return progress };
        progress.change(Stage::Splitting, cleaned);
        progress.total_segments = segments;
        let Some(split) = reached(SPLITTING) else { return progress };
        // The server notes both of them when the cutting is done.
        progress.split_at = Some(split);
        progress.change(Stage::Indexing, split);
        match (&self.fate, reached(MISHAP), reached(WHOLE)) {
            (Fate::Unindexable(reason), Some(moment), _) => progress.fail(reason, moment),
            (Fate::Pauses, Some(moment), _) => {
                progress.completed_segments = segments / 2;
                progress.paused_at = Some(moment);
                progress.change(Stage::Paused, moment);
            }
            (Fate::Completes, _, Some(moment)) => {
                progress.completed_segments = segments;
                progress.completed_at = Some(moment);
                progress.change(Stage::Completed, moment);
            }
            (Fate::Unindexable(_), ..) => {}
            _ => {
                let (done, whole) = (now.saturating_sub(split), when(WHOLE).saturating_sub(split).max(1));
                let part = i64::try_from(segments).unwrap_or(i64::MAX).saturating_mul(done) / whole;
                progress.completed_segments = usize::try_from(part).unwrap_or_default().min(segments);
            }
        }
        progress
    }

    /// How long it took, in seconds.
    pub(crate) fn latency(&self) -> f64 {
        crate::values::clock::fraction(self.time)
    }
}

impl<'a> Progress<'a> {
    fn change(&mut self, stage: Stage, moment: i64) {
        self.stage = stage;
        self.changed_at = moment;
    }

    fn fail(&mut self, reason: &'a str, moment: i64) {
        self.error = Some(reason);
        self.stopped_at = Some(moment);
        self.change(Stage::Error, moment);
    }

    /// Whether the text has been cut.
    pub(crate) fn is_split(&self) -> bool {
        self.split_at.is_some()
    }

    /// As the status of a batch has it.
    pub(crate) fn value(&self, document: &str) -> Value {
        json!({
            "id": document, "indexing_status": self.stage.name(),
            "processing_started_at": seconds(self.started_at),
            "parsing_completed_at": seconds(self.parsed_at), "cleaning_completed_at": seconds(self.split_at),
            "splitting_completed_at": seconds(self.split_at), "completed_at": seconds(self.completed_at),
            "paused_at": seconds(self.paused_at), "error": self.error, "stopped_at": seconds(self.stopped_at),
            "completed_segments": self.completed_segments, "total_segments": self.total_segments,
        })
    }
}

/// Whole seconds.
pub(crate) fn seconds(micros: Option<i64>) -> Option<i64> {
    micros.map(|micros| micros / 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn states_follow_each_other_and_segments_come_in() {
        let indexing = Indexing::new(0, Duration::from_secs(1), Fate::Completes);
        let at = |millis: i64| indexing.at(millis * 1_000, 10);
        let stages: Vec<_> = [0, 100, 300, 450, 600, 1_000].map(|millis| at(millis).stage.name()).to_vec();
        assert_eq!(stages, ["waiting", "parsing", "cleaning", "splitting", "indexing", "completed"]);
        assert_eq!((at(440).total_segments, at(500).total_segments), (0, 10));
        assert_eq!([600, 800, 1_000].map(|millis| at(millis).completed_segments), [0, 5, 10]);
        assert_eq!((at(999).completed_at, at(2_000).completed_at), (None, Some(1_000_000)));
        assert_eq!(Indexing::new(7, Duration::ZERO, Fate::Completes).at(7, 1).stage, Stage::Completed);
    }

    #[test]
    fn mishaps_end_it_on_the_way() {
        let second = Duration::from_secs(1);
        let unreadable = Indexing::new(0, second, Fate::Unreadable("why".to_owned()));
        let end = unreadable.at(5_000_000, 3);
        assert_eq!((end.stage, end.error, end.total_segments), (Stage::Error, Some("why"), 0));
        let unindexable = Indexing::new(0, second, Fate::Unindexable("why".to_owned()));
        let end = unindexable.at(5_000_000, 3);
        assert_eq!((end.stage, end.total_segments, end.completed_segments), (Stage::Error, 3, 0));
        let held = Indexing::new(0, second, Fate::Pauses);
        assert_eq!((held.at(700_000, 4).stage, held.at(5_000_000, 4).stage), (Stage::Indexing, Stage::Paused));
        assert_eq!(held.at(5_000_000, 4).completed_segments, 2);
    }
}
