//! Keys for providers of models. One that has `bad` in it is refused.

use serde_json::{Value, json};

use super::catalogue::Provider;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::console::models::Credential;

/// The one thing that a credential consists of.
const SECRET: &str = "openai_api_key";

/// The secret of a request; the error is what the server says of it.
fn secret(call: &Call) -> Result<&str, String> {
    let secret = call.member("credentials")[SECRET].as_str().filter(|secret| !secret.is_empty());
    let secret = secret.ok_or_else(|| format!("Variable {SECRET} is required"))?;
    if secret.contains("bad") { Err("Incorrect API key provided".to_owned()) } else { Ok(secret) }
}

/// `GET …/credentials`: the one in use, or the one that is asked for, masked.
pub(crate) fn get(call: &Call) -> Outcome {
    let provider = Provider::of(call)?;
    call.world(|world| {
        let mut own = world.console.models.credentials.iter().filter(|known| known.provider == provider.name);
        let found = match call.asked("credential_id") {
            None => own.next(),
            Some(id) => {
                let found = own.find(|known| known.id == id);
                Some(found.ok_or_else(|| Refusal::invalid(format!("Credential with id {id} not found.")))?)
            }
        };
        let value = found.map(|credential| json!({SECRET: credential.masked()}));
        Ok(Reply::ok(json!({"credentials": value.unwrap_or(Value::Null)})))
    })
}

/// `POST …/credentials`.
pub(crate) fn create(call: &Call) -> Outcome {
    let provider = Provider::of(call)?;
    let secret = secret(call).map_err(Refusal::invalid)?;
    call.world(|world| {
        let credentials = &mut world.console.models.credentials;
        let count = credentials.iter().filter(|known| known.provider == provider.name).count();
        let name = match call.text("name").map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => format!("API KEY {}", count + 1),
        };
        if credentials.iter().any(|known| known.provider == provider.name && known.name == name) {
            return Err(Refusal::invalid(format!("Credential with name '{name}' already exists.")));
        }
        credentials.push(Credential::new(provider.name, &name, secret));
        Ok(Reply::Json(201, json!({"result": "success"})))
    })
}

/// `POST …/credentials/validate`: nothing is kept.
pub(crate) fn validate(call: &Call) -> Outcome {
    Provider::of(call)?;
    Ok(Reply::ok(match secret(call) {
        Ok(_) => json!({"result": "success", "error": null}),
        Err(error) => json!({"result": "error", "error": error}),
    }))
}
