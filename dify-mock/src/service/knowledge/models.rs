//! The models that the workspace has.

use serde_json::{Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::app::tenant;

/// `GET /workspaces/current/models/model-types/{model_type}`.
pub(crate) fn list(call: &Call) -> Outcome {
    let models = models(call.at("model_type"))?;
    let (tenant, provider) = (tenant(), "langgenius/openai/openai");
    let icons = format!("{}/console/api/workspaces/{tenant}/model-providers/{provider}/icon_small", call.server.url);
    let provider = json!({
        "tenant_id": tenant,
        "provider": provider,
        "label": {"zh_Hans": "OpenAI", "en_US": "OpenAI"},
        "icon_small": {"zh_Hans": format!("{icons}/zh_Hans"), "en_US": format!("{icons}/en_US")},
        "icon_small_dark": null,
        "status": "active",
        "models": models,
    });
    Ok(Reply::ok(json!({"data": [provider]})))
}

/// The models of a kind.
pub(crate) fn models(kind: &str) -> Result<Vec<Value>, Refusal> {
    Ok(match kind {
        "llm" => {
            let features = ["multi-tool-call", "agent-thought", "stream-tool-call", "vision", "structured-output"];
            let properties = json!({"mode": "chat", "context_size": 128_000});
            let model = |name: &str| model(name, kind, json!(features), properties.clone());
            vec![model("gpt-4o-mini"), model("gpt-4o")]
        }
        "text-embedding" => {
            let properties = json!({"context_size": 8_191, "max_chunks": 32});
            vec![model("text-embedding-3-small", kind, Value::Null, properties)]
        }
        "rerank" => vec![model("rerank-fake", kind, Value::Null, json!({"context_size": 5_120}))],
        "speech2text" => {
            let properties = json!({"file_upload_limit": 25, "supported_file_extensions": "mp3,mp4,m4a,wav,webm"});
            vec![model("whisper-1", kind, Value::Null, properties)]
        }
        "moderation" => {
            let properties = json!({"max_chunks": 32, "max_characters_per_chunk": 2_000});
            vec![model("text-moderation-stable", kind, Value::Null, properties)]
        }
        "tts" => {
            let voices = json!([
                {"mode": "alloy", "name": "Alloy", "language": ["zh-Hans", "en-US"]},
                {"mode": "echo", "name": "Echo", "language": ["en-US"]},
            ]);
            let properties = json!({
                "default_voice": "alloy", "voices": voices, "word_limit": 3_500, "audio_type": "mp3", "max_workers": 5,
            });
            vec![model("tts-1", kind, Value::Null, properties)]
        }
        other => return Err(Refusal::invalid(format!("'{other}' is not a valid ModelType"))),
    })
}

fn model(name: &str, kind: &str, features: Value, properties: Value) -> Value {
    json!({
        "model": name,
        "label": {"zh_Hans": name, "en_US": name},
        "model_type": kind,
        "features": features,
        "fetch_from": "predefined-model",
        "model_properties": properties,
        "deprecated": false,
        "status": "active",
        "load_balancing_enabled": false,
        "has_invalid_load_balancing_configs": false,
    })
}
