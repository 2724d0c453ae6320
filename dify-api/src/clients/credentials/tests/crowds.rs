//! Many callers who need the same credential at once.

use super::*;
use crate::{
    Error, TimeLimit, Timeouts, Upload,
    types::{AppsListQuery, ErrorCode, LoginRequest, WebChatRequest, WebFileUploadRequest},
};
use futures_util::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const CALLERS: usize = 200;

/// How often the server answered a route so far.
#[derive(Clone, Default)]
struct Times(Arc<AtomicU32>);

impl Times {
    fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

fn is_for(request: &str, route: &str) -> bool {
    request.split(' ').nth(1).is_some_and(|path| path.split('?').next().is_some_and(|path| path.ends_with(route)))
}

fn requests(server: &Server, route: &str) -> usize {
    server.seen().iter().filter(|request| is_for(request, route)).count()
}

fn refusal(status: u16, code: &str) -> Vec<Step> {
    answer(status, "application/json", &format!(r#"{{"code":"{code}","message":"No.","status":{status}}}"#))
}

/// The answers to calls that carry the session of this number; a refusal to others.
fn by_session(request: &str, number: u32) -> Vec<Step> {
    let cookie = format!("access_token=access_token-5ecret-{number};");
    if header(request, "cookie").is_some_and(|cookies| cookies.contains(&cookie)) { fine() } else { refused() }
}

/// As many callers as there are, with calls of several kinds.
async fn crowd(console: &Console) -> Vec<Result<(), Error>> {
    join_all((0..CALLERS).map(|number| async move {
        match number % 4 {
            0 => console.request(Method::GET, format!("/apps?page={number}")).send().await.map(drop),
            1 => console.request(Method::POST, "/tags").json(&number).send().await.map(drop),
            2 => console.request(Method::GET, "/file").download().await.map(drop),
            _ => console.request(Method::DELETE, format!("/apps/{number}")).send().await.map(drop),
        }
    }))
    .await
}

fn is_late(error: &Error, limit: TimeLimit) -> bool {
    matches!(error.kind(), ErrorKind::Timeout(timeout) if timeout.which == limit)
}

/// Each caller once logged in for itself, and Dify locks an account after five failed logins.
#[tokio::test]
async fn a_stale_password_is_tried_once_by_two_hundred_callers() {
    for (status, code) in [(401, "authentication_failed"), (429, "email_code_login_limit"), (400, "account_banned")] {
        let server = Server::answering(move |request| {
            if is_for(request, "/login") && !request.contains("bmV3") { refusal(status, code) } else { session(1, "") }
        })
        .await;
        let console = console(&server);
        for _ in 0..2 {
            for outcome in crowd(&console).await {
                let error = outcome.expect_err("a stale password");
                assert_eq!(error.code().map(ErrorCode::as_str), Some(code), "{error}");
                assert_eq!(error.operation(), Some("console_account_login"));
                assert!(!error.may_have_acted(), "nothing was sent but the login: {error}");
            }
            assert_eq!(lines(&server), ["POST /console/api/login"], "later calls fail at once");
        }
        // `new`, in base64.
        console.account().login(&LoginRequest::new("maria@example.com", "bmV3")).await.expect("logged in");
        assert!(crowd(&console).await.iter().all(Result::is_ok));
        assert_eq!(requests(&server, "/login"), 2);
    }
}

#[tokio::test]
async fn a_session_that_ended_costs_one_refresh_and_one_login() {
    for refreshes in [true, false] {
        let ended = Times::default();
        let over = ended.clone();
        let server = Server::answering(move |request| {
            let now = over.0.load(Ordering::Relaxed);
            if is_for(request, "/refresh-token") && !refreshes {
                return answer(401, "application/json", r#"{"result":"fail","message":"Invalid refresh token"}"#);
            }
            if is_for(request, "/login") || is_for(request, "/refresh-token") {
                return session(now, "__Host-");
            }
            by_session(request, now)
        })
        .await;
        let console = console(&server);
        assert!(crowd(&console).await.iter().all(Result::is_ok));
        assert_eq!((requests(&server, "/login"), requests(&server, "/refresh-token")), (1, 0));
        ended.next();
        assert!(crowd(&console).await.iter().all(Result::is_ok));
        let logins = if refreshes { 1 } else { 2 };
        assert_eq!((requests(&server, "/login"), requests(&server, "/refresh-token")), (logins, 1));
    }
}

#[tokio::test]
async fn a_refresh_that_fails_is_shared_and_begins_no_login() {
    let logins = Times::default();
    let server = Server::answering(move |request| {
        if is_for(request, "/refresh-token") {
            return answer(500, "application/json", r#"{"code":"unknown","message":"","status":500}"#);
        }
        if is_for(request, "/login") { session(logins.next(), "") } else { by_session(request, 7) }
    })
    .await;
    let console = console(&server);
    for outcome in crowd(&console).await {
        assert_eq!(outcome.expect_err("a failure").status().map(|status| status.as_u16()), Some(500));
    }
    assert_eq!((requests(&server, "/login"), requests(&server, "/refresh-token")), (1, 1));
}

/// Twenty callers with a limit of one second once took twenty: each waited for all before it.
#[tokio::test]
async fn waiting_for_a_session_counts_against_the_limit_of_a_call() {
    let limit = Duration::from_millis(100);
    let server = Server::answering(|_| vec![Step::Wait(Duration::from_secs(60))]).await;
    let base = server.base_url.replace("/v1", "/console/api");
    let timeouts = Timeouts::none().call(limit).stream(Duration::from_secs(60));
    let console = Console::builder().base_url(&base).login("maria@example.com", "x").timeouts(timeouts);
    let console = console.build().expect("a client");
    let page = WebApp::builder().base_url(base.replace("/console", "")).app_code("code-1").timeouts(timeouts);
    let page = page.build().expect("a client");
    let (question, query) = (WebChatRequest::new("Hello"), AppsListQuery::new());
    let calls = (0..20).map(|number| {
        let (console, page, question, query) = (&console, &page, &question, &query);
        async move {
            let upload = WebFileUploadRequest::new(Upload::bytes("a.txt", "content"));
            match number % 6 {
                0 => console.apps().list(query).await.map(drop),
                1 => console.request(Method::POST, "/x").send().await.map(drop),
                2 => console.request(Method::GET, "/x").download().await.map(drop),
                3 => page.chat().stream(question).await.map(drop),
                4 => page.files().upload(&upload).await.map(drop),
                _ => page.chat().send(question).await.map(drop),
            }
        }
    });
    let outcomes = tokio::time::timeout(Duration::from_secs(20), join_all(calls)).await.expect("no hang");
    for outcome in outcomes {
        let error = outcome.expect_err("late");
        assert!(is_late(&error, TimeLimit::Call), "{error}");
        assert!(!error.may_have_acted() && error.attempts() == 0, "{error}");
        assert!(error.to_string().contains("within 100ms (`call`)"), "{error}");
    }
    let error = page.request(Method::GET, "/x").send().await.expect_err("late");
    assert!(is_late(&error, TimeLimit::Call), "{error}");
    assert_eq!((requests(&server, "/login"), requests(&server, "/passport")), (1, 1));
}

#[tokio::test]
async fn a_login_that_hangs_has_the_limit_of_what_runs_nothing() {
    let server = Server::answering(|_| vec![Step::Wait(Duration::from_secs(60))]).await;
    let base = server.base_url.replace("/v1", "/console/api");
    let timeouts = Timeouts::default().read_response_headers(Duration::from_millis(50));
    let console = Console::builder().base_url(&base).login("maria@example.com", "x").timeouts(timeouts);
    for outcome in crowd(&console.build().expect("a client")).await {
        let error = outcome.expect_err("late");
        assert!(is_late(&error, TimeLimit::ReadResponseHeaders) && !error.may_have_acted(), "{error}");
    }
    assert_eq!(requests(&server, "/login"), 1);
}

#[tokio::test]
async fn a_first_caller_who_leaves_hands_over_to_the_others() {
    let server = Server::answering(|request| {
        if is_for(request, "/login") {
            let mut steps = vec![Step::Wait(Duration::from_millis(100))];
            steps.extend(session(1, ""));
            return steps;
        }
        by_session(request, 1)
    })
    .await;
    let console = console(&server);
    let leader = tokio::spawn({
        let console = console.clone();
        async move { console.request(Method::GET, "/first").send().await.map(drop) }
    });
    let followers = tokio::spawn({
        let console = console.clone();
        async move { crowd(&console).await }
    });
    while requests(&server, "/login") == 0 {
        tokio::task::yield_now().await;
    }
    leader.abort();
    assert!(followers.await.expect("no panic").iter().all(Result::is_ok));
    assert_eq!((requests(&server, "/login"), requests(&server, "/first")), (1, 0));
}

/// The cookies that a refusal takes away once closed the client for good.
#[tokio::test]
async fn a_forced_logout_is_followed_by_one_login() {
    let ended = Times::default();
    let now = ended.clone();
    let server = Server::answering(move |request| {
        let number = now.0.load(Ordering::Relaxed);
        if is_for(request, "/login") {
            return session(number, "");
        }
        if by_session(request, number).len() == fine().len() && request.contains(&format!("-5ecret-{number};")) {
            return fine();
        }
        let body = r#"{"code":"unauthorized_and_force_logout","message":"","status":401}"#;
        let cookies = ["access_token", "refresh_token", "csrf_token"]
            .map(|name| format!("Set-Cookie: {name}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/\r\n"))
            .concat();
        vec![say(format!(
            "HTTP/1.1 401 No\r\nContent-Type: application/json\r\n{cookies}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))]
    })
    .await;
    let console = console(&server);
    for logins in 1..=3 {
        assert!(crowd(&console).await.iter().all(Result::is_ok));
        assert_eq!((requests(&server, "/login"), requests(&server, "/refresh-token")), (logins, 0));
        ended.next();
    }
}

#[tokio::test]
async fn a_logout_lasts_until_a_login_by_hand() {
    let server = Server::answering(|request| {
        if is_for(request, "/login") {
            return session(1, "");
        }
        if is_for(request, "/logout") { answer(200, "application/json", r#"{"result":"success"}"#) } else { fine() }
    })
    .await;
    for by_hand in [false, true] {
        let console = console(&server);
        crowd(&console).await;
        match by_hand {
            true => drop(console.request(Method::POST, "/logout").send().await.expect("logged out")),
            false => drop(console.account().logout().await.expect("logged out")),
        }
        let before = server.seen().len();
        for outcome in crowd(&console).await {
            assert!(outcome.expect_err("logged out").to_string().contains("this session was logged out"));
        }
        assert_eq!(server.seen().len(), before);
        let body = serde_json::json!({"email": "maria@example.com", "password": "bmV3"});
        console.request(Method::POST, "/login").json(&body).send().await.expect("logged in");
        assert!(crowd(&console).await.iter().all(Result::is_ok));
        assert_eq!(server.seen().len(), before + 1 + CALLERS);
    }
}

#[tokio::test]
async fn a_logout_outlasts_the_renewal_that_is_under_way() {
    let logins = Times::default();
    let server = Server::answering(move |request| {
        let mut steps = Vec::new();
        if is_for(request, "/refresh-token") || (is_for(request, "/login") && logins.next() > 0) {
            steps.push(Step::Wait(Duration::from_millis(150)));
        }
        match () {
            () if is_for(request, "/logout") => {
                steps.extend(answer(200, "application/json", r#"{"result":"success"}"#))
            }
            () if is_for(request, "/login") || is_for(request, "/refresh-token") => steps.extend(session(1, "")),
            () => steps.extend(refused()),
        }
        steps
    })
    .await;
    let console = console(&server);
    let waiting = tokio::spawn({
        let console = console.clone();
        async move { console.request(Method::GET, "/apps").send().await.map(drop) }
    });
    while requests(&server, "/refresh-token") == 0 {
        tokio::task::yield_now().await;
    }
    console.account().logout().await.expect("logged out");
    let error = waiting.await.expect("no panic").expect_err("logged out meanwhile");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401), "{error}");
    let before = server.seen().len();
    let error = console.request(Method::GET, "/apps").send().await.expect_err("logged out");
    assert!(error.to_string().contains("this session was logged out"), "{error}");
    assert_eq!((requests(&server, "/login"), server.seen().len()), (1, before));
}

#[tokio::test]
async fn tokens_that_cannot_be_renewed_are_given_up_after_one_refresh() {
    let server = Server::answering(|request| {
        let over = r#"{"result":"fail","message":"Invalid refresh token"}"#;
        if is_for(request, "/refresh-token") { answer(401, "application/json", over) } else { refused() }
    })
    .await;
    let base = server.base_url.replace("/v1", "/console/api");
    let builder = Console::builder().base_url(base).tokens("access-5ecret", "csrf-5ecret").refresh_token("r-5ecret");
    let console = builder.build().expect("a client");
    for outcome in crowd(&console).await {
        let error = outcome.expect_err("over");
        assert!(error.to_string().contains("log in"), "{error}");
    }
    let before = server.seen().len();
    for outcome in crowd(&console).await {
        assert!(outcome.expect_err("over").to_string().contains("cannot be renewed: log in by"));
    }
    assert_eq!((requests(&server, "/refresh-token"), server.seen().len()), (1, before));
}

#[tokio::test]
async fn a_login_without_cookies_is_told_once_and_not_repeated() {
    let server = Server::answering(|_| answer(200, "application/json", r#"{"result":"success"}"#)).await;
    let console = console(&server);
    for outcome in crowd(&console).await {
        assert!(outcome.expect_err("no session").to_string().contains("set no cookies of a session"));
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_code_that_is_no_pages_is_asked_for_once() {
    let server = Server::answering(|request| match () {
        () if is_for(request, "/passport") && request.contains("by-hand") => passport(2),
        () if is_for(request, "/passport") => refusal(404, "not_found"),
        () => fine(),
    })
    .await;
    let page = page(&server);
    for _ in 0..2 {
        let calls = join_all((0..CALLERS).map(|_| page.request(Method::POST, "/x").send())).await;
        for outcome in calls {
            let error = outcome.expect_err("no page");
            assert_eq!(error.code(), Some(&ErrorCode::NotFound), "{error}");
            assert!(!error.may_have_acted(), "{error}");
        }
        assert_eq!(server.seen().len(), 1);
    }
    page.request(Method::GET, "/passport").query("user_id", "by-hand").send().await.expect("a passport");
    let error = page.request(Method::GET, "/x").send().await.expect_err("no page");
    assert_eq!((error.code(), server.seen().len()), (Some(&ErrorCode::NotFound), 3), "it is asked again");
}

#[tokio::test]
async fn a_passport_that_ended_is_fetched_once_by_all() {
    let (given, ended) = (Times::default(), Times::default());
    let now = ended.clone();
    let server = Server::answering(move |request| {
        if is_for(request, "/passport") {
            return passport(given.next());
        }
        let current = format!("passport-5ecret-{}", now.0.load(Ordering::Relaxed));
        if header(request, "x-app-passport") == Some(&current) { fine() } else { refused() }
    })
    .await;
    let page = page(&server);
    for passports in 1..=3 {
        let calls = join_all((0..CALLERS).map(|_| page.request(Method::POST, "/x").send())).await;
        assert!(calls.iter().all(Result::is_ok));
        assert_eq!(requests(&server, "/passport"), passports);
        ended.next();
    }
}
