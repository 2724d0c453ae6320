//! What the applications that are there from the start look like to the console.

use serde_json::{Value, json};

use super::settings::standard;
use super::workflow::Workflow;
use crate::http::key::{Key, Mode};
use crate::ids;
use crate::service::parameters;

/// The settings of an embedded application that is no workflow.
pub(crate) fn settings(mode: Mode) -> Value {
    let mut value = standard(mode);
    value["opening_statement"] = parameters::opening(mode);
    value["user_input_form"] = parameters::user_input_form(mode);
    value["pre_prompt"] = json!("You are the embedded server.");
    if mode.talks() {
        value["suggested_questions"] = json!(["What is Rust?", "Why stream?"]);
        value["suggested_questions_after_answer"] = json!({"enabled": true});
        value["speech_to_text"] = json!({"enabled": true});
    }
    value
}

/// The draft of an embedded workflow or chatflow: the nodes that its runs go through.
pub(crate) fn draft(key: &Key) -> Workflow {
    let talks = key.mode.talks();
    let form = parameters::user_input_form(key.mode);
    let variables: Vec<Value> =
        form.as_array().into_iter().flatten().filter_map(|field| field.as_object()?.values().next().cloned()).collect();
    let model = json!({"provider": super::console::models::PROVIDER, "name": "gpt-4o-mini", "mode": "chat"});
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
    let features = json!({
        "opening_statement": parameters::opening(key.mode),
        "suggested_questions": if talks { json!(["What is Rust?", "Why stream?"]) } else { json!([]) },
        "suggested_questions_after_answer": {"enabled": talks},
        "speech_to_text": {"enabled": talks},
        "text_to_speech": {"enabled": true, "voice": "alloy", "language": "en-US"},
        "retriever_resource": {"enabled": true},
        "sensitive_word_avoidance": {"enabled": false},
        "file_upload": {"enabled": true, "image": {
            "enabled": true, "number_limits": 3, "transfer_methods": ["local_file", "remote_url"],
        }},
    });
    Workflow { id: ids::of("draft", &key.text), ..Workflow::draft(graph, features) }
}

fn node(id: &str, kind: &str, title: &str, more: &Value, place: u32) -> Value {
    let mut data = json!({"type": kind, "title": title, "desc": "", "selected": false});
    for (name, value) in more.as_object().into_iter().flatten() {
        data[name.as_str()] = value.clone();
    }
    let position = json!({"x": 300 * place, "y": 200});
    json!({
        "id": id,
        "type": "custom",
        "data": data,
        "position": position,
        "positionAbsolute": position,
        "width": 244,
        "height": 90,
        "sourcePosition": "right",
        "targetPosition": "left",
        "selected": false,
    })
}

/// A line from one node to the next; each is id and type.
fn edge(from: (&str, &str), to: (&str, &str)) -> Value {
    json!({
        "id": format!("{}-source-{}-target", from.0, to.0),
        "source": from.0,
        "target": to.0,
        "sourceHandle": "source",
        "targetHandle": "target",
        "type": "custom",
        "zIndex": 0,
        "data": {"sourceType": from.1, "targetType": to.1, "isInIteration": false, "isInLoop": false},
    })
}
