//! Where a thread may block.

use std::{
    cell::RefCell,
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Wake},
    thread::{self, Thread},
};

use dify_api::{
    App, Error, ErrorKind, Event as _, Knowledge, Timeouts,
    blocking::Wait as _,
    types::{ChatRequest, ConversationsListQuery},
};
use tokio::{
    runtime::Handle,
    task::{LocalSet, block_in_place, unconstrained},
};

use super::scene::*;

/// Makes a call and reads a stream and a list.
fn works(app: &App) {
    assert!(!app.info().get().wait().expect("an answer").name.is_empty());
    let stream = app.chat().stream(&question()).wait().expect("a stream");
    let names: Vec<String> = stream.blocking().map(|event| event.expect("an event").name().to_owned()).collect();
    assert_eq!(names.last().map(String::as_str), Some("message_end"));
    let query = ConversationsListQuery::new().user("user-1");
    let list = app.conversations().list(&query);
    assert!(list.items().blocking().all(|conversation| conversation.is_ok()));
}

/// Every kind of blocking call is refused.
fn is_refused_here(app: &App) {
    assert!(is_refused(&app.info().get().wait().expect_err("refused")));
    assert!(is_refused(&app.info().get().with_response().wait().expect_err("refused")));
    assert!(is_refused(&app.probe().wait().expect_err("refused")));
    assert!(is_refused(&app.chat().stream(&question()).wait().expect_err("refused")));
    let mut items = app.conversations().list(&ConversationsListQuery::new().user("user-1")).items().blocking();
    assert!(items.next().is_some_and(|item| is_refused(&item.expect_err("refused"))));
    assert!(items.next().is_none(), "it ends after the error");
}

#[test]
fn blocking_calls_work_on_plain_threads() {
    let (_server, app) = scene();
    works(&app);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| works(&app));
        }
    });
}

#[test]
fn blocking_calls_work_inside_spawn_blocking() {
    let (_server, app) = scene();
    for runtime in [current_thread(), multi_thread()] {
        let app = app.clone();
        runtime.block_on(runtime.spawn_blocking(move || works(&app))).expect("no panic");
    }
}

#[test]
fn blocking_calls_work_inside_block_in_place() {
    let (_server, app) = scene();
    let runtime = multi_thread();
    runtime.block_on(async { block_in_place(|| works(&app)) });
    let spawned = runtime.spawn({
        let app = app.clone();
        async move {
            block_in_place(|| works(&app));
            is_refused_here(&app);
        }
    });
    runtime.block_on(spawned).expect("no panic");
}

#[test]
fn blocking_calls_work_under_an_entered_runtime() {
    let (_server, app) = scene();
    for runtime in [current_thread(), multi_thread()] {
        let _entered = runtime.enter();
        works(&app);
    }
}

#[test]
fn async_code_refuses_blocking_calls_and_sends_nothing() {
    let (server, app) = scene();
    let check = |app: App| async move {
        is_refused_here(&app);
        tokio::task::yield_now().await;
        is_refused_here(&app);
    };
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(check(app.clone()));
        runtime.block_on(runtime.spawn(check(app.clone()))).expect("no panic");
        runtime.block_on(runtime.spawn(unconstrained(check(app.clone())))).expect("no panic");
        LocalSet::new().block_on(&runtime, check(app.clone()));
        let _entered = runtime.enter();
        runtime.block_on(check(app.clone()));
    }
    assert_eq!(server.requests().len(), 0);
    works(&app);
}

#[test]
fn a_refused_call_names_the_remedy() {
    let (_server, app) = scene();
    let error = current_thread().block_on(async { app.info().get().wait() }).expect_err("refused");
    let text = error.to_string();
    assert!(text.contains("`.await`") && text.contains("`tokio::task::spawn_blocking`"), "{text}");
    assert!(!error.may_have_acted() && !error.is_timeout() && error.attempts() == 0);
    assert_eq!(error.http_status().as_u16(), 500);
    assert!(format!("{:?} {error:?}", error.kind()).contains("in_async"));
}

#[test]
fn an_iterator_that_was_refused_has_lost_nothing() {
    let (_server, app) = scene();
    let stream = app.chat().stream(&question()).wait().expect("a stream");
    let mut events = stream.blocking();
    let first = events.next().expect("an event").expect("no error");
    let mut names = vec![first.name().to_owned()];
    current_thread().block_on(async {
        assert!(events.next().is_some_and(|event| is_refused(&event.expect_err("refused"))));
        assert!(events.next().is_none());
    });
    names.extend(events.into_inner().blocking().map(|event| event.expect("an event").name().to_owned()));
    let whole = app.chat().stream(&question()).wait().expect("a stream").blocking();
    assert_eq!(names, whole.map(|event| event.expect("an event").name().to_owned()).collect::<Vec<_>>());
}

// The thread of `block_on` is no worker: what escapes there harms no other task.
#[test]
fn an_unconstrained_block_on_is_not_recognized_and_works() {
    let (_server, app) = scene();
    multi_thread().block_on(unconstrained(async { works(&app) }));
    multi_thread().block_on(async {
        block_in_place(|| ());
        works(&app);
    });
}

#[test]
fn a_runtime_inside_spawn_blocking_refuses_blocking_calls() {
    let (_server, app) = scene();
    let runtime = multi_thread();
    let nested = runtime.spawn_blocking(move || {
        works(&app);
        Handle::current().block_on(async { is_refused_here(&app) });
        current_thread().block_on(async { is_refused_here(&app) });
        works(&app);
    });
    runtime.block_on(nested).expect("no panic");
}

/// Makes a call when its thread ends.
struct LastWords(App, mpsc::Sender<Result<(), Error>>);

impl Drop for LastWords {
    fn drop(&mut self) {
        let _ = self.1.send(self.0.info().get().wait().map(drop));
    }
}

thread_local! {
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

// A panic there aborts the process.
#[test]
fn a_call_of_a_thread_that_ends_does_not_panic() {
    let (_server, app) = scene();
    let (sender, outcomes) = mpsc::channel();
    for used_before in [false, true] {
        let (app, sender) = (app.clone(), sender.clone());
        let thread = thread::spawn(move || {
            LAST_WORDS.set(Some(LastWords(app.clone(), sender)));
            if used_before {
                works(&app);
            }
        });
        thread.join().expect("no panic");
        let outcome = outcomes.recv().expect("an outcome");
        assert!(outcome.as_ref().err().is_none_or(|error| matches!(error.kind(), ErrorKind::Config(_))), "{outcome:?}");
    }
}

/// A thread that sleeps until it is woken, as other executors do.
struct Woken(Thread);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn other_executors_are_not_disturbed() {
    let (_server, app) = scene();
    let waker = Arc::new(Woken(thread::current())).into();
    let mut future = pin!(async { works(&app) });
    while future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
        thread::park();
    }
}

#[test]
fn functions_that_the_client_calls_may_not_block() {
    let (server, other) = scene();
    let key = {
        move || {
            let refused = other.info().get().wait();
            assert!(is_refused(&refused.expect_err("refused")));
            // Asynchronous calls of other clients run on the same runtime.
            let (call, waiting) = (other.info().get(), other.info().get());
            async move {
                call.await?;
                tokio::task::spawn_blocking(|| waiting.wait()).await.expect("no panic").map(|_| "app-chat")
            }
        }
    };
    let app = App::builder().api_key_from(key).base_url(server.base_url()).build().expect("a client");
    works(&app);
}

// A blocked caller would wait for ever if the panic were lost with its task.
#[test]
fn a_panic_of_a_function_of_the_caller_is_passed_on() {
    let server = start(dify_mock::Server::builder());
    let first = std::sync::atomic::AtomicBool::new(true);
    let key = move || {
        let panics = first.swap(false, std::sync::atomic::Ordering::SeqCst);
        async move {
            assert!(!panics, "the vault is closed");
            Ok::<_, String>("app-chat")
        }
    };
    let app = App::builder().api_key_from(key).base_url(server.base_url()).build().expect("a client");
    let call = app.info().get();
    let panic = thread::scope(|scope| scope.spawn(|| call.wait()).join()).expect_err("it panics");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the vault is closed"));
    // On the thread that panicked, too.
    works(&app);
}

#[test]
fn a_thread_that_panicked_in_a_call_may_block_again() {
    let server = start(dify_mock::Server::builder());
    let key = async || -> Result<String, String> { panic!("the vault is closed") };
    let app = App::builder().api_key_from(key).base_url(server.base_url()).build().expect("a client");
    let (_server, other) = scene();
    for _ in 0..2 {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.info().get().wait()));
        assert!(caught.is_err());
        works(&other);
    }
}

#[test]
fn time_limits_and_refusals_are_those_of_async_calls() {
    let (server, app) = scene();
    let slow = ChatRequest::new("SLOW5 Hello").user("user-1");
    let call = app.chat().send(&slow).timeouts(|_| Timeouts::none().call(std::time::Duration::from_millis(50)));
    assert!(call.wait().expect_err("it is slow").is_timeout());
    let knowledge = Knowledge::builder().api_key("dataset-key").base_url(server.base_url()).build().expect("a client");
    let query = dify_api::types::DocumentsListQuery::new();
    let missing = knowledge.documents().list("00000000-0000-4000-8000-000000000000", &query);
    let mut items = missing.items().blocking();
    assert!(items.next().is_some_and(|item| item.expect_err("no such knowledge base").is_not_found()));
    assert!(items.next().is_none());
}
