//! The tour behind `cargo xtask demo`: a streamed chat, a workflow, a file in a message, the conversations.

use std::{error::Error, io::Write, time::Duration};

use dify_api::{
    App, Upload,
    types::{
        ChatEvent, ChatRequest, ConversationsListQuery, FileInput, FileTransferMethod, FileType, FileUploadRequest,
        WorkflowEvent, WorkflowRunRequest,
    },
};
use dify_mock::Server;

const USER: &str = "demo-user";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var_os("DIFY_API_KEY").is_some() {
        return on_your_server(&App::from_env()?).await;
    }
    let server = Server::builder().pace(Duration::from_millis(40)).start().await?;
    println!("An embedded Dify answers at {}. With DIFY_API_KEY set, yours does.", server.url());
    let connect = |key: &str| App::builder().api_key(key).base_url(server.base_url()).build();
    let chat = connect("app-chat")?;
    streamed_chat(&chat).await?;
    workflow(&connect("app-workflow")?).await?;
    file_in_a_message(&chat).await?;
    conversations(&chat).await
}

/// A key belongs to one application, so what is shown follows that application's mode.
async fn on_your_server(app: &App) -> Result<(), Box<dyn Error>> {
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

fn heading(text: &str) {
    println!("\n── {text} ──");
}
