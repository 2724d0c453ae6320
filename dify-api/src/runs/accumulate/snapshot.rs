//! The common view that streams have of an answer and a run.

#[cfg(any(feature = "app", feature = "web"))]
use super::Answer;
use super::{AccumulateInto, Failure, Missing, Run, RunStatus, Snapshot, sealed};
use crate::StreamError;

impl sealed::Snapshot for Run {
    fn take_in<E: AccumulateInto<Self>>(&mut self, event: &E) {
        self.apply(event);
    }

    fn is_over(&self) -> bool {
        self.status.is_final()
    }

    fn missing(&mut self) -> &mut Missing {
        &mut self.missing
    }

    fn failed(&mut self, failure: Failure, _told: &StreamError) {
        self.fails(failure);
    }

    fn stopped(&mut self) {
        if !self.status.is_final() {
            self.status = RunStatus::Stopped;
        }
    }

    fn of_run(&self) -> Option<&Run> {
        Some(self)
    }

    fn change_run(&mut self, change: impl FnOnce(&mut Run)) {
        change(self);
    }
}

impl Snapshot for Run {}

#[cfg(any(feature = "app", feature = "web"))]
impl sealed::Snapshot for Answer {
    fn take_in<E: AccumulateInto<Self>>(&mut self, event: &E) {
        self.apply(event);
    }

    fn is_over(&self) -> bool {
        self.status.is_final()
    }

    fn missing(&mut self) -> &mut Missing {
        &mut self.missing
    }

    fn failed(&mut self, failure: Failure, told: &StreamError) {
        self.named(told.conversation_id.as_deref(), told.message_id.as_deref(), None, None);
        self.fails(failure);
    }

    fn stopped(&mut self) {
        if let Some(run) = &mut self.run {
            run.stopped();
            self.settle();
        } else if self.status == RunStatus::Ended {
            // One that was finished before the stop came has cost something.
            if self.usage.as_ref().is_none_or(|usage| usage.total_tokens == 0) {
                self.status = RunStatus::Stopped;
            }
        } else if !self.status.is_final() {
            self.status = RunStatus::Stopped;
        }
    }

    fn of_run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    fn change_run(&mut self, change: impl FnOnce(&mut Run)) {
        change(self.run_mut());
        self.settle();
    }

    #[cfg(feature = "app")]
    fn read_back(&mut self, run: &crate::types::WorkflowRun) {
        self.change_run(|known| known.read_back(run));
        self.concludes(Some(&run.outputs));
    }
}

#[cfg(any(feature = "app", feature = "web"))]
impl Snapshot for Answer {}
