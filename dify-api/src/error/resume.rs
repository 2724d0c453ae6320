//! Runs that cannot be followed again.

use super::cases::{redact_each, shown};
use crate::{Shown, values::redactor::Redactor};
use std::fmt;

/// Why a run cannot be followed again, and what became of it.
#[derive(thiserror::Error)]
#[error("the run {} cannot be followed: the server{} has no route for that{}{}", Shown::new(.run_id), version(.server_version), since(.source), outcome(self))]
#[non_exhaustive]
pub struct ResumeError {
    /// Id of the run.
    pub run_id: String,
    /// The Dify release, if the server reports it.
    pub server_version: Option<String>,
    /// The run as it was when it had ended, or when it was last heard of. None where that could not be asked.
    #[cfg(feature = "app")]
    pub run: Option<Box<crate::types::WorkflowRun>>,
    /// What the server answered instead of the events.
    #[source]
    pub source: Box<super::Error>,
}

impl ResumeError {
    #[cfg(feature = "app")]
    pub(crate) fn new(
        run_id: &str,
        server_version: Option<&str>,
        run: Option<Box<crate::types::WorkflowRun>>,
        source: super::Error,
    ) -> Self {
        let (run_id, server_version) = (run_id.to_owned(), server_version.map(str::to_owned));
        Self { run_id, server_version, run, source: Box::new(source) }
    }

    #[cfg(not(feature = "app"))]
    pub(crate) fn new(
        run_id: &str,
        server_version: Option<&str>,
        _: Option<std::convert::Infallible>,
        source: super::Error,
    ) -> Self {
        let (run_id, server_version) = (run_id.to_owned(), server_version.map(str::to_owned));
        Self { run_id, server_version, source: Box::new(source) }
    }
}

impl ResumeError {
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        redactor.text(&mut self.run_id);
        redact_each(&mut self.server_version, redactor);
    }
}

impl fmt::Debug for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ResumeError");
        debug.field("run_id", &Shown::new(&self.run_id)).field("server_version", &shown(&self.server_version));
        #[cfg(feature = "app")]
        debug.field("status", &self.run.as_ref().map(|run| &run.status));
        debug.field("source", &self.source).finish()
    }
}

fn version(version: &Option<String>) -> String {
    version.as_deref().map_or_else(String::new, |version| format!(" ({})", Shown::new(version)))
}

fn since(source: &super::Error) -> String {
    source.since().map_or_else(String::new, |since| format!(", which came with Dify {since}"))
}

fn outcome(error: &ResumeError) -> String {
    let _ = error;
    #[cfg(feature = "app")]
    if let Some(run) = &error.run {
        return format!("; its status is {}", run.status);
    }
    String::new()
}
