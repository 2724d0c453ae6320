//! The tour behind `cargo xtask demo`: a streamed chat, a workflow, a file in a message, the conversations, and a
//! knowledge base.

mod application;
mod sample;
#[cfg(test)]
mod tests;

use std::{error::Error, io::Write, process::ExitCode, time::Duration};

use dify_api::{
    App, Knowledge, Upload,
    types::{
        DatasetCreateRequest, DocumentFileConfig, DocumentFileUpload, IndexingTechnique, ProcessMode, ProcessRule,
        RetrievalModel, RetrieveRequest, SearchMethod,
    },
};
use dify_mock::Server;

const USER: &str = "demo-user";

const NOTES: [(&str, &str); 3] = [
    ("green-tea.md", "Green tea steeps for two minutes in water of 80 degrees."),
    ("black-tea.md", "Black tea steeps for four minutes in boiling water."),
    ("coffee.md", "Coffee is ground just before it is brewed."),
];

#[tokio::main]
async fn main() -> ExitCode {
    install_tls();
    match tour().await {
        Ok(()) => ExitCode::SUCCESS,
        // `Display` of an error of dify-api includes its hint.
        Err(error) => {
            eprintln!("\nThe demo stops here: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Installs the provider of TLS that `rustls-no-provider` requires.
fn install_tls() {
    // Fails where one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

async fn tour() -> Result<(), Box<dyn Error>> {
    if ["DIFY_BASE_URL", "DIFY_API_KEY", "DIFY_DATASET_API_KEY"].into_iter().any(is_set) {
        return on_your_server().await;
    }
    let server = Server::builder().pace(Duration::from_millis(40)).start().await?;
    println!("An embedded Dify answers at {}. With DIFY_API_KEY set, yours does.", server.url());
    for key in ["app-chat", "app-workflow"] {
        application::show(&App::builder().api_key(key).base_url(server.base_url()).build()?).await?;
    }
    knowledge(&Knowledge::builder().api_key("dataset-knowledge").base_url(server.base_url()).build()?).await
}

/// Applications and knowledge have keys of their own: what has none is left out.
async fn on_your_server() -> Result<(), Box<dyn Error>> {
    if is_set("DIFY_API_KEY") {
        application::show(&App::from_env()?).await?;
    } else {
        println!("Applications are skipped: set DIFY_API_KEY to the key of one (its page \"API Access\").");
    }
    if is_set("DIFY_DATASET_API_KEY") {
        knowledge(&Knowledge::from_env()?).await?;
    } else {
        println!("\nKnowledge is skipped: set DIFY_DATASET_API_KEY to a dataset key (Knowledge, \"API Access\").");
    }
    Ok(())
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

async fn knowledge(knowledge: &Knowledge) -> Result<(), Box<dyn Error>> {
    application::heading("A knowledge base, made, filled and searched");
    // By keywords: this needs no embedding model. The name must be new to the workspace.
    let name = format!("Demo {}", std::process::id());
    let request = DatasetCreateRequest::new(name).indexing_technique(IndexingTechnique::Economy);
    let dataset = knowledge.datasets().create(&request).await?;
    println!("  made \"{}\"", dataset.name);
    let outcome = fill_and_search(knowledge, &dataset.id).await;
    // Whatever happened: nothing stays behind.
    knowledge.datasets().delete(&dataset.id).await?;
    println!("  deleted \"{}\"", dataset.name);
    outcome
}

async fn fill_and_search(knowledge: &Knowledge, dataset: &str) -> Result<(), Box<dyn Error>> {
    // The first document of a knowledge base must say how it is to be cut; the others may.
    let config = DocumentFileConfig::new().process_rule(ProcessRule::new(ProcessMode::Automatic));
    for (name, text) in NOTES {
        let file = DocumentFileUpload::new(Upload::bytes(name, text)).data(config.clone());
        let added = knowledge.documents().create_by_file(dataset, &file).await?;
        print!("  {name:<14}");
        let mut indexing = knowledge.documents().wait_until_indexed(dataset, &added.batch);
        while let Some(progress) = indexing.next().await {
            for document in progress?.data {
                print!(" … {}", document.indexing_status);
                std::io::stdout().flush()?;
            }
        }
        println!();
    }
    let question = "How long does green tea steep?";
    println!("> {question}");
    let by_keywords = RetrievalModel::new(SearchMethod::KeywordSearch, 3);
    let found =
        knowledge.datasets().retrieve(dataset, &RetrieveRequest::new(question).retrieval_model(by_keywords)).await?;
    for (place, record) in (1..).zip(&found.records) {
        println!("  {place}. {} ({})", record.segment.content, record.segment.document.name);
    }
    Ok(())
}
