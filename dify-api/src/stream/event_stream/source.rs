//! The state of the run behind a stream.

use crate::{
    Call, Error, ErrorKind, Event, RawJson, Transport,
    error::{Context as Circumstances, DecodeError, StreamError},
    stream::event::{FrameKind, decode, frame, glance, glance_into, mentions},
    telemetry::{self, Observation},
    transport::exchange::Stopping,
    values::decode::Fault,
};
use bytes::Bytes;
use serde_json::Value;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};
use tokio::runtime::Handle;

/// The run behind a stream, as far as its events have reported it.
pub(crate) struct FrameSource {
    pub(super) circumstances: Circumstances,
    pub(crate) observation: Observation,
    /// The value that is made of the events decides whether the call succeeds, not their end.
    pub(crate) folded: bool,
    transport: Transport,
    stopping: Option<Stopping>,
    pub(super) task_id: Option<String>,
    pub(super) run_id: Option<String>,
    /// An event has come that ends a run.
    pub(super) ended: bool,
    /// A run has begun that has neither ended nor paused.
    running: bool,
    /// The run waits for a person.
    paused: bool,
    /// The caller asked for the events after a pause, too.
    through_pauses: bool,
    pub(super) stop_on_drop: bool,
    /// Events that cannot be decoded are errors.
    pub(super) strict: bool,
    /// A pause that lasts is the end.
    pub(crate) ends_with_pause: bool,
    stop_requested: std::sync::atomic::AtomicBool,
    /// The name of the last event.
    last: String,
    /// The data of the last event, for those who pass it on.
    pub(crate) kept: Option<String>,
    /// How many members of events were missing and are empty.
    pub(super) substitutions: usize,
    /// What happened to which execution, so that a resumed stream does not repeat it.
    told: HashSet<u64>,
    /// One of these events has come in this stream.
    begun: bool,
    /// This stream continues another one, and begins by repeating what happened before.
    continues: bool,
    /// A blocking call opened it.
    #[cfg(feature = "blocking")]
    blocking: bool,
}

impl FrameSource {
    pub(super) fn new(
        circumstances: Circumstances,
        transport: Transport,
        stopping: Option<Stopping>,
        through_pauses: bool,
        observation: Observation,
    ) -> Self {
        Self {
            circumstances,
            observation,
            folded: false,
            transport,
            stopping,
            task_id: None,
            run_id: None,
            ended: false,
            running: false,
            paused: false,
            through_pauses,
            stop_on_drop: false,
            strict: false,
            ends_with_pause: false,
            stop_requested: false.into(),
            last: String::new(),
            kept: None,
            substitutions: 0,
            told: HashSet::new(),
            begun: false,
            continues: false,
            #[cfg(feature = "blocking")]
            blocking: crate::blocking::is_here(),
        }
    }

    /// Reads one event by its `event` line and its data; nothing if there is none, or it came before.
    /// The memory of a used event is used again.
    pub(super) fn read<E: Event>(
        &mut self,
        line: &str,
        data: &str,
        used: &mut Option<E>,
    ) -> Result<Option<E>, ErrorKind> {
        let unfit = |fault: Fault| DecodeError::new(Bytes::copy_from_slice(data.as_bytes()), &fault);
        let name = match frame(line, data).map_err(|fault| ErrorKind::Decode(unfit(fault)))? {
            FrameKind::Empty => return Ok(None),
            FrameKind::Error => {
                self.observation.event("error", "", &self.circumstances.secrets);
                self.ended = true;
                return Err(ErrorKind::Stream(failed(data)));
            }
            FrameKind::Event(name) => name,
        };
        self.identify(&name, data);
        if (self.stopping.is_some() && self.was_told(&name, data)) || self.is_late_stop(&name, data) {
            return Ok(None);
        }
        self.observation.event(&name, data, &self.circumstances.secrets);
        self.last.clear();
        self.last.push_str(&name);
        self.follow::<E>(&name);
        if let Some(kept) = &mut self.kept {
            data.clone_into(kept);
        }
        match decode(&name, data, used) {
            Ok((event, substitutions)) => {
                self.substitutions += substitutions.count;
                self.observation.substituted(&substitutions, data.as_bytes());
                Ok(Some(event))
            }
            Err(fault) if self.strict => Err(ErrorKind::Decode(unfit(fault))),
            Err(fault) => {
                let mut error = unfit(fault);
                error.redact(&self.circumstances.secrets.redactor());
                self.observation.undecoded(&name, &error);
                let data = RawJson::from_json(data).unwrap_or_else(|_| RawJson::from(data));
                Ok(Some(E::undecoded(name.into_owned(), data, error)))
            }
        }
    }

    /// Stores the status of the run after the event.
    fn follow<E: Event>(&mut self, name: &str) {
        match name {
            // After a pause a run may continue in the same stream.
            "workflow_started" => (self.running, self.paused, self.ended) = (true, false, false),
            "workflow_finished" => self.running = false,
            "workflow_paused" => (self.running, self.paused) = (false, true),
            "node_started" if !self.ended => self.running = true,
            _ => {}
        }
        // The end of a chatflow's message is not that of its run.
        let of_the_run = !(self.running && name == "message_end");
        self.ended |= of_the_run && E::FINAL.contains(&name);
    }

    /// Whether the stream of a paused run reports that the run was stopped. The run may continue in another stream, so that
    /// this is not news of it, unless this stream shows the run beyond its pauses, or asked for the stop.
    fn is_late_stop(&self, name: &str, data: &str) -> bool {
        self.paused
            && !self.through_pauses
            && name == "workflow_finished"
            && !self.stop_requested.load(std::sync::atomic::Ordering::Relaxed)
            && glance_into(data, "data", "status").as_deref() == Some("stopped")
    }

    /// The stream ended as it should.
    pub(super) fn finished(&mut self) {
        if !self.folded {
            self.observation.succeeded();
        }
    }

    /// Whether nothing more needs to come.
    pub(super) fn is_over(&self) -> bool {
        self.ended && !self.is_between()
    }

    /// Whether the run pauses and the stream waits for it to continue.
    fn is_between(&self) -> bool {
        self.paused && self.through_pauses
    }

    #[cfg(any(feature = "app", feature = "web"))]
    pub(crate) fn is_paused(&self) -> bool {
        self.paused
    }

    #[cfg(feature = "app")]
    pub(crate) fn was_asked_to_stop(&self) -> bool {
        self.stop_requested.load(std::sync::atomic::Ordering::Relaxed)
    }

    pub(crate) fn continues(&self) -> bool {
        self.continues
    }

    /// Notes which task and run the event names. Not every event does: the next may.
    fn identify(&mut self, name: &str, data: &str) {
        let some = |id: std::borrow::Cow<'_, str>| (!id.is_empty()).then(|| id.into_owned());
        if self.task_id.is_none() {
            self.task_id = glance(data, "task_id").and_then(some);
        }
        let of_run = matches!(name, "workflow_started" | "workflow_finished");
        if self.run_id.is_none() && (of_run || mentions(data, "workflow_run_id")) {
            self.run_id = glance(data, "workflow_run_id")
                .or_else(|| glance_into(data, "data", "workflow_run_id"))
                .or_else(|| glance_into(data, "data", "id").filter(|_| of_run))
                .and_then(some);
        }
    }

    /// Notes what the event reports of an execution; `true` if it came before.
    fn was_told(&mut self, name: &str, data: &str) -> bool {
        let member = match name {
            // It starts once, and again after each pause.
            "workflow_started" => "reason",
            "human_input_required" => "form_id",
            "node_started" | "node_finished" => "id",
            _ => return false,
        };
        let Some(id) = glance_into(data, "data", member) else {
            return false;
        };
        let mut hasher = DefaultHasher::new();
        (name, id).hash(&mut hasher);
        let new = self.told.insert(hasher.finish());
        // The second of two resumptions is none that was told, whatever it looks like.
        let again = !new && (name != "workflow_started" || !self.begun);
        self.begun = true;
        self.continues && again
    }

    /// The error of a stream that ends here.
    pub(super) fn missing(&self) -> Option<ErrorKind> {
        (!self.ended).then(|| ErrorKind::Incomplete { last: Some(&self.last).filter(|last| !last.is_empty()).cloned() })
    }

    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.circumstances.clone())
    }

    pub(crate) fn can_be_stopped(&self) -> bool {
        self.stopping.is_some()
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The end user of the run, where requests name one.
    pub(crate) fn user(&self) -> Option<&str> {
        self.stopping.as_ref()?.user.as_deref()
    }

    /// Takes over what another stream of the same run has delivered, so that this one does not repeat it.
    pub(crate) fn continue_from(&mut self, other: &Self) {
        self.know_what_was_told(other);
        self.continues = true;
    }

    /// The same for a stream that sends only new events.
    pub(crate) fn know_what_was_told(&mut self, other: &Self) {
        self.told.clone_from(&other.told);
        self.run_id.clone_from(&other.run_id);
        (self.stop_on_drop, self.strict) = (other.stop_on_drop, other.strict);
    }

    /// Another stream shows the run now: this one does not stop it.
    pub(crate) fn let_go(&mut self) {
        self.stop_on_drop = false;
    }

    /// Returns the runtime for work that continues after the stream.
    fn runtime(&self) -> Option<Handle> {
        let here = Handle::try_current().ok();
        #[cfg(feature = "blocking")]
        if self.blocking || here.is_none() {
            return crate::blocking::handle().ok().cloned();
        }
        here
    }

    pub(super) async fn request_stop(&self) -> Result<(), Error> {
        let refused = |why: &str| Err(self.error(ErrorKind::InvalidRequest(why.to_owned())));
        let Some(stopping) = self.stopping.clone() else {
            return refused("this stream is not that of a run that can be stopped");
        };
        let Some(task_id) = self.task_id.clone() else {
            return refused("no event has named the task to stop yet: read on until one does");
        };
        stop(&self.transport, stopping, task_id).await?;
        self.stop_requested.store(true, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }
}

async fn stop(transport: &Transport, stopping: Stopping, task_id: String) -> Result<(), Error> {
    let Stopping { operation, user, build } = stopping;
    let request = build(transport, &task_id, user.as_deref().unwrap_or_default());
    Call::empty(transport, operation, request).await
}

impl Drop for FrameSource {
    fn drop(&mut self) {
        // Who leaves after the last event has read all of it.
        if self.is_over() {
            self.finished();
        }
        if !self.stop_on_drop || self.ended || *self.stop_requested.get_mut() {
            return;
        }
        if let (Some(stopping), Some(task_id), Some(runtime)) =
            (self.stopping.take(), self.task_id.take(), self.runtime())
        {
            let transport = self.transport.clone();
            let operation = stopping.operation;
            runtime.spawn(async move {
                if let Err(error) = stop(&transport, stopping, task_id).await {
                    telemetry::stop_failed(transport.telemetry(), operation, &error);
                }
            });
        }
    }
}

/// The content of an `error` event, in any shape: failing to read it must not hide that the run failed.
fn failed(data: &str) -> StreamError {
    let whole = serde_json::from_str(data).unwrap_or_else(|_| Value::String(data.trim().to_owned()));
    // Some gateways wrap what they pass on.
    let wrapped = ["data", "error", "message"].into_iter().map(|name| &whole[name]).find(|value| value.is_object());
    let member = |name: &str| {
        let value = [Some(&whole), wrapped].into_iter().flatten().map(|object| &object[name]);
        value.into_iter().find(|value| !value.is_null() && Some(*value) != wrapped)
    };
    let text = |name: &str| match member(name)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let message = text("message").or_else(|| match &whole {
        Value::Object(_) => wrapped.map(Value::to_string),
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    });
    StreamError {
        code: text("code").unwrap_or_default().into(),
        status: text("status").and_then(|status| status.trim().parse().ok()),
        message: message.unwrap_or_default(),
        message_id: text("message_id"),
        conversation_id: text("conversation_id"),
        body: Bytes::copy_from_slice(data.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::failed;

    #[test]
    fn an_error_is_read_in_whatever_shape_it_comes() {
        for (data, code, status, message) in [
            (r#"{"event":"error","code":"x","status":429,"message":"m"}"#, "x", Some(429), "m"),
            (r#"{"event":"error","code":7,"status":"500","message":{"a":1}}"#, "7", Some(500), r#"{"a":1}"#),
            (r#"{"event":"error","code":null,"status":-1,"message":["a","b"]}"#, "", None, r#"["a","b"]"#),
            (r#"{"event":"error","status":123456789012345678901234567890}"#, "", None, ""),
            (r#"{"event":"error","status":{"x":[]},"code":[1]}"#, "[1]", None, ""),
            (r#"{"event":"error","data":{"code":"x","status":400,"message":"m"}}"#, "x", Some(400), "m"),
            (r#"{"event":"error","message":{"code":"x","message":"m"}}"#, "x", None, "m"),
            (r#"{"event":"error","error":{"detail":"d"}}"#, "", None, r#"{"detail":"d"}"#),
            ("the model is down", "", None, "the model is down"),
            (r#"{"event":"error","status":NaN}"#, "", None, r#"{"event":"error","status":NaN}"#),
            (r#"["error"]"#, "", None, r#"["error"]"#),
            ("", "", None, ""),
        ] {
            let error = failed(data);
            assert_eq!((error.code.as_str(), error.status, &*error.message), (code, status, message), "{data}");
            assert_eq!(error.body, data.as_bytes());
        }
        let deep = format!(r#"{{"event":"error","message":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(failed(&deep).message, deep);
    }
}
