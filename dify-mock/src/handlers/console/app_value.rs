//! The representations of an application in the console: full, short, and in lists.

use serde_json::{Value, json};

use crate::state::World;
use crate::state::app::App;
use crate::values::json_text::extend;
use crate::values::workspace::account;

/// What the account may do with an application.
const RIGHTS: &str = "preview view_layout test_and_run edit import_export_dsl delete release_and_version monitor \
    access_config tracing_config log_and_annotation";

fn rights() -> Value {
    RIGHTS.split(' ').map(|right| format!("app.acl.{right}")).collect()
}

fn workflow(app: &App) -> Value {
    app.profile.workflows.running().map(|workflow| workflow.brief(&account())).unwrap_or_default()
}

/// The answer to small changes. Only the application itself contains the rights.
pub(super) fn small(app: &App, with_rights: bool) -> Value {
    let profile = &app.profile;
    json!({
        "id": app.id, "name": profile.name, "description": profile.description, "mode": profile.mode.name(),
        "icon": profile.look["icon"], "icon_background": profile.look["icon_background"], "enable_site": true,
        "enable_api": profile.api_open,
        "model_config": profile.settings.as_ref().map(crate::state::settings::Settings::value),
        "workflow": workflow(app), "tracing": null, "use_icon_as_answer_icon": profile.icon_answers,
        "created_by": account(), "created_at": profile.created_at, "updated_by": account(),
        "updated_at": profile.updated_at, "access_mode": null, "tags": [],
        "permission_keys": if with_rights { rights() } else { json!([]) }, "maintainer": account(),
    })
}

/// With its page and the address of the API.
pub(super) fn large(app: &App, server: &str) -> Value {
    let mut value = small(app, true);
    let more = json!({
        "icon_type": app.profile.look["icon_type"], "api_base_url": format!("{server}/v1"),
        "max_active_requests": null, "deleted_tools": [], "site": app.profile.site.value(server),
        "bound_agent_id": null, "app_id": null, "icon_url": null,
    });
    extend(&mut value, more);
    value
}

/// As lists have it.
pub(super) fn item(app: &App, world: &World) -> Value {
    let profile = &app.profile;
    json!({
        "id": app.id, "name": profile.name, "max_active_requests": null, "description": profile.description,
        "mode": profile.mode.name(), "icon_type": profile.look["icon_type"], "icon": profile.look["icon"],
        "icon_background": profile.look["icon_background"],
        "model_config": profile.settings.as_ref().map(crate::state::settings::Settings::brief),
        "workflow": workflow(app), "use_icon_as_answer_icon": profile.icon_answers, "created_by": account(),
        "created_at": profile.created_at, "updated_by": account(), "updated_at": profile.updated_at,
        "tags": [], "access_mode": null, "create_user_name": null,
        "author_name": world.console.account.as_ref().map(|account| &account.name),
        "has_draft_trigger": false, "permission_keys": rights(), "bound_agent_id": null, "app_id": null,
        "is_starred": false, "maintainer": account(), "icon_url": null,
    })
}
