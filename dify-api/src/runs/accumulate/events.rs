//! What each event of each union adds.

use super::{AccumulateInto, Failure, Run, node::NodeData};
#[cfg(any(feature = "app", feature = "web"))]
use super::{
    Citation,
    answer::{self, Answer, AnswerFile},
};
use crate::types;

/// The events that all unions of runs have in common, and those that only this one has.
macro_rules! accumulate_run {
    ($run:ident, $event:expr, { $($pattern:pat => $then:expr,)* }) => {
        #[allow(unreachable_patterns)]
        match $event {
            Self::WorkflowStarted(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.talks |= event.conversation_id.is_some();
                $run.started(&event.data);
            }
            Self::WorkflowFinished(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.finished(&event.data);
            }
            Self::NodeStarted(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.executes(&NodeData::from(&event.data));
            }
            Self::NodeFinished(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.executes(&NodeData::from(&event.data));
            }
            Self::NodeRetry(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.retried(&NodeData::of_retry(&event.data), &event.data);
            }
            Self::IterationStarted(event) => $run.container(&NodeData::from(&event.data)),
            Self::IterationNext(event) => $run.round(&NodeData::from(&event.data), event.data.index),
            Self::IterationCompleted(event) => $run.container(&NodeData::from(&event.data)),
            Self::LoopStarted(event) => $run.container(&NodeData::from(&event.data)),
            Self::LoopNext(event) => $run.round(&NodeData::from(&event.data), event.data.index),
            Self::LoopCompleted(event) => $run.container(&NodeData::from(&event.data)),
            Self::AgentLog(event) => $run.agent_log(&event.data),
            Self::ReasoningChunk(event) => $run.thinks(&event.data),
            Self::Error(event) => $run.fails(Failure::from_event(&event.code, event.status, &event.message)),
            Self::Unknown { event, error, .. } => $run.missing_mut().unknown(event, error.as_deref()),
            $($pattern => $then,)*
            // An event that the description gained adds nothing until somebody says what.
            _ => {}
        }
    };
}

/// The same, with the events that only applications and pages send.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! accumulate_pausing_run {
    ($run:ident, $event:expr, { $($pattern:pat => $then:expr,)* }) => {
        accumulate_run!($run, $event, {
            Self::WorkflowPaused(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.pauses(&event.data);
            },
            Self::HumanInputRequired(event) => {
                $run.named(Some(&event.workflow_run_id), &event.task_id);
                $run.asks(&event.data);
            },
            Self::HumanInputFormFilled(event) => $run.answered(&event.data.node_id),
            Self::HumanInputFormTimeout(event) => $run.answered(&event.data.node_id),
            Self::TtsMessage(_) | Self::TtsMessageEnd(_) => {},
            $($pattern => $then,)*
        })
    };
}

/// Pieces of an answer have a conversation, but for completions.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! conversation {
    (some $event:ident) => {
        Some(&*$event.conversation_id)
    };
    (none $event:ident) => {
        None
    };
}

/// The ids and the time that an event of an answer names.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! name {
    ($answer:ident, $event:ident, $conversation:tt) => {{
        let conversation: Option<&str> = conversation!($conversation $event);
        $answer.named(conversation, Some(&$event.message_id), Some(&$event.task_id), Some($event.created_at));
    }};
}

/// The events that all unions of answers have in common, and those that only this one has.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! accumulate_answer {
    ($answer:ident, $event:expr, $conversation:tt, { $($pattern:pat => $then:expr,)* }) => {
        #[allow(unreachable_patterns)]
        match $event {
            Self::Message(event) => {
                name!($answer, event, $conversation);
                $answer.says(&event.answer, event.from_variable_selector.as_deref().unwrap_or_default());
            }
            Self::MessageReplace(event) => {
                name!($answer, event, $conversation);
                $answer.replaces(&event.answer, event.reason.as_deref().unwrap_or_default());
            }
            Self::MessageFile(event) => {
                name!($answer, event, $conversation);
                $answer.file(AnswerFile {
                    id: Some(String::from(&event.id)),
                    type_: event.type_.clone(),
                    belongs_to: event.belongs_to.clone(),
                    url: event.url.clone(),
                    ..AnswerFile::default()
                });
            }
            Self::MessageEnd(event) => {
                name!($answer, event, $conversation);
                $answer.ends(answer::AnswerEnd {
                    usage: Option::from(&event.metadata.usage),
                    annotation_reply: event.metadata.annotation_reply.as_ref(),
                    citations: event.metadata.retriever_resources.iter().map(Citation::from).collect(),
                    reasoning: Some(&event.metadata.reasoning).filter(|reasoning| !reasoning.is_empty()),
                    files: event.files.as_deref(),
                });
            }
            Self::TtsMessage(_) | Self::TtsMessageEnd(_) => {}
            Self::Unknown { event, error, .. } => $answer.missing_mut().unknown(event, error.as_deref()),
            $($pattern => $then,)*
            _ => {}
        }
    };
}

/// The same, where the answer may be that of a run.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! accumulate_answer_of_a_run {
    ($answer:ident, $event:ident, { $($pattern:pat => $then:expr,)* }) => {
        accumulate_answer!($answer, $event, some, {
            $($pattern => $then,)*
            Self::WorkflowStarted(event) => {
                let (conversation, message) = (event.conversation_id.as_deref(), event.message_id.as_deref());
                $answer.named(conversation, message, Some(&event.task_id), event.created_at);
                $answer.run_mut().apply($event);
            },
            Self::ReasoningChunk(event) => $answer.thinks(&event.data),
            Self::WorkflowFinished(event) => {
                $answer.run_mut().apply($event);
                $answer.concludes(event.data.outputs.as_ref());
            },
            _ => $answer.run_mut().apply($event),
        })
    };
}

/// `WorkflowEvent` and its like.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! workflows {
    ($($union:ident)*) => {$(
        impl AccumulateInto<Run> for types::$union {
            fn accumulate_into(&self, run: &mut Run) {
                accumulate_pausing_run!(run, self, {
                    Self::TextChunk(event) => {
                        run.named(Some(&event.workflow_run_id), &event.task_id);
                        run.says(&event.data.text, &event.data.from_variable_selector);
                    },
                });
            }
        }
    )*};
}

/// `ChatEvent` and its like: pieces of the answer among the events of a chatflow's run.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! chats {
    ($($union:ident)*) => {$(
        impl AccumulateInto<Run> for types::$union {
            fn accumulate_into(&self, run: &mut Run) {
                accumulate_pausing_run!(run, self, {
                    Self::Message(event) => {
                        run.says(&event.answer, event.from_variable_selector.as_deref().unwrap_or_default());
                    },
                    Self::AgentMessage(event) => run.says(&event.answer, &[]),
                    Self::MessageReplace(event) => run.replaces(&event.answer),
                    Self::MessageEnd(_) | Self::MessageFile(_) | Self::AgentThought(_) => {},
                });
            }
        }

        impl AccumulateInto<Answer> for types::$union {
            fn accumulate_into(&self, answer: &mut Answer) {
                accumulate_answer_of_a_run!(answer, self, {
                    Self::AgentMessage(event) => {
                        name!(answer, event, some);
                        answer.agent_says(&event.answer);
                    },
                    Self::AgentThought(event) => {
                        name!(answer, event, some);
                        answer.thought(event);
                    },
                    Self::Error(event) => {
                        answer.named(Some(&event.conversation_id), Some(&event.message_id), None, None);
                        answer.fails(Failure::from_event(&event.code, event.status, &event.message));
                    },
                });
            }
        }
    )*};
}

/// `RunEvent` and its like, which follow workflows and chatflows.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! runs {
    ($($union:ident)*) => {$(
        impl AccumulateInto<Run> for types::$union {
            fn accumulate_into(&self, run: &mut Run) {
                accumulate_pausing_run!(run, self, {
                    Self::TextChunk(event) => {
                        run.named(Some(&event.workflow_run_id), &event.task_id);
                        run.says(&event.data.text, &event.data.from_variable_selector);
                    },
                    Self::Message(event) => {
                        run.says(&event.answer, event.from_variable_selector.as_deref().unwrap_or_default());
                    },
                    Self::MessageReplace(event) => run.replaces(&event.answer),
                    Self::MessageEnd(_) | Self::MessageFile(_) => {},
                });
            }
        }

        impl AccumulateInto<Answer> for types::$union {
            fn accumulate_into(&self, answer: &mut Answer) {
                accumulate_answer_of_a_run!(answer, self, {
                    Self::Error(event) => {
                        answer.named(event.conversation_id.as_deref(), event.message_id.as_deref(), None, None);
                        answer.fails(Failure::from_event(&event.code, event.status, &event.message));
                    },
                });
            }
        }
    )*};
}

/// `CompletionEvent` and its like.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! completions {
    ($($union:ident)*) => {$(
        impl AccumulateInto<Answer> for types::$union {
            fn accumulate_into(&self, answer: &mut Answer) {
                accumulate_answer!(answer, self, none, {
                    Self::Error(event) => {
                        answer.named(None, Some(&event.message_id), None, None);
                        answer.fails(Failure::from_event(&event.code, event.status, &event.message));
                    },
                });
            }
        }
    )*};
}

#[cfg(feature = "app")]
chats! { ChatEvent }
#[cfg(feature = "app")]
completions! { CompletionEvent }
#[cfg(feature = "app")]
workflows! { WorkflowEvent }
#[cfg(feature = "app")]
runs! { RunEvent }

#[cfg(feature = "web")]
chats! { WebChatEvent }
#[cfg(feature = "web")]
completions! { WebCompletionEvent }
#[cfg(feature = "web")]
workflows! { WebWorkflowEvent }
#[cfg(feature = "web")]
runs! { WebRunEvent }

#[cfg(feature = "knowledge")]
impl AccumulateInto<Run> for types::PipelineEvent {
    fn accumulate_into(&self, run: &mut Run) {
        accumulate_run!(run, self, {
            Self::TextChunk(event) => {
                run.named(Some(&event.workflow_run_id), &event.task_id);
                run.says(&event.data.text, &event.data.from_variable_selector);
            },
        });
    }
}
