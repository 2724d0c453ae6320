//! Servers on a runtime of their own, and what several tests use.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use dify_api::{App, Error, ErrorKind, types::ChatRequest};
use dify_mock::{Builder, Server};
use tokio::runtime::{self, Runtime};

/// Where the servers run.
static SERVERS: LazyLock<Runtime> = LazyLock::new(multi_thread);

pub fn multi_thread() -> Runtime {
    runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

pub fn current_thread() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

pub fn on_servers<T>(work: impl Future<Output = T>) -> T {
    SERVERS.block_on(work)
}

pub fn start(builder: Builder) -> Server {
    on_servers(builder.check_answers(true).start()).expect("the server starts")
}

pub fn scene() -> (Server, App) {
    scene_of(Server::builder(), "app-chat")
}

pub fn scene_of(builder: Builder, key: &str) -> (Server, App) {
    let server = start(builder);
    let app = App::builder().api_key(key).base_url(server.base_url()).build().expect("a client");
    (server, app)
}

pub fn question() -> ChatRequest {
    ChatRequest::new("Hello").user("user-1")
}

pub fn is_refused(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::InAsync)
}

/// Waits for what happens in the background.
pub fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}
