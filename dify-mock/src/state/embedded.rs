//! What the applications that are there from the start look like to the console.

use serde_json::{Value, json};

use super::settings::standard;
use super::workflow::Workflow;
use crate::values::ids;
use crate::values::key::{Key, Mode};

/// The settings of an embedded application that is no workflow.
pub(crate) fn settings(mode: Mode) -> Value {
    let mut value = standard(mode);
    for (name, member) in features(mode).as_object_mut().into_iter().flatten() {
        value[name.as_str()] = member.take();
    }
    value["more_like_this"] = json!({"enabled": mode == Mode::Completion});
    value["user_input_form"] = form(mode);
    value["pre_prompt"] = json!("You are the embedded server.");
    value
}

/// The features of an embedded application.
fn features(mode: Mode) -> Value {
    let talks = mode.talks();
    let opening = match mode {
        Mode::Chat | Mode::AdvancedChat => json!("Hello {{name}}, ask me!"),
        Mode::AgentChat => json!("I am an agent with a clock."),
        Mode::Workflow => json!(""),
        Mode::Agent | Mode::Completion => Value::Null,
    };
    let mut upload = json!({
        "image": {"enabled": true, "number_limits": 3, "detail": "high", "transfer_methods": ["local_file", "remote_url"]},
        "enabled": true, "allowed_file_types": ["image"],
        "allowed_file_extensions": [".JPG", ".JPEG", ".PNG", ".GIF", ".WEBP", ".SVG"],
        "allowed_file_upload_methods": ["local_file", "remote_url"], "number_limits": 3,
    });
    if mode.flows() {
        upload["fileUploadConfig"] = json!({
            "file_size_limit": 15, "batch_count_limit": 5, "image_file_size_limit": 10, "video_file_size_limit": 100,
            "audio_file_size_limit": 50, "workflow_file_upload_limit": 10,
        });
    }
    json!({
        "opening_statement": opening,
        "suggested_questions": if talks { json!(["What is Rust?", "Why stream?"]) } else { json!([]) },
        "suggested_questions_after_answer": {"enabled": talks}, "speech_to_text": {"enabled": talks},
        "text_to_speech": {"enabled": true, "voice": "alloy", "language": "en-US"},
        "retriever_resource": {"enabled": true}, "sensitive_word_avoidance": {"enabled": false},
        "file_upload": upload,
    })
}

/// The form of an embedded application. No field is required.
fn form(mode: Mode) -> Value {
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

/// The draft of an embedded workflow or chatflow: the nodes that its runs go through.
pub(crate) fn draft(key: &Key) -> Workflow {
    let talks = key.mode.talks();
    let form = form(key.mode);
    let variables: Vec<Value> =
        form.as_array().into_iter().flatten().filter_map(|field| field.as_object()?.values().next().cloned()).collect();
    let model = json!({"provider": super::settings::PROVIDER, "name": "gpt-4o-mini", "mode": "chat"});
    let mut nodes = vec![("start", "start", "Start", json!({"variables": variables}))];
    if talks {
        nodes.push(("remember", "assigner", "Remember", json!({"items": []})));
    }
    if key.pauses {
        nodes.push((super::form::NODE.0, "human-input", super::form::NODE.1, json!({})));
    }
    nodes.push(("llm", "llm", "LLM", json!({"model": model, "prompt_template": []})));
    let text = json!([{"variable": "text", "value_selector": ["llm", "text"], "value_type": "string"}]);
    nodes.push(match talks {
        true => ("answer", "answer", "Answer", json!({"answer": "{{#llm.text#}}", "variables": []})),
        false => ("end", "end", "End", json!({"outputs": text})),
    });
    let drawn = nodes.iter().zip(1..).map(|((id, kind, title, more), place)| node(id, kind, title, more, place));
    let drawn: Vec<Value> = drawn.collect();
    let edges = nodes.windows(2).map(|pair| edge((pair[0].0, pair[0].1), (pair[1].0, pair[1].1)));
    let graph = json!({
        "nodes": drawn, "edges": edges.collect::<Vec<_>>(), "viewport": {"x": 0, "y": 0, "zoom": 1},
    });
    let features = features(key.mode);
    Workflow { id: ids::of("draft", &key.text), ..Workflow::draft(graph, features) }
}

fn node(id: &str, kind: &str, title: &str, more: &Value, place: u32) -> Value {
    let mut data = json!({"type": kind, "title": title, "desc": "", "selected": false});
    for (name, value) in more.as_object().into_iter().flatten() {
        data[name.as_str()] = value.clone();
    }
    let position = json!({"x": 300 * place, "y": 200});
    json!({
        "id": id, "type": "custom", "data": data, "position": position, "positionAbsolute": position,
        "width": 244, "height": 90, "sourcePosition": "right", "targetPosition": "left", "selected": false,
    })
}

/// A line from one node to the next; each is id and type.
fn edge(from: (&str, &str), to: (&str, &str)) -> Value {
    json!({
        "id": format!("{}-source-{}-target", from.0, to.0), "source": from.0, "target": to.0,
        "sourceHandle": "source", "targetHandle": "target", "type": "custom", "zIndex": 0,
        "data": {"sourceType": from.1, "targetType": to.1, "isInIteration": false, "isInLoop": false},
    })
}
