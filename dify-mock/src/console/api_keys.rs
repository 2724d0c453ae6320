//! Keys for the Service API, and whether they open anything.

use serde_json::{Value, json};

use super::refusal::about_keys;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::console::api_key::{ApiKey, MOST};

/// `GET /apps/{app_id}/api-keys`.
pub(crate) fn of_app(call: &Call) -> Outcome {
    call.world(|world| Ok(Reply::ok(listed(&world.app_of(call.at("app_id")).ok_or_else(no_app)?.profile.keys))))
}

/// `POST /apps/{app_id}/api-keys`: it works at once.
pub(crate) fn create_for_app(call: &Call) -> Outcome {
    call.world(|world| {
        let app = world.app_of(call.at("app_id")).ok_or_else(no_app)?;
        let made = one_more(&mut app.profile.keys, "app-")?;
        let key = app.key.clone();
        world.mint(&made.token, &key);
        Ok(Reply::Json(201, made.value()))
    })
}

/// `DELETE /apps/{app_id}/api-keys/{api_key_id}`.
pub(crate) fn delete_of_app(call: &Call) -> Outcome {
    call.world(|world| {
        let app = world.app_of(call.at("app_id")).ok_or_else(no_app)?;
        let token = taken(&mut app.profile.keys, call)?;
        world.revoke(&token);
        Ok(Reply::Nothing)
    })
}

/// `GET /datasets/api-keys`.
pub(crate) fn of_datasets(call: &Call) -> Outcome {
    call.world(|world| Ok(Reply::ok(listed(&world.console.dataset_keys))))
}

/// `POST /datasets/api-keys`.
pub(crate) fn create_for_datasets(call: &Call) -> Outcome {
    call.world(|world| Ok(Reply::ok(one_more(&mut world.console.dataset_keys, "dataset-")?.value())))
}

/// `DELETE /datasets/api-keys/{api_key_id}`.
pub(crate) fn delete_of_datasets(call: &Call) -> Outcome {
    call.world(|world| {
        let token = taken(&mut world.console.dataset_keys, call)?;
        world.revoke(&token);
        Ok(Reply::Nothing)
    })
}

/// `POST /datasets/{dataset_id}/api-keys/{status}`.
pub(crate) fn set_dataset_api(call: &Call) -> Outcome {
    call.world(|world| {
        let dataset = world.knowledge.dataset(call.at("dataset_id"));
        let dataset = dataset.ok_or_else(|| Refusal::not_found("Dataset not found."))?;
        dataset.api_open = call.at("status") == "enable";
        Ok(Reply::success())
    })
}

/// `GET /datasets/api-base-info`.
pub(crate) fn api_base(call: &Call) -> Outcome {
    Ok(Reply::ok(json!({"api_base_url": format!("{}/v1", call.server.url)})))
}

fn no_app() -> Refusal {
    about_keys(404, "App not found")
}

fn listed(keys: &[ApiKey]) -> Value {
    json!({"data": keys.iter().map(ApiKey::value).collect::<Vec<_>>()})
}

fn one_more(keys: &mut Vec<ApiKey>, prefix: &str) -> Result<ApiKey, Refusal> {
    if keys.len() >= MOST {
        let message = format!("Cannot create more than {MOST} API keys for this resource type.");
        return Err(Refusal::Shaped { status: 400, body: json!({"custom": "max_keys_exceeded", "message": message}) });
    }
    let made = ApiKey::new(prefix);
    keys.push(made.clone());
    Ok(made)
}

fn taken(keys: &mut Vec<ApiKey>, call: &Call) -> Result<String, Refusal> {
    let place = keys.iter().position(|key| key.id == call.at("api_key_id"));
    let place = place.ok_or_else(|| about_keys(404, "API key not found"))?;
    Ok(keys.remove(place).token)
}
