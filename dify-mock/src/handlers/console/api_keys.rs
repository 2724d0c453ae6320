//! Keys for the Service API, and whether they open anything.

use serde_json::json;

use super::refusal::about_keys;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::console::api_key::{ApiKey, MOST};
use crate::values::refusal::Refusal;

/// `GET /apps/{app_id}/api-keys`.
pub(crate) fn list(call: &Call) -> Outcome {
    call.world(|world| {
        let keys = &world.app_of(call.at("app_id")).ok_or_else(no_app)?.profile.keys;
        Ok(Reply::ok(json!({"data": keys.iter().map(ApiKey::value).collect::<Vec<_>>()})))
    })
}

/// `POST /apps/{app_id}/api-keys`: it works at once.
pub(crate) fn create(call: &Call) -> Outcome {
    call.world(|world| {
        let app = world.app_of(call.at("app_id")).ok_or_else(no_app)?;
        if app.profile.keys.len() >= MOST {
            let message = format!("Cannot create more than {MOST} API keys for this resource type.");
            let body = json!({"custom": "max_keys_exceeded", "message": message});
            return Err(Refusal::Shaped { status: 400, body });
        }
        let made = ApiKey::new();
        app.profile.keys.push(made.clone());
        let key = app.key.clone();
        world.mint(&made.token, &key);
        Ok(Reply::Json(201, made.value()))
    })
}

/// `DELETE /apps/{app_id}/api-keys/{api_key_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    call.world(|world| {
        let app = world.app_of(call.at("app_id")).ok_or_else(no_app)?;
        let place = app.profile.keys.iter().position(|key| key.id == call.at("api_key_id"));
        let place = place.ok_or_else(|| about_keys(404, "API key not found"))?;
        let token = app.profile.keys.remove(place).token;
        world.revoke(&token);
        Ok(Reply::Nothing)
    })
}

fn no_app() -> Refusal {
    about_keys(404, "App not found")
}
