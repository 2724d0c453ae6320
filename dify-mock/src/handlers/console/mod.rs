//! The Console API: which function answers which operation. It works on the same state as the Service API.

mod api_keys;
mod app_value;
mod apps;
mod checks;
mod definitions;
pub(crate) mod gate;
pub(crate) mod refusal;
mod session;
mod setup;
mod workflows;

use crate::handlers::call::Call;
use crate::handlers::handler::Audience::Any;
use crate::handlers::handler::{Handlers, checked, now};
use crate::handlers::service::knowledge;
use crate::state::World;
use crate::state::app::App;
use crate::values::key::Mode;
use crate::values::refusal::Refusal;

/// Operations that the documents' examples do not do justice to.
pub(super) const HANDLERS: Handlers = &[
    ("console_setup_status", now(Any, setup::status)),
    ("console_setup_create", now(Any, setup::create)),
    ("console_account_login", now(Any, session::login)),
    ("console_account_refresh", now(Any, session::refresh)),
    ("console_account_logout", now(Any, session::logout)),
    ("console_account_profile", now(Any, session::profile)),
    ("console_apps_list", now(Any, apps::list).query("AppListQuery")),
    ("console_apps_create", now(Any, apps::create)),
    ("console_apps_get", now(Any, apps::get)),
    ("console_apps_delete", now(Any, apps::delete)),
    ("console_apps_update_model_config", now(Any, apps::configure)),
    ("console_apps_set_api", now(Any, apps::set_api)),
    ("console_statistics_daily_runs", checked(Any, checks::span)),
    ("console_definitions_import_app", now(Any, definitions::import)),
    ("console_definitions_confirm_import", now(Any, definitions::confirm)),
    ("console_definitions_check_dependencies", now(Any, definitions::dependencies)),
    ("console_definitions_export_app", now(Any, definitions::export).query("AppExportQuery")),
    ("console_workflows_draft", now(Any, workflows::draft)),
    ("console_workflows_sync_draft", now(Any, workflows::sync).body("SyncDraftWorkflowPayload")),
    ("console_workflows_published", now(Any, workflows::published)),
    ("console_workflows_publish", now(Any, workflows::publish).body("PublishWorkflowPayload")),
    ("console_api_keys_list_for_app", now(Any, api_keys::list)),
    ("console_api_keys_create_for_app", now(Any, api_keys::create)),
    ("console_api_keys_delete_for_app", now(Any, api_keys::delete)),
    ("console_datasets_list", now(Any, knowledge::datasets::list)),
    ("console_datasets_create", now(Any, knowledge::datasets::create)),
    ("console_datasets_get", now(Any, knowledge::datasets::get)),
    ("console_datasets_update", now(Any, knowledge::datasets::update)),
    ("console_datasets_delete", now(Any, knowledge::datasets::delete)),
    ("console_datasets_hit_testing", now(Any, knowledge::retrieve::answer)),
    ("console_logs_messages", checked(Any, checks::messages).query("ChatMessagesQuery")),
    ("console_models_list", checked(Any, knowledge::known_models)),
    ("console_models_create_credential", checked(Any, checks::credential)),
];

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
