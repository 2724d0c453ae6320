//! A run of a workflow or a chatflow, node by node.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::beginning::Talk;
use super::node::{Node, NodeResult};
use super::script::{AnswerScript, Failure};
use crate::state::Waiting;
use crate::state::feed::{Feed, Turn};
use crate::state::form::{Form, Submission};
use crate::state::run::{Run, Status};
use crate::state::shared::Shared;
use crate::state::stop::Stop;
use crate::state::trace::Kind;
use crate::values::clock;
use crate::values::key::Key;
use crate::values::usage::{Usage, seconds, tokens};

/// A run on its way.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(super) server: Arc<Shared>,
    pub(super) key: Key,
    pub(crate) run: String,
    pub(crate) task: String,
    pub(super) talk: Option<Talk>,
    /// What the caller gave, without the system's own.
    pub(super) inputs: Map<String, Value>,
    pub(super) question: String,
    pub(super) script: AnswerScript,
    pub(crate) feed: Arc<Feed>,
    pub(super) stop: Stop,
    pub(super) started: Instant,
    pub(super) nodes: Vec<Kind>,
    pub(super) said: String,
    pub(super) usage: Option<Usage>,
    pub(super) submission: Option<Submission>,
}

/// How a piece of a run went.
enum Went {
    On,
    Paused,
    Stopped,
    Failed(String),
}

impl Flow {
    /// Runs from the start to the end, with the pauses between.
    pub(crate) async fn start(mut self) {
        self.tell_start("initial");
        while let Some(kind) = self.nodes.first().copied() {
            match self.node(kind).await {
                Went::On => {
                    self.nodes.remove(0);
                }
                Went::Paused => {
                    // Nothing comes when the server has gone.
                    let Some(submission) = self.wait_for_somebody().await else { return };
                    self.resume(submission);
                    // The pause has closed a stream, which those releases take for the wish to stop. A chatflow does
                    // not hear of it.
                    if self.server.options.stops_resumed && self.talk.is_none() {
                        return self.finish(Status::Stopped, Some("Stopped by user.".to_owned()), json!({}));
                    }
                }
                Went::Stopped => {
                    let resumed = self.submission.is_some();
                    let why = if resumed { "Aborted: App task was stopped" } else { "Aborted: User requested stop" };
                    return self.finish(Status::Stopped, Some(why.to_owned()), json!({}));
                }
                Went::Failed(error) => return self.finish(Status::Failed, Some(error), json!({})),
            }
        }
        let outputs = self.outputs();
        self.finish(Status::Succeeded, None, outputs);
    }

    /// Continues after the form was submitted.
    fn resume(&mut self, submission: Submission) {
        self.submission = Some(submission);
        self.started = Instant::now();
        self.change(|run| run.status = Status::Running);
        self.tell_start("resumption");
    }

    async fn node(&mut self, kind: Kind) -> Went {
        let waited = self.change(|run| run.forms.last().map(|form| form.id.clone())).flatten();
        let node = match (kind, &self.submission, waited) {
            (Kind::Human, Some(_), Some(id)) => Node::again(&id, kind),
            _ => Node::new(kind),
        };
        if self.stop.asked() {
            return Went::Stopped;
        }
        self.tell("node_started", node.started(), Turn::Goes);
        self.change(|run| {
            run.traces.retain(|trace| !trace.is_of(&node.id));
            run.traces.push(node.trace("running", None));
            run.steps = run.traces.len();
        });
        let mut result = NodeResult::default();
        match kind {
            Kind::Start => {
                result.inputs = Value::Object(self.inputs.clone());
                result.outputs = result.inputs.clone();
            }
            Kind::Assigner => self.assign(&mut result),
            Kind::Human => match self.submission.clone() {
                None => {
                    self.ask(&node);
                    return Went::Paused;
                }
                Some(submission) => {
                    if self.server.options.between("1.13.0", "1.16.0") {
                        let (node_id, _, node_title) = kind.words();
                        let data = json!({
                            "node_id": node_id, "node_title": node_title, "rendered_content": submission.rendered,
                            "action_id": submission.action, "action_text": submission.title,
                        });
                        self.tell("human_input_form_filled", data, Turn::Goes);
                    }
                    reviewed(&submission, &mut result);
                }
            },
            Kind::Llm => match self.answer(&mut result).await {
                Went::On => {}
                Went::Failed(error) => result.error = Some(error),
                other => return other,
            },
            Kind::Answer => result.outputs = json!({"answer": self.said, "files": []}),
            Kind::End => {
                result.outputs = self.outputs();
                result.inputs = result.outputs.clone();
            }
        }
        self.tell("node_finished", node.finished(&result), Turn::Goes);
        let status = if result.error.is_some() { "failed" } else { "succeeded" };
        self.change(|run| {
            run.traces.retain(|trace| !trace.is_of(&node.id));
            run.traces.push(node.trace(status, result.error.clone()));
        });
        result.error.map_or(Went::On, Went::Failed)
    }

    /// The conversation's variables change.
    fn assign(&self, result: &mut NodeResult) {
        let Some(talk) = &self.talk else { return };
        let question = json!(self.question);
        let turns = self.server.world(|world| {
            let conversation = world.app(&self.key).conversations.get_mut(&talk.conversation)?;
            let mut turns = json!(0);
            for variable in &mut conversation.variables {
                match variable.name {
                    "turns" => {
                        turns = json!(variable.value.as_i64().unwrap_or_default() + 1);
                        variable.set(turns.clone());
                    }
                    "topic" => variable.set(question.clone()),
                    "greeted" => variable.set(json!(true)),
                    _ => {}
                }
            }
            Some(turns)
        });
        result.process = json!({"turns": turns, "topic": question});
    }

    /// Asks a person.
    fn ask(&self, node: &Node) {
        let form = Form::new(node.id.clone(), &self.question);
        self.change(|run| {
            run.status = Status::Paused;
            run.forms.push(form);
            run.traces.retain(|trace| !trace.is_of(&node.id));
            run.traces.push(node.trace("paused", None));
        });
    }

    /// Registers the wait before it announces it, because a submission may follow at once.
    async fn wait_for_somebody(&self) -> Option<Submission> {
        let elapsed = seconds(self.started.elapsed(), 6);
        let (form, data) = self.change(|run| run.forms.last().cloned().zip(Some(run.paused(elapsed)))).flatten()?;
        let asked = self.event("human_input_required", form.event());
        let (resume, resumed) = oneshot::channel();
        let (app, run) = (self.key.text.clone(), self.run.clone());
        self.server.world(|world| world.waiting.insert(form.token, Waiting { app, run, resume: Some(resume) }));
        self.feed.push(&asked, Turn::Goes);
        self.tell("workflow_paused", data, Turn::Pauses);
        resumed.await.ok()
    }

    /// The model answers.
    async fn answer(&mut self, result: &mut NodeResult) -> Went {
        result.inputs = json!({"model_provider": "embedded", "model_name": "embedded-1"});
        let begun = Instant::now();
        let mut first = None;
        let (pieces, failure) = (self.script.pieces.clone(), self.script.failure);
        for (count, piece) in pieces.iter().enumerate() {
            if let Some(Failure { message, .. }) = failure.filter(|failure| failure.after == count) {
                return Went::Failed(message.to_owned());
            }
            if self.stop.wait(self.script.pace).await {
                return Went::Stopped;
            }
            first.get_or_insert_with(|| begun.elapsed());
            self.said.push_str(piece);
            self.say(piece);
        }
        let prompt = tokens(&self.question) + 8;
        let usage = Usage::streamed(prompt, tokens(&self.said), begun.elapsed(), first.unwrap_or_default());
        let spent = usage.value();
        result.process = json!({
            "model_mode": "chat", "prompts": [{"role": "user", "text": self.question, "files": []}],
            "usage": spent, "finish_reason": "stop", "model_provider": "embedded", "model_name": "embedded-1",
        });
        result.outputs = json!({"text": self.said, "reasoning_content": "", "usage": spent, "finish_reason": "stop"});
        result.cost = json!({"total_tokens": usage.total(), "total_price": usage.total_price(), "currency": "USD"});
        self.change(|run| run.tokens = usage.total());
        self.usage = Some(usage);
        Went::On
    }

    fn say(&self, piece: &str) {
        self.change(|run| run.said.push_str(piece));
        let Some(talk) = &self.talk else {
            let data = json!({"text": piece, "from_variable_selector": ["llm", "text"]});
            return self.tell("text_chunk", data, Turn::Goes);
        };
        let event = json!({
            "event": "message", "conversation_id": talk.conversation, "message_id": talk.message,
            "created_at": talk.created_at, "task_id": self.task, "id": talk.message, "answer": piece,
            "from_variable_selector": ["llm", "text"],
        });
        self.feed.push(&event, Turn::Goes);
    }

    fn outputs(&self) -> Value {
        if self.talk.is_some() {
            return json!({"answer": self.said, "files": []});
        }
        let mut outputs = json!({"text": self.said});
        if let Some(submission) = &self.submission {
            outputs["comment"] = submission.inputs.get("comment").cloned().unwrap_or_default();
            outputs["action"] = json!(submission.action);
        }
        outputs
    }

    fn finish(self, mut status: Status, mut error: Option<String>, mut outputs: Value) {
        let elapsed = seconds(self.started.elapsed(), 6);
        let options = &self.server.options;
        let message_last = self.talk.is_some() && !options.since("1.13.0");
        if message_last && status == Status::Stopped {
            // The answer is what there is of it; up to 1.9.2 that is success.
            outputs = self.outputs();
            (status, error) = if options.since("1.10.0") { (Status::Failed, error) } else { (Status::Succeeded, None) };
        }
        let mut last = None;
        if let Some(talk) = &self.talk {
            let (said, usage, error) = (self.said.clone(), self.usage.clone(), error.clone());
            let why = error.clone().unwrap_or_default();
            self.server.world(|world| {
                if let Some(message) = world.app(&self.key).messages.get_mut(&talk.message) {
                    message.answer = said;
                    message.usage = usage;
                    message.error = error.filter(|_| status == Status::Failed);
                }
            });
            last = match (status, &self.usage) {
                (Status::Succeeded, Some(usage)) => Some(message_end(talk, &self.task, usage)),
                (Status::Succeeded, None) if message_last => {
                    let usage = Usage::free(self.started);
                    Some(message_end(talk, &self.task, &usage))
                }
                (Status::Failed, _) if message_last => Some(failed(talk, &why)),
                _ => None,
            };
        }
        if !message_last && let Some(message_end) = last.take() {
            self.feed.push(&message_end, Turn::Goes);
        }
        let data = self.change(|run| {
            run.status = status;
            run.error = error;
            run.outputs = outputs;
            run.elapsed = elapsed;
            run.finished_at = Some(clock::now());
            run.feed = None;
            run.finished()
        });
        self.server.world(|world| world.tasks.remove(&self.task));
        self.tell("workflow_finished", data.unwrap_or_default(), if last.is_some() { Turn::Goes } else { Turn::Ends });
        if let Some(last) = last {
            self.feed.push(&last, Turn::Ends);
        }
        self.feed.close();
    }

    fn tell_start(&self, reason: &str) {
        let data = self.change(|run| {
            let mut inputs = run.inputs.clone();
            // It is read back, and stands in snapshots, but is not told live.
            inputs.shift_remove("sys.timestamp");
            let (id, workflow, now) = (&run.id, &run.workflow_id, clock::now());
            json!({"id": id, "workflow_id": workflow, "inputs": inputs, "created_at": now, "reason": reason})
        });
        self.tell("workflow_started", data.unwrap_or_default(), Turn::Goes);
    }

    fn tell(&self, event: &str, data: Value, turn: Turn) {
        self.feed.push(&self.event(event, data), turn);
    }

    fn event(&self, event: &str, data: Value) -> Value {
        match &self.talk {
            None => json!({"event": event, "workflow_run_id": self.run, "task_id": self.task, "data": data}),
            Some(talk) => json!({
                "event": event, "conversation_id": talk.conversation, "message_id": talk.message,
                "created_at": talk.created_at, "task_id": self.task, "workflow_run_id": self.run, "data": data,
            }),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.server.world(|world| world.app(&self.key).run.get_mut(&self.run).map(change))
    }
}

/// What the form's node gives on.
fn reviewed(submission: &Submission, result: &mut NodeResult) {
    let comment = submission.inputs.get("comment").cloned().unwrap_or_default();
    result.inputs = json!({"comment": {"value_type": "string", "value": comment}});
    result.outputs = json!({
        "comment": comment, "__action_id": submission.action, "__action_value": submission.title,
        "__rendered_content": submission.rendered,
    });
}

/// The end of a chatflow that failed, up to 1.12.1.
fn failed(talk: &Talk, error: &str) -> Value {
    json!({
        "event": "error", "conversation_id": talk.conversation, "message_id": talk.message,
        "created_at": talk.created_at, "code": "invalid_param", "status": 400, "message": format!("Run failed: {error}"),
    })
}

fn message_end(talk: &Talk, task: &str, usage: &Usage) -> Value {
    json!({
        "event": "message_end", "conversation_id": talk.conversation, "message_id": talk.message,
        "created_at": talk.created_at, "task_id": task, "id": talk.message,
        "metadata": usage.metadata(None, true), "files": [],
    })
}
