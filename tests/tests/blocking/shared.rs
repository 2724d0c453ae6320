//! What blocking and asynchronous calls of a client share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use dify_api::{App, AppBuilder, Cache, ObservedCall, ObservedEnd, Observer};
use dify_mock::{
    Server,
    fault::{Answer, Fault},
};

use super::scene::*;

fn scene_with(set: impl FnOnce(AppBuilder) -> AppBuilder) -> (Server, App) {
    let server = start(Server::builder());
    let builder = App::builder().api_key("app-chat").base_url(server.base_url());
    let app = set(builder).build().expect("a client");
    (server, app)
}

#[test]
fn kept_answers_are_those_of_both() {
    let (server, app) = scene_with(|builder| builder.cache(Cache::new()));
    let parameters = || app.info().parameters().cached(Duration::from_secs(60));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| parameters().wait().expect("an answer"));
        }
    });
    current_thread().block_on(parameters().into_future()).expect("an answer");
    assert_eq!(server.count("app_info_parameters").received, 1);
    app.chat().send(&question()).wait().expect("an answer");
    parameters().wait().expect("an answer");
    assert_eq!(server.count("app_info_parameters").received, 2);
}

#[test]
fn a_limit_on_requests_counts_both() {
    let (_server, app) = scene_with(|builder| builder.max_in_flight(1));
    let stream = app.chat().stream(&question()).wait().expect("a stream");
    let hurried = || app.info().get().timeouts(|limits| limits.call(Duration::from_millis(30)));
    assert!(current_thread().block_on(hurried().into_future()).expect_err("there is no place").is_timeout());
    assert!(hurried().wait().expect_err("there is no place").is_timeout());
    drop(stream);
    current_thread().block_on(app.info().get().into_future()).expect("there is a place");
}

/// Makes a blocking call where a call ends, and counts how often it is refused.
struct Curious {
    other: App,
    refused: Arc<AtomicUsize>,
}

impl Observer for Curious {
    fn finished(&self, _: &ObservedCall<'_>, _: &ObservedEnd<'_>) {
        let outcome = self.other.info().get().wait();
        self.refused.fetch_add(usize::from(outcome.is_err_and(|error| is_refused(&error))), Ordering::SeqCst);
    }
}

#[test]
fn calls_are_counted_and_observed_and_refused_ones_are_not() {
    let (_other_server, other) = scene();
    let refused = Arc::new(AtomicUsize::new(0));
    let observer = Curious { other: other.clone(), refused: Arc::clone(&refused) };
    let (server, app) = scene_with(|builder| builder.observer(observer));
    app.info().get().wait().expect("an answer");
    server.faults().on("app_info_get").times(1).inject(Fault::Refused(Answer::error(404, "not_found", "No.")));
    assert!(app.info().get().wait().is_err());
    current_thread().block_on(async { assert!(app.info().get().wait().is_err_and(|error| is_refused(&error))) });
    let stats = app.stats();
    assert_eq!((stats.calls, stats.succeeded, stats.failed, stats.in_flight), (2, 1, 1, 0));
    // It is called while the call is polled, where nothing may block.
    assert_eq!((refused.load(Ordering::SeqCst), other.stats().calls), (2, 0));
}
