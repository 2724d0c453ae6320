//! Whose answers they are.

use super::*;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const REFUSED: &str = r#"{"code":"unauthorized","message":"Access token is invalid","status":401}"#;

#[tokio::test]
async fn clients_of_other_keys_and_servers_share_no_answer() {
    let (one, other, cache) = (server().await, server().await, Cache::new());
    let of = |server: &Server, key: &str| {
        let builder = builder(server).api_key(key).cache(cache.clone());
        builder.build().expect("a client")
    };
    for (server, key) in [(&one, "app-1"), (&one, "app-2"), (&other, "app-1"), (&other, "app-2")] {
        let app = of(server, key);
        assert_eq!(twice(server, || info(&app)).await, 1, "{key}");
    }
    // The same credential and server, in another client.
    let app = of(&one, "app-1");
    assert_eq!(twice(&one, || info(&app)).await, 0);
    // And written with a slash at its end.
    let builder = builder(&one).api_key("app-1").base_url(format!("{}/", one.base_url)).cache(cache);
    let slash = builder.build().expect("a client");
    assert_eq!(twice(&one, || info(&slash)).await, 0);
    slash.request(Method::POST, "/well").send().await.expect("an answer");
    assert_eq!(twice(&one, || info(&app)).await, 1);
}

/// Accepts the keys from this number on.
async fn strict(accepted: Arc<AtomicUsize>) -> Server {
    let server = Server::answering(move |request| {
        let key = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer app-"));
        let key = key.and_then(|key| key.parse::<usize>().ok()).expect("a key");
        if key < accepted.load(Ordering::SeqCst) {
            return json_of("1.16.1", 401, REFUSED);
        }
        json_of("1.16.1", 200, INFO)
    });
    server.await
}

#[tokio::test]
async fn a_key_that_rotates_begins_with_nothing() {
    let accepted = Arc::new(AtomicUsize::new(0));
    let server = strict(Arc::clone(&accepted)).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let source = move || {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        std::future::ready(Ok::<_, String>(format!("app-{number}")))
    };
    let cache = Cache::new();
    let builder = App::builder().api_key_from(source).base_url(&server.base_url);
    let app = builder.cache(cache.clone()).build().expect("a client");
    assert_eq!(twice(&server, || info(&app)).await, 1);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // The first key of the source, in a client of its own: the same credential.
    let first =
        App::builder().api_key("app-1").base_url(&server.base_url).cache(cache.clone()).build().expect("a client");
    assert_eq!(twice(&server, || info(&first)).await, 0);

    accepted.store(2, Ordering::SeqCst);
    app.info().get().await.expect("an answer to the second key");
    assert_eq!(twice(&server, || info(&app)).await, 1);

    // Renewed during the call: the answer is not that of the key that was looked up.
    accepted.store(3, Ordering::SeqCst);
    cache.clear();
    info(&app).await.expect("an answer to the third key");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let second =
        App::builder().api_key("app-2").base_url(&server.base_url).cache(cache).retry(crate::RetryPolicy::none());
    let error = info(&second.build().expect("a client")).await.expect_err("refused");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(twice(&server, || info(&app)).await, 1);
}

#[tokio::test]
async fn those_who_wait_ask_again_when_the_key_is_renewed() {
    let accepted = Arc::new(AtomicUsize::new(2));
    let server = strict(accepted).await;
    let asked = AtomicUsize::new(0);
    let source = move || {
        let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
        std::future::ready(Ok::<_, String>(format!("app-{number}")))
    };
    let builder = App::builder().api_key_from(source).base_url(&server.base_url);
    let app = builder.cache(Cache::new()).build().expect("a client");
    let calls = (0..20).map(|_| info(&app));
    for outcome in futures_util::future::join_all(calls).await {
        outcome.expect("an answer");
    }
    // Refused, repeated with the second key, and one for those who waited under the first.
    assert_eq!(server.seen().len(), 3);
}

#[cfg(feature = "web")]
mod visitors {
    use super::*;
    use crate::WebApp;

    /// Gives passports with a number, for the visitor of the query.
    async fn page() -> Server {
        let passports = AtomicUsize::new(0);
        let server = Server::answering(move |request| {
            if request.starts_with("GET /v1/passport") {
                let number = passports.fetch_add(1, Ordering::SeqCst);
                return json_of("1.16.1", 200, &format!(r#"{{"access_token":"5ecret-passport-{number}"}}"#));
            }
            if request.contains("passport-0\r\n") && request.contains("x-late") {
                return json_of("1.16.1", 401, REFUSED);
            }
            json_of("1.16.1", 200, r#"{"data":[],"has_more":false,"limit":20}"#)
        });
        server.await
    }

    #[tokio::test]
    async fn two_visitors_share_no_answer() {
        let (server, cache) = (page().await, Cache::new());
        let visitor = |user: &str| {
            let builder = WebApp::builder().app_code("code").user_id(user).base_url(&server.base_url);
            builder.cache(cache.clone()).build().expect("a client")
        };
        let query = crate::types::WebConversationsListQuery::new();
        for user in ["maria", "jun", "maria"] {
            let page = visitor(user);
            let list = || page.conversations().list(&query).cached(MINUTE);
            // The passport, and the list.
            assert_eq!(twice(&server, list).await, 2, "{user}");
        }
    }

    #[tokio::test]
    async fn a_renewed_passport_begins_with_nothing() {
        let server = page().await;
        let builder = WebApp::builder().app_code("code").base_url(&server.base_url).cache(Cache::new());
        let page = builder.build().expect("a client");
        let query = crate::types::WebConversationsListQuery::new();
        let list = || page.conversations().list(&query).cached(MINUTE);
        assert_eq!(twice(&server, list).await, 2);
        // The first passport is refused, and another one fetched.
        page.request(Method::GET, "/meta").header("x-late", "1").send().await.expect("an answer");
        assert_eq!(twice(&server, list).await, 1);
        // Two tokens for one call are two callers.
        let by = |token: &str| page.conversations().list(&query).cached(MINUTE).bearer(token);
        assert_eq!(twice(&server, || by("5ecret-one")).await, 1);
        assert_eq!(twice(&server, || by("5ecret-two")).await, 1);
        assert_eq!(twice(&server, || by("5ecret-one")).await, 0);
    }
}

#[cfg(feature = "console")]
mod accounts {
    use super::*;
    use crate::{Console, types::LoginRequest};

    /// Logs in anyone, with a token of their address.
    async fn console() -> Server {
        let server = Server::answering(|request| {
            if request.starts_with("POST /v1/login") {
                let name = if request.contains("maria@") { "maria" } else { "jun" };
                let body = r#"{"result":"success"}"#;
                return vec![say(format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Version: 1.16.1\r\nConnection: close\r\n\
                     Set-Cookie: access_token=5ecret-{name}; Path=/\r\nSet-Cookie: csrf_token=csrf-{name}; Path=/\r\n\
                     Content-Length: {}\r\n\r\n{body}",
                    body.len()
                ))];
            }
            json_of("1.16.1", 200, r#"{"result":"success","workspaces":[]}"#)
        });
        server.await
    }

    #[tokio::test]
    async fn accounts_share_no_answer_in_one_client_or_two() {
        let (server, cache) = (console().await, Cache::new());
        let of = |email: &str| {
            let builder = Console::builder().login(email, "a password").base_url(&server.base_url);
            builder.cache(cache.clone()).build().expect("a client")
        };
        let [maria, jun] = [of("maria@example.com"), of("jun@example.com")];
        let list = |console: &Console| console.workspaces().list().cached(MINUTE);
        // The login, and the list.
        assert_eq!(twice(&server, || list(&maria)).await, 2);
        assert_eq!(twice(&server, || list(&jun)).await, 2);
        maria.account().login(&LoginRequest::new("jun@example.com", "cGFzc3dvcmQ=")).await.expect("logged in");
        let before = server.seen().len();
        let response = list(&maria).with_response().await.expect("an answer");
        assert!(!response.from_cache(), "the login was a write of the new session too");
        assert_eq!(server.seen().len(), before + 1);
        maria.account().logout().await.expect("logged out");
        let error = list(&maria).await.expect_err("no session");
        assert!(matches!(error.kind(), ErrorKind::Config(_)) && error.attempts() == 0, "{error}");
    }
}
