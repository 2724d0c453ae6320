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
pub(crate) mod workflows;

use super::handler::Audience::{Any, Completion, Running, Talking, Workflow};
use super::handler::{Handlers, later, now};

pub(super) const HANDLERS: Handlers = &[
    ("app_chat_send", later!(Talking, chat::send)),
    ("app_chat_stop", now(Talking, messages::stop)),
    ("app_completion_send", later!(Completion, completion::send)),
    ("app_completion_stop", now(Completion, messages::stop)),
    ("app_workflows_run", later!(Workflow, workflows::run)),
    ("app_workflows_run_version", later!(Workflow, workflows::run_version)),
    ("app_workflows_get_run", now(Running, workflows::get)),
    ("app_workflows_stop", now(Workflow, messages::stop)),
    ("app_workflows_logs", now(Any, workflows::logs)),
    ("app_workflows_events", now(Running, workflows::events)),
    ("app_human_input_form", now(Any, human_input::form)),
    ("app_human_input_submit", now(Any, human_input::submit)),
    ("app_conversations_list", now(Talking, conversations::list).query("ConversationListQuery")),
    ("app_conversations_delete", now(Talking, conversations::delete)),
    ("app_conversations_rename", now(Talking, conversations::rename)),
    ("app_conversations_variables", now(Talking, conversations::variables).query("ConversationVariablesQuery")),
    ("app_conversations_update_variable", now(Talking, conversations::set_variable)),
    ("app_messages_list", now(Talking, messages::list).query("MessageListQuery")),
    ("app_messages_feedback", now(Any, messages::rate)),
    ("app_messages_suggested", now(Talking, messages::suggested)),
    ("app_files_upload", now(Any, files::upload)),
    ("app_files_preview", now(Any, files::preview)),
    ("app_audio_audio_to_text", now(Any, audio::to_text)),
    ("app_audio_text_to_audio", now(Any, audio::from_text)),
    ("app_info_get", now(Any, info::info)),
    ("app_info_parameters", now(Any, parameters::parameters)),
    ("app_info_site", now(Any, info::site)),
    ("app_info_server", now(Any, info::server).absent()),
    ("app_end_users_get", now(Any, info::end_user)),
    ("app_annotations_list", now(Any, annotations::list)),
    ("app_annotations_create", now(Any, annotations::create)),
    ("app_annotations_update", now(Any, annotations::update)),
    ("app_annotations_delete", now(Any, annotations::delete)),
    ("app_annotations_set_reply", now(Any, annotations::set_reply)),
    ("app_annotations_reply_status", now(Any, annotations::reply_status)),
];
