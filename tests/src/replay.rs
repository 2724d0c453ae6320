//! Recorded streams through the bindings, and what they should be.

use dify_api::{
    Call, Error, ErrorKind, Event, EventStream,
    types::{
        ChatRequest, CompletionRequest, DatasourceRunRequest, PipelineRunRequest, WebChatRequest, WebCompletionRequest,
        WebWorkflowRunRequest, WebWorkflowsEventsQuery, WorkflowRunRequest, WorkflowsEventsQuery,
    },
};
use serde_json::{Map, Value, json};

use crate::{clients::Clients, sse_frames::reference};

/// What one reading of a stream gave, event by event.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// An event.
    Event {
        /// Its name.
        name: String,
        /// What its type makes of it.
        value: Value,
        /// Its type, for people.
        shown: String,
    },
    /// An `error` event: code, status and message.
    RunFailed(Value),
    /// The stream has ended, and its run may not have.
    NoEnd,
    /// Anything else that went wrong.
    Trouble(String),
}

/// Reads a stream through the method of this id.
///
/// # Panics
/// When there is no such method that streams.
pub async fn read(clients: &Clients, operation: &str) -> Vec<Seen> {
    let Clients { app, knowledge, web, .. } = clients;
    const RUN: &str = "00000000-0000-4000-8000-000000000000";
    let run = WorkflowRunRequest::new(Map::new()).user("user-1");
    match operation {
        "app_chat_stream" => drain(app.chat().stream(&ChatRequest::new("Hello").user("user-1"))).await,
        "app_completion_stream" => {
            drain(app.completion().stream(&CompletionRequest::new(Map::new()).user("user-1"))).await
        }
        "app_workflows_run_stream" => drain(app.workflows().run_stream(&run)).await,
        "app_workflows_run_version_stream" => drain(app.workflows().run_version_stream(RUN, &run)).await,
        "app_workflows_events" => drain(app.workflows().events(RUN, &WorkflowsEventsQuery::new().user("user-1"))).await,
        "web_chat_stream" => drain(web.chat().stream(&WebChatRequest::new("Hello").inputs(Map::new()))).await,
        "web_completion_stream" => drain(web.completion().stream(&WebCompletionRequest::new(Map::new()))).await,
        "web_workflows_run_stream" => drain(web.workflows().run_stream(&WebWorkflowRunRequest::new(Map::new()))).await,
        "web_workflows_events" => drain(web.workflows().events(RUN, &WebWorkflowsEventsQuery::new())).await,
        "web_messages_more_like_this_stream" => drain(web.messages().more_like_this_stream(RUN)).await,
        "knowledge_pipeline_run_datasource" => {
            let request = DatasourceRunRequest::new("website_crawl");
            drain(knowledge.pipeline().run_datasource(RUN, "node", &request)).await
        }
        "knowledge_pipeline_run_stream" => {
            let request = PipelineRunRequest::new("local_file", Vec::new(), "node");
            drain(knowledge.pipeline().run_stream(RUN, &request)).await
        }
        other => panic!("{other} is no stream that this test knows: add it"),
    }
}

async fn drain<E: Event + serde::Serialize>(call: Call<EventStream<E>>) -> Vec<Seen> {
    let mut stream = match call.await {
        Ok(stream) => stream,
        Err(error) => return vec![Seen::Trouble(error.to_string())],
    };
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        seen.push(match event {
            Ok(event) => Seen::Event {
                name: event.name().to_owned(),
                value: serde_json::to_value(&event).expect("an event can be written"),
                shown: format!("{event:#?}"),
            },
            Err(error) => trouble(&error),
        });
    }
    assert!(stream.next().await.is_none(), "a stream that has ended has ended");
    seen
}

fn trouble(error: &Error) -> Seen {
    match error.kind() {
        ErrorKind::Stream(failed) => Seen::RunFailed(json!({
            "code": failed.code,
            "status": failed.status,
            "message": failed.message,
        })),
        ErrorKind::Incomplete { .. } => Seen::NoEnd,
        _ => Seen::Trouble(error.to_string()),
    }
}

/// Do these events, by name, tell how the run ended, or that it pauses?
pub fn tell_the_end<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    names.fold(false, |ended, name| match name {
        "message_end" | "workflow_finished" | "workflow_paused" | "error" => true,
        "datasource_completed" | "datasource_error" => true,
        "workflow_started" => false,
        _ => ended,
    })
}

/// What a reading of this stream should give: name and JSON of each event, up to an `error` event.
pub fn expected(stream: &[u8]) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    for frame in reference(stream) {
        if frame.data.is_empty() {
            continue;
        }
        let value: Value = serde_json::from_str(&frame.data).expect("recorded events are JSON");
        let name = value["event"].as_str().expect("recorded events have a name").to_owned();
        let last = name == "error";
        events.push((name, value));
        if last {
            break;
        }
    }
    events
}
