//! The Web API: what the pages of applications use, for visitors who have a passport.
//!
//! The Service API's handlers do what both have in common; here are the differences and what only pages have.

mod forms;
mod messages;
mod runs;
mod session;
mod shape;
mod site;

use crate::handlers::handler::Audience::{Any, Completion, Talking, Workflow};
use crate::handlers::handler::{Handlers, later, now, shown};
use crate::handlers::service::{audio, conversations as talks, files, messages as turns, parameters};

pub(crate) const HANDLERS: Handlers = &[
    ("web_session_passport", now(Any, session::passport)),
    ("web_session_login", now(Any, session::absent).absent()),
    ("web_session_send_login_code", now(Any, session::absent).absent()),
    ("web_session_login_with_code", now(Any, session::absent).absent()),
    ("web_session_send_reset_code", now(Any, session::absent).absent()),
    ("web_session_check_reset_code", now(Any, session::absent).absent()),
    ("web_session_reset_password", now(Any, session::absent).absent()),
    ("web_session_permission", now(Any, session::permission)),
    ("web_chat_send", later!(Talking, runs::chat).body("ChatMessagePayload")),
    ("web_chat_stop", now(Talking, turns::stop)),
    ("web_completion_send", later!(Completion, runs::completion).body("CompletionMessagePayload")),
    ("web_completion_stop", now(Completion, turns::stop)),
    ("web_workflows_run_stream", later!(Workflow, runs::workflow).body("WorkflowRunPayload")),
    ("web_workflows_stop", now(Workflow, turns::stop)),
    ("web_workflows_events", now(Any, runs::events).unchecked(&["include_state_snapshot"])),
    ("web_human_input_form", later!(Any, forms::form)),
    ("web_human_input_submit", later!(Any, forms::submit).body("HumanInputFormSubmitPayload")),
    ("web_human_input_upload_token", now(Any, forms::token)),
    ("web_human_input_upload", later!(Any, forms::upload)),
    ("web_conversations_list", now(Talking, talks::list).query("ConversationListQuery")),
    ("web_conversations_delete", now(Talking, talks::delete)),
    ("web_conversations_rename", now(Talking, talks::rename).body("ConversationRenamePayload")),
    ("web_messages_list", now(Talking, messages::list).query("MessageListQuery")),
    ("web_messages_feedback", now(Any, turns::rate).body("MessageFeedbackPayload")),
    ("web_messages_more_like_this", later!(Completion, runs::more_like_this).query("MessageMoreLikeThisQuery")),
    ("web_messages_suggested", now(Any, messages::suggested)),
    ("web_saved_messages_list", shown(Completion).query("SavedMessageListQuery")),
    ("web_saved_messages_save", shown(Completion).body("SavedMessageCreatePayload")),
    ("web_saved_messages_delete", shown(Completion)),
    ("web_files_upload", now(Any, files::upload)),
    ("web_audio_audio_to_text", now(Any, audio::to_text)),
    ("web_audio_text_to_audio", now(Any, audio::from_text).body("TextToAudioPayload")),
    ("web_info_parameters", now(Any, parameters::parameters)),
    ("web_info_site", now(Any, site::answer)),
];
