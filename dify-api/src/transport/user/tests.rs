//! Every request that names a user, by a client that has one.

use crate::{
    App, Error, ErrorKind, RetryPolicy, Timeouts, Upload,
    tests::test_server::{Server, answer},
    types::*,
};
use std::{future::Future, pin::Pin};

type Outcome<'c> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'c>>;

/// Each operation whose request names a user, called with a request that names none, or this one.
fn calls<'c>(app: &'c App, user: Option<&'c str>) -> Vec<Outcome<'c>> {
    macro_rules! named {
        ($request:expr) => {{
            let mut request = $request;
            request.user = user.map(str::to_owned);
            request
        }};
    }
    macro_rules! calls {
        ($($group:ident.$method:ident($($argument:expr),*);)*) => {
            vec![$(Box::pin(async move { app.$group().$method($($argument),*).await.map(|_| ()) })),*]
        };
    }
    let upload = || Upload::bytes("a.mp3", "x");
    let none = || [("city", "Beijing")];
    calls! {
        audio.audio_to_text(&named!(AudioToTextRequest::new(upload())));
        audio.text_to_audio(&named!(TextToAudioRequest::new().text("Hello")));
        chat.send(&named!(ChatRequest::new("Hello")));
        chat.stream(&named!(ChatRequest::new("Hello")));
        chat.stop("t", &named!(StopRequest::new()));
        completion.send(&named!(CompletionRequest::new(none())));
        completion.stream(&named!(CompletionRequest::new(none())));
        completion.stop("t", &named!(StopRequest::new()));
        conversations.list(&named!(ConversationsListQuery::new()));
        conversations.delete("c", &named!(ConversationDeleteRequest::new()));
        conversations.rename("c", &named!(ConversationRenameRequest::new()));
        conversations.variables("c", &named!(ConversationsVariablesQuery::new()));
        conversations.update_variable("c", "v", &named!(ConversationVariableUpdateRequest::new("x")));
        files.upload(&named!(FileUploadRequest::new(upload())));
        files.preview("f", &named!(FilesPreviewQuery::new()));
        human_input.submit("t", &named!(HumanInputSubmitRequest::new(none(), "approve")));
        messages.list(&named!(MessagesListQuery::new("c")));
        messages.feedback("m", &named!(MessageFeedbackRequest::new()));
        messages.suggested("m", &named!(MessagesSuggestedQuery::new()));
        workflows.run(&named!(WorkflowRunRequest::new(none())));
        workflows.run_stream(&named!(WorkflowRunRequest::new(none())));
        workflows.run_version("w", &named!(WorkflowRunRequest::new(none())));
        workflows.run_version_stream("w", &named!(WorkflowRunRequest::new(none())));
        workflows.stop("t", &named!(WorkflowStopRequest::new()));
        workflows.events("r", &named!(WorkflowsEventsQuery::new()));
    }
}

async fn server() -> (Server, App) {
    let server = Server::start(vec![answer(500, "text/plain", "")]).await;
    let app = server.app(Timeouts::default());
    (server, app)
}

/// Sends all calls, and returns how many requests name each of the users.
async fn sent(server: &Server, calls: Vec<Outcome<'_>>, users: [&str; 2]) -> [usize; 2] {
    for call in calls {
        let _ = call.await;
    }
    users.map(|user| server.seen().iter().filter(|request| request.contains(user)).count())
}

#[tokio::test]
async fn a_client_with_a_user_names_it_in_every_request() {
    let (server, app) = server().await;
    let app = app.as_user("maria-0412");
    let all = calls(&app, None).len();
    assert_eq!(sent(&server, calls(&app, None), ["maria-0412", "POST /v1/completion-messages/t/stop"]).await, [all, 1]);
}

#[tokio::test]
async fn the_user_of_a_request_takes_precedence() {
    let (server, app) = server().await;
    let app = app.as_user("maria-0412");
    let all = calls(&app, None).len();
    assert_eq!(sent(&server, calls(&app, Some("jose-77")), ["maria-0412", "jose-77"]).await, [0, all]);
}

#[tokio::test]
async fn an_unset_user_is_refused_with_both_ways_to_set_it() {
    let (server, app) = server().await;
    // The server has an end user of its own for these.
    let without = ["/audio-to-text", "/text-to-audio", "/files/upload", "/files/f/preview"];
    for client in [app.clone(), app.as_user("")] {
        for call in calls(&client, None) {
            let error = call.await.expect_err("refused");
            let ErrorKind::InvalidRequest(why) = error.kind() else { continue };
            assert!(why.contains("`.user(…)` on the request") && why.contains("`as_user(…)`"), "{why}");
        }
    }
    for request in server.seen() {
        assert!(without.iter().any(|path| request.contains(path)), "{request}");
    }
    assert_eq!(server.seen().len(), 2 * without.len());
}

#[tokio::test]
async fn handles_share_a_client_and_differ_in_their_user() {
    let (server, app) = server().await;
    let (maria, jose) = (app.as_user("maria-0412"), app.as_user("maria-0412").as_user("jose-77"));
    for client in [&maria, &jose] {
        let _ = client.chat().send(&ChatRequest::new("Hello")).retry(RetryPolicy::none()).await;
    }
    let seen = server.seen();
    assert!(seen[0].contains(r#""user":"maria-0412""#) && seen[1].contains(r#""user":"jose-77""#), "{seen:?}");
    assert!(maria.server_version().is_some() && app.server_version() == maria.server_version());
}
