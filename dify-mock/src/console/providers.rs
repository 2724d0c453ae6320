//! Providers of models, and whether they are set up.

use serde_json::{Value, json};

use super::catalogue::{PROVIDERS, Provider, words};
use crate::http::call::{Call, Outcome};
use crate::http::reply::Reply;
use crate::state::app::tenant;
use crate::state::console::models::{Credential, Models};

/// The credentials of a provider; the first is the one in use.
fn of<'a>(models: &'a Models, provider: &Provider) -> Vec<&'a Credential> {
    models.credentials.iter().filter(|credential| credential.provider == provider.name).collect()
}

fn told(credentials: &[&Credential]) -> Value {
    let told = |credential: &&Credential| json!({"credential_id": credential.id, "credential_name": credential.name});
    credentials.iter().map(told).collect()
}

fn state(credentials: &[&Credential]) -> &'static str {
    if credentials.is_empty() { "no-configure" } else { "active" }
}

/// `GET /workspaces/current/model-providers`.
pub(crate) fn list(call: &Call) -> Outcome {
    let kind = call.asked("model_type");
    call.world(|world| {
        let fits = |provider: &&Provider| kind.is_none_or(|kind| provider.kinds.contains(&kind));
        let value = |provider: &Provider| whole(provider, &of(&world.console.models, provider), &call.server.url);
        let data: Vec<Value> = PROVIDERS.iter().filter(fits).map(value).collect();
        Ok(Reply::ok(json!({"data": data})))
    })
}

fn whole(provider: &Provider, credentials: &[&Credential], server: &str) -> Value {
    let form = json!([{
        "variable": "openai_api_key",
        "label": words("API Key"),
        "type": "secret-input",
        "required": true,
        "default": null,
        "options": null,
        "placeholder": words("Enter"),
        "max_length": 0,
        "show_on": [],
    }]);
    let current = credentials.first();
    json!({
        "tenant_id": tenant(),
        "provider": provider.name,
        "label": provider.label(),
        "description": words("Of the embedded server."),
        "icon_small": provider.icons(server),
        "icon_small_dark": null,
        "background": "#E5E7EB",
        "help": {
            "title": words("Get your API Key"),
            "url": words("https://platform.openai.com/account/api-keys"),
        },
        "supported_model_types": provider.kinds,
        "configurate_methods": ["predefined-model", "customizable-model"],
        "provider_credential_schema": {"credential_form_schemas": form},
        "model_credential_schema": {
            "model": {"label": words("Model Name"), "placeholder": words("Enter model name")},
            "credential_form_schemas": form,
        },
        "preferred_provider_type": "custom",
        "custom_configuration": {
            "status": state(credentials),
            "current_credential_id": current.map(|credential| &credential.id),
            "current_credential_name": current.map(|credential| &credential.name),
            "available_credentials": told(credentials),
            "custom_models": [],
            "can_added_models": [],
        },
        "system_configuration": {"enabled": false, "current_quota_type": null, "quota_configurations": []},
    })
}
