//! Every way in which a call can end is one end.

use super::*;
use crate::types::{FilesPreviewQuery, RetrieveRequest};
use reqwest::Method;

async fn end_of(scripts: Vec<Vec<Step>>, call: impl AsyncFnOnce(App)) -> End {
    let (log, stats) = observe(scripts, call).await;
    let end = log.end();
    let counted = (stats.succeeded, stats.failed, stats.cancelled);
    let expected = match end.outcome {
        CallOutcome::Succeeded => (1, 0, 0),
        CallOutcome::RunFailed | CallOutcome::Failed => (0, 1, 0),
        CallOutcome::Cancelled => (0, 0, 1),
    };
    assert_eq!(counted, expected);
    end
}

fn json(body: &str) -> Vec<Vec<Step>> {
    vec![answer(200, "application/json", body)]
}

fn stream(steps: impl IntoIterator<Item = Step>) -> Vec<Vec<Step>> {
    vec![std::iter::once(event_stream()).chain(steps).collect()]
}

/// The last event of a run.
fn finished(status: &str) -> Step {
    let data = finished_run(status);
    say(format!(
        "data: {{\"event\":\"workflow_finished\",\"task_id\":\"t\",\"workflow_run_id\":\"r\",\"data\":{data}}}\n\n"
    ))
}

async fn read(app: &App) {
    let mut stream = app.chat().stream(&question()).await.expect("a stream");
    while stream.next().await.is_some() {}
    // The stream is at hand, and over.
    assert_eq!(app.stats().in_flight, 0);
}

#[tokio::test]
async fn an_answer_succeeds_once() {
    let end = end_of(json(INFO), async |app| assert!(app.info().get().await.is_ok())).await;
    assert_eq!((end.outcome, end.bytes, end.streamed), (CallOutcome::Succeeded, INFO.len() as u64, false));
    assert_eq!((end.tokens, end.cost), (TokenCounts::default(), None));
    let end = end_of(json(&reply()), async |app| assert!(app.chat().send(&question()).await.is_ok())).await;
    assert_eq!((end.outcome, end.tokens), (CallOutcome::Succeeded, TOKENS));
    assert_eq!(end.cost.map(|cost| cost.amount).as_deref(), Some("0.0000015"));
    let end = end_of(json(r#"{"result":"success"}"#), async |app| {
        assert!(app.chat().stop("t", &crate::types::StopRequest::new().user("maria")).await.is_ok());
    });
    assert_eq!(end.await.outcome, CallOutcome::Succeeded);
}

#[tokio::test]
async fn a_route_called_by_hand_is_observed_with_its_tokens() {
    for by_type in [true, false] {
        let end = end_of(json(&reply()), async |app| {
            let raw = app.request(Method::POST, "/chat-messages");
            match by_type {
                true => assert!(raw.decode::<serde_json::Value>().await.is_ok()),
                false => assert!(raw.send().await.is_ok()),
            }
        });
        let end = end.await;
        assert_eq!((end.outcome, end.tokens), (CallOutcome::Succeeded, TOKENS));
    }
    // What is read again is not used again.
    let end = end_of(json(&reply()), async |app| assert!(app.request(Method::GET, "/messages/1").send().await.is_ok()));
    assert_eq!(end.await.tokens, TokenCounts::default());
}

#[tokio::test]
async fn a_failed_run_is_an_end_of_its_own() {
    let run = |status| format!(r#"{{"task_id":"t","workflow_run_id":"r","data":{}}}"#, finished_run(status));
    for (status, outcome) in [
        ("failed", CallOutcome::RunFailed),
        ("succeeded", CallOutcome::Succeeded),
        ("stopped", CallOutcome::Succeeded),
        ("partial-succeeded", CallOutcome::Succeeded),
    ] {
        let request = WorkflowRunRequest::new(()).user("maria");
        let end = end_of(json(&run(status)), async |app| assert!(app.workflows().run(&request).await.is_ok())).await;
        assert_eq!((end.outcome, end.tokens.total, end.tokens.input), (outcome, Some(9), None), "{status}");
        let end = end_of(stream([finished(status)]), async |app| {
            let mut stream = app.workflows().run_stream(&request).await.expect("a stream");
            while stream.next().await.is_some() {}
        });
        let end = end.await;
        assert_eq!((end.outcome, end.tokens.total, end.cost), (outcome, Some(9), None), "{status}");
    }
}

#[tokio::test]
async fn an_error_fails_once_whatever_it_is() {
    let refusal = r#"{"code":"app_unavailable","message":"No.","status":400}"#;
    let broken =
        vec![say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"a"), Step::Cut];
    for (script, kind, status) in [
        (answer(400, "application/json", refusal), "api", Some(400)),
        (answer(502, "text/html", "<p>"), "http", Some(502)),
        (answer(200, "text/html", "<p>"), "http", Some(200)),
        (answer(200, "application/json", "{"), "decode", Some(200)),
        (answer(200, "application/json", &"x".repeat(9)), "decode", Some(200)),
        (broken, "transport", Some(200)),
        (vec![Step::Cut], "transport", None),
    ] {
        let end = end_of(vec![script], async |app| assert!(app.info().get().await.is_err())).await;
        assert_eq!((end.outcome, end.error, end.status), (CallOutcome::Failed, Some(kind), status));
        assert_eq!(end.attempts, 1);
    }
}

#[tokio::test]
async fn a_call_that_is_never_sent_fails_once() {
    let end =
        end_of(json(INFO), async |app| assert!(app.chat().send(&ChatRequest::new("Hello").user("")).await.is_err()));
    let end = end.await;
    assert_eq!((end.outcome, end.error, end.attempts), (CallOutcome::Failed, Some("invalid_request"), 0));
    let end = end_of(json(INFO), async |app| assert!(app.info().get().header("a\n", "b").await.is_err())).await;
    assert_eq!((end.outcome, end.attempts, end.status), (CallOutcome::Failed, 0, None));
}

#[tokio::test]
async fn a_call_that_is_never_awaited_is_none() {
    let server = Server::start(json(INFO)).await;
    let (app, log) = observed(&server, Timeouts::none(), RetryPolicy::none());
    drop(app.info().get());
    assert!(log.hooks().is_empty());
    assert_eq!(app.stats(), Stats::default());
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_once() {
    let slow = vec![vec![Step::Wait(Duration::from_secs(60))]];
    let end = end_of(slow.clone(), async |app| give_up(app.info().get()).await).await;
    assert_eq!((end.outcome, end.error), (CallOutcome::Cancelled, None));
    let end = end_of(slow, async |app| give_up(app.chat().send_streamed(&question())).await).await;
    assert_eq!(end.outcome, CallOutcome::Cancelled);
}

#[tokio::test]
async fn a_stream_ends_once_whatever_becomes_of_it() {
    let end = end_of(stream([message("Hi"), message_end()]), async |app| read(&app).await).await;
    assert_eq!((end.outcome, end.tokens), (CallOutcome::Succeeded, TOKENS));
    // Cut off before its end.
    let end = end_of(stream([message("Hi")]), async |app| read(&app).await).await;
    assert_eq!((end.outcome, end.error, end.tokens), (CallOutcome::Failed, Some("incomplete"), TokenCounts::default()));
    let end = end_of(stream([message("Hi"), say("data: {\"event\""), Step::Cut]), async |app| read(&app).await).await;
    assert_eq!(end.outcome, CallOutcome::Failed);
    // Ended by an event.
    let failed = say("data: {\"event\":\"error\",\"status\":400,\"code\":\"invalid_param\",\"message\":\"No.\"}\n\n");
    let end = end_of(stream([message("Hi"), failed]), async |app| read(&app).await).await;
    assert_eq!((end.outcome, end.error, end.status), (CallOutcome::Failed, Some("stream"), Some(200)));
    // Events without a name or a form do not end it.
    let odd = say("data: {\"event\":\"message\",\"answer\":{}}\n\ndata: {}\n\n");
    let end = end_of(stream([odd, message("Hi"), message_end()]), async |app| read(&app).await).await;
    assert_eq!((end.outcome, end.undecoded), (CallOutcome::Succeeded, 1));
}

#[tokio::test]
async fn a_dropped_stream_is_cancelled_unless_all_of_it_came() {
    let open = || stream([message("Hi"), Step::Wait(Duration::from_secs(60))]);
    let end = end_of(open(), async |app| {
        let mut stream = app.chat().stream(&question()).await.expect("a stream");
        assert!(stream.next().await.is_some_and(|event| event.is_ok()));
        assert_eq!(app.stats().in_flight, 1);
    });
    let end = end.await;
    assert_eq!((end.outcome, end.first_text, end.streamed), (CallOutcome::Cancelled, true, true));
    let unread = end_of(open(), async |app| drop(app.chat().stream(&question()).await.expect("a stream")));
    assert_eq!(unread.await.outcome, CallOutcome::Cancelled);
    let late = stream([message("Hi"), message_end(), Step::Wait(Duration::from_secs(60))]);
    let end = end_of(late, async |app| {
        let mut stream = app.chat().stream(&question()).await.expect("a stream");
        while stream.next().await.is_some_and(|event| event.expect("an event").text().is_some()) {}
    });
    let end = end.await;
    assert_eq!((end.outcome, end.tokens), (CallOutcome::Succeeded, TOKENS));
}

#[tokio::test]
async fn a_folded_stream_ends_as_its_caller_sees_it() {
    let end = end_of(stream([message("Hi"), message_end()]), async |app| {
        assert!(app.chat().send_streamed(&question()).await.is_ok());
    });
    let end = end.await;
    assert_eq!((end.outcome, end.tokens, end.streamed), (CallOutcome::Succeeded, TOKENS, true));
    // The stream ends as it should, with an event that the answer needs and that cannot be decoded.
    let end = end_of(stream([finished("failed")]), async |app| {
        assert!(app.chat().send_streamed(&question()).await.is_err());
    });
    let end = end.await;
    assert_eq!((end.outcome, end.error, end.tokens.total), (CallOutcome::Failed, Some("decode"), Some(9)));
}

#[tokio::test]
async fn a_download_ends_once_whatever_becomes_of_it() {
    let query = FilesPreviewQuery::new;
    let file = || vec![answer(200, "image/png", "12345678")];
    let folder = tempfile::tempdir().expect("a folder");
    for way in 0..4 {
        let end = end_of(file(), async |app| {
            let mut download = app.files().preview("f", &query()).await.expect("a download");
            match way {
                0 => assert_eq!(download.bytes().await.expect("a file").len(), 8),
                1 => while download.next().await.is_some() {},
                2 => assert_eq!(download.save_to(folder.path().join("a.png")).await.expect("saved"), 8),
                // All bytes, and not the end.
                _ => assert!(download.next().await.is_some()),
            }
        });
        let end = end.await;
        assert_eq!((end.outcome, end.bytes, end.streamed), (CallOutcome::Succeeded, 8, false), "{way}");
    }
    let end = end_of(file(), async |app| {
        let download = app.files().preview("f", &query()).await.expect("a download");
        assert!(download.save_to(folder.path()).await.is_err());
    });
    let end = end.await;
    assert_eq!((end.outcome, end.error), (CallOutcome::Failed, Some("file")));
    let half = vec![vec![
        say("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\nhalf"),
        Step::Wait(Duration::from_secs(60)),
    ]];
    let end = end_of(half, async |app| {
        let mut download = app.files().preview("f", &query()).await.expect("a download");
        assert!(download.next().await.is_some());
    });
    let end = end.await;
    assert_eq!((end.outcome, end.bytes), (CallOutcome::Cancelled, 4));
    let cut = vec![vec![say("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\nhalf"), Step::Cut]];
    let end = end_of(cut, async |app| {
        assert!(app.files().preview("f", &query()).await.expect("a download").bytes().await.is_err());
    });
    assert_eq!(end.await.outcome, CallOutcome::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_in_vain_for_a_place_fails_once() {
    let server = Server::start(stream([message("Hi"), Step::Wait(Duration::from_secs(600))])).await;
    let log = Log::default();
    let builder = App::builder().api_key("app-5ecret").base_url(&server.base_url).max_in_flight(1);
    let limits = Timeouts::none().call(Duration::from_secs(1));
    let app = builder.timeouts(limits).observer(log.clone()).build().expect("a client");
    let stream = app.chat().stream(&question()).await.expect("a stream");
    assert!(app.info().get().await.is_err());
    let [end] = log.ends("app_info_get").try_into().expect("one end");
    assert_eq!((end.outcome, end.error, end.attempts), (CallOutcome::Failed, Some("timeout"), 0));
    assert_eq!(app.stats().in_flight, 1);
    drop(stream);
    log.assert_balanced();
    assert_eq!(app.stats().in_flight, 0);
}

#[tokio::test]
async fn calls_of_every_client_are_observed_with_their_sessions() {
    let refused = answer(401, "application/json", r#"{"code":"unauthorized","message":"No.","status":401}"#);
    let server = Server::start(vec![refused]).await;
    let log = Log::default();
    let site = server.base_url.replace("/v1", "");
    let page = WebApp::builder().base_url(&site).app_code("code-1").retry(RetryPolicy::none());
    let page = page.observer(log.clone()).build().expect("a client");
    assert!(page.info().site().await.is_err());
    let console =
        Console::builder().base_url(&site).login("maria@example.com", "5ecret-word").retry(RetryPolicy::none());
    let console = console.observer(log.clone()).build().expect("a client");
    assert!(console.apps().get("a").await.is_err());
    let knowledge =
        Knowledge::builder().api_key("dataset-5ecret").base_url(&server.base_url).retry(RetryPolicy::none());
    let knowledge = knowledge.observer(log.clone()).build().expect("a client");
    assert!(knowledge.datasets().get("d").await.is_err());
    log.assert_balanced();
    for (operation, renewal, attempts) in [
        ("web_session_passport", true, 1),
        ("web_info_site", false, 0),
        ("console_account_login", true, 1),
        ("console_apps_get", false, 0),
        ("knowledge_datasets_get", false, 1),
    ] {
        let ends = log.ends(operation);
        assert!(!ends.is_empty(), "{operation}: {:?}", log.seen());
        assert!(ends.iter().all(|end| end.outcome == CallOutcome::Failed && end.attempts == attempts), "{ends:?}");
        assert!(log.seen().iter().filter(|seen| seen.operation == operation).all(|seen| seen.renewal == renewal));
    }
    assert_eq!((page.stats().failed, page.stats().in_flight), (2, 0));
    assert!(console.stats().failed >= 2 && knowledge.stats().failed == 1);
}

#[tokio::test]
async fn retrieval_has_no_tokens() {
    let found = r#"{"query":{"content":"q"},"records":[]}"#;
    let server = Server::start(json(found)).await;
    let log = Log::default();
    let knowledge = Knowledge::builder().api_key("dataset-5ecret").base_url(&server.base_url).observer(log.clone());
    let knowledge = knowledge.build().expect("a client");
    knowledge.datasets().retrieve("d", &RetrieveRequest::new("q")).await.expect("an answer");
    assert_eq!((log.end().outcome, log.end().tokens), (CallOutcome::Succeeded, TokenCounts::default()));
}

#[tokio::test]
async fn a_failed_stop_of_a_dropped_stream_is_observed() {
    let refusal = r#"{"code":"app_unavailable","message":"No.","status":400}"#;
    let server = Server::start(vec![
        vec![event_stream(), message("Hi"), Step::Wait(Duration::from_secs(60))],
        answer(400, "application/json", refusal),
    ])
    .await;
    let (app, log) = observed(&server, Timeouts::none(), RetryPolicy::none());
    let mut stream = app.chat().stream(&question()).await.expect("a stream").stop_on_drop();
    assert!(stream.next().await.is_some_and(|event| event.is_ok()));
    drop(stream);
    let stopped = async {
        while !log.hooks().contains(&"stop_failed") {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), stopped).await.expect("a failed stop");
    let last = log.seen().pop().expect("an event");
    assert_eq!((last.hook, last.operation), ("stop_failed", "app_chat_stop"));
    assert!(last.shown.contains("app_unavailable"), "{}", last.shown);
    assert_eq!(log.ends("app_chat_stop").len(), 1);
    assert_eq!((app.stats().cancelled, app.stats().failed), (1, 1));
}

#[cfg(feature = "cache")]
#[tokio::test]
async fn a_cached_answer_is_a_call_without_an_attempt() {
    let server = Server::start(vec![answer(200, "application/json", INFO), answer(500, "text/html", "")]).await;
    let log = Log::default();
    let builder = App::builder().api_key("app-5ecret").base_url(&server.base_url).cache(crate::Cache::new());
    let app = builder.retry(RetryPolicy::none()).observer(log.clone()).build().expect("a client");
    let minute = Duration::from_secs(60);
    for _ in 0..2 {
        app.info().get().cached(minute).await.expect("an answer");
    }
    assert!(app.info().meta().cached(minute).await.is_err());
    assert!(app.chat().send(&question()).cached(minute).await.is_err());
    log.assert_balanced();
    let attempts: Vec<_> = log.ends("app_info_get").iter().map(|end| (end.attempts, end.status, end.outcome)).collect();
    assert_eq!(attempts, [1, 0].map(|attempts| (attempts, Some(200), CallOutcome::Succeeded)));
    assert_eq!(log.ends("app_info_meta")[0].error, Some("http"));
    assert_eq!(
        (log.ends("app_chat_send")[0].error, log.ends("app_chat_send")[0].attempts),
        (Some("invalid_request"), 0)
    );
    assert_eq!((app.stats().calls, app.stats().in_flight), (4, 0));
}
