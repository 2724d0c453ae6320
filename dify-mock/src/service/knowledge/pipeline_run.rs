//! Runs of pipelines: the published one brings documents in, a draft shows what would happen.

use std::time::Instant;

use serde_json::{Value, json};

use super::intake::{batch, put};
use super::pipeline::pipeline;
use super::{dataset, document_files};
use crate::http::blob::BlobWriter;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::http::stream::Events;
use crate::run::feed::{Feed, Turn};
use crate::state::knowledge::account;
use crate::state::knowledge::document::Origin;
use crate::state::knowledge::indexing::Fate;
use crate::state::knowledge::material::Material;
use crate::state::knowledge::process_rule::ProcessRule;
use crate::state::knowledge::split::split;
use crate::state::knowledge::stored_file::StoredFile;
use crate::{clock, ids};

/// `POST /datasets/{dataset_id}/pipeline/run`.
pub(crate) async fn run(call: Call) -> Outcome {
    let pipeline = call.world(|world| pipeline(world, &call))?;
    if call.member("is_published") == true {
        return publish(&call).await;
    }
    let infos = infos(&call);
    let first = infos.first().cloned().unwrap_or_else(|| json!({}));
    let (file, text, _) = read(&call, &first).await?;
    let draft = Draft::new(&call, pipeline, first, &file, &text);
    if call.text("response_mode") != Some("streaming") {
        return Ok(Reply::run(draft.end()));
    }
    let feed = Feed::new();
    let (cursor, pace) = (feed.from_start(), call.server.settings.pace);
    let ping = call.server.settings.ping;
    tokio::spawn(async move {
        let events = draft.events();
        let last = events.len().saturating_sub(1);
        for (place, event) in events.into_iter().enumerate() {
            tokio::time::sleep(pace).await;
            feed.push(&event, if place == last { Turn::Ends } else { Turn::Goes });
        }
        feed.close();
    });
    Ok(Reply::Events(Events::new(cursor, ping)))
}

fn infos(call: &Call) -> Vec<Value> {
    call.member("datasource_info_list").as_array().cloned().unwrap_or_default()
}

/// What a source gives: a file, its text, and whether it was there at all.
async fn read(call: &Call, info: &Value) -> Result<(StoredFile, String, bool), Refusal> {
    let id = info["related_id"].as_str().or(info["reference"].as_str()).unwrap_or_default();
    let file = call.world(|world| world.knowledge.pipeline_files.get(id).cloned());
    if let Some(file) = file {
        let source = document_files::read(file).await?;
        return Ok((source.file, source.text, true));
    }
    // Pages and websites come with their text, as far as it is known here.
    let text = info["content"].as_str().unwrap_or_default();
    let mut writer = BlobWriter::default();
    writer.write(text.as_bytes()).await.map_err(|_| Refusal::unknown())?;
    let blob = writer.finish().await.map_err(|_| Refusal::unknown())?;
    let names = ["name", "title", "page_name", "source_url"];
    let name = names.into_iter().find_map(|name| info[name].as_str()).unwrap_or("Untitled");
    let there = call.text("datasource_type") != Some("local_file");
    Ok((StoredFile::of_text(name, blob), text.to_owned(), there))
}

async fn publish(call: &Call) -> Outcome {
    let batch = batch();
    let mut materials = Vec::new();
    for info in infos(call) {
        let (file, text, there) = read(call, &info).await?;
        // A file belongs to one document: the same one given twice is kept twice.
        let file = StoredFile { id: ids::new(), ..file };
        let name = file.name.clone();
        let mut material = Material::new(&name, file, &text, ProcessRule::automatic(), "text_model");
        if !there {
            material.fate = Fate::Unreadable("File not found".to_owned());
        }
        materials.push((material, info));
    }
    let kind = call.text("datasource_type").unwrap_or("local_file").to_owned();
    call.world(|world| {
        let mut documents = Vec::new();
        for (material, info) in materials {
            let id = put(world, call, &material, &batch)?;
            let Some(document) = dataset(world, call)?.documents.get_mut(&id) else { continue };
            document.created_from = "rag-pipeline";
            document.origin = Some(Origin { kind: kind.clone(), info: info.clone() });
            documents.push(json!({
                "id": id,
                "position": document.position,
                "data_source_type": kind,
                "data_source_info": info,
                "name": document.name,
                "indexing_status": "waiting",
                "error": null,
                "enabled": true,
            }));
        }
        let dataset = dataset(world, call)?;
        let about = json!({
            "id": dataset.id, "name": dataset.name, "description": dataset.description, "chunk_structure": "text_model",
        });
        Ok(Reply::run(json!({"batch": batch, "dataset": about, "documents": documents})))
    })
}

/// A run that changes nothing.
struct Draft {
    run: String,
    task: String,
    workflow: String,
    pipeline: String,
    begun: i64,
    started: Instant,
    inputs: Value,
    info: Value,
    file: Value,
    chunks: Vec<String>,
}

impl Draft {
    fn new(call: &Call, pipeline: String, info: Value, file: &StoredFile, text: &str) -> Draft {
        let pieces = split(text, &ProcessRule::automatic());
        let value = json!({
            "dify_model_identity": "__dify__file__",
            "id": file.id,
            "type": "custom",
            "transfer_method": "local_file",
            "remote_url": "",
            "reference": format!("dify-file-ref:{}", ids::of("reference", &file.id)),
            "filename": file.name,
            "extension": format!(".{}", file.extension),
            "mime_type": file.media,
            "size": file.blob.length(),
            "related_id": file.id,
            "url": file.upload().url(&call.server.url),
        });
        Draft {
            run: ids::new(),
            task: ids::new(),
            workflow: ids::of("pipeline workflow", &pipeline),
            pipeline,
            begun: clock::now(),
            started: Instant::now(),
            inputs: call.member("inputs").clone(),
            info,
            file: value,
            chunks: pieces.into_iter().map(|piece| piece.content).collect(),
        }
    }

    fn event(&self, kind: &str, data: Value) -> Value {
        json!({"event": kind, "workflow_run_id": self.run, "task_id": self.task, "data": data})
    }

    fn events(&self) -> Vec<Value> {
        let mut inputs = json!({
            "sys.files": [],
            "sys.user_id": account(),
            "sys.app_id": self.pipeline,
            "sys.workflow_id": self.workflow,
            "sys.workflow_run_id": self.run,
        });
        for (name, value) in self.inputs.as_object().into_iter().flatten() {
            inputs[name.as_str()] = value.clone();
        }
        let started = json!({
            "id": self.run, "workflow_id": self.workflow, "inputs": inputs, "created_at": self.begun, "reason": "initial",
        });
        let mut events = vec![self.event("workflow_started", started)];
        let chunks = json!({"general_chunks": self.chunks});
        let source = json!({"file": self.file, "datasource_type": "local_file"});
        let known = json!({"datasource_info": self.info});
        let nodes = [
            ("ds", "datasource", "File", self.info.clone(), source, known, json!([self.file])),
            ("chunk", "code", "Code", json!({}), json!({"result": chunks}), Value::Null, json!([])),
            ("ki", "knowledge-index", "KB", json!({"chunks": chunks}), json!({}), Value::Null, json!([])),
        ];
        for (place, (node, kind, title, inputs, outputs, metadata, files)) in nodes.into_iter().enumerate() {
            let about = json!({
                "id": ids::new(),
                "node_id": node,
                "node_type": kind,
                "title": title,
                "index": place + 1,
                "predecessor_node_id": null,
                "inputs": null,
                "inputs_truncated": false,
                "created_at": self.begun,
                "iteration_id": null,
                "loop_id": null,
            });
            let mut started = about.clone();
            started["extras"] = json!({});
            started["agent_strategy"] = Value::Null;
            events.push(self.event("node_started", started));
            let mut finished = about;
            for (name, value) in [
                ("inputs", inputs),
                ("process_data", json!({})),
                ("process_data_truncated", json!(false)),
                ("outputs", outputs),
                ("outputs_truncated", json!(false)),
                ("status", json!("succeeded")),
                ("error", Value::Null),
                ("elapsed_time", json!(0.008_201)),
                ("execution_metadata", metadata),
                ("finished_at", json!(clock::now())),
                ("files", files),
            ] {
                finished[name] = value;
            }
            events.push(self.event("node_finished", finished));
        }
        let mut end = self.end()["data"].clone();
        end["created_by"] = json!({"id": account(), "name": "Admin", "email": "admin@example.com"});
        end["exceptions_count"] = json!(0);
        end["files"] = json!([]);
        events.push(self.event("workflow_finished", end));
        events
    }

    /// What somebody hears who waited for the end.
    fn end(&self) -> Value {
        let data = json!({
            "id": self.run,
            "workflow_id": self.workflow,
            "status": "succeeded",
            "outputs": {},
            "error": null,
            "elapsed_time": self.started.elapsed().as_secs_f64(),
            "total_tokens": 0,
            "total_steps": 3,
            "created_at": self.begun,
            "finished_at": clock::now(),
        });
        json!({"task_id": self.task, "workflow_run_id": self.run, "data": data})
    }
}
