//! A blocking answer, made of the events of a stream.

#[cfg(any(feature = "app", feature = "knowledge"))]
use super::{AccumulateInto, Run};
#[cfg(any(feature = "app", feature = "web"))]
use super::{Failure, RunStatus};
use crate::{
    Error, ErrorKind, Event, EventStream, runs::folding::folded, telemetry::RunReport, transport::exchange::Received,
    transport::pending::Finished, values::decode::Decode,
};

/// What a blocking call answers, and how it is made where the answer comes as events.
pub(crate) trait Reply: Decode + Sized + Send + 'static {
    /// The events it is made of.
    type Event: Event;
    /// What has come so far.
    type Parts: Default + Send;
    /// The events without which it would not be true.
    const ESSENTIAL: &'static [&'static str];

    /// Adds an event.
    fn add(parts: &mut Self::Parts, event: Self::Event);

    /// Makes the answer, once the stream has ended.
    fn whole(parts: Self::Parts) -> Result<Self, Unmade>;

    /// Returns what the answer reports of the run behind it.
    fn report(&self) -> RunReport;

    /// Makes the answer of a stream. Each type has this method, so that it is compiled here and not in each program.
    fn of_stream(answer: Received) -> Finished<Self>;
}

/// Why the events make no answer.
pub(crate) enum Unmade {
    /// The stream ended before all had come that the answer needs.
    Incomplete,
    /// The blocking call would have failed.
    Failed(ErrorKind),
}

/// Reads a stream to its end and makes a blocking answer of it.
pub(crate) async fn fold<T: Reply>(events: &mut EventStream<T::Event>) -> Result<T, Error> {
    let mut parts = T::Parts::default();
    let mut unread = None;
    let mut last = None;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                if let Some(error) = event.decode_error().filter(|_| T::ESSENTIAL.contains(&event.name())) {
                    unread.get_or_insert_with(|| events.source().error(ErrorKind::Decode(error.clone())));
                }
                if last.as_deref() != Some(event.name()) {
                    last = Some(event.name().to_owned());
                }
                T::add(&mut parts, event);
            }
            // Data without the name of an event may have been any.
            Err(error) if error.kind().spoils_one_event() => {
                unread.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(error) = unread {
        return Err(error);
    }
    T::whole(parts).map_err(|unmade| match unmade {
        Unmade::Incomplete => events.source().error(ErrorKind::Incomplete { last }),
        Unmade::Failed(kind) => events.source().error(kind),
    })
}

/// The end of a run, as in blocking calls. A failed run is a reply like any other.
#[cfg(any(feature = "app", feature = "knowledge"))]
fn run_data(run: Run) -> Option<crate::types::WorkflowRunReplyData> {
    let (paused_nodes, reasons) = match run.pause {
        Some(pause) => (Some(pause.nodes), Some(pause.reasons)),
        None => (None, None),
    };
    Some(crate::types::WorkflowRunReplyData {
        id: run.id?,
        workflow_id: run.workflow_id?,
        status: run.status.on_the_wire()?,
        outputs: run.outputs.unwrap_or_default(),
        error: run.error.map(|failure| failure.message),
        elapsed_time: run.elapsed_time?,
        total_tokens: run.total_tokens?,
        total_steps: run.total_steps?,
        created_at: run.created_at?,
        finished_at: run.finished_at,
        paused_nodes,
        reasons,
    })
}

/// What a run's blocking answer cannot be without.
const RUN: &[&str] = &["workflow_finished", "workflow_paused", "error"];

#[cfg(feature = "app")]
impl Reply for crate::types::WorkflowRunReply {
    type Event = crate::types::WorkflowEvent;
    type Parts = Run;
    const ESSENTIAL: &'static [&'static str] = RUN;

    fn add(run: &mut Run, event: Self::Event) {
        event.accumulate_into(run);
    }

    fn of_stream(answer: Received) -> Finished<Self> {
        folded(answer)
    }

    fn report(&self) -> RunReport {
        RunReport::of_run(self.data.total_tokens, &self.data.status)
    }

    fn whole(run: Run) -> Result<Self, Unmade> {
        let whole = || {
            let (task_id, workflow_run_id) = (run.task_id.clone()?, run.id.clone()?);
            Some(Self { task_id, workflow_run_id, data: run_data(run)? })
        };
        whole().ok_or(Unmade::Incomplete)
    }
}

#[cfg(feature = "knowledge")]
impl Reply for crate::types::PipelineRunReply {
    type Event = crate::types::PipelineEvent;
    type Parts = Run;
    const ESSENTIAL: &'static [&'static str] = RUN;

    fn add(run: &mut Run, event: Self::Event) {
        event.accumulate_into(run);
    }

    fn of_stream(answer: Received) -> Finished<Self> {
        folded(answer)
    }

    fn report(&self) -> RunReport {
        self.data.as_ref().map_or_else(RunReport::default, |run| RunReport::of_run(run.total_tokens, &run.status))
    }

    fn whole(run: Run) -> Result<Self, Unmade> {
        let (task_id, workflow_run_id) = (run.task_id.clone(), run.id.clone());
        let data = Some(run_data(run).ok_or(Unmade::Incomplete)?);
        Ok(Self { batch: None, dataset: None, documents: None, task_id, workflow_run_id, data })
    }
}

#[cfg(any(feature = "app", feature = "web"))]
mod answers {
    use super::{Failure, Finished, Reply, RunReport, RunStatus, Unmade, folded};
    use crate::{
        Answer, ErrorKind, StreamError, types,
        types::{AppMode, ErrorCode, ReplyEvent},
    };
    use bytes::Bytes;

    /// What the blocking answer of an application cannot be without.
    const ANSWER: &[&str] = &[
        "message",
        "agent_message",
        "message_replace",
        "message_end",
        "workflow_started",
        "workflow_finished",
        "workflow_paused",
        "error",
    ];

    /// An answer, and the metadata of `message_end` as sent.
    pub(crate) struct Parts<M> {
        answer: Answer,
        metadata: Option<M>,
    }

    impl<M> Default for Parts<M> {
        fn default() -> Self {
            Self { answer: Answer::default(), metadata: None }
        }
    }

    /// A chatflow that fails is refused, in the words of 1.16.1; 1.13.0 does not answer at all.
    fn failed(answer: &Answer, failure: &Failure) -> Unmade {
        Unmade::Failed(ErrorKind::Stream(StreamError {
            code: failure.code.clone().unwrap_or(ErrorCode::InvalidParam),
            status: Some(failure.status.unwrap_or(400)),
            message: match failure.code {
                Some(_) => failure.message.clone(),
                None => format!("Run failed: {}", failure.message),
            },
            message_id: answer.message_id.clone(),
            conversation_id: answer.conversation_id.clone(),
            body: Bytes::new(),
        }))
    }

    fn refused(answer: &Answer) -> Option<Unmade> {
        if answer.status != RunStatus::Failed {
            return None;
        }
        let unsaid = Failure { code: None, status: None, message: String::new(), hint: None };
        Some(failed(answer, answer.error.as_ref().unwrap_or(&unsaid)))
    }

    /// The answers of one client: what its events and metadata are called.
    macro_rules! answers {
        ($chat:ident, $chat_event:ident, $pause:ident, $completion:ident, $completion_event:ident, $metadata:ident,
         $said:expr) => {
            impl Reply for types::$chat {
                type Event = types::$chat_event;
                type Parts = Parts<types::$metadata>;
                const ESSENTIAL: &'static [&'static str] = ANSWER;

                fn add(parts: &mut Self::Parts, event: Self::Event) {
                    parts.answer.apply(&event);
                    if let types::$chat_event::MessageEnd(end) = event {
                        parts.metadata = Some($said(end.metadata));
                    }
                }

                fn report(&self) -> RunReport {
                    RunReport::of_answer(self.metadata.usage.as_ref(), Some(&self.conversation_id))
                }

                fn of_stream(answer: crate::transport::exchange::Received) -> Finished<Self> {
                    folded(answer)
                }

                fn whole(Parts { answer, metadata }: Self::Parts) -> Result<Self, Unmade> {
                    match refused(&answer) {
                        Some(refused) => Err(refused),
                        None => chat(answer, metadata).ok_or(Unmade::Incomplete),
                    }
                }
            }

            fn chat(answer: Answer, metadata: Option<types::$metadata>) -> Option<types::$chat> {
                if !answer.complete {
                    return None;
                }
                let mode = answer.mode().unwrap_or(AppMode::Chat);
                let metadata = metadata.unwrap_or_else(|| unsaid(&answer));
                let (message_id, conversation_id) = (answer.message_id?, answer.conversation_id?);
                let created_at = answer.created_at?;
                let pause = match answer.run {
                    Some(run) if run.status == RunStatus::Paused => {
                        let waits = run.pause.unwrap_or_default();
                        Some(types::$pause {
                            id: message_id.clone(),
                            mode: mode.clone(),
                            conversation_id: conversation_id.clone(),
                            message_id: message_id.clone(),
                            workflow_run_id: run.id?,
                            answer: answer.text.clone(),
                            metadata: metadata.clone(),
                            created_at,
                            paused_nodes: waits.nodes,
                            reasons: waits.reasons,
                            status: types::WorkflowRunStatus::Paused,
                            elapsed_time: run.elapsed_time?,
                            total_tokens: run.total_tokens?,
                            total_steps: run.total_steps?,
                        })
                    }
                    _ => None,
                };
                Some(types::$chat {
                    event: if pause.is_some() { ReplyEvent::WorkflowPaused } else { ReplyEvent::Message },
                    task_id: answer.task_id?,
                    id: message_id.clone(),
                    message_id,
                    conversation_id,
                    mode,
                    answer: answer.text,
                    metadata,
                    created_at,
                    workflow_run_id: pause.as_ref().map(|pause| pause.workflow_run_id.clone()),
                    data: pause,
                })
            }

            impl Reply for types::$completion {
                type Event = types::$completion_event;
                type Parts = Parts<types::$metadata>;
                const ESSENTIAL: &'static [&'static str] = ANSWER;

                fn add(parts: &mut Self::Parts, event: Self::Event) {
                    parts.answer.apply(&event);
                    if let types::$completion_event::MessageEnd(end) = event {
                        parts.metadata = Some($said(end.metadata));
                    }
                }

                fn report(&self) -> RunReport {
                    RunReport::of_answer(self.metadata.usage.as_ref(), None)
                }

                fn of_stream(answer: crate::transport::exchange::Received) -> Finished<Self> {
                    folded(answer)
                }

                fn whole(Parts { answer, metadata }: Self::Parts) -> Result<Self, Unmade> {
                    match refused(&answer) {
                        Some(refused) => Err(refused),
                        None => completion(answer, metadata).ok_or(Unmade::Incomplete),
                    }
                }
            }

            fn completion(answer: Answer, metadata: Option<types::$metadata>) -> Option<types::$completion> {
                let message_id = answer.message_id?;
                Some(types::$completion {
                    event: ReplyEvent::Message,
                    task_id: answer.task_id?,
                    id: message_id.clone(),
                    message_id,
                    mode: AppMode::Completion,
                    answer: answer.text,
                    metadata: metadata?,
                    created_at: answer.created_at?,
                })
            }

            /// Chatflows of 1.13.0, stopped and paused ones report nothing: their cost is unknown, not zero.
            fn unsaid(answer: &Answer) -> types::$metadata {
                types::$metadata {
                    annotation_reply: None,
                    retriever_resources: Vec::new(),
                    usage: None,
                    reasoning: answer.reasoning.clone(),
                }
            }
        };
    }

    #[cfg(feature = "app")]
    mod app {
        use super::*;

        answers! {
            ChatReply, ChatEvent, ChatPause, CompletionReply, CompletionEvent, ReplyMetadata, said
        }

        fn said(metadata: types::MessageEndMetadata) -> types::ReplyMetadata {
            types::ReplyMetadata {
                annotation_reply: metadata.annotation_reply,
                retriever_resources: metadata.retriever_resources,
                usage: Some(metadata.usage),
                reasoning: metadata.reasoning,
            }
        }
    }

    #[cfg(feature = "web")]
    mod web {
        use super::*;

        answers! {
            WebChatReply, WebChatEvent, WebChatPause, WebCompletionReply, WebCompletionEvent, WebMetadata,
            std::convert::identity
        }
    }
}
