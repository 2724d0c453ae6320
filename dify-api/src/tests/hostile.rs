//! Servers that echo secrets, and write what no log should hold.

use crate::{
    App, Console, DeployError, Error, ErrorKind, IndexingError, Knowledge, RawJson, RetryPolicy, Timeouts,
    UnindexedDocument, WebApp,
    tests::test_server::{Server, Step, answer, event_stream, say},
    types::{
        ChatEvent, ChatRequest, DownloadLink, ImportRequest, ImportStatus, LoginRequest, ProviderCredentialTrial,
        SessionPassportQuery, WorkflowVariable,
    },
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use std::error::Error as _;

const APP: &str = "app-5Ecr3t/Key+1=";
const DATASET: &str = "dataset-5Ecr3t/Key+2=";
const PASSPORT: &str = "eyJ5Ecr3t.Pass_port.3";
const ACCESS: &str = "eyJ5Ecr3t.Acc_ess.4";
const CSRF: &str = "eyJ5Ecr3t.Csrf.5";
const REFRESH: &str = "5Ecr3t-refresh-6";
const PASSWORD: &str = "5Ecr3t \"word\"\\7";
const BEARER: &str = "hitl_5Ecr3t_8";
const GATEWAY: &str = "gateway-5Ecr3t-9";
const QUERY: &str = "query-5Ecr3t-10";

/// A secret as a server may write it.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).expect("JSON");
    let json = json[1..json.len() - 1].to_owned();
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let url = reqwest::Url::parse_with_params("http://x/", [("a", secret)]).expect("URL");
    let form = url.query().and_then(|query| query.strip_prefix("a=")).expect("a query").to_owned();
    vec![
        secret.to_owned(),
        json,
        percent,
        form,
        BASE64_STANDARD.encode(secret),
        BASE64_STANDARD.encode(format!("user:{secret}")),
        format!("Bearer {secret}"),
    ]
}

/// What a server may say that is no answer, with this text in every place.
fn refusals(text: &str) -> Vec<Vec<Step>> {
    let json = serde_json::to_string(text).expect("JSON");
    let header: String = text.chars().filter(char::is_ascii_graphic).take(4000).collect();
    let redirect = format!(
        "HTTP/1.1 307 No\r\nLocation: https://elsewhere.test/{header}?token={header}#{header}\r\nX-Version: {header}\r\n\
         X-Echo: {header}\r\nContent-Length: 0\r\n\r\n"
    );
    vec![
        answer(400, "application/json", &format!(r#"{{"code":{json},"message":{json},"params":{json}}}"#)),
        answer(400, "application/json", &format!(r#"{{"code":"invalid_param","message":{{"why":{json}}}}}"#)),
        answer(500, &format!("text/html; a={header}"), &format!("<p>{text}</p>")),
        vec![say(redirect)],
        answer(200, "application/json", &json),
        answer(200, "application/json", &format!("{{{json}:[{{")),
        answer(200, "application/json", &format!(r#"{{"name":{{{json}:1}}}}"#)),
        answer(200, &format!("text/plain; a={header}"), text),
    ]
}

/// Streams that fail, with this text in every place.
fn broken_streams(text: &str) -> Vec<Vec<Step>> {
    let json = serde_json::to_string(text).expect("JSON");
    let frames = [
        format!(r#"{{"event":"error","status":400,"code":{json},"message":{json},"message_id":{json}}}"#),
        format!(r#"{{"event":{json}}}"#),
        format!(r#"{{"event":"message","answer":{{{json}:1}}}}"#),
    ];
    frames.iter().map(|frame| vec![event_stream(), say(format!("data: {frame}\n\n"))]).collect()
}

/// All that an error shows.
fn shown(error: &Error) -> Vec<String> {
    let mut texts = vec![
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
        error.kind().to_string(),
        format!("{:?}", error.kind()),
        error.operation().unwrap_or_default().to_owned(),
        error.server_version().unwrap_or_default().to_owned(),
    ];
    let mut source = error.source();
    while let Some(cause) = source {
        texts.extend([cause.to_string(), format!("{cause:?}")]);
        source = cause.source();
    }
    texts
}

fn app(server: &Server) -> App {
    let builder = App::builder().api_key(APP).base_url(&server.base_url).retry(RetryPolicy::none());
    builder.default_header("X-Gateway-Pass", GATEWAY).build().expect("a client")
}

fn knowledge(server: &Server) -> Knowledge {
    let builder = Knowledge::builder().api_key(DATASET).base_url(&server.base_url).retry(RetryPolicy::none());
    builder.build().expect("a client")
}

fn console(server: &Server) -> Console {
    let builder = Console::builder().login("maria@example.com", PASSWORD).tokens(ACCESS, CSRF).refresh_token(REFRESH);
    builder.base_url(&server.base_url).retry(RetryPolicy::none()).build().expect("a client")
}

fn page(server: &Server) -> WebApp {
    let builder = WebApp::builder().app_code("FEWmgEFwtqNwqOz3").base_url(&server.base_url);
    builder.retry(RetryPolicy::none()).build().expect("a client")
}

/// The errors of a stream.
async fn of_a_stream(app: &App) -> Vec<Error> {
    let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    let mut errors = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => assert!(format!("{event:?}").len() < 8 << 10),
            Err(error) => errors.push(error),
        }
    }
    errors
}

/// Every error that servers with this text in every place lead to.
async fn errors(text: &str) -> Vec<Error> {
    let mut errors = Vec::new();
    for refusal in refusals(text) {
        let server = Server::start(vec![refusal.clone()]).await;
        errors.push(app(&server).info().get().header("X-Other-Pass", GATEWAY).await.expect_err("refused"));
        let app = app(&server);
        let raw = app.request(Method::GET, format!("/x/{BEARER}?a=b")).query("token", QUERY);
        errors.push(raw.decode::<u8>().bearer(BEARER).await.expect_err("refused"));
        errors.push(knowledge(&server).documents().indexing_status("d", "b").await.expect_err("refused"));
        errors.push(console(&server).apps().get("a").await.expect_err("refused"));
        let passport = answer(200, "application/json", &format!(r#"{{"access_token":"{PASSPORT}"}}"#));
        let server = Server::start(vec![passport, refusal]).await;
        errors.push(page(&server).info().site().await.expect_err("refused"));
    }
    for stream in broken_streams(text) {
        errors.extend(of_a_stream(&app(&Server::start(vec![stream]).await)).await);
    }
    let json = serde_json::to_string(text).expect("JSON");
    let failed = answer(200, "application/json", &format!(r#"{{"result":"fail","data":{json}}}"#));
    let server = Server::start(vec![failed]).await;
    let login = Console::builder().login("maria@example.com", PASSWORD).base_url(&server.base_url).build();
    errors.push(login.expect("a client").apps().get("a").await.expect_err("refused"));

    let owned = || text.to_owned();
    let server = Server::start(vec![]).await;
    let document = UnindexedDocument {
        id: owned(),
        name: Some(owned()),
        status: "error".into(),
        reason: Some(owned()),
        reason_code: Some(owned()),
    };
    let kind = ErrorKind::Indexing(IndexingError { documents: vec![document; 100] });
    errors.push(Error::beside(kind, &knowledge(&server).transport.secrets()));
    for kind in [
        DeployError::Import {
            status: ImportStatus::Other(owned()),
            reason: owned(),
            definition_version: owned(),
            server_version: "1".to_owned(),
        },
        DeployError::MissingPlugins { app_id: owned(), plugins: vec![owned(); 100] },
    ] {
        errors.push(Error::beside(ErrorKind::Deploy(kind), &console(&server).transport.secrets()));
    }
    errors
}

#[tokio::test]
async fn text_of_a_server_is_shown_in_one_short_line() {
    let nasty = "\u{1b}[31m\r\n2026 INFO\0\u{7f}\u{9b}\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{200b}\u{feff}\u{e0041}";
    for text in [nasty.to_owned(), nasty.repeat(400), "x".repeat(9_000)] {
        let errors = errors(&text).await;
        assert!(errors.len() > 45, "{}", errors.len());
        for shown in errors.iter().flat_map(shown) {
            assert!(shown.len() < 8 << 10, "{} bytes: {shown}", shown.len());
            // Pretty debug output has lines of its own.
            let hidden = |letter: &char| letter.is_control() && *letter != '\n' || !letter.is_ascii() && *letter != '…';
            assert_eq!(shown.chars().find(hidden), None, "{shown}");
            assert!(!shown.contains("\n2026"), "{shown}");
        }
    }
}

#[tokio::test]
async fn an_echoed_secret_shows_in_no_error() {
    let secrets = [APP, DATASET, PASSPORT, ACCESS, CSRF, REFRESH, PASSWORD, BEARER, GATEWAY, QUERY];
    let all: Vec<String> = secrets.into_iter().flat_map(forms).collect();
    for error in errors(&all.join(" ")).await {
        let body = String::from_utf8_lossy(error.body().map_or(&[][..], |body| body)).into_owned();
        let mut texts = shown(&error);
        texts.push(body);
        // Each client has its own, and may show those of others.
        let own: &[&str] = match error.operation() {
            Some(id) if id.starts_with("GET ") => &[APP, BEARER, GATEWAY, QUERY],
            Some(id) if id.starts_with("app_") => &[APP, GATEWAY],
            Some(id) if id.starts_with("knowledge_") => &[DATASET],
            Some(id) if id.starts_with("web_") => &[PASSPORT],
            Some(id) if id.starts_with("console_") && error.attempts() > 0 => &[ACCESS, CSRF, REFRESH, PASSWORD],
            _ => match error.kind() {
                ErrorKind::Indexing(_) => &[DATASET],
                _ => &[PASSWORD],
            },
        };
        for form in own.iter().flat_map(|secret| forms(secret)) {
            assert!(!texts.iter().any(|text| text.contains(&form)), "{form}: {texts:#?}");
        }
    }
}

#[tokio::test]
async fn no_client_request_or_answer_shows_what_it_holds() {
    let body = r#"{"name":"Content-5Ecr3t","description":"","tags":[],"mode":"chat","author_name":null}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: access_token={ACCESS}; Path=/\r\nX-Echo: {APP}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = Server::start(vec![vec![say(head)]]).await;
    let (app, console) = (app(&server), console(&server));
    let request = app
        .request(Method::POST, format!("/x/{APP}?token={QUERY}"))
        .query("token", QUERY)
        .header("X-Gateway-Pass", GATEWAY)
        .body("text/plain", "Content-5Ecr3t");
    let request = format!("{request:?} {request:#?}");
    let response = app.info().get().with_response().await.expect("an answer");
    let call = app.info().get().header("X-Gateway-Pass", GATEWAY).bearer(BEARER);
    let builder = App::builder()
        .api_key(APP)
        .base_url(format!("https://user:{PASSWORD}@dify.test/v1?token={QUERY}"))
        .default_header("X-Gateway-Pass", GATEWAY)
        .http_client(reqwest::Client::builder().default_headers(gateway()).build().expect("a client"));
    let refused = builder.clone().build().expect_err("a user in the URL");
    for text in [
        request,
        format!("{call:?} {:?}", app.request(Method::GET, format!("/x?token={QUERY}")).decode::<u8>()),
        format!("{response:?} {response:#?} {:?}", response.headers()),
        format!("{builder:#?} {refused:?} {refused}"),
        format!("{app:?} {console:?} {:?} {:?}", page(&server), knowledge(&server)),
        format!("{:?}", Console::builder().login("maria@example.com", PASSWORD).tokens(ACCESS, CSRF)),
        format!("{:?}", WebApp::builder().app_code("Code-5Ecr3t")),
        format!("{:?}", LoginRequest::new("maria@example.com", PASSWORD)),
    ] {
        assert!(!text.contains("5Ecr3t"), "{text}");
    }
    assert_eq!(response.name, "Content-5Ecr3t");
}

#[tokio::test]
async fn secrets_that_a_call_carries_show_in_no_error() {
    let (plain, encoded) = (PASSWORD, BASE64_STANDARD.encode(PASSWORD));
    let echo = [forms(plain), forms("hitl_5Ecr3t_token"), forms("sk-5Ecr3t-11")].concat().join(" ");
    let server = Server::start(vec![answer(400, "text/html", &echo)]).await;
    let console = Console::builder().base_url(&server.base_url).tokens(ACCESS, CSRF).build().expect("a client");
    let login = LoginRequest::new("maria@example.com", encoded);
    let credentials = ProviderCredentialTrial::new(RawJson::from(serde_json::json!({"a": ["sk-5Ecr3t-11"]})));
    for (error, secret) in [
        (console.account().login(&login).await.expect_err("refused"), plain),
        (
            console.models().validate_credential("w", "langgenius", "openai", &credentials).await.expect_err("refused"),
            "sk-5Ecr3t-11",
        ),
        (app(&server).human_input().form("hitl_5Ecr3t_token").await.expect_err("refused"), "hitl_5Ecr3t_token"),
    ] {
        let body = String::from_utf8_lossy(error.body().expect("a body")).into_owned();
        for text in shown(&error).into_iter().chain([body]) {
            assert!(!forms(secret).iter().any(|form| text.contains(form)), "{text}");
        }
    }
}

// Guards a past bug: these were shown by `Debug`.
#[test]
fn members_that_hold_secrets_are_hidden() {
    let variable = r#"{"id":"1","name":"KEY","value_type":"secret","value":"5Ecr3t","description":""}"#;
    let link = DownloadLink::from_json(r#"{"url":"https://store.test/a?sign=5Ecr3t"}"#).expect("a link");
    assert!(format!("{link:?}").contains("https://store.test/a\""));
    for text in [
        format!("{:?}", WorkflowVariable::from_json(variable).expect("a variable")),
        format!("{link:?}"),
        format!("{:?}", ImportRequest::from("api_key: 5Ecr3t")),
        format!("{:?}", ProviderCredentialTrial::new(RawJson::from("5Ecr3t"))),
        format!("{:?}", ChatEvent::from_json(r#"{"event":"new","key":"5Ecr3t"}"#).expect("an event")),
        format!("{:?}", SessionPassportQuery::new("5Ecr3t")),
    ] {
        assert!(!text.contains("5Ecr3t"), "{text}");
    }
}

fn gateway() -> reqwest::header::HeaderMap {
    [(reqwest::header::PROXY_AUTHORIZATION, reqwest::header::HeaderValue::from_static(GATEWAY))].into_iter().collect()
}

#[tokio::test]
async fn a_default_header_goes_to_the_server_and_gives_way() {
    let server = Server::start(vec![answer(404, "text/plain", "")]).await;
    let app = app(&server);
    assert!(app.info().get().timeouts(|_| Timeouts::none()).await.is_err());
    assert!(app.info().get().header("x-gateway-pass", "other").await.is_err());
    let raw = app.request(Method::GET, "/x").header("X-Gateway-Pass", "mine");
    assert!(raw.send().await.is_err());
    let sent: Vec<bool> = server.seen().iter().map(|request| request.contains(GATEWAY)).collect();
    assert_eq!(sent, [true, false, false]);
    assert!(server.seen()[2].contains("mine"));
}
