//! The Web API: what the pages of applications use, for visitors who have a passport.
//!
//! The Service API's handlers do what both have in common; here are the differences and what only pages have.

mod form_files;
mod forms;
mod messages;
mod more_like_this;
mod runs;
mod session;
mod shape;
mod site;

use crate::handlers::handler::Audience::{Any, Completion, Talking, Workflow};
use crate::handlers::handler::{Handler, later, now, shown};
use crate::handlers::service::{audio, conversations as talks, files, messages as turns, parameters, stop};

pub(crate) static HANDLERS: &[(&str, &str, Handler)] = &[
    ("GET", "/passport", now(Any, session::passport)),
    ("POST", "/login", now(Any, session::login).absent()),
    ("POST", "/email-code-login", now(Any, session::send_login_code).absent()),
    ("POST", "/email-code-login/validity", now(Any, session::login_with_code).absent()),
    ("POST", "/forgot-password", now(Any, session::send_reset_code).absent()),
    ("POST", "/forgot-password/validity", now(Any, session::check_reset_code).absent()),
    ("POST", "/forgot-password/resets", now(Any, session::reset_password).absent()),
    ("GET", "/webapp/permission", now(Any, session::permission)),
    ("POST", "/chat-messages", later(Talking, |call| Box::pin(runs::chat(call))).body("ChatMessagePayload")),
    ("POST", "/chat-messages/{task_id}/stop", now(Talking, stop::answer)),
    ("POST", "/completion-messages", COMPLETE),
    ("POST", "/completion-messages/{task_id}/stop", now(Completion, stop::answer)),
    ("POST", "/workflows/run", later(Workflow, |call| Box::pin(runs::workflow(call))).body("WorkflowRunPayload")),
    ("POST", "/workflows/tasks/{task_id}/stop", now(Workflow, stop::answer)),
    ("GET", "/workflow/{workflow_run_id}/events", now(Any, runs::events).unchecked(&["include_state_snapshot"])),
    ("GET", "/form/human_input/{form_token}", later(Any, |call| Box::pin(forms::form(call)))),
    (
        "POST",
        "/form/human_input/{form_token}",
        later(Any, |call| Box::pin(forms::submit(call))).body("HumanInputFormSubmitPayload"),
    ),
    ("POST", "/form/human_input/{form_token}/upload-token", now(Any, form_files::token)),
    ("POST", "/human-input-forms/files", later(Any, |call| Box::pin(form_files::upload(call)))),
    ("GET", "/conversations", now(Talking, talks::list).query("ConversationListQuery")),
    ("DELETE", "/conversations/{conversation_id}", now(Talking, talks::delete)),
    ("POST", "/conversations/{conversation_id}/name", RENAME),
    ("GET", "/messages", now(Talking, messages::list).query("MessageListQuery")),
    ("POST", "/messages/{message_id}/feedbacks", now(Any, turns::rate).body("MessageFeedbackPayload")),
    ("GET", "/messages/{message_id}/more-like-this", MORE),
    ("GET", "/messages/{message_id}/suggested-questions", now(Any, messages::suggested)),
    ("GET", "/saved-messages", shown(Completion).query("SavedMessageListQuery")),
    ("POST", "/saved-messages", shown(Completion).body("SavedMessageCreatePayload")),
    ("DELETE", "/saved-messages/{message_id}", shown(Completion)),
    ("POST", "/files/upload", now(Any, files::upload)),
    ("POST", "/audio-to-text", now(Any, audio::to_text)),
    ("POST", "/text-to-audio", now(Any, audio::from_text).body("TextToAudioPayload")),
    ("GET", "/parameters", now(Any, parameters::parameters)),
    ("GET", "/site", now(Any, site::answer)),
];

const COMPLETE: Handler = later(Completion, |call| Box::pin(runs::completion(call))).body("CompletionMessagePayload");
const RENAME: Handler = now(Talking, talks::rename).body("ConversationRenamePayload");
const MORE: Handler =
    later(Completion, |call| Box::pin(more_like_this::answer(call))).query("MessageMoreLikeThisQuery");
