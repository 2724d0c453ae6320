//! A model that answers: chat and completion applications.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::agent;
use super::script::{AnswerScript, Failure};
use crate::state::feed::{Feed, Turn};
use crate::state::message::Message;
use crate::state::shared::Shared;
use crate::state::stop::Stop;
use crate::state::{Task, World};
use crate::values::json_text::extend;
use crate::values::key::{Key, Mode};
use crate::values::usage::{Usage, tokens};

/// An answer on its way.
#[derive(Debug)]
pub(crate) struct Speech {
    server: Arc<Shared>,
    key: Key,
    conversation: Option<String>,
    pub(crate) message: String,
    created_at: i64,
    pub(crate) task: String,
    pub(crate) script: AnswerScript,
    pub(crate) feed: Arc<Feed>,
    pub(crate) stop: Stop,
    started: Instant,
    /// When the first piece went out.
    first: Option<Duration>,
    prompt: u64,
    /// The question's files, as in the last event.
    files: Vec<Value>,
    annotation: Option<Value>,
}

/// How many tokens the inputs of a prompt are.
fn given(inputs: &Map<String, Value>) -> u64 {
    inputs.values().filter_map(Value::as_str).map(tokens).sum()
}

/// How far an answer came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Came {
    Through,
    Stopped,
    Failed(Failure),
}

impl Speech {
    /// Enters the message and the task, so that both are known before the first event.
    pub(crate) fn begin(
        server: &Arc<Shared>,
        key: &Key,
        message: Message,
        script: AnswerScript,
        files: Vec<Value>,
    ) -> Speech {
        let speech = Speech {
            server: Arc::clone(server),
            key: key.clone(),
            conversation: message.conversation.clone(),
            message: message.id.clone(),
            created_at: message.created_at,
            task: crate::values::ids::new(),
            script,
            feed: Feed::new(),
            stop: Stop::new(),
            started: Instant::now(),
            first: None,
            prompt: tokens(&message.query) + given(&message.inputs) + 8,
            files,
            annotation: message.annotation.clone(),
        };
        let task = Task { stop: speech.stop.clone(), app: key.text.clone(), user: Some(message.user.clone()) };
        server.world(|world| {
            world.tasks.insert(speech.task.clone(), task);
            world.app(key).keep(message);
        });
        speech
    }

    /// Answers.
    pub(crate) async fn run(mut self) {
        match self.key.mode {
            Mode::AgentChat => agent::with_tool(&mut self).await,
            Mode::Agent => agent::of_roster(&mut self).await,
            _ => self.plain().await,
        }
        self.feed.close();
        let task = self.task.clone();
        self.server.world(|world| world.tasks.remove(&task));
    }

    async fn plain(&mut self) {
        let pieces = self.script.pieces.clone();
        let (said, came) = self.say("message", &pieces).await;
        match self.script.replacement.filter(|_| matches!(came, Came::Through)) {
            Some(replacement) => self.replace(replacement),
            None => self.end(said, came),
        }
    }

    /// Sends the pieces one by one; returns the text sent and how far it came.
    pub(crate) async fn say(&mut self, event: &str, pieces: &[String]) -> (String, Came) {
        let mut said = String::new();
        let failure = self.script.failure;
        for (count, piece) in pieces.iter().enumerate() {
            if let Some(failure) = failure.filter(|failure| failure.after == count) {
                return (said, Came::Failed(failure));
            }
            if self.stop.wait(self.script.pace).await {
                return (said, Came::Stopped);
            }
            self.first.get_or_insert_with(|| self.started.elapsed());
            said.push_str(piece);
            // Where the question has a file, those releases name each piece after it.
            let renamed =
                event == "message" && !self.files.is_empty() && self.server.options.between("1.11.2", "1.13.0");
            let mut more = json!({"answer": piece});
            if event == "message" {
                more["from_variable_selector"] = json!([]);
            }
            self.tell(if renamed { "message_file" } else { event }, more, Turn::Goes);
        }
        (said, Came::Through)
    }

    /// Sends an event about the message, with these other members.
    pub(crate) fn tell(&self, name: &str, more: Value, turn: Turn) {
        let mut value = json!({"id": self.message});
        extend(&mut value, more);
        self.push(name, value, turn);
    }

    /// Sends an event that does not repeat the message's id.
    pub(crate) fn push(&self, name: &str, more: Value, turn: Turn) {
        let mut value = json!({"event": name});
        if let Some(conversation) = &self.conversation {
            value["conversation_id"] = json!(conversation);
        }
        extend(&mut value, json!({"message_id": self.message, "created_at": self.created_at}));
        // An error names no task.
        if name != "error" {
            value["task_id"] = json!(self.task);
        }
        extend(&mut value, more);
        self.feed.push(&value, turn);
    }

    /// Changes the message.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Message)) {
        let message = |world: &mut World| world.app(&self.key).messages.get_mut(&self.message).map(change);
        self.server.world(message);
    }

    fn replace(&self, replacement: &str) {
        let usage = Usage::stopped(self.started);
        self.store(replacement.to_owned(), &usage);
        self.push("message_replace", json!({"answer": replacement, "reason": ""}), Turn::Goes);
        self.last(&usage);
    }

    /// The end of an answer, good or bad. It is stored before the last event is sent.
    pub(crate) fn end(&self, said: String, came: Came) {
        let usage = match came {
            Came::Failed(failure) => {
                self.fail(&failure, said);
                return;
            }
            Came::Stopped => Usage::stopped(self.started),
            Came::Through if self.annotation.is_some() => Usage::free(self.started),
            Came::Through => {
                let first = self.first.unwrap_or_default();
                Usage::streamed(self.prompt, tokens(&said), self.started.elapsed(), first)
            }
        };
        self.store(said, &usage);
        self.last(&usage);
    }

    /// Stores the answer, unless its listener has gone: then 1.16.1 leaves it empty.
    fn store(&self, said: String, usage: &Usage) {
        if !self.stop.is_abandoned() {
            self.remember(|message| {
                message.answer = said;
                message.usage = Some(usage.clone());
            });
        }
    }

    fn last(&self, usage: &Usage) {
        let metadata = usage.metadata(self.annotation.as_ref(), false);
        self.tell("message_end", json!({"metadata": metadata, "files": self.files}), Turn::Ends);
    }

    fn fail(&self, failure: &Failure, said: String) {
        self.remember(|message| {
            message.answer = said;
            message.error = Some(failure.message.to_owned());
        });
        let more = json!({"code": failure.code, "status": failure.status, "message": failure.message});
        self.push("error", more, Turn::Ends);
    }
}
