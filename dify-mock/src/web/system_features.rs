//! `GET /system-features`: what the server offers.

use serde_json::{Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::reply::Reply;

/// `GET /system-features`.
pub(crate) fn answer(_: &Call) -> Outcome {
    Ok(Reply::ok(features()))
}

/// A community edition with nothing switched on that needs something else.
pub(crate) fn features() -> Value {
    json!({
        "deployment_edition": "COMMUNITY",
        "enable_app_deploy": false,
        "sso_enforced_for_signin": false,
        "sso_enforced_for_signin_protocol": null,
        "enable_marketplace": false,
        "enable_email_code_login": false,
        "enable_email_password_login": true,
        "enable_social_oauth_login": false,
        "enable_collaboration_mode": true,
        "is_allow_register": false,
        "is_email_setup": false,
        "license": {"status": "none"},
        "branding": {
            "enabled": false, "application_title": "", "login_page_logo": "", "workspace_logo": "", "favicon": "",
        },
        "webapp_auth": {
            "enabled": false,
            "allow_sso": false,
            "sso_config": {"protocol": null},
            "allow_email_code_login": false,
            "allow_email_password_login": false,
            "allow_public_access": true,
        },
        "plugin_installation_permission": {
            "plugin_installation_scope": "all", "restrict_to_marketplace_only": false,
        },
        "enable_change_email": true,
        "enable_creators_platform": false,
        "enable_explore_banner": false,
        "enable_learn_app": true,
        "enable_step_by_step_tour": false,
        "rbac_enabled": false,
        "knowledge_fs_enabled": false,
    })
}
