//! The server of the guide that streams to a browser does what its chapter promises.

use std::time::Duration;

use dify_api::App;
use dify_mock::{
    Server,
    fault::{Answer, Ending, Fault, Place},
};
use reqwest::Response;

#[allow(dead_code, missing_docs, reason = "the code of the guide")]
#[rustfmt::skip]
mod guide {
    include!(concat!(env!("OUT_DIR"), "/server.rs"));

    pub(super) fn serve(app: App) -> Router {
        router(app)
    }
}

/// Asks a question through the server of the guide, as a browser does.
async fn ask(dify: &Server, key: &str, question: &'static str) -> Response {
    let app = App::builder().api_key(key).base_url(dify.base_url()).build().expect("a client");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/chat", listener.local_addr().expect("an address"));
    tokio::spawn(async { axum::serve(listener, guide::serve(app)).await });
    reqwest::Client::new().post(url).body(question).send().await.expect("an answer")
}

#[tokio::test]
async fn an_answer_ends_with_its_tokens() {
    let dify = Server::start().await.expect("the server starts");
    let text = ask(&dify, "app-chat", "Hello").await.text().await.expect("the whole stream");
    let (_, tokens) = text.split_once("event: end\ndata: ").expect("an end");
    assert!(tokens.trim().parse::<u64>().is_ok_and(|tokens| tokens > 0), "{text}");
    assert!(text.starts_with("data: \""), "{text}");
}

#[tokio::test]
async fn an_error_before_the_first_event_is_a_status() {
    let dify = Server::start().await.expect("the server starts");
    for (fault, status) in [
        (Fault::Refused(Answer::error(401, "unauthorized", "No.")), 502),
        (Fault::Refused(Answer::rate_limit_error()), 429),
        (Fault::Refused(Answer::error(400, "invalid_param", "No.")), 400),
    ] {
        dify.faults().on("app_chat_send").times(1).inject(fault);
        let response = ask(&dify, "app-chat", "Hello").await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.text().await.expect("a body"), "", "no text of Dify reaches the browser");
    }
}

#[tokio::test]
async fn an_error_within_the_stream_is_an_event() {
    let dify = Server::start().await.expect("the server starts");
    let cut = Fault::Cut { at: Place::AfterEvents(2), by: Ending::Reset };
    dify.faults().on("app_chat_send").inject(cut);
    let text = ask(&dify, "app-chat", "Hello").await.text().await.expect("the whole stream");
    assert!(text.ends_with("event: failed\ndata: 502\n\n"), "{text}");
}

#[tokio::test]
async fn a_browser_that_leaves_stops_the_run() {
    let dify = Server::builder().pace(Duration::from_millis(100)).start().await.expect("the server starts");
    let mut response = ask(&dify, "app-chat", "Count to a hundred").await;
    assert!(response.chunk().await.expect("a chunk").is_some());
    assert_eq!(dify.count("app_chat_stop").executed, 0);
    drop(response);
    let stopped = async {
        while dify.count("app_chat_stop").executed == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), stopped).await.expect("the run is stopped");
}
