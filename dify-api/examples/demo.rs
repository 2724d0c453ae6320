//! The tour behind `cargo xtask demo`: a streamed chat, a workflow, a file in a message, the conversations, and a
//! knowledge base.

use std::{error::Error, io::Write, time::Duration};

use dify_api::{
    App, Knowledge, Upload,
    types::{
        ChatEvent, ChatRequest, ConversationsListQuery, DatasetCreateRequest, DocumentFileConfig, DocumentFileUpload,
        FileInput, FileTransferMethod, FileType, FileUploadRequest, IndexingTechnique, ProcessMode, ProcessRule,
        RetrievalModel, RetrieveRequest, SearchMethod, WorkflowEvent, WorkflowRunRequest,
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
async fn main() -> Result<(), Box<dyn Error>> {
    if ["DIFY_BASE_URL", "DIFY_API_KEY", "DIFY_DATASET_API_KEY"].into_iter().any(is_set) {
        return on_your_server().await;
    }
    let server = Server::builder().pace(Duration::from_millis(40)).start().await?;
    println!("An embedded Dify answers at {}. With DIFY_API_KEY set, yours does.", server.url());
    let connect = |key: &str| App::builder().api_key(key).base_url(server.base_url()).build();
    let chat = connect("app-chat")?;
    streamed_chat(&chat).await?;
    workflow(&connect("app-workflow")?).await?;
    file_in_a_message(&chat).await?;
    conversations(&chat).await?;
    knowledge(&Knowledge::builder().api_key("dataset-knowledge").base_url(server.base_url()).build()?).await
}

/// Applications and knowledge have keys of their own: what has none is left out.
async fn on_your_server() -> Result<(), Box<dyn Error>> {
    if is_set("DIFY_API_KEY") {
        application(&App::from_env()?).await?;
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
    std::env::var_os(variable).is_some()
}

/// A key belongs to one application, so what is shown follows that application's mode.
async fn application(app: &App) -> Result<(), Box<dyn Error>> {
    let info = app.info().get().await?;
    println!("Connected to the application \"{}\" (mode {}).", info.name, info.mode);
    match info.mode.as_str() {
        "workflow" => return workflow(app).await,
        "completion" => return Err("the demo shows chat and workflow applications: take the key of one".into()),
        _ => {}
    }
    streamed_chat(app).await?;
    file_in_a_message(app).await?;
    conversations(app).await
}

async fn streamed_chat(app: &App) -> Result<(), Box<dyn Error>> {
    heading("A streamed chat");
    print_answer(app, &ChatRequest::new("What is Dify good for?", USER)).await
}

async fn print_answer(app: &App, request: &ChatRequest) -> Result<(), Box<dyn Error>> {
    println!("> {}", request.query);
    let mut stream = app.chat().stream(request).await?;
    let mut from_agent = false;
    while let Some(event) = stream.next().await {
        let text = match event? {
            // An application of mode `agent` ends with a message that repeats the whole answer.
            ChatEvent::Message(message) if !from_agent => message.answer,
            ChatEvent::AgentMessage(message) => {
                from_agent = true;
                message.answer
            }
            _ => continue,
        };
        print!("{text}");
        std::io::stdout().flush()?;
    }
    println!();
    Ok(())
}

async fn workflow(app: &App) -> Result<(), Box<dyn Error>> {
    heading("A workflow, node by node");
    let request = WorkflowRunRequest::new([("query", "Compare three Rust HTTP clients.")], USER);
    let mut stream = app.workflows().run_stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            WorkflowEvent::NodeStarted(node) => {
                print!("  {:<24}", node.data.title);
                std::io::stdout().flush()?;
            }
            WorkflowEvent::NodeFinished(node) => println!("{} in {:.2} s", node.data.status, node.data.elapsed_time),
            WorkflowEvent::WorkflowFinished(run) => {
                println!(
                    "  the run {}: {} steps, {} tokens",
                    run.data.status, run.data.total_steps, run.data.total_tokens
                );
            }
            _ => {}
        }
    }
    Ok(())
}

async fn file_in_a_message(app: &App) -> Result<(), Box<dyn Error>> {
    heading("A file, uploaded and used in a message");
    let upload = Upload::bytes("notes.txt", "Ring binders are blue. Folders are green.");
    let file = app.files().upload(&FileUploadRequest::new(upload).user(USER)).await?;
    println!("  uploaded {} ({} bytes, {})", file.name, file.size, file.mime_type);
    let input = FileInput::new(FileType::Document, FileTransferMethod::LocalFile).upload_file_id(file.id);
    print_answer(app, &ChatRequest::new("What colour are the folders?", USER).files(vec![input])).await
}

async fn conversations(app: &App) -> Result<(), Box<dyn Error>> {
    heading("The conversations");
    let page = app.conversations().list(&ConversationsListQuery::new().user(USER)).await?;
    for conversation in page.data {
        println!("  {}  {}", conversation.id, conversation.name);
    }
    Ok(())
}

async fn knowledge(knowledge: &Knowledge) -> Result<(), Box<dyn Error>> {
    heading("A knowledge base, made, filled and searched");
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
    let by_keywords = RetrievalModel::new(SearchMethod::KeywordSearch, false, 3, false);
    let found =
        knowledge.datasets().retrieve(dataset, &RetrieveRequest::new(question).retrieval_model(by_keywords)).await?;
    for (place, record) in (1..).zip(&found.records) {
        println!("  {place}. {} ({})", record.segment.content, record.segment.document.name);
    }
    Ok(())
}

fn heading(text: &str) {
    println!("\n── {text} ──");
}
