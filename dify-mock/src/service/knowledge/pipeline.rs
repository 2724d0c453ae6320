//! Pipelines: their files and data sources.

use std::sync::Arc;

use serde_json::{Value, json};

use super::dataset;
use super::document_files::{no_file, part};
use crate::clock;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::http::stream::Events;
use crate::run::feed::{Feed, Turn};
use crate::state::World;
use crate::state::knowledge::account;
use crate::state::knowledge::stored_file::StoredFile;

/// The nodes at which a run can begin: id, plugin, provider, type, title.
const SOURCES: &[(&str, &str, &str, &str, &str)] = &[
    ("ds", "langgenius/file", "file", "local_file", "File"),
    ("dsdoc", "langgenius/notion_datasource", "notion_datasource", "online_document", "Pages"),
    ("dscrawl", "langgenius/firecrawl_datasource", "firecrawl", "website_crawl", "Website"),
];

/// `POST /datasets/pipeline/file-upload`.
pub(crate) fn upload(call: &Call) -> Outcome {
    let part = part(call)?.ok_or_else(no_file)?;
    let Some(media) = part.content_type.as_deref().filter(|media| !media.is_empty()) else {
        return Err(Refusal::new(415, "unsupported_file_type", "File type not allowed."));
    };
    let file = StoredFile::new(&part.file_name, media, Arc::clone(&part.blob));
    let value = json!({
        "id": file.id,
        "name": file.name,
        "size": file.blob.length(),
        "extension": file.extension,
        "mime_type": file.media,
        "created_by": account(),
        "created_at": format!("{}.{:06}", clock::iso(file.created_at / 1_000_000), file.created_at % 1_000_000),
    });
    call.world(|world| {
        world.files.insert(file.id.clone(), file.upload());
        world.knowledge.pipeline_files.insert(file.id.clone(), file)
    });
    Ok(Reply::Json(201, value))
}

/// Whether the knowledge base of the path has a pipeline; gives its id.
pub(super) fn pipeline(world: &mut World, call: &Call) -> Result<String, Refusal> {
    let pipeline = dataset(world, call)?.pipeline.clone();
    pipeline.ok_or_else(|| Refusal::invalid("Pipeline not found"))
}

/// `GET /datasets/{dataset_id}/pipeline/datasource-plugins`.
pub(crate) fn datasources(call: &Call) -> Outcome {
    call.world(|world| dataset(world, call).map(|_| ())).map_err(|_| {
        let route = "/datasets/<uuid:dataset_id>/pipeline/datasource-plugins";
        let uri = format!("/datasets/{}/pipeline/datasource-plugins", call.at("dataset_id"));
        Refusal::lost("Dataset not found.", &uri, &[route])
    })?;
    call.world(|world| pipeline(world, call))?;
    let source = |(node, plugin, provider, kind, title): &(&str, &str, &str, &str, &str)| {
        json!({
            "node_id": node,
            "plugin_id": plugin,
            "provider_name": provider,
            "datasource_type": kind,
            "title": title,
            "user_input_variables": [],
            "credentials": [],
        })
    };
    Ok(Reply::ok(SOURCES.iter().map(source).collect()))
}

/// `POST /datasets/{dataset_id}/pipeline/datasource/nodes/{node_id}/run`.
pub(crate) fn run_datasource(call: &Call) -> Outcome {
    call.world(|world| pipeline(world, call))?;
    let node = SOURCES.iter().find(|(node, ..)| *node == call.at("node_id"));
    let feed = Feed::new();
    let failed = |error: &str| json!({"event": "datasource_error", "error": error});
    match node.map(|(.., kind, _)| *kind) {
        None => feed.push(&failed("Datasource node data not found"), Turn::Ends),
        Some("online_document") => {
            feed.push(&json!({"event": "datasource_processing", "total": 0, "completed": 0}), Turn::Goes);
            feed.push(&completed(&workspace(), 0, 0.0), Turn::Ends);
        }
        Some("website_crawl") => {
            let url = call.member("inputs")["url"].as_str().unwrap_or("https://example.com/");
            let page = json!({"source_url": url, "content": "hello", "title": "T", "description": "D"});
            feed.push(&json!({"event": "datasource_processing", "total": 2, "completed": 1}), Turn::Goes);
            feed.push(&completed(&page, 2, 0.3), Turn::Ends);
        }
        Some(_) => {
            let provider = "<bound method LocalFileDatasourcePlugin.datasource_provider_type of \
                <core.datasource.local_file.local_file_plugin.LocalFileDatasourcePlugin object at 0x7fb49a9b1190>>";
            feed.push(&failed(&format!("Unsupported datasource provider: {provider}")), Turn::Ends);
        }
    }
    feed.close();
    Ok(Reply::Events(Events::new(feed.from_start(), call.server.settings.ping)))
}

fn completed(found: &Value, total: usize, time: f64) -> Value {
    json!({
        "event": "datasource_completed", "data": [found], "total": total, "completed": total, "time_consuming": time,
    })
}

fn workspace() -> Value {
    let page = json!({
        "page_id": "p1",
        "page_name": "Page one",
        "page_icon": null,
        "type": "page",
        "last_edited_time": "2026-01-01T00:00:00Z",
        "parent_id": null,
    });
    json!({"workspace_id": "ws1", "workspace_name": "WS", "workspace_icon": null, "total": 1, "pages": [page]})
}
