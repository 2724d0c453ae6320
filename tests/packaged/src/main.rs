//! Asks the embedded server a question and adds a document, through the packaged crates.

use dify_api::{
    App, Knowledge,
    types::{ChatRequest, DatasetCreateRequest, DocumentTextRequest},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = dify_mock::Server::start().await?;
    let app = App::builder().api_key("app-chat").base_url(server.base_url()).build()?;
    let answer = app.chat().stream(&ChatRequest::new("Hello").user("user-1")).await?.into_answer().await?;
    assert!(!answer.text.is_empty());

    let knowledge = Knowledge::builder().api_key("dataset-knowledge").base_url(server.base_url()).build()?;
    let dataset = knowledge.datasets().create(&DatasetCreateRequest::new("Tea")).await?;
    let text = DocumentTextRequest::new("tea.txt", "Green tea is steeped for three minutes.");
    let added = knowledge.documents().create_by_text(&dataset.id, &text).await?;
    knowledge.documents().wait_until_indexed(&dataset.id, &added.batch).await?;
    println!("packaged: {}", answer.text);
    Ok(())
}
