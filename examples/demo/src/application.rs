//! What the demo shows of an application: that depends on its mode and on its `/parameters`.

use std::{error::Error, io::Write};

use dify_api::{
    App, Shown,
    types::{
        AppMode, AppParameters, ChatEvent, ChatRequest, CompletionRequest, ConversationsListQuery,
        HumanInputRequiredData, WorkflowEvent, WorkflowFinishedData, WorkflowRunRequest, WorkflowRunStatus,
    },
};
use serde_json::{Map, Value};

use super::{USER, sample};

/// A key belongs to one application, so what is shown follows that application's mode.
pub async fn show(app: &App) -> Result<(), Box<dyn Error>> {
    let info = app.info().get().await?;
    // Servers before 1.4.0 do not report it.
    let mode = info.mode.unwrap_or(AppMode::Chat);
    println!("\nThe application \"{}\" (mode {mode}).", Shown::new(&info.name));
    let parameters = app.info().parameters().await?;
    let inputs = match sample::inputs(app, &parameters).await? {
        Ok(inputs) => inputs,
        Err(label) => {
            println!(
                "It requires the input {:?}, for which the demo has no value: take the key of another.",
                Shown::new(&label)
            );
            return Ok(());
        }
    };
    match mode {
        AppMode::Workflow => workflow(app, inputs).await,
        AppMode::Completion => completion(app, inputs).await,
        _ => chat(app, inputs, &parameters).await,
    }
}

async fn chat(app: &App, inputs: Map<String, Value>, parameters: &AppParameters) -> Result<(), Box<dyn Error>> {
    heading("A streamed chat");
    print_answer(app, &ChatRequest::new("What is Dify good for?").user(USER).inputs(inputs.clone())).await?;

    heading("A file, uploaded and used in a message");
    match sample::attachment(&parameters.file_upload) {
        Some(file) => {
            let input = sample::upload(app, file).await?;
            print_answer(app, &ChatRequest::new(file.question).user(USER).inputs(inputs).files(vec![input])).await?;
        }
        None => {
            println!("  skipped: the application accepts no text files and no pictures (its feature \"File Upload\")")
        }
    }
    conversations(app).await
}

async fn print_answer(app: &App, request: &ChatRequest) -> Result<(), Box<dyn Error>> {
    println!("> {}", request.query);
    let mut stream = app.chat().stream(request).await?;
    let mut from_agent = false;
    while let Some(event) = stream.next().await {
        let event = event?;
        match &event {
            ChatEvent::AgentMessage(_) => from_agent = true,
            // An application of mode `agent` ends with a message that repeats the whole answer.
            ChatEvent::Message(_) if from_agent => continue,
            ChatEvent::HumanInputRequired(form) => waits(&form.data),
            ChatEvent::WorkflowFinished(run) => failure(&run.data),
            _ => {}
        }
        print!("{}", event.text().unwrap_or_default());
        std::io::stdout().flush()?;
    }
    println!();
    Ok(())
}

async fn completion(app: &App, inputs: Map<String, Value>) -> Result<(), Box<dyn Error>> {
    heading("A streamed completion");
    let mut stream = app.completion().stream(&CompletionRequest::new(inputs).user(USER)).await?;
    while let Some(event) = stream.next().await {
        print!("{}", event?.text().unwrap_or_default());
        std::io::stdout().flush()?;
    }
    println!();
    Ok(())
}

async fn workflow(app: &App, inputs: Map<String, Value>) -> Result<(), Box<dyn Error>> {
    heading("A workflow, node by node");
    let mut stream = app.workflows().run_stream(&WorkflowRunRequest::new(inputs).user(USER)).await?;
    while let Some(event) = stream.next().await {
        match event? {
            WorkflowEvent::NodeStarted(node) => {
                print!("  {:<24}", Shown::new(&node.data.title));
                std::io::stdout().flush()?;
            }
            WorkflowEvent::NodeFinished(node) => {
                println!("{} in {:.2} s", node.data.status, node.data.elapsed_time);
                if let Some(error) = node.data.error.as_deref().filter(|error| !error.is_empty()) {
                    println!("    {}", Shown::new(error));
                }
            }
            WorkflowEvent::HumanInputRequired(form) => waits(&form.data),
            WorkflowEvent::WorkflowFinished(run) => {
                println!(
                    "  the run {}: {} steps, {} tokens",
                    run.data.status, run.data.total_steps, run.data.total_tokens
                );
                failure(&run.data);
            }
            _ => {}
        }
    }
    Ok(())
}

/// A paused run is neither a failed nor a finished one: a person has to answer its form first.
fn waits(form: &HumanInputRequiredData) {
    let buttons: Vec<&str> = form.actions.iter().map(|action| action.title.as_str()).collect();
    println!("\n  The run waits for a person: \"{}\" asks", Shown::new(&form.node_title));
    for line in form.form_content.lines() {
        println!("    {}", Shown::new(line));
    }
    println!("  Buttons: {}. The run continues when somebody answers the form.", Shown::new(&buttons.join(", ")));
    println!("  A program answers it with `app.human_input().submit(…)`, or with `run_with_input` from the start.");
}

/// HTTP 200 is not success: a run that failed reports the reason in its last event.
fn failure(run: &WorkflowFinishedData) {
    if run.status == WorkflowRunStatus::Succeeded {
        return;
    }
    let why = run.error.as_deref().filter(|why| !why.is_empty()).unwrap_or("no reason given");
    println!("\n  The run {}: {}", run.status, Shown::new(why));
}

async fn conversations(app: &App) -> Result<(), Box<dyn Error>> {
    heading("The conversations");
    let page = app.conversations().list(&ConversationsListQuery::new().user(USER)).await?;
    for conversation in page.data {
        println!("  {}  {}", conversation.id, Shown::new(&conversation.name));
    }
    Ok(())
}

pub fn heading(text: &str) {
    println!("\n── {text} ──");
}
