//! The samples of the published documents run: each calls the embedded server, with ids of what exists, and succeeds.
//!
//! One process for each language. A language that is not installed is left out, unless `CODE_SAMPLES` is set.

use std::{collections::BTreeMap, fs, process::Command, time::Duration};

use dify_mock::Server;
use dify_tests::{
    generated::{Arguments, OPERATIONS},
    script::Script,
    workspace::published_in,
};
use serde_json::{Value, json};

/// What a server without the enterprise edition, or without a mailer, refuses.
const REFUSED: &[&str] = &[
    "web_session_login",
    "web_session_send_login_code",
    "web_session_login_with_code",
    "web_session_send_reset_code",
    "web_session_check_reset_code",
    "web_session_reset_password",
    "web_session_permission",
    // It takes the token of a form.
    "web_human_input_upload",
];

const PYTHON: &str = r#"
import contextlib, io, json, os, sys
for sample in json.load(open("samples.json")):
    os.environ.update(sample["environment"])
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(sample["source"], sample["id"], "exec"), {})
    except Exception as error:
        print(f"{sample['id']}: {error!r}")
"#;

const NODE: &str = r#"
import { readFileSync } from "node:fs";
const { log } = console;
for (const { id, environment, source } of JSON.parse(readFileSync("samples.json", "utf8"))) {
  Object.assign(process.env, environment);
  console.log = () => {};
  try {
    await import("data:text/javascript," + encodeURIComponent(source + "\n// " + id));
  } catch (error) {
    log(`${id}: ${error}`);
  }
}
"#;

/// One sample with what it needs.
struct Sample {
    id: String,
    environment: BTreeMap<&'static str, String>,
    source: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_of_every_language_succeed() {
    // A Python with httpx, where all languages must be there.
    let required = std::env::var("CODE_SAMPLES").ok();
    let python = required.as_deref().unwrap_or("python3");
    let languages = [
        ("curl", "bash", vec!["-c", "curl --json '' --version"]),
        ("Python (httpx)", python, vec!["-c", "import httpx"]),
        ("TypeScript (fetch)", "node", vec!["-e", "fetch"]),
    ];
    for (label, interpreter, probe) in languages {
        let found = Command::new(interpreter).args(probe).output().is_ok_and(|output| output.status.success());
        if !found {
            assert!(required.is_none(), "{interpreter} cannot run samples of {label}");
            eprintln!("skipped: {interpreter} cannot run samples of {label}");
            continue;
        }
        let builder = Server::builder().check_answers(true).indexing_time(Duration::ZERO);
        let server = builder.start().await.expect("the server starts");
        let samples = samples(&server, label).await;
        assert!(samples.len() > 115, "{label}: only {} samples", samples.len());
        let before = server.requests().len();
        let (interpreter, count) = (interpreter.to_owned(), samples.len());
        let failed = tokio::task::spawn_blocking(move || run(label, &interpreter, &samples)).await.expect("it runs");
        assert!(failed.is_empty(), "{label}:\n{failed}");
        let requests = server.requests().split_off(before);
        let problems: Vec<_> = requests.iter().flat_map(|request| &request.problems).collect();
        assert!(problems.is_empty() && requests.len() >= count, "{label}: {} requests, {problems:?}", requests.len());
    }
}

/// The samples of a language, with the ids of what exists in the place of those of the examples.
async fn samples(server: &Server, label: &str) -> Vec<Sample> {
    let script = Script::new(server);
    let mut samples = Vec::new();
    for api in ["service", "web"] {
        let document = published_in(api, "3.1");
        let url = document["servers"][0]["url"].as_str().expect("an address").to_owned();
        let own = format!("{}{}", server.base_url().trim_end_matches("/v1"), if api == "web" { "/api" } else { "/v1" });
        for operation in document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object()) {
            for operation in operation.values() {
                let all = operation["x-codeSamples"].as_array().into_iter().flatten();
                let Some(sample) = all.into_iter().find(|sample| sample["label"] == label) else { continue };
                let id = operation["operationId"].as_str().expect("an id").to_owned();
                // Of two methods that one operation has, the first takes JSON.
                let method = operation["x-dify-method"].as_str().expect("a method").replace('.', "_");
                if REFUSED.contains(&id.as_str()) || !OPERATIONS.iter().any(|(known, ..)| *known == method) {
                    continue;
                }
                let (clients, arguments) = script.prepare(&method).await.expect("what it needs is made");
                let mut source = sample["source"].as_str().expect("a text").replace(&url, &own);
                for (example, value) in replacements(&script.examples(&method), &arguments) {
                    source = source.replace(&example, &value);
                }
                samples.push(Sample { environment: environment(server, &script, &method, &clients).await, id, source });
            }
        }
    }
    samples
}

/// The keys that a sample takes from its environment.
async fn environment(
    server: &Server,
    script: &Script,
    method: &str,
    clients: &dify_tests::clients::Clients,
) -> BTreeMap<&'static str, String> {
    let (key, _) = script.application(method);
    let mut environment =
        BTreeMap::from([("DIFY_API_KEY", key.to_owned()), ("DIFY_DATASET_API_KEY", "dataset-knowledge".to_owned())]);
    if method.starts_with("web_") {
        // The visitor of the calls before has what the sample names.
        clients.web.info().meta().await.expect("a page describes itself");
        let requests = server.requests();
        let headers = &requests.last().expect("a request").headers;
        for (header, variable) in [("x-app-passport", "DIFY_PASSPORT"), ("x-app-code", "DIFY_APP_CODE")] {
            let value = headers.get(header).and_then(|value| value.to_str().ok()).expect("a header");
            environment.insert(variable, value.to_owned());
        }
    }
    environment
}

/// What is another text in the arguments of a call than in the examples.
fn replacements(examples: &Arguments, made: &Arguments) -> Vec<(String, String)> {
    fn differing(example: &Value, made: &Value, found: &mut Vec<(String, String)>) {
        match (example, made) {
            (Value::String(example), Value::String(made)) if example != made && !example.is_empty() => {
                found.push((example.clone(), made.clone()));
            }
            (Value::Object(example), Value::Object(made)) => {
                made.iter().for_each(|(name, made)| differing(&example[name], made, found));
            }
            (Value::Array(example), Value::Array(made)) => {
                example.iter().zip(made).for_each(|(example, made)| differing(example, made, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, value) in &made.parameters {
        differing(examples.parameters.get(name).unwrap_or(&Value::Null), value, &mut found);
    }
    differing(&examples.body, &made.body, &mut found);
    found
}

/// Runs samples in one process; returns what it reports.
fn run(label: &str, interpreter: &str, samples: &[Sample]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it is written");
    write("notes.txt", "Three sights and a tea house.");
    write("question.mp3", "not much of a sound");
    let listed: Vec<Value> = samples
        .iter()
        .map(|sample| json!({"id": sample.id, "environment": sample.environment, "source": sample.source}))
        .collect();
    write("samples.json", &Value::from(listed).to_string());
    let program = match label {
        "curl" => ("samples.sh", shell(samples)),
        "Python (httpx)" => ("samples.py", PYTHON.to_owned()),
        _ => ("samples.mjs", NODE.to_owned()),
    };
    write(program.0, &program.1);
    let output = Command::new(interpreter).arg(program.0).current_dir(folder.path()).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { text(&output.stdout) } else { text(&output.stderr) + &text(&output.stdout) }
}

fn shell(samples: &[Sample]) -> String {
    let mut program = String::new();
    for Sample { id, environment, source } in samples {
        let exports: String = environment.iter().map(|(name, value)| format!("export {name}='{value}'; ")).collect();
        let source = source.replacen("curl ", "curl --silent --show-error ", 1);
        program.push_str(&format!("{exports}\n{source}"));
        program.truncate(program.trim_end().len());
        program.push_str(&format!(" > reply 2> errors || echo \"{id}: $(cat errors) $(cat reply)\"\n"));
    }
    program
}
