//! Recorded streams gathered into answers and runs, held against what their frames say.

use dify_api::{
    AccumulateInto, Accumulator, Answer, Call, Event, EventStream, Run, RunStatus, Snapshot,
    types::{
        ChatEvent, ChatRequest, CompletionEvent, CompletionRequest, PipelineEvent, PipelineRunRequest, RunEvent,
        WebChatEvent, WebChatRequest, WebCompletionEvent, WebCompletionRequest, WebRunEvent, WebWorkflowEvent,
        WebWorkflowRunRequest, WebWorkflowsEventsQuery, WorkflowEvent, WorkflowRunRequest, WorkflowsEventsQuery,
    },
};
use dify_tests::{
    Clients,
    canned::{Answer as Canned, CannedServer},
    corpus,
    replay::expected,
};
use serde_json::{Map, Value};

type Frames = [(String, Value)];

const CUTS: [Option<usize>; 4] = [None, Some(1460), Some(7), Some(1)];

/// Pieces of text, which have no number, so that one told twice is there twice.
const PIECES: [&str; 5] = ["message", "agent_message", "message_replace", "text_chunk", "reasoning_chunk"];

fn decoded<E: Event>(frames: &Frames) -> Vec<E> {
    frames.iter().map(|(_, data)| E::from_json(&data.to_string()).expect("recorded events have their shape")).collect()
}

/// What the first events make, for each number of them, none included.
fn snapshots<S: Snapshot, E: AccumulateInto<S>>(events: &[E], apply: fn(&mut S, &E)) -> Vec<S> {
    let mut all = vec![S::default()];
    let mut snapshot = S::default();
    for event in events {
        apply(&mut snapshot, event);
        all.push(snapshot.clone());
    }
    all
}

/// Reads a stream over the wire, and looks at the snapshot after each event.
async fn over_the_wire<S: Snapshot + PartialEq, E: AccumulateInto<S>>(
    mut stream: Accumulator<E, S>,
    snapshots: &[S],
    told: &str,
) {
    let mut read = 0;
    while let Some(event) = stream.next().await {
        // An `error` event has told something, too; what only the end of the stream shows has not.
        let counts = match event {
            Ok(_) => true,
            Err(error) => matches!(error.kind(), dify_api::ErrorKind::Stream(_)),
        };
        read += usize::from(counts);
        assert_eq!(stream.snapshot(), &snapshots[read], "{told}: after {read} events");
    }
    assert_eq!(read + 1, snapshots.len(), "{told}");
}

/// All that is gathered from one recording, in all ways.
async fn gathered<S, E>(
    frames: &Frames,
    apply: fn(&mut S, &E),
    told: &str,
    streams: impl AsyncFn() -> Accumulator<E, S>,
    cut: impl Fn(Option<usize>),
) -> S
where
    S: Snapshot + PartialEq,
    E: AccumulateInto<S>,
{
    let events: Vec<E> = decoded(frames);
    let snapshots = snapshots(&events, apply);
    let last = snapshots.last().expect("the first is there").clone();
    for size in CUTS {
        cut(size);
        over_the_wire(streams().await, &snapshots, &format!("{told} in chunks of {size:?}")).await;
    }
    let mut twice = last.clone();
    for event in events.iter().filter(|event| !PIECES.contains(&event.name())) {
        apply(&mut twice, event);
    }
    assert_eq!(twice, last, "{told}: what is told twice changes nothing");
    last
}

async fn open<E: Event>(call: Call<EventStream<E>>) -> EventStream<E> {
    call.await.expect("a stream")
}

fn named<'f>(frames: &'f Frames, name: &str) -> impl DoubleEndedIterator<Item = &'f Value> {
    frames.iter().filter(move |(this, _)| this == name).map(|(_, data)| data)
}

/// The text, by the rules, from the JSON alone.
fn text(frames: &Frames) -> String {
    let (mut text, mut agent, mut replaced) = (String::new(), false, false);
    // Of an agent: the steps begun, whether a thought repeated the last text, the piece before, and the last piece.
    let (mut steps, mut repeated, mut before, mut last) = (0, true, "x", None);
    for (name, data) in frames {
        let answer = data["answer"].as_str().unwrap_or_default();
        // 1.11.2 to 1.12.1 name the pieces of an answer to a question with a file `message_file`.
        let is_piece = name == "message_file" && data["answer"].is_string();
        match if is_piece { "message" } else { name } {
            "message" if agent && replaced => {}
            "message" if agent => text = answer.to_owned(),
            "message" => text += answer,
            "agent_message" => {
                agent = true;
                if !answer.is_empty() {
                    let feeds = if text.is_empty() { 0 } else { steps };
                    text += &"\n".repeat(feeds);
                    text += answer;
                    (steps, repeated) = (0, false);
                    last = Some(answer.to_owned()).filter(|_| before.is_empty());
                }
                before = answer;
            }
            "agent_thought" => {
                let known = frames.iter().take_while(|(_, earlier)| earlier != data);
                let mut others = known.filter(|(name, _)| name == "agent_thought").map(|(_, other)| &other["id"]);
                let others: Vec<_> = others.by_ref().collect();
                steps += usize::from(!others.is_empty() && !others.contains(&&data["id"]));
                repeated |= data["thought"] != "";
            }
            "message_replace" => {
                replaced |= !answer.starts_with(&text);
                text = answer.to_owned();
            }
            "message_end" if !replaced && !repeated && data["metadata"]["usage"]["total_tokens"] != 0 => {
                text = last.take().unwrap_or(text);
            }
            "workflow_finished" if text.is_empty() => {
                text = data["data"]["outputs"]["answer"].as_str().unwrap_or_default().to_owned();
            }
            _ => {}
        }
    }
    text
}

fn check_answer(answer: &Answer, frames: &Frames, told: &str) {
    assert_eq!(answer.text, text(frames), "{told}");
    let mut thoughts: Vec<&Value> = Vec::new();
    for thought in named(frames, "agent_thought") {
        match thoughts.iter_mut().find(|known| known["id"] == thought["id"]) {
            Some(known) => *known = thought,
            None => thoughts.push(thought),
        }
    }
    let kept: Vec<_> = answer.thoughts.iter().map(|thought| (&*thought.id, &*thought.thought)).collect();
    let wire: Vec<_> = thoughts.iter().map(|thought| (&thought["id"], &thought["thought"])).collect();
    assert_eq!(serde_json::to_value(kept).expect("JSON"), serde_json::to_value(wire).expect("JSON"), "{told}");
    let end = named(frames, "message_end").next_back();
    let tokens = end.and_then(|end| end["metadata"]["usage"]["total_tokens"].as_i64());
    assert_eq!(answer.usage.as_ref().map(|usage| usage.total_tokens), tokens, "{told}");
    let citations = end.and_then(|end| end["metadata"]["retriever_resources"].as_array()).map_or(0, Vec::len);
    assert_eq!(answer.citations.len(), citations, "{told}");
    assert!(answer.missing.is_empty(), "{told}: {:?}", answer.missing);
    let failed = named(frames, "error").count() > 0;
    let of_a_run = frames.iter().any(|(name, _)| name.starts_with("workflow_") || name.starts_with("node_"));
    assert_eq!(answer.run.is_some(), of_a_run, "{told}");
    match &answer.run {
        Some(run) => {
            check_nodes(run, frames, told);
            assert_eq!((&answer.status, answer.complete), (&run.status, run.complete), "{told}");
        }
        None => {
            let expected = if failed {
                RunStatus::Failed
            } else if end.is_some() {
                RunStatus::Ended
            } else if frames.is_empty() {
                RunStatus::Unknown
            } else {
                RunStatus::Running
            };
            assert_eq!(answer.status, expected, "{told}");
            assert_eq!(answer.complete, failed || end.is_some(), "{told}");
        }
    }
}

fn check_run(run: &Run, frames: &Frames, told: &str) {
    let chunks: String =
        named(frames, "text_chunk").map(|data| data["data"]["text"].as_str().unwrap_or_default()).collect();
    // A workflow may have an output of this name.
    let talks = frames.iter().any(|(_, data)| data["conversation_id"].is_string());
    let expected = if talks { text(frames) } else { chunks };
    assert_eq!(run.text, expected, "{told}");
    assert!(run.missing.is_empty(), "{told}: {:?}", run.missing);
    check_nodes(run, frames, told);
}

fn check_nodes(run: &Run, frames: &Frames, told: &str) {
    let mut ids: Vec<&Value> = Vec::new();
    // Up to 1.8.1 attempts have ids of their own.
    let attempts: Vec<&Value> = named(frames, "node_retry").map(|data| &data["data"]["id"]).collect();
    for (name, data) in frames {
        let begins = ["node_started", "node_finished", "iteration_started", "loop_started"].contains(&name.as_str());
        let id = &data["data"]["id"];
        if begins && !ids.contains(&id) && !(name == "node_finished" && attempts.contains(&id)) {
            ids.push(id);
        }
    }
    assert_eq!(run.nodes.iter().map(|node| &*node.id).collect::<Vec<_>>(), ids, "{told}");
    for (node, id) in run.nodes.iter().zip(ids) {
        let ends: Vec<&Value> = frames
            .iter()
            .filter(|(name, data)| {
                let ended = &data["data"]["id"];
                let attempt = || node.retries.iter().any(|retry| *ended == *retry.id);
                (name.ends_with("_finished") || name.ends_with("_completed")) && (ended == id || attempt())
            })
            .map(|(_, data)| &data["data"])
            .collect();
        let Some(end) = ends.last() else { continue };
        assert_eq!(node.status.as_str(), end["status"], "{told}: {id}");
        assert_eq!(node.elapsed_time, end["elapsed_time"].as_f64(), "{told}: {id}");
        let outputs = ends.iter().rfind(|end| !end["outputs"].is_null()).map(|end| end["outputs"].clone());
        assert_eq!(node.outputs.as_ref().map(|json| json.to_value().expect("JSON")), outputs, "{told}: {id}");
    }
    let end = frames
        .iter()
        .rfind(|(name, _)| ["workflow_started", "workflow_paused", "workflow_finished"].contains(&&**name));
    match end {
        Some((name, data)) if name != "workflow_started" => {
            let wire = data["data"]["status"].as_str().unwrap_or_default();
            let expected = match wire {
                "succeeded" => RunStatus::Succeeded,
                "failed" => RunStatus::Failed,
                "stopped" => RunStatus::Stopped,
                "partial-succeeded" => RunStatus::PartialSucceeded,
                "paused" => RunStatus::Paused,
                other => panic!("{told}: {other}"),
            };
            assert_eq!((&run.status, run.complete), (&expected, true), "{told}");
            assert_eq!(run.total_tokens, data["data"]["total_tokens"].as_i64(), "{told}");
            let forms = data["data"]["reasons"].as_array().map_or(0, Vec::len);
            assert_eq!(run.forms.len(), forms, "{told}");
        }
        _ => assert!(!run.complete, "{told}"),
    }
}

#[tokio::test]
async fn every_recorded_stream_is_gathered_as_its_frames_say() {
    let server = CannedServer::start(&Canned::stream("", None)).await.expect("a server");
    let Clients { app, knowledge, web, .. } = &Clients::at(&server.base_url());
    const RUN: &str = "00000000-0000-4000-8000-000000000000";
    let none = Map::new;
    let (chat, completion) = (ChatRequest::new("Hello").user("user-1"), CompletionRequest::new(none()).user("user-1"));
    let (run, follow) = (WorkflowRunRequest::new(none()).user("user-1"), WorkflowsEventsQuery::new().user("user-1"));
    let (web_chat, web_completion) = (WebChatRequest::new("Hello").inputs(none()), WebCompletionRequest::new(none()));
    let (web_run, web_follow) = (WebWorkflowRunRequest::new(none()), WebWorkflowsEventsQuery::new());
    let pipeline = PipelineRunRequest::new("local_file", Vec::new(), "node");
    let [mut answers, mut runs] = [0; 2];
    for (case, (operation, body)) in
        corpus().cases.iter().filter(|case| case.decodes()).filter_map(|case| Some((case, case.stream()?)))
    {
        let frames = expected(body.as_bytes());
        let told = &*case.recording.to_string();
        let cut = |size| server.answer(&Canned::stream(body, size));
        macro_rules! answer {
            ($event:ty, $call:expr) => {{
                let streams = async || open($call).await.into_answer();
                let answer = gathered(&frames, Answer::apply::<$event>, told, streams, cut).await;
                check_answer(&answer, &frames, told);
                answers += 1;
            }};
        }
        macro_rules! run {
            ($event:ty, $call:expr) => {{
                let streams = async || open($call).await.into_run();
                let run = gathered(&frames, Run::apply::<$event>, told, streams, cut).await;
                check_run(&run, &frames, told);
                runs += 1;
            }};
        }
        match operation {
            "app_chat_stream" => answer!(ChatEvent, app.chat().stream(&chat)),
            "app_completion_stream" => answer!(CompletionEvent, app.completion().stream(&completion)),
            "app_workflows_run_stream" => run!(WorkflowEvent, app.workflows().run_stream(&run)),
            "app_workflows_run_version_stream" => {
                run!(WorkflowEvent, app.workflows().run_version_stream(RUN, &run));
            }
            "app_workflows_events" => {
                run!(RunEvent, app.workflows().events(RUN, &follow));
                answer!(RunEvent, app.workflows().events(RUN, &follow));
            }
            "web_chat_stream" => answer!(WebChatEvent, web.chat().stream(&web_chat)),
            "web_completion_stream" => answer!(WebCompletionEvent, web.completion().stream(&web_completion)),
            "web_messages_more_like_this_stream" => {
                answer!(WebCompletionEvent, web.messages().more_like_this_stream(RUN));
            }
            "web_workflows_run_stream" => run!(WebWorkflowEvent, web.workflows().run_stream(&web_run)),
            "web_workflows_events" => run!(WebRunEvent, web.workflows().events(RUN, &web_follow)),
            "knowledge_pipeline_run_stream" => run!(PipelineEvent, knowledge.pipeline().run_stream(RUN, &pipeline)),
            "knowledge_pipeline_run_datasource" => {}
            other => panic!("{other} streams: what is it gathered into?"),
        }
    }
    assert!(answers > 80 && runs > 30, "{answers} answers, {runs} runs");
}
