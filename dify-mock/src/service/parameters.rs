//! `GET /parameters`: how the application wants to be talked to.

use serde_json::{Map, Value, json};

use crate::http::call::{Call, Outcome};
use crate::http::key::Mode;
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::profile::Profile;

/// `GET /parameters`.
pub(crate) fn parameters(call: &Call) -> Outcome {
    let profile = call.world(|world| world.app(&call.key).profile.clone());
    if profile.defined {
        return defined(call, &profile);
    }
    let mode = call.key.mode;
    let flow = matches!(mode, Mode::Workflow | Mode::AdvancedChat);
    let reply = call.world(|world| world.app(&call.key).annotations.reply.clone());
    let mut upload = json!({
        "image": {"enabled": true, "number_limits": 3, "detail": "high", "transfer_methods": ["local_file", "remote_url"]},
        "enabled": true,
        "allowed_file_types": ["image"],
        "allowed_file_extensions": [".JPG", ".JPEG", ".PNG", ".GIF", ".WEBP", ".SVG"],
        "allowed_file_upload_methods": ["local_file", "remote_url"],
        "number_limits": 3,
    });
    if flow {
        upload["fileUploadConfig"] = json!({
            "file_size_limit": 15,
            "batch_count_limit": 5,
            "image_file_size_limit": 10,
            "video_file_size_limit": 100,
            "audio_file_size_limit": 50,
            "workflow_file_upload_limit": 10,
        });
    }
    Ok(Reply::ok(json!({
        "opening_statement": opening(mode),
        "suggested_questions": if mode.talks() { json!(["What is Rust?", "Why stream?"]) } else { json!([]) },
        "suggested_questions_after_answer": {"enabled": mode.talks()},
        "speech_to_text": {"enabled": mode.talks()},
        "text_to_speech": {"enabled": true, "voice": "alloy", "language": "en-US"},
        "retriever_resource": {"enabled": true},
        "annotation_reply": reply.unwrap_or_else(|| json!({"enabled": false})),
        "more_like_this": {"enabled": mode == Mode::Completion},
        "user_input_form": user_input_form(mode),
        "sensitive_word_avoidance": {"enabled": false},
        "file_upload": upload,
        "system_parameters": limits(),
    })))
}

/// The same, of an application that somebody made.
fn defined(call: &Call, profile: &Profile) -> Outcome {
    let unavailable = || {
        let message = "App unavailable, please check your app configurations.";
        Refusal::new(400, "app_unavailable", message)
    };
    let features = profile.features().ok_or_else(unavailable)?;
    let form = profile.form().ok_or_else(unavailable)?;
    let reply = call.world(|world| world.app(&call.key).annotations.reply.clone());
    let switch =
        |name: &str| if features[name].is_object() { features[name].clone() } else { json!({"enabled": false}) };
    let questions = features["suggested_questions"].as_array().cloned().unwrap_or_default();
    let upload = &features["file_upload"];
    let image = json!({"image": {
        "enabled": false, "number_limits": 3, "detail": "high", "transfer_methods": ["remote_url", "local_file"],
    }});
    let avoidance = switch("sensitive_word_avoidance");
    let avoidance = if avoidance["enabled"] == true { avoidance } else { json!({"enabled": false}) };
    Ok(Reply::ok(json!({
        "opening_statement": features["opening_statement"],
        "suggested_questions": questions,
        "suggested_questions_after_answer": switch("suggested_questions_after_answer"),
        "speech_to_text": switch("speech_to_text"),
        "text_to_speech": switch("text_to_speech"),
        "retriever_resource": switch("retriever_resource"),
        "annotation_reply": reply.unwrap_or_else(|| json!({"enabled": false})),
        "more_like_this": switch("more_like_this"),
        "user_input_form": form,
        "sensitive_word_avoidance": avoidance,
        "file_upload": if upload.is_object() { upload.clone() } else { image },
        "system_parameters": limits(),
    })))
}

/// How large files may be, in megabytes.
fn limits() -> Value {
    json!({
        "image_file_size_limit": 10,
        "video_file_size_limit": 100,
        "audio_file_size_limit": 50,
        "file_size_limit": 15,
        "workflow_file_upload_limit": 10,
    })
}

/// Whether a feature is switched on: one of an embedded application is on wherever its mode has it.
pub(crate) fn enabled(call: &Call, feature: &str) -> bool {
    let own = call.world(|world| {
        let profile = &world.app(&call.key).profile;
        profile.defined.then(|| profile.features().is_some_and(|features| features[feature]["enabled"] == true))
    });
    own.unwrap_or_else(|| feature == "text_to_speech" || call.key.mode.talks())
}

/// The form of the application that is called.
pub(crate) fn form(call: &Call) -> Value {
    let own = call.world(|world| {
        let profile = &world.app(&call.key).profile;
        profile.defined.then(|| profile.form().unwrap_or_else(|| json!([])))
    });
    own.unwrap_or_else(|| user_input_form(call.key.mode))
}

/// What the application asks for before it begins. Nothing of it is required.
pub(crate) fn user_input_form(mode: Mode) -> Value {
    match mode {
        Mode::Chat => json!([{"text-input": {
            "label": "Name", "variable": "name", "required": false, "max_length": 48, "default": "",
        }}]),
        Mode::AdvancedChat => json!([{"text-input": {
            "variable": "name", "label": "name", "type": "text-input", "required": false, "max_length": 200,
            "options": [],
        }}]),
        Mode::Completion => json!([{"paragraph": {
            "label": "Query", "variable": "query", "required": false, "default": "",
        }}]),
        Mode::Workflow => json!([{"paragraph": {
            "variable": "query", "label": "query", "type": "paragraph", "required": false, "max_length": 2000,
            "options": [],
        }}]),
        Mode::AgentChat | Mode::Agent => json!([]),
    }
}

/// What it says first.
pub(crate) fn opening(mode: Mode) -> Value {
    match mode {
        Mode::Chat | Mode::AdvancedChat => json!("Hello {{name}}, ask me!"),
        Mode::AgentChat => json!("I am an agent with a clock."),
        Mode::Workflow => json!(""),
        Mode::Agent | Mode::Completion => Value::Null,
    }
}

/// The opening of a conversation with these inputs.
pub(crate) fn introduction(call: &Call, inputs: &Map<String, Value>) -> String {
    let own = call.world(|world| {
        let profile = &world.app(&call.key).profile;
        profile.features().filter(|_| profile.defined).map(|features| features["opening_statement"].clone())
    });
    let opening = own.unwrap_or_else(|| opening(call.key.mode));
    let mut text = opening.as_str().unwrap_or_default().to_owned();
    for (name, value) in inputs {
        text = text.replace(&format!("{{{{{name}}}}}"), value.as_str().unwrap_or_default());
    }
    text
}
