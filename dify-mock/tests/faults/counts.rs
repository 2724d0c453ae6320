//! What the server counts: requests, faults, executions.

use dify_mock::Server;
use dify_mock::fault::{Answer, Ending, Fault};
use reqwest::Method;
use serde_json::json;

use super::raw::{CHAT, INFO};
use crate::common::Caller;

#[tokio::test]
async fn a_request_that_is_acted_on_twice_is_named() {
    let caller = Caller::new("app-chat").await;
    let ask = |id: &'static str| {
        let body = json!({"query": "Hello", "inputs": {}, "user": "maria", "response_mode": "blocking"});
        caller.call(Method::POST, "/chat-messages").json(&body).header("X-Request-Id", id).send()
    };
    caller.server.faults().on(CHAT).nth(2).inject(Fault::Refused(Answer::page(502)));
    caller.server.faults().on(CHAT).skip(1).times(1).inject(Fault::Lost(Ending::Reset));
    let statuses = [ask("a").await, ask("b").await, ask("b").await, ask("b").await];
    let statuses = statuses.map(|answer| answer.ok().map(|answer| answer.status().as_u16()));
    assert_eq!(statuses, [Some(200), Some(502), None, Some(200)]);
    let executions = ["a", "b", "c"].map(|id| caller.server.executions(id));
    assert_eq!(executions, [1, 2, 0], "the one whose answer was lost counts, the refused one does not");
    let repeated = caller.server.repeated();
    assert_eq!(repeated.len(), 1);
    let twice = &repeated[0];
    assert_eq!((twice.method.as_str(), twice.operation.as_str(), twice.request_id.as_str()), ("POST", CHAT, "b"));
    assert_eq!(twice.executions, 2);
}

#[tokio::test]
async fn what_is_not_kept_is_counted_all_the_same() {
    let caller = Caller::of(Server::builder().keep_requests(3), "app-chat").await;
    caller.server.faults().on(INFO).randomly(0.5, 1).inject(Fault::Refused(Answer::page(503)));
    for number in 0..40 {
        let request = caller.call(Method::GET, "/info").header("x-request-id", format!("n{number}"));
        request.send().await.expect("answered");
    }
    caller.get("/nowhere").await;
    let wrong = caller.http.get(format!("{}/info", caller.server.base_url())).send().await.expect("answered");
    assert!([401, 503].contains(&wrong.status().as_u16()));
    assert_eq!(caller.server.requests().len(), 3);
    let count = caller.server.count(INFO);
    assert_eq!(count.received, 41);
    assert!((10..31).contains(&count.faulted), "{count:?}");
    let unauthorized = u64::from(wrong.status() == 401);
    assert_eq!(count.executed + count.faulted + unauthorized, 41, "a request without a key is not acted on");
    let executions: u64 = (0..40).map(|number| u64::from(caller.server.executions(&format!("n{number}")))).sum();
    assert_eq!(executions, count.executed);
    assert_eq!((caller.server.total().received, caller.server.count(CHAT)), (42, Default::default()));
    caller.server.forget_requests();
    assert_eq!((caller.server.total(), caller.server.executions("n1")), (Default::default(), 0));
}
