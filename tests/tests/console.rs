//! What the console's client does beyond single calls: sessions, and deployments.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use dify_api::{
    Console, DeployError, ErrorKind, WebApp,
    types::{
        ApiSwitchRequest, AppsListQuery, ErrorCode, ImportMode, ImportRequest, ImportStatus, LoginRequest,
        WorkflowRunRequest, WorkflowRunStatus,
    },
};
use dify_mock::{
    CONSOLE_EMAIL, CONSOLE_PASSWORD, Server,
    fault::{Answer, Fault},
};
use dify_tests::script::RELEASES;
use serde_json::json;

const DEFINITION: &str = include_str!("../../dify-api/examples/deploy_app/assistant.yml");

async fn scene() -> (Server, Console) {
    scene_of("1.16.1").await
}

async fn scene_of(release: &str) -> (Server, Console) {
    let server = Server::builder().release(release).check_answers(true).start().await.expect("the server starts");
    let console = Console::login(server.console_url(), CONSOLE_EMAIL, CONSOLE_PASSWORD).await.expect("logged in");
    (server, console)
}

fn count(server: &Server, operation: &str) -> usize {
    server.requests().iter().filter(|request| request.operation.as_deref() == Some(operation)).count()
}

/// Fails when an answer of the server is not as the documents say.
fn answers_agree(server: &Server) {
    let requests = server.requests();
    let problems: BTreeSet<_> = requests.iter().flat_map(|request| &request.answer_problems).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test]
async fn a_deployed_definition_answers_by_its_own_key_and_on_its_page() {
    for release in RELEASES {
        let (server, console) = scene_of(release).await;
        let deployment = console.deploy(DEFINITION).await.expect("deployed");
        let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
        let run = deployment.app().workflows().run(&request).await.expect("a run");
        assert_eq!(run.data.status, WorkflowRunStatus::Succeeded);
        assert!(deployment.api_key().starts_with("app-"));
        assert!(!format!("{deployment:?}").contains(deployment.api_key()));

        let detail = console.apps().get(deployment.app_id()).await.expect("the application");
        assert_eq!(detail.name, "Trip letter");
        let page = WebApp::connect(server.web_url(), &detail.site.code).await.expect("its page");
        assert_eq!(page.info().site().await.expect("the site").app_id, deployment.app_id());

        let mut found = false;
        let query = AppsListQuery::new();
        let mut apps = console.apps().list(&query).items();
        while let Some(app) = apps.next().await {
            found |= app.expect("an application").id == deployment.app_id();
        }
        assert!(found, "the console lists it");

        console.apps().set_api(deployment.app_id(), &ApiSwitchRequest::new(false)).await.expect("switched off");
        let error = deployment.app().workflows().run(&request).await.expect_err("the API is closed");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
        answers_agree(&server);
    }
}

#[tokio::test]
async fn an_import_is_a_state_whatever_comes_of_it() {
    for release in RELEASES {
        let (server, console) = scene_of(release).await;
        let failed = console.definitions().import_app(&ImportRequest::from("a: [")).await.expect("a state");
        assert_eq!(failed.status, ImportStatus::Failed);
        assert!(!failed.error.is_empty());

        let newer = DEFINITION.replace("version: 0.7.0", "version: 99.0.0");
        let held = console.definitions().import_app(&ImportRequest::from(newer.as_str())).await.expect("a state");
        assert_eq!(held.status, ImportStatus::Pending);
        let done = console.definitions().confirm_import(&held.id).await.expect("a state");
        assert_ne!(done.status, ImportStatus::Failed, "{}", done.error);

        let error = console.deploy("version: 0.7.0\nkind: app").await.expect_err("no application in it");
        let ErrorKind::Deploy(DeployError::Import { reason, .. }) = error.kind() else { panic!("{error}") };
        assert!(reason.contains("Missing app data") && error.to_string().contains(reason), "{error}");
        let error = console.definitions().import_app(&ImportRequest::new(ImportMode::YamlUrl)).await;
        assert_eq!(error.expect("a state").status, ImportStatus::Failed);
        console.deploy(newer).await.expect("what is held is confirmed");
        answers_agree(&server);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_with_an_expired_session_cause_exactly_one_refresh() {
    for release in RELEASES {
        let (server, console) = scene_of(release).await;
        for round in 1..=3 {
            server.expire_sessions();
            let calls = (0..16).map(|_| {
                let console = console.clone();
                tokio::spawn(async move { console.account().profile().await.map(|profile| profile.email) })
            });
            for call in futures_util::future::join_all(calls).await {
                assert_eq!(call.expect("no panic").expect("a profile"), CONSOLE_EMAIL);
            }
            assert_eq!(count(&server, "console_account_refresh"), round);
        }
        // The password is tried in Base64 first.
        let logins = if release == "1.16.1" { 1 } else { 2 };
        assert_eq!(count(&server, "console_account_login"), logins);
    }
}

/// Each caller once tried the password for itself, and the sixth locked the account.
#[tokio::test]
async fn a_stale_password_does_not_lock_the_account() {
    let (server, _) = scene().await;
    let builder = Console::builder().base_url(server.console_url()).login(CONSOLE_EMAIL, "stale");
    let console = builder.build().expect("a client");
    let query = AppsListQuery::new();
    let calls = (0..200).map(|_| {
        let console = &console;
        let query = &query;
        async move { console.apps().list(query).await }
    });
    for outcome in futures_util::future::join_all(calls).await {
        assert_eq!(outcome.expect_err("a stale password").code(), Some(&ErrorCode::AuthenticationFailed));
    }
    assert_eq!((count(&server, "console_account_login"), count(&server, "console_apps_list")), (2, 0));
    let password = BASE64_STANDARD.encode(CONSOLE_PASSWORD);
    console.account().login(&LoginRequest::new(CONSOLE_EMAIL, password)).await.expect("the account is open");
    console.apps().list(&query).await.expect("a list");
    answers_agree(&server);
}

#[tokio::test]
async fn a_locked_account_is_not_tried_again() {
    let (server, _) = scene().await;
    let wrong = LoginRequest::new(CONSOLE_EMAIL, BASE64_STANDARD.encode("wrong"));
    let open = Console::builder().base_url(server.console_url()).build().expect("a client");
    for _ in 0..5 {
        open.account().login(&wrong).await.expect_err("a wrong password");
    }
    let builder = Console::builder().base_url(server.console_url()).login(CONSOLE_EMAIL, CONSOLE_PASSWORD);
    let console = builder.build().expect("a client");
    let before = count(&server, "console_account_login");
    for _ in 0..3 {
        let error = console.account().profile().await.expect_err("locked");
        assert_eq!(error.code(), Some(&ErrorCode::EmailCodeLoginLimit), "{error}");
    }
    assert_eq!(count(&server, "console_account_login"), before + 1);
    answers_agree(&server);
}

#[tokio::test]
async fn no_cookie_token_or_password_is_shown() {
    let (server, console) = scene().await;
    let keys = console.deploy(DEFINITION).await.expect("deployed");
    let key = console.api_keys().create_for_app(keys.app_id()).await.expect("a key");
    let login = LoginRequest::new(CONSOLE_EMAIL, "UGFzc3cwcmQxMjM=");
    let wrong = Console::login(server.console_url(), CONSOLE_EMAIL, "wrong-5ecret").await.expect_err("refused");
    assert_eq!(wrong.code(), Some(&ErrorCode::AuthenticationFailed));
    let page =
        WebApp::builder().base_url(server.web_url()).app_code(server.app_code("app-chat")).build().expect("a client");
    page.info().parameters().await.expect("the parameters");

    let mut secrets: BTreeSet<String> =
        ["wrong-5ecret", CONSOLE_PASSWORD, "UGFzc3cwcmQxMjM="].map(str::to_owned).into();
    secrets.extend([key.token.clone(), keys.api_key().to_owned()]);
    for request in server.requests() {
        for name in ["cookie", "x-csrf-token", "x-app-passport"] {
            let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            let values = values.flat_map(|value| value.split("; "));
            secrets.extend(values.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).to_owned()));
        }
    }
    assert!(secrets.len() > 7, "there are too few secrets to prove anything: {}", secrets.len());
    let shown = format!("{console:?} {keys:?} {key:?} {login:?} {wrong:?} {wrong} {page:?}");
    for secret in secrets {
        assert!(!shown.contains(&secret), "{secret} is shown in {shown}");
    }
}

fn over(app_id: &str) -> ImportRequest {
    ImportRequest::from(DEFINITION).app_id(app_id)
}

async fn keys(console: &Console, app_id: &str) -> usize {
    console.api_keys().list_for_app(app_id).await.expect("keys").data.len()
}

// Guards a past bug: each deployment made a key, and the eleventh failed after it had changed the application.
#[tokio::test]
async fn twelve_deployments_use_one_application_and_one_key() {
    let (server, console) = scene().await;
    let first = console.deploy(DEFINITION).await.expect("deployed");
    let request = WorkflowRunRequest::new([("city", "Beijing")]).user("user-1");
    for _ in 0..11 {
        let again = console.deploy(over(first.app_id())).key(first.api_key()).await.expect("deployed again");
        assert_eq!((again.app_id(), again.api_key()), (first.app_id(), first.api_key()));
        assert_eq!(again.key_id(), first.key_id());
        let run = again.app().workflows().run(&request).await.expect("a run");
        assert_eq!(run.data.status, WorkflowRunStatus::Succeeded);
    }
    assert_eq!(keys(&console, first.app_id()).await, 1);
    for _ in 0..12 {
        let again = console.deploy(over(first.app_id())).without_key().await.expect("deployed again");
        assert_eq!(again.app_id(), first.app_id());
    }
    assert_eq!((keys(&console, first.app_id()).await, count(&server, "console_workflows_publish")), (1, 24));
    for _ in 0..12 {
        console.deploy(DEFINITION).await.expect("an application of its own");
    }
    answers_agree(&server);
}

#[tokio::test]
async fn an_eleventh_key_is_refused_before_anything_changes() {
    let (server, console) = scene().await;
    let first = console.deploy(DEFINITION).await.expect("deployed");
    for _ in 0..9 {
        console.deploy(over(first.app_id())).await.expect("deployed again, with a key of its own");
    }
    server.forget_requests();
    let error = console.deploy(over(first.app_id())).await.expect_err("ten keys");
    let ErrorKind::Deploy(DeployError::TooManyKeys { app_id, limit: 10 }) = error.kind() else { panic!("{error}") };
    assert_eq!(app_id, first.app_id());
    let text = error.to_string();
    assert!(text.contains("max_keys_exceeded") && text.contains("`Deploy::key`"), "{text}");
    assert!(server.requests().iter().all(|request| request.method == "GET"), "nothing is changed");
    let error = console.api_keys().create_for_app(first.app_id()).await.expect_err("ten keys");
    assert_eq!(error.code().map(ErrorCode::as_str), Some("max_keys_exceeded"), "{error}");
}

#[tokio::test]
async fn a_key_that_cannot_fit_is_refused_before_anything_changes() {
    let (server, console) = scene().await;
    let [one, other] = [console.deploy(DEFINITION).await, console.deploy(DEFINITION).await];
    let (one, other) = (one.expect("deployed"), other.expect("deployed"));
    server.forget_requests();
    let foreign = console.deploy(over(one.app_id())).key(other.api_key()).await.expect_err("another's key");
    assert!(matches!(foreign.kind(), ErrorKind::Deploy(DeployError::ForeignKey { .. })), "{foreign}");
    for error in [
        console.deploy(DEFINITION).key(one.api_key()).await.expect_err("a new application"),
        console.deploy(over(one.app_id())).key("dataset-1").await.expect_err("a key for datasets"),
        console.deploy(over(one.app_id())).key("app-1\r\nX: 1").await.expect_err("no header"),
        console.deploy(over(one.app_id())).base_url("nowhere").await.expect_err("no URL"),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
    }
    assert!(server.requests().iter().all(|request| request.method == "GET"), "nothing is changed");
    let shown = format!("{:?}", console.deploy(over(one.app_id())).key(other.api_key()));
    assert!(!shown.contains(other.api_key()) && !foreign.to_string().contains(other.api_key()), "{shown}");
}

#[tokio::test]
async fn a_deployment_that_fails_leaves_no_key() {
    let (server, console) = scene().await;
    for operation in ["console_apps_get", "console_workflows_publish", "console_definitions_check_dependencies"] {
        server.faults().on(operation).nth(1).inject(Fault::Refused(Answer::error(500, "broken", "")));
        console.deploy(DEFINITION).await.expect_err("broken");
        server.faults().clear();
    }
    assert_eq!(count(&server, "console_api_keys_create_for_app"), 0);
    // A key that no request can carry.
    let key = json!({"id": "585e863c-b365-44b9-bec0-f9756408ee38", "type": "app", "token": "app-\n", "last_used_at": null, "created_at": 1});
    server.faults().on("console_api_keys_create_for_app").inject(Fault::Refused(Answer::new(201).json(&key)));
    let error = console.deploy(DEFINITION).await.expect_err("no header");
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
    assert_eq!(count(&server, "console_api_keys_delete_for_app"), 1);
}

#[tokio::test]
async fn the_base_url_of_a_caller_goes_before_the_servers() {
    let (server, console) = scene().await;
    let elsewhere = Server::start().await.expect("the server starts");
    let deployment = console.deploy(DEFINITION).base_url(elsewhere.base_url()).await.expect("deployed");
    deployment.app().info().get().await.expect("an embedded server takes every key");
    assert!(elsewhere.requests().iter().any(|request| request.path == "/v1/info"));
    assert!(server.requests().iter().all(|request| !request.path.starts_with("/v1/")));
}
