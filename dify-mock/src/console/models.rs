//! Models, their parameters, and which of them is the default.

use serde_json::{Value, json};

use super::catalogue::{Provider, words};
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::service::knowledge::models::models;
use crate::state::console::models::PROVIDER;

/// `GET …/model-providers/{organization}/{plugin}/{provider}/models`. Only one provider is set up from the start.
pub(crate) fn of_provider(call: &Call) -> Outcome {
    let provider = Provider::of(call)?;
    let set_up =
        call.world(|world| world.console.models.credentials.iter().any(|known| known.provider == provider.name));
    let mut data: Vec<Value> = Vec::new();
    for kind in provider.kinds.iter().filter(|_| set_up && provider.name == PROVIDER) {
        for mut model in models(kind)? {
            model["provider"] = provider.brief(&call.server.url);
            data.push(model);
        }
    }
    Ok(Reply::ok(json!({"data": data})))
}

/// `GET …/models/parameter-rules`: none of what is no language model.
pub(crate) fn rules(call: &Call) -> Outcome {
    let provider = Provider::of(call)?;
    let model = call.asked("model").unwrap_or_default();
    let known = provider.name == PROVIDER && models("llm")?.iter().any(|known| known["model"] == model);
    let number = |name: &str, kind: &str, default: Value, least: f64, most: f64, digits: u32| {
        json!({
            "name": name,
            "use_template": name,
            "label": words(name),
            "type": kind,
            "help": null,
            "required": false,
            "default": default,
            "min": least,
            "max": most,
            "precision": digits,
            "options": [],
        })
    };
    let text = |name: &str, kind: &str, options: Value| {
        json!({
            "name": name,
            "use_template": null,
            "label": words(name),
            "type": kind,
            "help": null,
            "required": false,
            "default": null,
            "min": null,
            "max": null,
            "precision": null,
            "options": options,
        })
    };
    let rules = vec![
        number("temperature", "float", json!(1.0), 0.0, 2.0, 2),
        number("top_p", "float", json!(1.0), 0.0, 1.0, 2),
        number("max_tokens", "int", json!(512), 1.0, 16_384.0, 0),
        text("response_format", "string", json!(["text", "json_object", "json_schema"])),
        text("json_schema", "text", json!([])),
    ];
    Ok(Reply::ok(json!({"data": if known { rules } else { Vec::new() }})))
}

/// `GET /workspaces/current/default-model`.
pub(crate) fn default(call: &Call) -> Outcome {
    let kind = call.asked("model_type").unwrap_or_default();
    let chosen = call.world(|world| world.console.models.defaults.get(kind).cloned());
    let Some((provider, model)) = chosen else { return Ok(Reply::ok(json!({"data": null}))) };
    let provider = Provider::named(&provider)?.brief(&call.server.url);
    Ok(Reply::ok(json!({"data": {"model": model, "model_type": kind, "provider": provider}})))
}

/// `POST /workspaces/current/default-model`: what is named; kinds without a model stay as they are.
pub(crate) fn set_defaults(call: &Call) -> Outcome {
    let mut chosen = Vec::new();
    for setting in call.member("model_settings").as_array().into_iter().flatten() {
        let text = |name: &str| setting[name].as_str().filter(|text| !text.is_empty());
        let (Some(kind), Some(provider), Some(model)) = (text("model_type"), text("provider"), text("model")) else {
            continue;
        };
        let provider = Provider::named(provider)?;
        let known = provider.name == PROVIDER && models(kind)?.iter().any(|known| known["model"] == model);
        if !known {
            return Err(Refusal::invalid(format!("Model {model} does not exist.")));
        }
        chosen.push((kind.to_owned(), (provider.name.to_owned(), model.to_owned())));
    }
    call.world(|world| world.console.models.defaults.extend(chosen));
    Ok(Reply::success())
}
