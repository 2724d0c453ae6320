//! What is known of the run behind a stream.

use crate::{
    Error, ErrorKind, Event, Operation, Transport,
    error::{Context as Circumstances, DecodeError, StreamError},
    event::{glance, glance_into, peek},
    operation::Named,
    requests::{Built, Requests},
    span::{self, Span},
    transport::{self, Build, Due, Exchange},
};
use bytes::Bytes;
use serde::Deserialize;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// The run behind a stream, as far as its events have told.
pub(crate) struct Source {
    pub(super) circumstances: Circumstances,
    transport: Transport,
    stopping: Option<Stopping>,
    pub(super) task_id: Option<String>,
    pub(super) run_id: Option<String>,
    /// An event has come that ends a run.
    pub(super) ended: bool,
    pub(super) stop_on_drop: bool,
    stop_requested: std::sync::atomic::AtomicBool,
    /// The name of the last event.
    last: String,
    /// What happened to which execution, so that a stream that goes on elsewhere does not tell it again.
    told: HashSet<u64>,
    /// One of these events has come in this stream.
    begun: bool,
    /// This stream goes on where another ended, and begins by telling what happened before.
    continues: bool,
}

/// How to stop a run: the operation, whose run it is, and the request for a task and a user.
#[derive(Clone)]
pub(crate) struct Stopping {
    pub(crate) operation: &'static Operation,
    pub(crate) user: Option<String>,
    pub(crate) build: BuildStop,
}

pub(crate) type BuildStop = fn(&Requests, &str, &str) -> Built;

impl Source {
    pub(super) fn new(circumstances: Circumstances, transport: Transport, stopping: Option<Stopping>) -> Self {
        Self {
            circumstances,
            transport,
            stopping,
            task_id: None,
            run_id: None,
            ended: false,
            stop_on_drop: false,
            stop_requested: false.into(),
            last: String::new(),
            told: HashSet::new(),
            begun: false,
            continues: false,
        }
    }

    /// Reads one event; nothing where it was told before.
    pub(super) fn read<E: Event>(&mut self, data: &str) -> Result<Option<E>, ErrorKind> {
        let unfit = |source| ErrorKind::Decode(DecodeError::new(Bytes::copy_from_slice(data.as_bytes()), source));
        let name = peek(data, "event").map_err(unfit)?;
        if name == "error" {
            self.ended = true;
            return Err(failed(data).unwrap_or_else(unfit));
        }
        if self.stopping.is_some() && self.note(&name, data) {
            return Ok(None);
        }
        self.last.clear();
        self.last.push_str(&name);
        // After a pause a run may go on in the same stream.
        self.ended = E::FINAL.contains(&&*name) || (self.ended && name != "workflow_started");
        E::decode(&name, data).map(Some).map_err(unfit)
    }

    /// Notes what the event says of the run; `true` when it was told before.
    fn note(&mut self, name: &str, data: &str) -> bool {
        if self.task_id.is_none() {
            // Not every event has one: the next may.
            self.task_id = glance(data, "task_id").map(|id| id.into_owned());
        }
        if !matches!(name, "node_started" | "node_finished" | "human_input_required" | "workflow_started") {
            return false;
        }
        if self.run_id.is_none() {
            self.run_id = glance(data, "workflow_run_id").map(|id| id.into_owned());
        }
        let member = match name {
            // It starts once, and again after each pause.
            "workflow_started" => "reason",
            "human_input_required" => "form_id",
            _ => "id",
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

    /// What is wrong with a stream that ends here.
    pub(super) fn missing(&self) -> Option<ErrorKind> {
        (!self.ended).then(|| ErrorKind::Incomplete { last: Some(&self.last).filter(|last| !last.is_empty()).cloned() })
    }

    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.circumstances.clone())
    }

    pub(super) fn can_be_stopped(&self) -> bool {
        self.stopping.is_some()
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The end user of the run, where requests name one.
    pub(crate) fn user(&self) -> Option<&str> {
        self.stopping.as_ref()?.user.as_deref()
    }

    /// Takes over what another stream of the same run has told, which this one begins with and does not tell again.
    pub(crate) fn continue_from(&mut self, other: &Self) {
        self.know_what_was_told(other);
        self.continues = true;
    }

    /// The same for a stream that tells only what is new.
    pub(crate) fn know_what_was_told(&mut self, other: &Self) {
        self.told.clone_from(&other.told);
        self.run_id.clone_from(&other.run_id);
        self.stop_on_drop = other.stop_on_drop;
    }

    /// Another stream shows the run now: this one does not stop it.
    pub(crate) fn let_go(&mut self) {
        self.stop_on_drop = false;
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
    let build = Build::Now(Arc::new(move |requests| build(requests, &task_id, user.as_deref().unwrap_or_default())));
    let exchange = Exchange::new(transport, Named::Described(operation), build, Due::Nothing);
    let span = Span::new(transport, &exchange.operation);
    span.hold(transport::call(exchange, &span)).await?;
    Ok(())
}

impl Drop for Source {
    fn drop(&mut self) {
        if !self.stop_on_drop || self.ended || *self.stop_requested.get_mut() {
            return;
        }
        if let (Some(stopping), Some(task_id)) = (self.stopping.take(), self.task_id.take())
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let transport = self.transport.clone();
            runtime.spawn(async move {
                if let Err(error) = stop(&transport, stopping, task_id).await {
                    // No caller is left.
                    span::stop_failed(&error);
                }
            });
        }
    }
}

/// What an `error` event says. Only its code is certain: completions have no conversation, and so on.
fn failed(data: &str) -> serde_json::Result<ErrorKind> {
    #[derive(Deserialize)]
    struct Wire {
        code: Option<String>,
        status: Option<u16>,
        message: Option<String>,
        message_id: Option<String>,
        conversation_id: Option<String>,
    }

    let wire: Wire = serde_json::from_str(data)?;
    Ok(ErrorKind::Stream(StreamError {
        code: wire.code.unwrap_or_default().into(),
        status: wire.status,
        message: wire.message.unwrap_or_default(),
        message_id: wire.message_id,
        conversation_id: wire.conversation_id,
        body: Bytes::copy_from_slice(data.as_bytes()),
    }))
}
