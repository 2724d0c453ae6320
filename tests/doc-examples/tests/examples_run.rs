//! The examples of the documentation run against the embedded server.

use std::{fs, process::Command, time::Duration};

use dify_mock::{CONSOLE_EMAIL, CONSOLE_PASSWORD, Server};

/// Files that examples read.
const FILES: [(&str, &str); 8] = [
    ("report.pdf", "%PDF-1.4"),
    ("rust-guide.pdf", "%PDF-1.4"),
    ("question.mp3", "ID3"),
    ("notes.txt", "Folders are green."),
    ("tea.md", "Green tea steeps for two minutes."),
    ("coffee.md", "Coffee is ground just before it is brewed."),
    ("handbook/tea.md", "Green tea steeps for two minutes."),
    ("assistant.yml", include_str!("../assistant.yml")),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_example_runs() {
    let server = Server::builder().indexing_time(Duration::ZERO).start().await.expect("the server starts");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_doc-examples"));
    command.arg("--operations").current_dir(folder.path()).env("DIFY_BASE_URL", server.base_url());
    let keys = [("", "app-chat"), ("WORKFLOW_", "app-workflow"), ("COMPLETION_", "app-completion")];
    for (kind, key) in keys {
        command.env(format!("DIFY_{kind}API_KEY"), key).env(format!("DIFY_{kind}PAGE_CODE"), server.app_code(key));
    }
    let web = server.web_url();
    command
        .env("DIFY_HUMAN_INPUT_API_KEY", "app-human")
        .env("DIFY_DATASET_API_KEY", "dataset-knowledge")
        .env("DIFY_PAGE_URL", &web)
        .env("DIFY_CONSOLE_URL", server.console_url())
        .env("DIFY_CONSOLE_EMAIL", CONSOLE_EMAIL)
        .env("DIFY_CONSOLE_PASSWORD", CONSOLE_PASSWORD);
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts")).await.expect("it ends");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    assert!(!report.contains("is not set"), "{report}");
}
