mod credentials;
mod flights;
mod writes;

use crate::{
    App, AppBuilder, Cache, Call, Error, ErrorKind,
    tests::test_server::*,
    types::{AppInfo, ChatRequest, ConversationsListQuery},
};
use reqwest::Method;
use std::{collections::HashSet, time::Duration};

const INFO: &str = r#"{"name":"Tea","description":"","tags":[],"mode":"chat","author_name":"Maria"}"#;
const MINUTE: Duration = Duration::from_secs(60);

fn builder(server: &Server) -> AppBuilder {
    let builder = App::builder().api_key("app-5ecret").base_url(&server.base_url);
    builder.retry(crate::RetryPolicy::none())
}

fn client(server: &Server, cache: &Cache) -> App {
    builder(server).cache(cache.clone()).build().expect("a client")
}

fn info(app: &App) -> Call<AppInfo> {
    app.info().get().cached(MINUTE)
}

/// Answers each request with the information about an application.
async fn server() -> Server {
    Server::start(vec![json_of("1.16.1", 200, INFO)]).await
}

/// Sends a call twice; returns how many requests came.
async fn twice<T>(server: &Server, call: impl Fn() -> Call<T>) -> usize {
    let before = server.seen().len();
    for _ in 0..2 {
        call().await.expect("an answer");
    }
    server.seen().len() - before
}

/// Lets time pass for the client, and for nothing else.
async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_hit_sends_nothing_and_has_the_answer_of_the_first_call() {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Version: 1.16.1\r\nSet-Cookie: access_token=5ecret-cookie\r\n\
         X-Trace: 4711\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{INFO}",
        INFO.len()
    );
    let server = Server::start(vec![vec![say(answer)]]).await;
    let app = client(&server, &Cache::new());
    let sent = info(&app).with_response().await.expect("an answer");
    assert_eq!((sent.from_cache(), sent.attempts()), (false, 1));
    let hit = info(&app).with_response().await.expect("an answer");
    assert_eq!((hit.from_cache(), hit.attempts(), hit.status().as_u16()), (true, 0, 200));
    assert_eq!((hit.name.as_str(), hit.server_version()), ("Tea", Some("1.16.1")));
    assert_eq!(hit.headers()["x-trace"], "4711");
    assert!(sent.headers().contains_key("set-cookie") && !hit.headers().contains_key("set-cookie"));
    // The same bytes, not a copy of them.
    let [sent, hit] = [&sent, &hit].map(|response| response.body().expect("a body").as_ptr());
    assert_eq!(sent, hit);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_is_kept_for_the_time_of_its_call() {
    let server = server().await;
    let app = client(&server, &Cache::new());
    let ask = |seconds| app.info().get().cached(Duration::from_secs(seconds)).with_response();
    assert!(!ask(60).await.expect("an answer").from_cache());
    later(Duration::from_secs(30)).await;
    assert!(ask(60).await.expect("an answer").from_cache());
    // Not older than this call allows.
    assert!(!ask(30).await.expect("an answer").from_cache());
    // Nor than the call that kept it does.
    later(Duration::from_secs(30)).await;
    assert!(!ask(3600).await.expect("an answer").from_cache());
    later(Duration::from_secs(3599)).await;
    assert!(ask(u64::MAX).await.expect("an answer").from_cache());
    assert_eq!(twice(&server, || app.info().get().cached(Duration::ZERO)).await, 2);
}

#[tokio::test]
async fn a_call_without_cached_neither_reads_nor_fills_the_cache() {
    let server = server().await;
    let app = client(&server, &Cache::new());
    assert_eq!(twice(&server, || app.info().get()).await, 2);
    assert_eq!(twice(&server, || info(&app)).await, 1);
    assert_eq!(twice(&server, || app.info().get()).await, 2);
}

async fn refusal<T>(call: Call<T>) -> Error {
    let Err(error) = call.await else { panic!("answered") };
    assert_eq!((error.attempts(), error.may_have_acted()), (0, false));
    error
}

#[tokio::test]
async fn what_cannot_be_cached_fails_before_sending() {
    let server = server().await;
    let app = client(&server, &Cache::new());
    let chat = ChatRequest::new("Hello").user("user-1");
    for error in [
        refusal(app.chat().send(&chat).cached(MINUTE)).await,
        refusal(app.chat().stream(&chat).cached(MINUTE)).await,
        refusal(app.workflows().get_run("run-1").cached(MINUTE)).await,
        refusal(app.request(Method::GET, "/info").decode::<crate::RawJson>().cached(MINUTE)).await,
    ] {
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
        assert!(error.to_string().contains("without `.cached(…)`"), "{error}");
        assert!(error.operation().is_some(), "{error}");
    }
    let without = builder(&server).build().expect("a client");
    let error = refusal(info(&without)).await;
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
    assert!(error.to_string().contains("`.cache(Cache::new())`"), "{error}");
    // A header that is none is reported, not looked up.
    info(&app).await.expect("an answer");
    let error = refusal(info(&app).header("X-A", "1\r\n2")).await;
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn requests_that_differ_share_no_answer() {
    let server = Server::start(vec![json_of("1.16.1", 200, r#"{"data":[],"has_more":false,"limit":20}"#)]).await;
    let app = client(&server, &Cache::new());
    let list = |user: &str, limit| {
        let query = ConversationsListQuery::new().user(user).limit(limit);
        app.conversations().list(&query).cached(MINUTE)
    };
    assert_eq!(twice(&server, || list("maria", 20)).await, 1);
    assert_eq!(twice(&server, || list("jun", 20)).await, 1);
    assert_eq!(twice(&server, || list("maria", 21)).await, 1);
    assert_eq!(twice(&server, || list("maria", 20).header("Accept-Language", "zh")).await, 1);
    assert_eq!(twice(&server, || list("maria", 20).header("accept-language", "de")).await, 1);
    let [one, other] =
        [["X-A", "X-B"], ["X-B", "X-A"]].map(|names| list("maria", 20).header(names[0], "1").header(names[1], "1"));
    one.await.expect("an answer");
    assert!(other.with_response().await.expect("an answer").from_cache(), "the order of headers is no difference");
    assert_eq!(twice(&server, || list("maria", 20)).await, 0);
    // The user may be that of the handle.
    let query = ConversationsListQuery::new().limit(20);
    for (user, sent) in [("maria", 0), ("ana", 1), ("ana", 0)] {
        let app = app.as_user(user);
        assert_eq!(twice(&server, || app.conversations().list(&query).cached(MINUTE)).await, sent, "{user}");
    }
}

#[tokio::test]
async fn headers_of_the_client_distinguish_answers() {
    let (server, cache) = (server().await, Cache::new());
    let of = |tenant: &str| {
        let builder = builder(&server).cache(cache.clone()).default_header("X-Tenant", tenant);
        builder.build().expect("a client")
    };
    let [one, other, plain] = [of("one"), of("other"), client(&server, &cache)];
    for app in [&one, &other, &plain] {
        assert_eq!(twice(&server, || info(app)).await, 1);
    }
    // A header of the call replaces that of the client.
    assert_eq!(twice(&server, || info(&one).header("x-tenant", "other")).await, 0);
}

#[tokio::test]
async fn a_walk_keeps_each_page() {
    let page = |id: u32, more: bool| {
        let conversation = format!(r#"{{"id":"c-{id}","name":"","inputs":{{}},"status":"normal","created_at":{id}}}"#);
        json_of("1.16.1", 200, &format!(r#"{{"data":[{conversation}],"has_more":{more},"limit":1}}"#))
    };
    let server = Server::start(vec![page(3, true), page(2, true), page(1, false)]).await;
    let app = client(&server, &Cache::new());
    let walk = || app.conversations().list(&ConversationsListQuery::new().user("u").limit(1)).cached(MINUTE);
    let first = walk().items().into_vec().await.expect("items").len();
    let sent = server.seen().len();
    assert!(first == 3 && sent >= 3, "{first} items by {sent} requests");
    assert_eq!(walk().items().into_vec().await.expect("items").len(), 3);
    assert_eq!(server.seen().len(), sent);
}

#[tokio::test]
async fn a_hit_counts_the_substitutions_of_its_answer() {
    let server = Server::start(vec![json_of("1.16.1", 200, r#"{"name":"Tea","mode":"chat"}"#)]).await;
    let app = client(&server, &Cache::new());
    let [sent, hit] =
        [info(&app).with_response().await, info(&app).with_response().await].map(|r| r.expect("an answer"));
    assert!(sent.substitutions() > 0 && hit.from_cache());
    assert_eq!(sent.substitutions(), hit.substitutions());
}

#[tokio::test]
async fn the_least_recently_used_answers_give_way() {
    let body = format!(r#"{{"name":"{}","mode":"chat"}}"#, "x".repeat(1000));
    let server = Server::start(vec![json_of("1.16.1", 200, &body)]).await;
    let app = client(&server, &Cache::new().capacity(4000));
    let ask = |name: usize| info(&app).header("X-Name", name.to_string()).with_response();
    for name in 0..10 {
        assert!(!ask(name).await.expect("an answer").from_cache());
    }
    assert!(ask(9).await.expect("an answer").from_cache());
    assert!(!ask(0).await.expect("an answer").from_cache());
    for capacity in [0, 1000] {
        let app = client(&server, &Cache::new().capacity(capacity));
        assert_eq!(twice(&server, || info(&app)).await, 2, "{capacity} bytes");
    }
}

#[tokio::test]
async fn a_cleared_cache_begins_again() {
    let (server, cache) = (server().await, Cache::new());
    let app = client(&server, &cache);
    assert_eq!(twice(&server, || info(&app)).await, 1);
    cache.clear();
    assert_eq!(twice(&server, || info(&app)).await, 1);
}

#[tokio::test]
async fn a_cache_shows_neither_secrets_nor_content() {
    let (server, cache) = (server().await, Cache::new());
    let app = builder(&server).cache(cache.clone()).default_header("X-Pass", "5ecret-gateway");
    let app = app.build().expect("a client");
    info(&app).header("X-Own", "5ecret-own").await.expect("an answer");
    let shown = format!("{cache:?} {cache:#?} {app:?}");
    for secret in ["5ecret", "Tea", "Maria", "/info"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("capacity"), "{shown}");
}

#[tokio::test]
async fn a_hit_takes_no_place() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";
    let answers = vec![json_of("1.16.1", 200, INFO), vec![say(head), Step::Wait(MINUTE)]];
    let server = Server::start(answers).await;
    let app = builder(&server).cache(Cache::new()).max_in_flight(1).build().expect("a client");
    info(&app).await.expect("an answer");
    let download = app.request(Method::GET, "/file").download().await.expect("a file");
    assert!(info(&app).with_response().await.expect("an answer").from_cache());
    drop(download);
}

#[test]
fn a_cache_is_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Cache>();
    let distinct: HashSet<_> = (0..100).map(|_| Cache::new().0.hashing.begin().digest()).collect();
    assert_eq!(distinct.len(), 100, "each cache has its own key of hashes");
}

#[cfg(feature = "knowledge")]
#[tokio::test]
async fn a_search_is_kept_by_its_body_and_empties_nothing() {
    use crate::{Knowledge, types::RetrieveRequest};

    let server = Server::start(vec![json_of("1.16.1", 200, r#"{"query":{"content":"q"},"records":[]}"#)]).await;
    let builder = Knowledge::builder().api_key("dataset-5ecret").base_url(&server.base_url).cache(Cache::new());
    let knowledge = builder.build().expect("a client");
    let search = |query: &str| knowledge.datasets().retrieve("d-1", &RetrieveRequest::new(query)).cached(MINUTE);
    assert_eq!(twice(&server, || search("tea")).await, 1);
    assert_eq!(twice(&server, || search("milk")).await, 1);
    // Not even where it is sent.
    knowledge.datasets().retrieve("d-1", &RetrieveRequest::new("tea")).await.expect("an answer");
    assert_eq!(twice(&server, || search("tea")).await, 0);
    // By hand, it may be any `POST`.
    let by_hand = knowledge.request(Method::POST, "/datasets/d-1/retrieve").json(&serde_json::json!({"query": "tea"}));
    by_hand.send().await.expect("an answer");
    assert_eq!(twice(&server, || search("tea")).await, 1);
}
