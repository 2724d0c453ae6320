//! What each event of each union adds.

#[cfg(any(feature = "app", feature = "web"))]
use super::{
    Citation,
    answer::{self, Answer, AnswerFile},
};
use super::{Failure, Feeds, Run, node::Told};
use crate::types;

/// The events that all unions of runs have in common, and those that only this one has.
macro_rules! feed_run {
    ($run:ident, $told:expr, { $($pattern:pat => $then:expr,)* }) => {
        #[allow(unreachable_patterns)]
        match $told {
            Self::WorkflowStarted(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.talks |= told.conversation_id.is_some();
                $run.started(&told.data);
            }
            Self::WorkflowFinished(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.finished(&told.data);
            }
            Self::NodeStarted(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.executes(&Told::from(&told.data));
            }
            Self::NodeFinished(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.executes(&Told::from(&told.data));
            }
            Self::NodeRetry(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.retried(&Told::of_retry(&told.data), &told.data);
            }
            Self::IterationStarted(told) => $run.container(&Told::from(&told.data)),
            Self::IterationNext(told) => $run.round(&Told::from(&told.data), told.data.index),
            Self::IterationCompleted(told) => $run.container(&Told::from(&told.data)),
            Self::LoopStarted(told) => $run.container(&Told::from(&told.data)),
            Self::LoopNext(told) => $run.round(&Told::from(&told.data), told.data.index),
            Self::LoopCompleted(told) => $run.container(&Told::from(&told.data)),
            Self::AgentLog(told) => $run.agent_log(&told.data),
            Self::ReasoningChunk(told) => $run.thinks(&told.data),
            Self::Error(told) => $run.fails(Failure::told(&told.code, told.status, &told.message)),
            Self::Unknown { event, .. } => $run.missing_mut().unknown(event),
            $($pattern => $then,)*
            // An event that the description gained adds nothing until somebody says what.
            _ => {}
        }
    };
}

/// The same, with what only applications and pages tell.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! feed_pausing_run {
    ($run:ident, $told:expr, { $($pattern:pat => $then:expr,)* }) => {
        feed_run!($run, $told, {
            Self::WorkflowPaused(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.pauses(&told.data);
            },
            Self::HumanInputRequired(told) => {
                $run.named(Some(&told.workflow_run_id), &told.task_id);
                $run.asks(&told.data);
            },
            Self::HumanInputFormFilled(told) => $run.answered(&told.data.node_id),
            Self::HumanInputFormTimeout(told) => $run.answered(&told.data.node_id),
            Self::TtsMessage(_) | Self::TtsMessageEnd(_) => {},
            $($pattern => $then,)*
        })
    };
}

/// Pieces of an answer have a conversation, but for completions.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! conversation {
    (some $told:ident) => {
        Some(&*$told.conversation_id)
    };
    (none $told:ident) => {
        None
    };
}

/// The ids and the time that an event of an answer names.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! name {
    ($answer:ident, $told:ident, $conversation:tt) => {{
        let conversation: Option<&str> = conversation!($conversation $told);
        $answer.named(conversation, Some(&$told.message_id), Some(&$told.task_id), Some($told.created_at));
    }};
}

/// The events that all unions of answers have in common, and those that only this one has.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! feed_answer {
    ($answer:ident, $told:expr, $conversation:tt, { $($pattern:pat => $then:expr,)* }) => {
        #[allow(unreachable_patterns)]
        match $told {
            Self::Message(told) => {
                name!($answer, told, $conversation);
                $answer.says(&told.answer, told.from_variable_selector.as_deref().unwrap_or_default());
            }
            Self::MessageReplace(told) => {
                name!($answer, told, $conversation);
                $answer.replaces(&told.answer, &told.reason);
            }
            Self::MessageFile(told) => {
                name!($answer, told, $conversation);
                $answer.file(AnswerFile {
                    id: Some(told.id.clone()),
                    type_: told.type_.clone(),
                    belongs_to: told.belongs_to.clone(),
                    url: told.url.clone(),
                    ..AnswerFile::default()
                });
            }
            Self::MessageEnd(told) => {
                name!($answer, told, $conversation);
                $answer.ends(answer::End {
                    usage: Option::from(&told.metadata.usage),
                    annotation_reply: told.metadata.annotation_reply.as_ref(),
                    citations: told.metadata.retriever_resources.iter().map(Citation::from).collect(),
                    reasoning: told.metadata.reasoning.as_ref(),
                    files: told.files.as_deref(),
                });
            }
            Self::TtsMessage(_) | Self::TtsMessageEnd(_) => {}
            Self::Unknown { event, .. } => $answer.missing_mut().unknown(event),
            $($pattern => $then,)*
            _ => {}
        }
    };
}

/// The same, where a run may stand behind the answer.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! feed_answer_of_a_run {
    ($answer:ident, $event:ident, { $($pattern:pat => $then:expr,)* }) => {
        feed_answer!($answer, $event, some, {
            $($pattern => $then,)*
            Self::WorkflowStarted(told) => {
                let (conversation, message) = (told.conversation_id.as_deref(), told.message_id.as_deref());
                $answer.named(conversation, message, Some(&told.task_id), told.created_at);
                $answer.run_mut().apply($event);
            },
            Self::ReasoningChunk(told) => $answer.thinks(&told.data),
            Self::WorkflowFinished(told) => {
                $answer.run_mut().apply($event);
                $answer.concludes(&told.data);
            },
            _ => $answer.run_mut().apply($event),
        })
    };
}

/// `WorkflowEvent` and its like.
#[cfg(any(feature = "app", feature = "web"))]
macro_rules! workflows {
    ($($union:ident)*) => {$(
        impl Feeds<Run> for types::$union {
            fn feed(&self, run: &mut Run) {
                feed_pausing_run!(run, self, {
                    Self::TextChunk(told) => {
                        run.named(Some(&told.workflow_run_id), &told.task_id);
                        run.says(&told.data.text, &told.data.from_variable_selector);
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
        impl Feeds<Run> for types::$union {
            fn feed(&self, run: &mut Run) {
                feed_pausing_run!(run, self, {
                    Self::Message(told) => {
                        run.says(&told.answer, told.from_variable_selector.as_deref().unwrap_or_default());
                    },
                    Self::AgentMessage(told) => run.says(&told.answer, &[]),
                    Self::MessageReplace(told) => run.replaces(&told.answer),
                    Self::MessageEnd(_) | Self::MessageFile(_) | Self::AgentThought(_) => {},
                });
            }
        }

        impl Feeds<Answer> for types::$union {
            fn feed(&self, answer: &mut Answer) {
                feed_answer_of_a_run!(answer, self, {
                    Self::AgentMessage(told) => {
                        name!(answer, told, some);
                        answer.agent_says(&told.answer);
                    },
                    Self::AgentThought(told) => {
                        name!(answer, told, some);
                        answer.thought(told);
                    },
                    Self::Error(told) => {
                        answer.named(Some(&told.conversation_id), Some(&told.message_id), None, None);
                        answer.fails(Failure::told(&told.code, told.status, &told.message));
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
        impl Feeds<Run> for types::$union {
            fn feed(&self, run: &mut Run) {
                feed_pausing_run!(run, self, {
                    Self::TextChunk(told) => {
                        run.named(Some(&told.workflow_run_id), &told.task_id);
                        run.says(&told.data.text, &told.data.from_variable_selector);
                    },
                    Self::Message(told) => {
                        run.says(&told.answer, told.from_variable_selector.as_deref().unwrap_or_default());
                    },
                    Self::MessageReplace(told) => run.replaces(&told.answer),
                    Self::MessageEnd(_) | Self::MessageFile(_) => {},
                });
            }
        }

        impl Feeds<Answer> for types::$union {
            fn feed(&self, answer: &mut Answer) {
                feed_answer_of_a_run!(answer, self, {
                    Self::Error(told) => {
                        answer.named(told.conversation_id.as_deref(), told.message_id.as_deref(), None, None);
                        answer.fails(Failure::told(&told.code, told.status, &told.message));
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
        impl Feeds<Answer> for types::$union {
            fn feed(&self, answer: &mut Answer) {
                feed_answer!(answer, self, none, {
                    Self::Error(told) => {
                        answer.named(None, Some(&told.message_id), None, None);
                        answer.fails(Failure::told(&told.code, told.status, &told.message));
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
impl Feeds<Run> for types::PipelineEvent {
    fn feed(&self, run: &mut Run) {
        feed_run!(run, self, {
            Self::TextChunk(told) => {
                run.named(Some(&told.workflow_run_id), &told.task_id);
                run.says(&told.data.text, &told.data.from_variable_selector);
            },
        });
    }
}
