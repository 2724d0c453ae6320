//! Calls and streams can go where asynchronous code takes them: into `join_all`, a field, another task. And nothing that
//! is printed on the way shows the key.

use std::{future::Future, pin::Pin, time::Duration};

use dify_api::{
    App, Call, Download, Error, EventStream, Items, Pages, RawRequest, Response, Upload,
    types::{
        ChatEvent, ChatReply, ChatRequest, ConversationPage, ConversationsListQuery, FileUploadRequest,
        FilesPreviewQuery, WorkflowEvent,
    },
};
use dify_mock::Server;
use futures_util::{StreamExt, future::join_all};

fn send<T: Send>(_: &T) {}
fn anywhere<T: Send + Unpin + 'static>() {}
fn shared<T: Send + Sync + Clone + 'static>() {}

async fn server_and_app() -> (Server, App) {
    let server = Server::start().await.expect("the server starts");
    let app = client(&server, "app-chat");
    (server, app)
}

fn client(server: &Server, key: &str) -> App {
    App::builder().api_key(key).base_url(server.base_url()).build().expect("a client")
}

#[test]
fn streams_and_clients_go_anywhere() {
    anywhere::<EventStream<ChatEvent>>();
    anywhere::<EventStream<WorkflowEvent>>();
    anywhere::<Error>();
    anywhere::<Response<ChatReply>>();
    anywhere::<Download>();
    anywhere::<Call<ChatReply>>();
    anywhere::<Items<ConversationPage>>();
    anywhere::<Pages<ConversationPage>>();
    anywhere::<RawRequest>();
    shared::<App>();
}

#[tokio::test]
async fn every_kind_of_future_is_send() {
    let (_server, app) = server_and_app().await;
    let request = ChatRequest::new("Hello").user("user-1");
    send(&app.chat().send(&request));
    send(&app.chat().send(&request).with_response());
    send(&app.chat().stream(&request));
    let query = FilesPreviewQuery::new();
    send(&app.files().preview("0d3f3f0a-6a53-4f2c-9a2b-7a7f4f8c2a10", &query));
    let mut stream = app.chat().stream(&request).await.expect("a stream");
    send(&stream.next());
    send(&stream.stop());
    send(&app.request(dify_api::reqwest::Method::GET, "/info").send());
}

#[tokio::test]
async fn many_calls_are_awaited_at_once() {
    let (_server, app) = server_and_app().await;
    let requests: Vec<_> = (0..8).map(|number| ChatRequest::new(format!("Question {number}")).user("user-1")).collect();
    let replies = join_all(requests.iter().map(|request| app.chat().send(request))).await;
    for reply in replies {
        reply.expect("an answer");
    }
}

#[tokio::test]
async fn a_call_is_stored_and_awaited_later() {
    struct Later<'a> {
        call: Pin<Box<dyn Future<Output = Result<ChatReply, Error>> + Send + 'a>>,
    }
    let (server, app) = server_and_app().await;
    let request = ChatRequest::new("Hello").user("user-1");
    let later = Later { call: Box::pin(app.chat().send(&request)) };
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(server.requests().is_empty(), "a call does nothing before it is awaited");
    later.call.await.expect("an answer");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_and_a_stream_go_to_another_task() {
    let (_server, app) = server_and_app().await;
    let other = app.clone();
    let call = tokio::spawn(async move { other.chat().send(&ChatRequest::new("Hello").user("user-1")).await });
    let stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    // The client may go: the stream has what it needs.
    drop(app);
    let events = tokio::spawn(async move {
        let events: Vec<_> = stream.collect().await;
        events.into_iter().collect::<Result<Vec<_>, _>>()
    });
    call.await.expect("no panic").expect("an answer");
    let events = events.await.expect("no panic").expect("events");
    assert!(matches!(events.last(), Some(ChatEvent::MessageEnd(_))), "{events:?}");
}

// Guards a past limit: a call borrowed its client and its request, so that none of this compiled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_owns_what_it_sends() {
    let (server, app) = server_and_app().await;
    let call = tokio::spawn(app.chat().send(&ChatRequest::new("Hello").user("user-1")));
    let response = tokio::spawn(app.chat().send(&ChatRequest::new("Hello").user("user-1")).with_response());
    let stream = tokio::spawn(app.chat().stream(&ChatRequest::new("Hello").user("user-1")));
    let folded = tokio::spawn(app.chat().send_streamed(&ChatRequest::new("Hello").user("user-1")));
    let file = FileUploadRequest::new(Upload::bytes("note.txt", "some text")).user("user-1");
    let upload = tokio::spawn(app.files().upload(&file));
    let raw = tokio::spawn(app.request(dify_api::reqwest::Method::GET, "/info").send());
    let mut items = app.conversations().list(&ConversationsListQuery::new().user("user-1")).items();
    let mut pages = app.conversations().list(&ConversationsListQuery::new().user("user-1")).pages();
    let stored = app.chat().send(&ChatRequest::new("Hello").user("user-1"));
    drop((app, file));

    call.await.expect("no panic").expect("an answer");
    assert_eq!(response.await.expect("no panic").expect("a response").attempts(), 1);
    drop(stream.await.expect("no panic").expect("a stream"));
    folded.await.expect("no panic").expect("an answer");
    upload.await.expect("no panic").expect("a file");
    raw.await.expect("no panic").expect("bytes");
    stored.await.expect("an answer");
    assert!(items.next().await.is_some_and(|item| item.is_ok()));
    let pages = tokio::spawn(async move { pages.next().await.map(|page| page.map(|page| page.data.len())) });
    assert!(pages.await.expect("no panic").is_some_and(|page| page.is_ok_and(|count| count > 0)));
    assert!(server.requests().len() >= 9);
}

#[tokio::test]
async fn a_stream_stops_its_run_from_another_task_than_the_one_that_began_it() {
    let server = Server::builder().pace(Duration::from_millis(5)).start().await.expect("the server starts");
    let app = client(&server, "app-chat");
    let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    stream.next().await.expect("an event").expect("a good one");
    let rest = tokio::spawn(async move {
        stream.stop().await?;
        let mut count = 0;
        while let Some(event) = stream.next().await {
            event?;
            count += 1;
        }
        Ok::<_, Error>(count)
    });
    rest.await.expect("no panic").expect("the stream ends by itself");
    let stops = server.requests().into_iter().filter(|request| request.operation.as_deref() == Some("app_chat_stop"));
    assert_eq!(stops.count(), 1);
}

#[tokio::test]
async fn the_key_is_shown_nowhere() {
    let server = Server::start().await.expect("the server starts");
    let app = client(&server, "app-chat-5ecret");
    let request = ChatRequest::new("Hello").user("user-1");
    let call = app.chat().send(&request);
    let mut shown = vec![format!("{app:?}"), format!("{call:?}"), format!("{:?}", app.chat())];
    shown.push(format!("{:?}", App::builder().api_key("app-5ecret")));
    let response = call.with_response().await.expect("an answer");
    shown.push(format!("{response:?}"));
    let stream = app.chat().stream(&request).await.expect("a stream");
    shown.push(format!("{stream:?}"));
    let refused = app.conversations().variables("no-uuid", &Default::default()).await.expect_err("it is none");
    let nobody = App::builder().api_key("app-5ecret").base_url("http://127.0.0.1:9/v1").build().expect("a client");
    let unheard = nobody.info().get().await.expect_err("nobody is there");
    for error in [refused, unheard] {
        shown.push(format!("{error}"));
        shown.push(format!("{error:?}"));
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(cause) = source {
            shown.push(format!("{cause} {cause:?}"));
            source = cause.source();
        }
    }
    let bad = App::builder().api_key("app-5ecret\n\u{7f}x").build().expect_err("no header can hold it");
    shown.push(format!("{bad} {bad:?}"));
    for text in shown {
        assert!(!text.contains("5ecret"), "{text}");
    }
}
