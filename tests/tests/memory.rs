//! What is left in memory after calls that failed, and how much a hostile answer may take.

use cap::Cap;
use dify_api::{
    App, ErrorKind, RetryPolicy, Timeouts,
    types::{ChatRequest, WorkflowRunRequest},
};
use dify_mock::{
    Server,
    fault::{Answer, Damage, Ending, Fault, Place},
};
use std::{alloc::System, time::Duration};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

const INFO: &str = "app_info_get";
const CHAT: &str = "app_chat_send";
const RUN: &str = "app_workflows_run";

fn app(server: &Server, key: &str) -> App {
    let limit = Duration::from_millis(300);
    let builder = App::builder().api_key(key).base_url(server.base_url()).body_limit(1 << 20).event_limit(1 << 20);
    let timeouts = Timeouts::none().response_headers(20 * limit).read_idle(limit).stall(limit);
    builder.timeouts(timeouts).retry(RetryPolicy::default().base_delay(Duration::ZERO)).build().expect("a client")
}

/// Calls and streams that all end badly, and leave nothing with the server.
async fn trouble(server: &Server) {
    let (chat, workflow) = (app(server, "app-chat"), app(server, "app-workflow"));
    for fault in [
        Fault::Refused(Answer::page(502)),
        Fault::Refused(Answer::too_many_requests()),
        Fault::Unanswered(Ending::Reset),
        Fault::Cut { at: Place::BeforeBody, by: Ending::Close },
        Fault::Damaged(Damage::Truncated),
        Fault::Huge(2 << 20),
    ] {
        server.faults().on(INFO).inject(fault);
        assert!(chat.info().get().await.is_err());
        server.faults().clear();
    }
    for fault in [Fault::Refused(Answer::page(524)), Fault::Unanswered(Ending::Close)] {
        server.faults().on(CHAT).inject(fault.clone());
        server.faults().on(RUN).inject(fault);
        assert!(chat.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.is_err());
        let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
        assert!(workflow.workflows().run_stream(&request).await.is_err());
        server.faults().clear();
    }
    server.forget_requests();
}

/// One test, so that no other allocates at the same time.
#[tokio::test]
async fn nothing_is_left_behind_and_no_answer_takes_more_than_its_limit() {
    let builder = Server::builder().keep_requests(0).pace(Duration::ZERO);
    let server = builder.start().await.expect("the server starts");
    for _ in 0..5 {
        trouble(&server).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = MEMORY.allocated();
    for _ in 0..40 {
        trouble(&server).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let left = MEMORY.allocated().saturating_sub(before);
    assert!(left < 256 << 10, "{left} bytes are left after 40 rounds");

    let (app, before) = (app(&server, "app-chat"), MEMORY.allocated());
    server.faults().on(INFO).inject(Fault::Huge(256 << 20));
    let error = app.info().get().await.expect_err("too large");
    assert!(matches!(error.kind(), ErrorKind::TooLarge { .. }), "{error}");
    server.faults().on(CHAT).inject(Fault::EndlessEvent { after: Place::AfterEvents(1) });
    let request = ChatRequest::new("Hello").user("user-1");
    let error = app.chat().stream(&request).await.expect("a stream").into_answer().await.expect_err("endless");
    assert!(matches!(error.kind(), ErrorKind::Frame(_)), "{error}");
    let most = MEMORY.max_allocated().saturating_sub(before);
    assert!(most < 24 << 20, "{most} bytes were taken for a limit of 1 MiB");
}
