//! How files would be cut, and what the console offers to choose from.

use serde_json::{Value, json};

use super::documents::sources;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::service::knowledge::intake;
use crate::state::knowledge::process_rule::ProcessRule;
use crate::state::knowledge::segment::Segment;

/// So many segments are shown.
const SHOWN: usize = 10;

/// `POST /datasets/indexing-estimate`: nothing is stored.
pub(crate) async fn answer(call: Call) -> Outcome {
    let wish = call.members();
    let rule = ProcessRule::read(&wish["process_rule"]).map_err(Refusal::invalid)?;
    let form = call.text("doc_form").unwrap_or("text_model");
    let (mut total, mut preview, mut pairs) = (0, Vec::new(), Vec::new());
    for source in sources(&call, &wish["info_list"]).await? {
        let name = source.file.name.clone();
        let segments = intake::material(&name, source, rule.clone(), form, &wish).segments(false, 0);
        total += segments.len();
        for segment in segments.iter().take(SHOWN.saturating_sub(preview.len())) {
            preview.push(shown(segment));
            if let Some(answer) = &segment.answer {
                pairs.push(json!({"question": segment.content, "answer": answer}));
            }
        }
    }
    let mut value =
        json!({"total_segments": total, "preview": preview, "tokens": 0, "total_price": 0, "currency": "USD"});
    if form == "qa_model" {
        value["qa_preview"] = json!(pairs);
    }
    Ok(Reply::ok(value))
}

fn shown(segment: &Segment) -> Value {
    let mut value = json!({"content": segment.content});
    if !segment.children.is_empty() {
        value["child_chunks"] = segment.children.iter().map(|child| json!(child.content)).collect();
    }
    value
}

/// `GET /datasets/process-rule`: what the console offers at first, or the last rule of a document's knowledge base.
pub(crate) fn process_rule(call: &Call) -> Outcome {
    let limits = json!({"indexing_max_segmentation_tokens_length": 4000});
    let Some(id) = call.asked("document_id") else {
        let rules = json!({
            "pre_processing_rules": [
                {"id": "remove_extra_spaces", "enabled": true},
                {"id": "remove_urls_emails", "enabled": false},
            ],
            "segmentation": {"separator": "\n", "max_tokens": 1024, "chunk_overlap": 50},
            "parent_mode": null,
            "subchunk_segmentation": null,
        });
        return Ok(Reply::ok(json!({"mode": "custom", "rules": rules, "limits": limits})));
    };
    call.world(|world| {
        let mut datasets = world.knowledge.datasets.iter();
        let dataset = datasets.find(|dataset| dataset.documents.get(id).is_some());
        let dataset = dataset.ok_or_else(|| Refusal::not_found("Document not found."))?;
        let mut value = dataset.latest_rule.clone().unwrap_or_else(ProcessRule::automatic).of_dataset();
        value["limits"] = limits;
        Ok(Reply::ok(value))
    })
}

/// `GET /datasets/retrieval-setting`.
pub(crate) fn retrieval_setting(_: &Call) -> Outcome {
    Ok(Reply::ok(json!({"retrieval_method": ["semantic_search", "full_text_search", "hybrid_search"]})))
}
