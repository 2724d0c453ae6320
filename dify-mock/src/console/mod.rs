//! The Console API: which function answers which operation. It works on the same state as the Service API.

mod api_keys;
mod app_settings;
mod app_value;
mod apps;
mod catalogue;
mod chat_log;
mod completion_log;
mod credentials;
mod datasets;
mod definitions;
mod documents;
mod environment;
mod estimate;
mod files;
pub(crate) mod gate;
mod logged;
mod messages_log;
mod models;
mod providers;
pub(crate) mod refusal;
mod run_log;
mod session;
mod setup;
mod sites;
mod statistics;
mod tags;
mod versions;
mod workflow_log;
mod workflows;
mod workspace;

use crate::contract::Operation;
use crate::http::call::Call;
use crate::http::key::Mode;
use crate::http::refusal::Refusal;
use crate::service::Audience::Any;
use crate::service::{Handler, knowledge, later, now};
use crate::state::World;
use crate::state::app::App;

static HANDLERS: &[(&str, Handler)] = &[
    ("console_setup_status", now(Any, setup::status)),
    ("console_setup_create", now(Any, setup::create)),
    ("console_setup_init_status", now(Any, setup::init_status)),
    ("console_setup_ping", now(Any, setup::ping)),
    ("console_setup_version", now(Any, setup::version)),
    ("console_setup_features", now(Any, setup::features)),
    ("console_account_login", now(Any, session::login)),
    ("console_account_refresh", now(Any, session::refresh)),
    ("console_account_logout", now(Any, session::logout)),
    ("console_account_profile", now(Any, workspace::profile)),
    ("console_account_rename", now(Any, workspace::rename).body("AccountNamePayload")),
    ("console_workspaces_list", now(Any, workspace::list)),
    ("console_workspaces_members", now(Any, workspace::members)),
    ("console_apps_list", now(Any, apps::list).query("AppListQuery")),
    ("console_apps_create", now(Any, apps::create)),
    ("console_apps_get", now(Any, apps::get)),
    ("console_apps_update", now(Any, apps::update)),
    ("console_apps_delete", now(Any, apps::delete)),
    ("console_apps_copy", now(Any, apps::copy)),
    ("console_apps_rename", now(Any, app_settings::rename)),
    ("console_apps_set_icon", now(Any, app_settings::set_icon)),
    ("console_apps_update_model_config", now(Any, app_settings::configure)),
    ("console_apps_set_api", now(Any, app_settings::set_api)),
    ("console_apps_set_site", now(Any, app_settings::set_site)),
    ("console_apps_update_site", now(Any, sites::update)),
    ("console_apps_reset_site_code", now(Any, sites::reset)),
    ("console_statistics_daily_messages", now(Any, statistics::messages)),
    ("console_statistics_token_costs", now(Any, statistics::costs)),
    ("console_statistics_daily_runs", now(Any, statistics::runs)),
    ("console_definitions_import_app", now(Any, definitions::import)),
    ("console_definitions_confirm_import", now(Any, definitions::confirm)),
    ("console_definitions_check_dependencies", now(Any, definitions::dependencies)),
    ("console_definitions_export_app", now(Any, definitions::export).query("AppExportQuery")),
    ("console_definitions_dsl_version", now(Any, setup::dsl_version)),
    ("console_workflows_draft", now(Any, workflows::draft)),
    ("console_workflows_sync_draft", SYNC),
    ("console_workflows_published", now(Any, workflows::published)),
    ("console_workflows_publish", now(Any, workflows::publish).body("PublishWorkflowPayload")),
    ("console_workflows_environment_variables", now(Any, environment::list)),
    ("console_workflows_set_environment_variables", now(Any, environment::set)),
    ("console_workflows_versions", now(Any, versions::list).query("WorkflowListQuery")),
    ("console_workflows_update_version", now(Any, versions::update).body("WorkflowUpdatePayload")),
    ("console_workflows_delete_version", now(Any, versions::delete)),
    ("console_workflows_restore_version", now(Any, versions::restore)),
    ("console_api_keys_list_for_app", now(Any, api_keys::of_app)),
    ("console_api_keys_create_for_app", now(Any, api_keys::create_for_app)),
    ("console_api_keys_delete_for_app", now(Any, api_keys::delete_of_app)),
    ("console_api_keys_list_for_datasets", now(Any, api_keys::of_datasets)),
    ("console_api_keys_create_for_datasets", now(Any, api_keys::create_for_datasets)),
    ("console_api_keys_delete_for_datasets", now(Any, api_keys::delete_of_datasets)),
    ("console_api_keys_set_dataset_api", now(Any, api_keys::set_dataset_api)),
    ("console_api_keys_api_base", now(Any, api_keys::api_base)),
    ("console_datasets_list", now(Any, datasets::list)),
    ("console_datasets_create", now(Any, datasets::create)),
    ("console_datasets_get", now(Any, datasets::get)),
    ("console_datasets_update", now(Any, datasets::update)),
    ("console_datasets_delete", now(Any, knowledge::datasets::delete)),
    ("console_datasets_init", later(Any, |call| Box::pin(documents::init(call)))),
    ("console_datasets_indexing_estimate", later(Any, |call| Box::pin(estimate::answer(call)))),
    ("console_datasets_process_rule", now(Any, estimate::process_rule)),
    ("console_datasets_retrieval_setting", now(Any, estimate::retrieval_setting)),
    ("console_datasets_hit_testing", now(Any, knowledge::retrieve::answer)),
    ("console_documents_list", now(Any, documents::list)),
    ("console_documents_create", later(Any, |call| Box::pin(documents::create(call)))),
    ("console_documents_indexing_status", now(Any, knowledge::document_states::indexing)),
    ("console_files_upload", now(Any, files::upload)),
    ("console_files_limits", now(Any, files::limits)),
    ("console_tags_list", now(Any, tags::list)),
    ("console_tags_create", now(Any, tags::create)),
    ("console_tags_update", now(Any, tags::update)),
    ("console_tags_delete", now(Any, tags::delete)),
    ("console_tags_bind", now(Any, tags::bind)),
    ("console_tags_unbind", now(Any, tags::unbind)),
    ("console_logs_chat_conversations", now(Any, chat_log::list)),
    ("console_logs_chat_conversation", now(Any, chat_log::get)),
    ("console_logs_messages", now(Any, messages_log::list).query("ChatMessagesQuery")),
    ("console_logs_message", now(Any, messages_log::get)),
    ("console_logs_completion_conversations", now(Any, completion_log::list)),
    ("console_logs_completion_conversation", now(Any, completion_log::get)),
    ("console_logs_workflow_runs", now(Any, run_log::of_workflow)),
    ("console_logs_chatflow_runs", now(Any, run_log::of_chatflow)),
    ("console_logs_count_runs", now(Any, run_log::count)),
    ("console_logs_workflow_run", now(Any, run_log::get)),
    ("console_logs_node_executions", now(Any, run_log::nodes)),
    ("console_logs_workflow_logs", now(Any, workflow_log::list)),
    ("console_models_providers", now(Any, providers::list).query("ParserModelList")),
    ("console_models_of_provider", now(Any, models::of_provider)),
    ("console_models_parameter_rules", now(Any, models::rules)),
    ("console_models_list", now(Any, knowledge::models::list)),
    ("console_models_default", now(Any, models::default)),
    ("console_models_set_defaults", now(Any, models::set_defaults)),
    ("console_models_credential", now(Any, credentials::get)),
    ("console_models_create_credential", now(Any, credentials::create)),
    ("console_models_validate_credential", now(Any, credentials::validate)),
];

const SYNC: Handler = now(Any, workflows::sync).body("SyncDraftWorkflowPayload");

/// The function for an operation of the console.
pub(crate) fn handler(operation: &Operation) -> Option<&'static Handler> {
    HANDLERS.iter().find(|(id, _)| *id == operation.id).map(|(_, handler)| handler)
}

/// The application of the path.
fn app<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut App, Refusal> {
    world.app_of(call.at("app_id")).ok_or_else(refusal::no_app)
}

/// The same, where the operation is for some modes only. The others hear of none.
fn app_in<'a>(world: &'a mut World, call: &Call, modes: &[Mode]) -> Result<&'a mut App, Refusal> {
    let app = app(world, call)?;
    if modes.contains(&app.profile.mode) {
        return Ok(app);
    }
    let modes: Vec<String> = modes.iter().map(|mode| format!("'{}'", mode.name())).collect();
    let message = format!("App mode is not in the supported list: {{{}}}.", modes.join(", "));
    Err(Refusal::new(404, "app_not_found", message))
}

/// Modes that are drawn, in the order in which the server names them.
const DRAWN: &[Mode] = &[Mode::Workflow, Mode::AdvancedChat];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;

    #[test]
    fn every_operation_of_the_console_has_a_function() {
        let contract = Contract::get().expect("the bundle is readable");
        let operations: Vec<&Operation> = contract.operations().filter(|operation| operation.is_console()).collect();
        let without = operations.iter().filter(|operation| handler(operation).is_none());
        assert_eq!(without.map(|operation| operation.id.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
        assert_eq!(operations.len(), HANDLERS.len());
    }
}
