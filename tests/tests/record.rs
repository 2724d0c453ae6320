//! What the recording proxy writes: exchanges that the judge and the replay tests take, and no secret.

use std::{collections::BTreeSet, fs, path::Path};

use contract::{Corpus, Exchange, Judge};
use dify_api::{
    Console, Upload,
    types::{
        ApiKey, AppsListQuery, ChatRequest, DatasetCreateRequest, DocumentFileConfig, DocumentFileUpload,
        FileUploadRequest, IndexingTechnique, ProcessMode, ProcessRule, TextToAudioRequest, WorkflowRunRequest,
    },
};
use dify_mock::{CONSOLE_EMAIL, CONSOLE_PASSWORD, Server};
use dify_record::Proxy;
use dify_tests::{Case, Clients, Recording, archive, workspace};
use serde_json::Value;

const APP_KEY: &str = "app-chat-Zx8Vb3Nm1Qw5Er7Ty9Ui";
const WORKFLOW_KEY: &str = "app-workflow-Lk4Jh6Gf8Ds2Aq1Sw3De";
const DATASET_KEY: &str = "dataset-Pq9Wo8Ei7Ru6Ty5Aq4Sw";
const PERSON: &str = "wang.fang@corp-mail.cn";

/// Operations of every kind, through the proxy.
async fn play(address: &str, page: &str) -> ApiKey {
    let base = format!("http://{address}/v1");
    let clients = Clients::with_page(&base, APP_KEY, page);
    let app = &clients.app;
    let reply =
        app.chat().send(&ChatRequest::new(format!("Write to {PERSON}")).user("user-1")).await.expect("an answer");
    let mut stream = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await.expect("a stream");
    while let Some(event) = stream.next().await {
        event.expect("an event");
    }
    app.chat().send(&ChatRequest::new("").user("user-1").conversation_id("none")).await.expect_err("refused");
    let upload = Upload::bytes("notes.txt", format!("My key is {APP_KEY}, my mail {PERSON}."));
    let file = app.files().upload(&FileUploadRequest::new(upload).user("user-1")).await.expect("uploaded");
    assert!(!file.id.is_empty() && !reply.conversation_id.is_empty());
    let speech = TextToAudioRequest::new().text("Hello").user("user-1");
    let audio = app.audio().text_to_audio(&speech).await.expect("speech");
    assert!(!audio.bytes().await.expect("read").is_empty());

    let workflow = Clients::with_app(&base, WORKFLOW_KEY).app;
    let run = WorkflowRunRequest::new([("query", "Hello")]).user("user-1");
    let mut stream = workflow.workflows().run_stream(&run).await.expect("a stream");
    while let Some(event) = stream.next().await {
        event.expect("an event");
    }

    let knowledge = dify_api::Knowledge::builder().api_key(DATASET_KEY).base_url(&base).build().expect("a client");
    let request = DatasetCreateRequest::new("Recorded").indexing_technique(IndexingTechnique::Economy);
    let dataset = knowledge.datasets().create(&request).await.expect("made");
    let config = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
    let document = DocumentFileUpload::new(Upload::bytes("tea.txt", "Green tea steeps.")).data(config);
    knowledge.documents().create_by_file(&dataset.id, &document).await.expect("added");
    knowledge.datasets().delete(&dataset.id).await.expect("deleted");

    clients.web.info().site().await.expect("the page");
    let root = format!("http://{address}/console/api");
    let console = Console::login(&root, CONSOLE_EMAIL, CONSOLE_PASSWORD).await.expect("logged in");
    let apps = console.apps().list(&AppsListQuery::new()).await.expect("applications");
    let id = &apps.data.first().expect("one").id;
    console.api_keys().create_for_app(id).await.expect("a key")
}

/// Every text below a folder that begins like a token and is no placeholder.
fn tokens(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for start in ["eyJ", "app-", "dataset-", "sign=", "nonce="] {
        for (place, _) in text.match_indices(start) {
            let rest = &text[place + start.len()..];
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            if end >= 16 && !rest.starts_with("REDACTED") {
                found.insert(format!("{start}{}", &rest[..end]));
            }
        }
    }
    found
}

fn recordings(folder: &Path) -> Vec<(String, String)> {
    let files = workspace::files(folder).expect("files");
    let name = |path: &Path| path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("text"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_of_every_kind_conform_and_hold_no_secret() {
    let server = Server::start().await.expect("the server starts");
    let out = tempfile::tempdir().expect("a folder");
    let proxy = Proxy::start(server.url(), out.path(), ([127, 0, 0, 1], 0)).await.expect("a proxy");
    let minted = play(&proxy.address().to_string(), &server.app_code(APP_KEY)).await;
    let written = proxy.finish().await;
    assert_eq!(written.problems, Vec::<String>::new());
    assert!(written.exchanges >= 14, "{written:?}");

    // Strict, and every body held against a schema.
    let folder = out.path().join("dify-1.16.1");
    let judge = Judge::carried(Some("1.16.1")).expect("a judge");
    let report = Corpus::read(&folder).expect("readable").judged(&judge);
    assert!(report.passes(), "{report}");
    let summary = &report.to_json()["summary"];
    assert_eq!(summary["strict_and_checked"], written.exchanges, "{summary}");

    // No secret, neither in files nor in their names.
    let cookies = ["access_token=", "refresh_token=", "csrf_token="];
    let password = base64_of(CONSOLE_PASSWORD);
    let texts = recordings(out.path());
    assert_eq!(texts.len(), written.exchanges);
    for (name, text) in &texts {
        for secret in [APP_KEY, WORKFLOW_KEY, DATASET_KEY, PERSON, CONSOLE_PASSWORD, &password, &minted.token] {
            assert!(!text.contains(secret) && !name.contains(secret), "{name} holds {secret}");
        }
        let raw: Value = serde_json::from_str(text).expect("JSON");
        for message in ["request", "response"] {
            if let Some(encoded) = raw[message]["body_base64"].as_str() {
                let body = String::from_utf8_lossy(&decoded(encoded)).into_owned();
                for secret in [APP_KEY, PERSON] {
                    assert!(!body.contains(secret), "{name} holds {secret} in base64");
                }
            }
        }
        assert_eq!(tokens(text), BTreeSet::new(), "{name}");
        for cookie in cookies {
            for (place, _) in text.match_indices(cookie) {
                let value = &text[place + cookie.len()..];
                let cleaned = ["REDACTED", "eyJREDACTED", ";"].iter().any(|start| value.starts_with(start));
                assert!(cleaned, "{name}: {cookie}{}", value.chars().take(20).collect::<String>());
            }
        }
    }

    // Times of the stream, an upload taken apart, and binary bodies are there.
    let with = |part: &str| texts.iter().filter(|(_, text)| text.contains(part)).count();
    assert!(with("\"t_ms\"") >= 3 && with("\"multipart\"") == 2 && with("\"body_base64\"") >= 3);

    replayed(&judge, &texts, out.path());
}

/// The same files through the path of the replay tests: packed, judged, and put through the types.
fn replayed(judge: &Judge, texts: &[(String, String)], out: &Path) {
    let mut kept = Vec::new();
    let (mut tried, mut streams) = (0, 0);
    for (name, text) in texts {
        let (server, file) = name.split_once('/').expect("a folder for each server");
        let exchange: Exchange = serde_json::from_str(text).expect("an exchange");
        let recording = Recording { server: server.to_owned(), file: file.to_owned(), exchange };
        let verdict = judge.exchange(file, &recording.exchange);
        assert!(verdict.documented, "{name}: pack-recordings would leave it out");
        kept.push(recording.clone());
        let case = Case { recording, verdict };
        if let (true, Some(body), Some(through)) = (case.accepted(), case.json_reply(), case.reply_type()) {
            through(body).unwrap_or_else(|error| panic!("{name}: {error}"));
            tried += 1;
        }
        if let (Some((_, body)), Some(through)) = (case.stream(), case.event_type()) {
            for frame in dify_tests::sse_frames::reference(body.as_bytes()) {
                if !frame.data.is_empty() {
                    through(&frame.data).unwrap_or_else(|error| panic!("{name}: {error}"));
                    streams += 1;
                }
            }
        }
    }
    assert!(tried >= 6 && streams >= 6, "{tried} answers and {streams} events prove little");
    let packed = out.join("packed");
    archive::write(&packed, kept).expect("packed");
    assert!(packed.join("dify-1.16.1/chat-messages.jsonl.gz").is_file());
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}
