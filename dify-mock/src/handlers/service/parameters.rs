//! `GET /parameters`: what the application expects of its callers.

use serde_json::{Map, Value, json};

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::values::refusal::Refusal;

/// `GET /parameters`.
pub(crate) fn parameters(call: &Call) -> Outcome {
    let unavailable = || {
        let message = "App unavailable, please check your app configurations.";
        Refusal::new(400, "app_unavailable", message)
    };
    call.world(|world| {
        let app = world.app(&call.key);
        let features = app.profile.features().ok_or_else(unavailable)?;
        let form = app.profile.form().ok_or_else(unavailable)?;
        let off = || json!({"enabled": false});
        let switch = |name: &str| if features[name].is_object() { features[name].clone() } else { off() };
        let avoidance = Some(switch("sensitive_word_avoidance")).filter(|avoidance| avoidance["enabled"] == true);
        let image = json!({"image": {
            "enabled": false, "number_limits": 3, "detail": "high", "transfer_methods": ["remote_url", "local_file"],
        }});
        let upload = Some(&features["file_upload"]).filter(|upload| upload.is_object());
        Ok(Reply::ok(json!({
            "opening_statement": features["opening_statement"],
            "suggested_questions": features["suggested_questions"].as_array().cloned().unwrap_or_default(),
            "suggested_questions_after_answer": switch("suggested_questions_after_answer"),
            "speech_to_text": switch("speech_to_text"), "text_to_speech": switch("text_to_speech"),
            "retriever_resource": switch("retriever_resource"),
            "annotation_reply": app.annotations.reply.clone().unwrap_or_else(off),
            "more_like_this": switch("more_like_this"), "user_input_form": form,
            "sensitive_word_avoidance": avoidance.unwrap_or_else(off), "file_upload": upload.unwrap_or(&image),
            "system_parameters": {
                "image_file_size_limit": 10, "video_file_size_limit": 100, "audio_file_size_limit": 50,
                "file_size_limit": 15, "workflow_file_upload_limit": 10,
            },
        })))
    })
}

/// Returns whether a feature is switched on.
pub(crate) fn enabled(call: &Call, feature: &str) -> bool {
    call.world(|world| {
        let features = world.app(&call.key).profile.features();
        features.is_some_and(|features| features[feature]["enabled"] == true)
    })
}

/// The form of the application that is called.
pub(crate) fn form(call: &Call) -> Value {
    call.world(|world| world.app(&call.key).profile.form()).unwrap_or_else(|| json!([]))
}

/// The opening of a conversation with these inputs.
pub(crate) fn introduction(call: &Call, inputs: &Map<String, Value>) -> String {
    let opening = call.world(|world| {
        let features = world.app(&call.key).profile.features();
        features.and_then(|features| features["opening_statement"].as_str()).unwrap_or_default().to_owned()
    });
    inputs.iter().fold(opening, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value.as_str().unwrap_or_default())
    })
}
