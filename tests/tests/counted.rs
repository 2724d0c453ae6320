//! Clients count the tokens and costs that servers of every release were recorded to report.

use dify_api::Stats;
use dify_mock::Server;
use dify_tests::{
    Case, Clients,
    canned::{Answer, CannedServer},
    corpus, generated,
    replay::{expected, read},
    script::Script,
};
use serde_json::Value;

/// What the clients counted together: tokens of prompts, tokens that models wrote, and all tokens.
fn counted(clients: &Clients) -> [u64; 3] {
    let stats = [clients.app.stats(), clients.knowledge.stats(), clients.web.stats()];
    let sum = |of: fn(&Stats) -> u64| stats.iter().map(of).sum();
    assert_eq!(stats.iter().map(|stats| stats.in_flight).sum::<u64>(), 0);
    [sum(|stats| stats.input_tokens), sum(|stats| stats.output_tokens), sum(|stats| stats.total_tokens)]
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn usage(data: &Value) -> Option<[u64; 3]> {
    let usage = &data["metadata"]["usage"];
    Some([count(&usage["prompt_tokens"])?, count(&usage["completion_tokens"])?, count(&usage["total_tokens"])?])
}

/// What a stream or a blocking answer reports at its end: the usage of a message, else the total of a run.
fn reported<'d>(ends: impl Iterator<Item = (&'d str, &'d Value)>) -> Option<[u64; 3]> {
    let (mut of_message, mut of_run) = (None, None);
    for (name, data) in ends {
        match name {
            "message_end" => of_message = usage(data).or(of_message),
            "workflow_finished" => of_run = count(&data["data"]["total_tokens"]).map(|total| [0, 0, total]).or(of_run),
            _ => {}
        }
    }
    of_message.or(of_run)
}

fn difference(before: [u64; 3], after: [u64; 3]) -> [u64; 3] {
    std::array::from_fn(|index| after[index] - before[index])
}

fn cases() -> impl Iterator<Item = &'static Case> {
    corpus().cases.iter().filter(|case| case.accepted() && case.decodes())
}

#[tokio::test]
async fn the_tokens_of_every_recorded_stream_are_counted() {
    let server = CannedServer::start(&Answer::stream("", None)).await.expect("a server");
    let clients = Clients::at(&server.base_url());
    let mut reports = 0;
    for (case, (operation, body)) in cases().filter_map(|case| Some((case, case.stream()?))) {
        server.answer(&Answer::stream(body, None));
        let before = counted(&clients);
        read(&clients, operation).await;
        let expected = expected(body.as_bytes());
        let report = reported(expected.iter().map(|(name, data)| (name.as_str(), data)));
        assert_eq!(difference(before, counted(&clients)), report.unwrap_or_default(), "{}", case.recording);
        reports += usize::from(report.is_some_and(|[.., total]| total > 0));
    }
    assert!(reports > 50, "{reports}");
    let costs = [clients.app.stats().costs, clients.web.stats().costs];
    assert!(costs.iter().flatten().any(|cost| cost.currency == "USD" && cost.amount != "0"), "{costs:?}");
}

#[tokio::test]
async fn the_tokens_of_every_recorded_blocking_answer_are_counted() {
    const RUNS: [&str; 8] = [
        "app_chat_send",
        "app_completion_send",
        "app_workflows_run",
        "app_workflows_run_version",
        "knowledge_pipeline_run",
        "web_chat_send",
        "web_completion_send",
        "web_messages_more_like_this",
    ];
    let mock = Server::start().await.expect("the server starts");
    let script = Script::new(&mock);
    let canned = CannedServer::start(&Answer::stream("", None)).await.expect("a server");
    let clients = Clients::at(&canned.base_url());
    let mut reports = 0;
    for case in cases() {
        let Some(body) = case.json_reply().and_then(|body| serde_json::from_str::<Value>(body).ok()) else { continue };
        let mut operations = case.operations().filter(|operation| generated::event(operation).is_none());
        let Some(operation) = operations.find(|operation| RUNS.contains(operation)) else { continue };
        canned.answer(&Answer::recorded(&case.recording));
        let before = counted(&clients);
        let outcome = clients.call(operation, &script.examples(operation)).await.expect("an operation");
        assert!(outcome.is_ok(), "{}: {outcome:?}", case.recording);
        let of_run = ["app_workflows", "knowledge_pipeline"].iter().any(|group| operation.starts_with(group));
        let name = if of_run { "workflow_finished" } else { "message_end" };
        let report = reported([(name, &body)].into_iter());
        assert_eq!(difference(before, counted(&clients)), report.unwrap_or_default(), "{}", case.recording);
        reports += usize::from(report.is_some_and(|[.., total]| total > 0));
    }
    assert!(reports > 20, "{reports}");
}
