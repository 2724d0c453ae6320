//! A program without `async`. `cargo run -p dify-api --features blocking --example blocking -- "Your question"`

mod support;

use std::io::Write;

use dify_api::types::{ChatRequest, ConversationsListQuery};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For the embedded server alone: the calls below need no runtime.
    let runtime = tokio::runtime::Runtime::new()?;
    let dify = runtime.block_on(support::connect("app-chat"))?;
    let question = std::env::args().nth(1).unwrap_or_else(|| "What can you do for me?".to_owned());
    println!("> {question}");
    let request = ChatRequest::new(question).user("example-user");
    for event in dify.app.chat().stream(&request).wait()?.blocking() {
        print!("{}", event?.text().unwrap_or_default());
        std::io::stdout().flush()?;
    }
    println!();
    let query = ConversationsListQuery::new().user("example-user");
    for conversation in dify.app.conversations().list(&query).items().blocking() {
        println!("- {}", conversation?.name);
    }
    Ok(())
}
