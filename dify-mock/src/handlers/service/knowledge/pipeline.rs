//! Pipelines: refusals, and streams that end. Pipelines process nothing here.

use serde_json::{Value, json};

use super::dataset;
use super::document_files::part;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::events::Events;
use crate::handlers::reply::Reply;
use crate::handlers::service::files::{no_file, typed};
use crate::state::feed::{Feed, Turn};
use crate::values::refusal::Refusal;
use crate::values::{clock, ids};

/// `POST /datasets/pipeline/file-upload`.
pub(crate) fn upload(call: &Call) -> Result<(), Refusal> {
    typed(part(call)?.ok_or_else(no_file)?).map(|_| ())
}

/// Refuses a knowledge base without a pipeline.
pub(crate) fn check(call: &Call) -> Result<(), Refusal> {
    let piped = call.world(|world| Ok::<_, Refusal>(dataset(world, call)?.pipeline.is_some()))?;
    piped.then_some(()).ok_or_else(|| Refusal::invalid("Pipeline not found"))
}

/// `POST /datasets/{dataset_id}/pipeline/datasource/nodes/{node_id}/run`.
pub(crate) fn run_datasource(call: &Call) -> Outcome {
    check(call)?;
    let page = json!({"source_url": "https://example.com/", "content": "hello", "title": "T", "description": "D"});
    let completed =
        json!({"event": "datasource_completed", "data": [page], "total": 1, "completed": 1, "time_consuming": 0.3});
    Ok(stream(call, &[json!({"event": "datasource_processing", "total": 1, "completed": 0}), completed]))
}

/// `POST /datasets/{dataset_id}/pipeline/run`: a published one answers with its documents, a draft with a run.
pub(crate) fn run(call: &Call) -> Outcome {
    check(call)?;
    let (run, task, now) = (ids::new(), ids::new(), clock::now());
    if call.member("is_published") == true {
        let about =
            json!({"id": call.at("dataset_id"), "name": "", "description": "", "chunk_structure": "text_model"});
        return Ok(Reply::run(json!({"batch": super::intake::batch(), "dataset": about, "documents": []})));
    }
    let event = |kind: &str, data: Value| json!({"event": kind, "workflow_run_id": run, "task_id": task, "data": data});
    let mut end = json!({
        "id": run, "workflow_id": ids::of("pipeline workflow", call.at("dataset_id")), "status": "succeeded",
        "outputs": {}, "error": null, "elapsed_time": 0.01, "total_tokens": 0, "total_steps": 3, "created_at": now,
        "finished_at": now,
    });
    if call.text("response_mode") != Some("streaming") {
        return Ok(Reply::run(json!({"task_id": task, "workflow_run_id": run, "data": end})));
    }
    let started = json!({
        "id": run, "workflow_id": end["workflow_id"], "inputs": call.member("inputs"), "created_at": now,
        "reason": "initial",
    });
    end["created_by"] =
        json!({"id": crate::values::workspace::account(), "name": "Admin", "email": "admin@example.com"});
    end["exceptions_count"] = json!(0);
    end["files"] = json!([]);
    Ok(stream(call, &[event("workflow_started", started), event("workflow_finished", end)]))
}

/// A stream of these events, of which the last is the end.
fn stream(call: &Call, events: &[Value]) -> Reply {
    let feed = Feed::new();
    for (place, event) in events.iter().enumerate() {
        feed.push(event, if place + 1 == events.len() { Turn::Ends } else { Turn::Goes });
    }
    feed.close();
    Reply::Events(Events::new(feed.from_start(), call.server.options.ping))
}
