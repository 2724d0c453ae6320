//! The answer of a chat, agent, chatflow or completion application, accumulated from its events.

use super::{
    AccumulateInto, Citation, Failure, Missing, Run, RunStatus, agent::Steps, node::learn, run::think, text::Pieces,
};
use crate::{
    RawJson,
    types::{
        AgentThoughtEvent, AnnotationReply, AppMode, FileTransferMethod, FileType, MessageEndFile, MessageFileOwner,
        ReasoningChunkData, Usage,
    },
};
use std::collections::BTreeMap;

/// The answer of a chat, agent, chatflow or completion application so far.
///
/// Made by [`EventStream::into_answer`](crate::EventStream::into_answer), or event by event with
/// [`apply`](Self::apply). Unreported values are `None`; speech is not stored.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Answer {
    /// The answer. The steps of an agent are joined by a line feed, as the server stores them; the thinking of a ReAct
    /// agent is removed when its answer is whole. Of a chatflow whose pieces did not come, the output `answer`.
    pub text: String,
    /// Moderation replaced the earlier text: the reason, which is often empty. The text is the
    /// one that replaced it.
    pub replaced: Option<String>,
    /// The steps of an agent, each in its latest form.
    pub thoughts: Vec<AgentThoughtEvent>,
    /// The passages that the answer rests on.
    pub citations: Vec<Citation>,
    /// Files that belong to the answer.
    pub files: Vec<AnswerFile>,
    /// Tokens and prices. `None` is unknown: chatflows of 1.13.0 and failed answers do not report them. One that
    /// was stopped reports zeros.
    pub usage: Option<Usage>,
    /// The annotation that answered in place of a model.
    pub annotation_reply: Option<AnnotationReply>,
    /// The thinking of the models by node id, where a chatflow's node keeps it apart from the answer.
    pub reasoning: BTreeMap<String, String>,
    /// Id of the conversation. Completions have none.
    pub conversation_id: Option<String>,
    /// Id of the message.
    pub message_id: Option<String>,
    /// Id of the task, by which it can be stopped.
    pub task_id: Option<String>,
    /// Unix time in seconds at which the message was made.
    pub created_at: Option<i64>,
    /// The run behind a chatflow.
    pub run: Option<Run>,
    /// The status; for a chatflow, that of the run.
    pub status: RunStatus,
    /// An event reported the end; for a chatflow, the end or pause of the run.
    pub complete: bool,
    /// Why it failed.
    pub error: Option<Failure>,
    /// The missing parts.
    pub missing: Missing,
    /// What the pieces of the text show of the application.
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    mode: Option<AppMode>,
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    pieces: Pieces,
    #[cfg_attr(any(feature = "serialize", feature = "schemars"), serde(skip))]
    steps: Steps,
}

/// A file that belongs to an answer, as far as its events describe it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AnswerFile {
    /// Its id: that of the file of the message, or of the upload.
    pub id: Option<String>,
    /// Its kind.
    pub type_: Option<FileType>,
    /// Whether it came with the question or the answer.
    pub belongs_to: Option<MessageFileOwner>,
    /// Where it can be fetched; relative on servers without a configured URL.
    pub url: Option<String>,
    /// Its name.
    pub filename: Option<String>,
    /// The end of its name, with the dot.
    pub extension: Option<String>,
    /// Its media type.
    pub mime_type: Option<String>,
    /// Its size in bytes.
    pub size: Option<i64>,
    /// Where its content comes from.
    pub transfer_method: Option<FileTransferMethod>,
}

impl Answer {
    /// Adds the data of an event.
    ///
    /// For those who read an [`EventStream`](crate::EventStream) by hand:
    ///
    /// ```
    /// use dify_api::{Answer, RunStatus};
    ///
    /// let mut answer = Answer::default();
    /// # #[cfg(feature = "app")] {
    /// use dify_api::types::ChatEvent;
    /// let event = ChatEvent::from_json(
    ///     r#"{"event":"message","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","id":"m",
    ///         "answer":"Hello","from_variable_selector":null}"#,
    /// )?;
    /// answer.apply(&event);
    /// assert_eq!(answer.text, "Hello");
    /// # }
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn apply<E: AccumulateInto<Self>>(&mut self, event: &E) {
        event.accumulate_into(self);
        self.settle();
    }

    /// The text of each variable that it is made of, by the variable's selector (`llm.text`): branches of a chatflow that
    /// run in parallel write into one text by turns. Text without a selector has the empty one.
    #[must_use]
    pub fn text_by_selector(&self) -> BTreeMap<String, String> {
        self.pieces.of(&self.text)
    }

    /// The kind of the application, as far as its events show it: chats and completions look alike.
    pub(super) fn mode(&self) -> Option<AppMode> {
        if self.run.is_some() {
            return Some(AppMode::AdvancedChat);
        }
        let thinks = || (!self.thoughts.is_empty()).then_some(AppMode::AgentChat);
        self.mode.clone().or_else(thinks)
    }

    pub(super) fn named(
        &mut self,
        conversation: Option<&str>,
        message: Option<&str>,
        task: Option<&str>,
        at: Option<i64>,
    ) {
        for (known, told) in
            [(&mut self.conversation_id, conversation), (&mut self.message_id, message), (&mut self.task_id, task)]
        {
            if told.is_some() && known.as_deref() != told {
                *known = told.map(str::to_owned);
            }
        }
        self.created_at = self.created_at.or(at);
    }

    /// A piece, or of a roster agent all pieces again.
    pub(super) fn says(&mut self, text: &str, selector: &[String]) {
        if matches!(self.mode, Some(AppMode::AgentChat | AppMode::Agent)) {
            self.mode = Some(AppMode::Agent);
            // What moderation put in its place stays.
            if self.replaced.is_none() {
                self.becomes(text);
            }
        } else {
            if !selector.is_empty() {
                self.mode = Some(AppMode::AdvancedChat);
            }
            self.text.push_str(text);
            self.pieces.add(selector, text.len());
        }
        self.heard();
    }

    pub(super) fn agent_says(&mut self, text: &str) {
        self.mode.get_or_insert(AppMode::AgentChat);
        let before = self.text.len();
        self.steps.add(&mut self.text, text);
        self.pieces.add(&[], self.text.len() - before);
        self.heard();
    }

    /// The whole text, as it is.
    fn becomes(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.pieces.replace(text.len());
        self.missing.text = false;
    }

    /// The output of a chatflow is its answer, where the pieces of it did not come.
    pub(super) fn concludes(&mut self, outputs: Option<&RawJson>) {
        if self.replaced.is_none() && (self.text.is_empty() || self.missing.text) {
            if let Some(answer) = super::run::answer(outputs) {
                self.becomes(&answer);
            }
        }
    }

    pub(super) fn replaces(&mut self, text: &str, reason: &str) {
        // Those who follow a run again are told its text so far in the same way.
        if !text.starts_with(&self.text) {
            self.replaced = Some(reason.to_owned());
        }
        self.becomes(text);
        self.heard();
    }

    pub(super) fn thinks(&mut self, data: &ReasoningChunkData) {
        think(&mut self.reasoning, data);
        self.heard();
    }

    pub(super) fn thought(&mut self, thought: &AgentThoughtEvent) {
        match self.thoughts.iter_mut().rfind(|known| known.id == thought.id) {
            Some(known) => known.clone_from(thought),
            None => {
                if !self.thoughts.is_empty() {
                    self.steps.begin();
                }
                self.thoughts.push(thought.clone());
            }
        }
        if !thought.thought.is_empty() {
            self.steps.thinks();
        }
        self.heard();
    }

    pub(super) fn file(&mut self, file: AnswerFile) {
        let same = |known: &&mut AnswerFile| {
            (file.id.is_some() && known.id == file.id)
                || (file.url.is_some() && unsigned(known.url.as_deref()) == unsigned(file.url.as_deref()))
        };
        let Some(known) = self.files.iter_mut().find(same) else {
            self.files.push(file);
            return;
        };
        known.id = known.id.take().or(file.id);
        learn(&mut known.type_, file.type_);
        learn(&mut known.belongs_to, file.belongs_to);
        learn(&mut known.url, file.url);
        learn(&mut known.filename, file.filename);
        learn(&mut known.extension, file.extension);
        learn(&mut known.mime_type, file.mime_type);
        learn(&mut known.size, file.size);
        learn(&mut known.transfer_method, file.transfer_method);
    }

    /// The data of `message_end`.
    pub(super) fn ends(&mut self, end: AnswerEnd<'_>) {
        learn(&mut self.usage, end.usage.cloned());
        learn(&mut self.annotation_reply, end.annotation_reply.cloned());
        if !end.citations.is_empty() {
            self.citations = end.citations;
        }
        for (node, text) in end.reasoning.into_iter().flatten() {
            self.reasoning.insert(node.clone(), text.clone());
        }
        for file in end.files.into_iter().flatten() {
            self.file(AnswerFile::from(file));
        }
        // An answer that was stopped cost nothing, and its last piece may be any.
        if end.usage.is_some_and(|usage| usage.total_tokens > 0) && self.replaced.is_none() {
            if let Some(answer) = self.steps.answer().and_then(|start| self.text.get(start..)).map(str::to_owned) {
                self.becomes(&answer);
            }
        }
        if !self.status.is_final() {
            self.status = RunStatus::Ended;
        }
        self.complete = true;
    }

    /// The run behind it, which begins with this.
    pub(super) fn run_mut(&mut self) -> &mut Run {
        self.run.get_or_insert_with(Run::of_an_answer)
    }

    pub(super) fn heard(&mut self) {
        if self.status == RunStatus::Unknown {
            self.status = RunStatus::Running;
        }
    }

    pub(super) fn missing_mut(&mut self) -> &mut Missing {
        &mut self.missing
    }

    pub(super) fn fails(&mut self, failure: Failure) {
        if let Some(run) = &mut self.run {
            run.fails(failure.clone());
        }
        self.status = RunStatus::Failed;
        self.complete = true;
        self.error = Some(failure);
    }

    /// The run of a chatflow has its status.
    pub(super) fn settle(&mut self) {
        if let Some(run) = &self.run {
            if self.status != run.status {
                self.status = run.status.clone();
            }
            self.complete = run.complete;
            if self.error != run.error {
                self.error.clone_from(&run.error);
            }
        }
    }
}

/// The data of `message_end`.
pub(super) struct AnswerEnd<'e> {
    pub(super) usage: Option<&'e Usage>,
    pub(super) annotation_reply: Option<&'e AnnotationReply>,
    pub(super) citations: Vec<Citation>,
    pub(super) reasoning: Option<&'e BTreeMap<String, String>>,
    pub(super) files: Option<&'e [MessageEndFile]>,
}

/// A URL without its signature, which differs each time.
fn unsigned(url: Option<&str>) -> Option<&str> {
    url.map(|url| url.split_once('?').map_or(url, |(path, _)| path))
}

impl From<&MessageEndFile> for AnswerFile {
    fn from(file: &MessageEndFile) -> Self {
        let id = file.id.as_ref().or(file.related_id.as_ref()).or(file.upload_file_id.as_ref());
        Self {
            id: id.map(String::from),
            type_: Some(file.type_.clone()),
            belongs_to: None,
            url: Some(file.url.clone()),
            filename: Some(file.filename.clone()),
            extension: Some(file.extension.clone()),
            mime_type: Some(file.mime_type.clone()),
            size: Some(file.size),
            transfer_method: Some(file.transfer_method.clone()),
        }
    }
}
