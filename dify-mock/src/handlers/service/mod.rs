//! The Service API: which function answers which operation.

mod annotations;
pub(crate) mod audio;
pub(crate) mod chat;
pub(crate) mod completion;
pub(crate) mod conversations;
pub(crate) mod files;
pub(crate) mod human_input;
pub(crate) mod info;
pub(crate) mod input_field;
pub(crate) mod inputs;
pub(crate) mod knowledge;
pub(crate) mod messages;
pub(crate) mod parameters;
pub(crate) mod stop;
pub(crate) mod workflows;

use super::handler::Audience::{Any, Completion, Running, Talking, Workflow};
use super::handler::{Handler, later, now};

pub(super) static HANDLERS: &[(&str, &str, Handler)] = &[
    ("POST", "/chat-messages", later(Talking, |call| Box::pin(chat::send(call)))),
    ("POST", "/chat-messages/{task_id}/stop", now(Talking, stop::answer)),
    ("POST", "/completion-messages", later(Completion, |call| Box::pin(completion::send(call)))),
    ("POST", "/completion-messages/{task_id}/stop", now(Completion, stop::answer)),
    ("POST", "/workflows/run", later(Workflow, |call| Box::pin(workflows::run(call)))),
    ("POST", "/workflows/{workflow_id}/run", later(Workflow, |call| Box::pin(workflows::run_version(call)))),
    ("GET", "/workflows/run/{workflow_run_id}", now(Running, workflows::get)),
    ("POST", "/workflows/tasks/{task_id}/stop", now(Workflow, stop::answer)),
    ("GET", "/workflows/logs", now(Any, workflows::logs)),
    ("GET", "/workflow/{workflow_run_id}/events", now(Running, workflows::events)),
    ("GET", "/form/human_input/{form_token}", now(Any, human_input::form)),
    ("POST", "/form/human_input/{form_token}", now(Any, human_input::submit)),
    ("GET", "/conversations", now(Talking, conversations::list).query("ConversationListQuery")),
    ("DELETE", "/conversations/{conversation_id}", now(Talking, conversations::delete)),
    ("POST", "/conversations/{conversation_id}/name", now(Talking, conversations::rename)),
    (
        "GET",
        "/conversations/{conversation_id}/variables",
        now(Talking, conversations::variables).query("ConversationVariablesQuery"),
    ),
    ("PUT", "/conversations/{conversation_id}/variables/{variable_id}", now(Talking, conversations::set_variable)),
    ("GET", "/messages", now(Talking, messages::list).query("MessageListQuery")),
    ("POST", "/messages/{message_id}/feedbacks", now(Any, messages::rate)),
    ("GET", "/messages/{message_id}/suggested", now(Talking, messages::suggested)),
    ("POST", "/files/upload", now(Any, files::upload)),
    ("GET", "/files/{file_id}/preview", now(Any, files::preview)),
    ("POST", "/audio-to-text", now(Any, audio::to_text)),
    ("POST", "/text-to-audio", now(Any, audio::from_text)),
    ("GET", "/info", now(Any, info::info)),
    ("GET", "/parameters", now(Any, parameters::parameters)),
    ("GET", "/site", now(Any, info::site)),
    ("GET", "/", now(Any, info::server).absent()),
    ("GET", "/end-users/{end_user_id}", now(Any, info::end_user)),
    ("GET", "/apps/annotations", now(Any, annotations::list)),
    ("POST", "/apps/annotations", now(Any, annotations::create)),
    ("PUT", "/apps/annotations/{annotation_id}", now(Any, annotations::update)),
    ("DELETE", "/apps/annotations/{annotation_id}", now(Any, annotations::delete)),
    ("POST", "/apps/annotation-reply/{action}", now(Any, annotations::set_reply)),
    ("GET", "/apps/annotation-reply/{action}/status/{job_id}", now(Any, annotations::reply_status)),
];
