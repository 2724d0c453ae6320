//! No id leads a request to another route: every operation with path parameters, through every client.

use std::collections::BTreeSet;

use dify_api::{Error, ErrorKind, RetryPolicy, reqwest::Method};
use dify_mock::{RecordedRequest, Server};
use dify_tests::{
    Clients,
    clients::Tuning,
    generated::{Arguments, OPERATIONS},
    script::{Script, operations},
};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

/// Ids that attackers would try.
const VALUES: [&str; 12] = [
    "",
    "..",
    "..\\..\\OTHER",
    "a\\..\\..\\datasets",
    "%2e%2e",
    "..%2f..%5c",
    "a/../../b",
    "a?b=c#d",
    ".\t.",
    "..;/x",
    "\u{ff0e}\u{ff0e}\u{2215}\u{e9} ",
    "a\0b\r\nX-A: b",
];

/// The operations with path parameters, with their templates.
fn with_parameters() -> Vec<(&'static str, &'static str)> {
    OPERATIONS.iter().filter(|(.., path)| path.contains('{')).map(|(id, _, path)| (*id, *path)).collect()
}

struct Attack {
    server: Server,
    clients: Clients,
    script: Script,
}

impl Attack {
    async fn begin() -> Self {
        let server = Server::start().await.expect("the server starts");
        let tuning = Tuning { retry: RetryPolicy::none(), ..Tuning::default() };
        let clients = Clients::tuned(&server.base_url(), "app-chat", &server.app_code("app-chat"), tuning);
        // The passport and the session are there before anything is counted.
        clients.web.request(Method::GET, "/meta").send().await.expect("a passport");
        clients.console.account().profile().await.expect("a session");
        let script = Script::new(&server);
        Self { server, clients, script }
    }

    /// Calls an operation with this value for every path parameter, and returns what was sent.
    async fn call(&self, operation: &str, template: &str, value: &str) -> (Result<(), Error>, Vec<RecordedRequest>) {
        let mut arguments: Arguments = self.script.examples(operation);
        for name in template.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            arguments.parameters.insert(name.to_owned(), Value::from(value));
        }
        self.server.forget_requests();
        let outcome = self.clients.call(operation, &arguments).await.expect("a method of this id");
        (outcome, self.server.requests())
    }

    /// What is wrong with the requests that were sent, or with the refusal.
    async fn fault(&self, operation: &str, template: &str, value: &str) -> Option<String> {
        let (outcome, sent) = self.call(operation, template, value).await;
        if sent.is_empty() {
            let named =
                |error: &Error| template.split(['{', '}']).any(|name| error.to_string().contains(&format!("`{name}`")));
            return match outcome {
                Err(error) if matches!(error.kind(), ErrorKind::InvalidRequest(_)) && named(&error) => None,
                other => Some(format!("{operation} with {value:?} sent nothing: {other:?}")),
            };
        }
        let base = match operation.split('_').next() {
            Some("web") => "/api",
            Some("console") => "/console/api",
            _ => "/v1",
        };
        let wanted: Vec<String> = format!("{base}{template}")
            .split('/')
            .map(|segment| if segment.starts_with('{') { value.to_owned() } else { segment.to_owned() })
            .collect();
        let strays = sent.iter().filter(|request| decoded(&request.path) != wanted);
        strays.map(|request| format!("{operation} with {value:?} went to {} {}", request.method, request.path)).next()
    }
}

/// The segments of a path, each decoded.
fn decoded(path: &str) -> Vec<String> {
    path.split('/')
        .map(|segment| {
            let mut bytes = Vec::new();
            let mut rest = segment.as_bytes();
            while let [first, tail @ ..] = rest {
                rest = tail;
                bytes.push(match (first, tail) {
                    (b'%', [high, low, tail @ ..]) => {
                        rest = tail;
                        let digits = [*high, *low];
                        let digits = std::str::from_utf8(&digits).expect("hexadecimal digits");
                        u8::from_str_radix(digits, 16).expect("hexadecimal digits")
                    }
                    _ => *first,
                });
            }
            String::from_utf8(bytes).expect("UTF-8")
        })
        .collect()
}

// Guards a past bug: a backslash was sent as it is, and URL parsers read it as a slash.
#[tokio::test]
async fn no_id_leads_any_operation_to_another_route() {
    let attack = Attack::begin().await;
    let mut faults = Vec::new();
    for (operation, template) in with_parameters() {
        for value in VALUES {
            faults.extend(attack.fault(operation, template, value).await);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn arbitrary_ids_stay_one_segment_or_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let attack = runtime.block_on(Attack::begin());
    let hostile = proptest::collection::vec(
        prop_oneof![Just("..".to_owned()), "[./\\\\%;?#2eEfF5cC\t ]{1,3}", "\\PC{0,4}", any::<String>()],
        0..5,
    );
    let value = hostile.prop_map(|parts| parts.concat());
    let cases = (select(with_parameters()), value);
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&cases, |((operation, template), value)| {
        let fault = runtime.block_on(attack.fault(operation, template, &value));
        prop_assert!(fault.is_none(), "{}", fault.unwrap_or_default());
        Ok(())
    });
    outcome.expect("no id leaves its segment");
}

#[tokio::test]
async fn an_id_too_long_for_a_url_is_an_invalid_request() {
    let attack = Attack::begin().await;
    let id = "x".repeat(100_000);
    let (outcome, sent) = attack.call("app_conversations_delete", "/conversations/{conversation_id}", &id).await;
    let error = outcome.expect_err("refused");
    assert!(sent.is_empty() && matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{:?}", error.kind());
    assert!(error.to_string().len() < 1_000, "the id is repeated");
}

#[tokio::test]
async fn raw_paths_that_lead_elsewhere_are_refused_by_every_client() {
    let attack = Attack::begin().await;
    let Clients { app, knowledge, web, console } = &attack.clients;
    attack.server.forget_requests();
    for path in ["/a/..\\b", "/a/../b", "/a/%2e%2e/b", "/a%2F..%2Fb", "/a/.\t./b", "/a%0d%0ab", "//b", "/a#b", "a"] {
        let requests = [
            app.request(Method::DELETE, path),
            knowledge.request(Method::DELETE, path),
            web.request(Method::DELETE, path),
            console.request(Method::DELETE, path),
        ];
        for request in requests {
            let error = request.send().await.expect_err(path);
            assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{path:?}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(char::is_control), "{shown}");
        }
    }
    assert!(attack.server.requests().is_empty(), "something was sent");
}

#[test]
fn operations_with_path_parameters_are_of_all_clients() {
    let clients: BTreeSet<_> = with_parameters().iter().filter_map(|(id, _)| id.split('_').next()).collect();
    assert_eq!(clients.into_iter().collect::<Vec<_>>(), ["app", "console", "knowledge", "web"]);
    assert!(operations().count() > with_parameters().len());
}
