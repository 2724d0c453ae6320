//! What a server leaves out is empty and counted; what cannot be made up is an error.

use super::*;
use crate::ErrorKind;

fn json(body: &str) -> Vec<Step> {
    answer(200, "application/json", body)
}

const INFO: &str = r#"{"name":"n","description":"d","tags":[],"mode":"chat","author_name":null}"#;

#[tokio::test]
async fn members_that_an_answer_lacks_are_counted() {
    let lacking = INFO.replace(r#""description":"d","#, "").replace(r#""name":"n""#, r#""name":null"#);
    let server = Server::start(vec![json(INFO), json(&lacking)]).await;
    let app = server.app(Timeouts::none());
    let whole = app.info().get().with_response().await.expect("an answer");
    assert_eq!((whole.substitutions(), whole.description.as_str()), (0, "d"));
    let lacking = app.info().get().with_response().await.expect("an answer");
    assert_eq!((lacking.substitutions(), lacking.description.as_str(), lacking.name.as_str()), (2, "", ""));
    assert_eq!(lacking.map(|info| info.name).substitutions(), 2);
}

#[tokio::test]
async fn members_that_events_lack_are_counted() {
    let message = concat!(
        r#"data: {"event":"message","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","id":"m","#,
        r#""answer":null,"from_variable_selector":null}"#,
        "\n\n"
    );
    let server = Server::start(vec![vec![event_stream(), say(message)]]).await;
    let mut stream =
        server.app(Timeouts::none()).chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    assert_eq!(stream.substitutions(), 0);
    let event = stream.next().await.expect("an event").expect("an event that can be decoded");
    assert_eq!((event.text(), stream.substitutions()), (Some(""), 1));
}

// A past bug: a blocking answer over a stream counted nothing.
#[tokio::test]
async fn members_that_the_events_of_an_answer_lack_are_counted() {
    let message = concat!(
        r#"data: {"event":"message","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","id":"m","#,
        r#""answer":null,"from_variable_selector":null}"#,
        "\n\n",
        r#"data: {"event":"message_replace","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","#,
        r#""answer":"Hi","reason":null}"#,
        "\n\n",
        r#"data: {"event":"workflow_started","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","#,
        r#""workflow_run_id":"r","data":{"id":"r","workflow_id":"w","inputs":{},"created_at":0,"reason":"initial"}}"#,
        "\n\n",
        r#"data: {"event":"workflow_finished","conversation_id":"c","message_id":"m","created_at":0,"task_id":"t","#,
        r#""workflow_run_id":"r","data":{"id":"r","workflow_id":"w","status":"succeeded","outputs":{},"error":null,"#,
        r#""elapsed_time":0.1,"total_tokens":0,"total_steps":1,"created_by":{},"created_at":0,"finished_at":0,"#,
        r#""exceptions_count":0,"files":[]}}"#,
        "\n\n"
    );
    let server = Server::start(vec![vec![event_stream(), say(message)]]).await;
    let request = ChatRequest::new("Hello").user("user-1");
    let call = server.app(Timeouts::none()).chat().send_streamed(&request).with_response();
    let response = call.await.expect("an answer");
    assert_eq!(response.answer, "Hi");
    assert!(response.substitutions() > 0);
}

// A past bug of clients for Dify: an error envelope that a proxy sent with status 200 was an answer without content.
#[tokio::test]
async fn an_error_envelope_with_status_200_is_no_answer() {
    let envelope = r#"{"code":"app_unavailable","message":"No.","status":400}"#;
    let server = Server::start(vec![json(envelope)]).await;
    let app = server.app(Timeouts::none());
    let query = crate::types::ConversationsListQuery::new().user("user-1");
    for error in [
        app.info().get().await.map(drop).expect_err("info"),
        app.conversations().list(&query).await.map(drop).expect_err("a list"),
        app.chat().send(&ChatRequest::new("Hello").user("user-1")).await.map(drop).expect_err("a reply"),
    ] {
        let ErrorKind::Decode(decode) = error.kind() else { panic!("{error}") };
        assert_eq!((decode.path.as_str(), decode.body.as_ref()), (".", envelope.as_bytes()));
    }
}
