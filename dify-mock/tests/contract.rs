//! Requests are held against the document: who is let in, what is refused and how, what is written down.

use crate::common::{Caller, read};
use dify_mock::Server;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_bad_key_hears_401_and_what_it_lacks() {
    let caller = Caller::new("app-chat").await;
    let url = format!("{}/info", caller.server.base_url());
    for (header, message) in [
        ("", "Authorization header must be provided and start with 'Bearer'"),
        ("Basic abc", "Authorization scheme must be 'Bearer'"),
        ("Bearer dataset-1", "Access token is invalid"),
        ("Bearer app-invalid", "Access token is invalid"),
    ] {
        let response = caller.http.get(&url).header("authorization", header).send().await.expect("answered");
        assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"api\"");
        assert_eq!(response.headers()["x-version"], "1.16.1");
        let (status, body) = read(response).await;
        assert_eq!((status, body), (401, json!({"code": "unauthorized", "message": message, "status": 401})));
    }
    let lower = caller.http.get(&url).header("authorization", "bearer app-x").send().await.expect("answered");
    assert_eq!(lower.status(), 200);
    let disabled = caller.http.get(&url).bearer_auth("app-disabled").send().await.expect("answered");
    assert_eq!(read(disabled).await.1["code"], "forbidden");
}

#[tokio::test]
async fn a_wrong_body_is_refused_with_the_name_of_the_member() {
    let caller = Caller::new("app-chat").await;
    let refused = async |body: Value| {
        let (status, answer) = caller.post("/chat-messages", body).await;
        (status, answer["code"].clone(), answer["message"].as_str().unwrap_or_default().to_owned())
    };
    let (status, code, message) = refused(json!({"inputs": {}, "user": "maria"})).await;
    assert_eq!((status, code), (400, json!("invalid_param")));
    assert!(
        message.contains("\nquery\n  Field required [type=missing, input_value={'inputs': {}, 'user': 'maria'}"),
        "{message}"
    );
    let (_, _, message) = refused(json!({"inputs": [1], "query": "q", "user": "maria"})).await;
    assert!(
        message.contains("\ninputs\n  Input should be a valid dictionary [type=dict_type, input_value=[1]"),
        "{message}"
    );
    let (_, _, message) = refused(json!({"inputs": {}, "query": "q", "user": ""})).await;
    assert_eq!(message, "Arg user must be provided.");
    let (_, _, message) = refused(json!({"inputs": {}, "query": "q", "user": "m", "response_mode": "shouting"})).await;
    assert!(message.contains("response_mode"), "{message}");
    let unknown =
        json!({"inputs": {}, "query": "q", "user": "m", "conversation_id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(refused(unknown).await.0, 404);
    assert_eq!(refused(json!([1, 2])).await, (500, json!("unknown"), "Internal Server Error".to_owned()));

    let raw = |body: &'static str, media: &'static str| {
        caller.call(Method::POST, "/chat-messages").header("content-type", media).body(body).send()
    };
    assert_eq!(raw("{}", "text/plain").await.expect("answered").status(), 415);
    assert_eq!(raw("{", "application/json").await.expect("answered").status(), 400);
    let (status, answer) = caller.get("/conversations?user=maria&limit=0").await;
    assert_eq!(status, 400);
    let message = answer["message"].as_str().unwrap_or_default();
    assert!(message.contains("\nlimit\n  Input should be greater than or equal to 1"), "{message}");
}

#[tokio::test]
async fn a_wrong_application_hears_its_own_code() {
    let caller = Caller::new("app-completion").await;
    let code = async |key: &str, path: &str, body: Value| {
        let url = format!("{}{path}", caller.server.base_url());
        let answer = caller.http.post(url).bearer_auth(key).json(&body).send().await.expect("answered");
        read(answer).await.1["code"].as_str().unwrap_or("none").to_owned()
    };
    let chat = json!({"inputs": {}, "query": "q", "user": "maria"});
    let run = json!({"inputs": {}, "user": "maria"});
    assert_eq!(code("app-completion", "/chat-messages", chat.clone()).await, "not_chat_app");
    assert_eq!(code("app-workflow", "/chat-messages", chat).await, "not_chat_app");
    assert_eq!(code("app-chat", "/completion-messages", run.clone()).await, "app_unavailable");
    assert_eq!(code("app-chatflow", "/workflows/run", run).await, "not_workflow_app");
}

#[tokio::test]
async fn where_nothing_is_there_is_a_page_and_for_another_method_405() {
    let caller = Caller::new("app-chat").await;
    for path in ["/nothing", "/info/", "/conversations/abc/variables?user=maria"] {
        let response = caller.call(Method::GET, path).send().await.expect("answered");
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }
    let (status, answer) = caller.post("/site", json!({})).await;
    assert_eq!((status, &answer["code"]), (405, &json!("method_not_allowed")));
    assert_eq!(caller.get("/workflows/run/nope").await.0, 400);
    let head = caller.call(Method::HEAD, "/info").send().await.expect("answered");
    assert_eq!(head.status(), 200);
}

#[tokio::test]
async fn requests_are_kept_with_what_the_document_says_of_them() {
    let caller = Caller::new("app-chat").await;
    let body = json!({"inputs": {}, "query": "q", "user": "maria", "colour": "red"});
    assert_eq!(caller.post("/chat-messages?speed=1", body.clone()).await.0, 200);
    let requests = caller.server.requests();
    let request = &requests[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/chat-messages"));
    assert_eq!((request.operation.as_deref(), request.status), (Some("app_chat_send"), 200));
    assert_eq!(request.headers["authorization"], "Bearer app-chat");
    assert_eq!(serde_json::from_slice::<Value>(&request.body).ok(), Some(body));
    assert_eq!(request.problems, ["query:speed: undocumented query parameter", "body/colour: not documented"]);
}

#[tokio::test]
async fn what_the_applications_say_of_themselves_agrees_with_the_document() {
    for key in ["app-chat", "app-agent", "app-roster", "app-chatflow", "app-completion", "app-workflow", "app-human"] {
        let caller = Caller::new(key).await;
        for path in ["/info", "/parameters", "/meta", "/site"] {
            assert_eq!(caller.get(path).await.0, 200);
        }
        caller.all_agree();
    }
}

#[tokio::test]
async fn every_operation_is_answered_and_two_servers_do_not_share_memory() {
    let (one, two) = (Caller::new("app-chat").await, Server::start().await.expect("starts"));
    assert_eq!(one.server.operations().len(), two.operations().len());
    let body = json!({"inputs": {}, "query": "q", "user": "maria"});
    assert_eq!(one.post("/chat-messages", body).await.0, 200);
    let url = format!("{}/conversations?user=maria", two.base_url());
    let other = one.http.get(url).bearer_auth("app-chat").send().await.expect("answered");
    assert_eq!(read(other).await.1["data"], json!([]));
}

#[tokio::test]
async fn a_dropped_server_ends_its_streams_and_takes_no_more_calls() {
    let Caller { server, http, key } = Caller::new("app-human").await;
    let base = server.base_url();
    let body = json!({"inputs": {"query": "q"}, "user": "maria", "response_mode": "streaming"});
    let run = http.post(format!("{base}/workflows/run")).bearer_auth(key).json(&body).send().await.expect("answered");
    let events = crate::common::events(&run.text().await.expect("read"));
    let run = events[1]["workflow_run_id"].as_str().expect("an id");
    let follow = format!("{base}/workflow/{run}/events?user=maria");
    let follow = http.get(follow).bearer_auth(key).send().await.expect("answered");
    drop(server);
    assert_eq!(follow.text().await.expect("ends"), "event: ping\n\n");
    // The connection that was idle may be the last to notice.
    let gone = async {
        while http.get(format!("{base}/info")).bearer_auth(key).send().await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), gone).await.expect("nobody listens");
}

#[tokio::test]
async fn an_id_of_another_form_is_refused_as_the_server_words_it() {
    let caller = Caller::new("app-chat").await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (path, model, name) in [
        ("/conversations?user=m&last_id=abc".to_owned(), "ConversationListQuery", "last_id"),
        (format!("/conversations/{nobody}/variables?user=m&last_id=abc"), "ConversationVariablesQuery", "last_id"),
        ("/messages?user=m&conversation_id=abc".to_owned(), "MessageListQuery", "conversation_id"),
        (format!("/messages?user=m&conversation_id={nobody}&first_id=abc"), "MessageListQuery", "first_id"),
    ] {
        let (status, refused) = caller.get(&path).await;
        let message = refused["message"].as_str().unwrap_or_default();
        let start =
            format!("1 validation error for {model}\n{name}\n  Value error, must be a valid UUID [type=value_error");
        assert!(status == 400 && message.starts_with(&start), "{path}: {status} {message}");
    }
    assert_eq!(caller.get("/conversations?user=m&last_id=").await.0, 200);
    let (_, refused) = caller.get(&format!("/conversations/{nobody}/variables?user=m&variable_name=a%20b")).await;
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("can only contain letters")), "{refused}");
    let page = caller.call(Method::DELETE, "/conversations/abc").send().await.expect("answered");
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (404, &"text/html; charset=utf-8".parse().expect("a header"))
    );
}
