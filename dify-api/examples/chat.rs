//! A streamed answer, printed as it arrives. `cargo run -p dify-api --example chat -- "Your question"`

mod support;

use std::io::Write;

use dify_api::types::{ChatEvent, ChatRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dify = support::connect("app-chat").await?;
    let question = std::env::args().nth(1).unwrap_or_else(|| "What can you do for me?".to_owned());
    println!("> {question}");
    let mut stream = dify.app.chat().stream(&ChatRequest::new(question).user("example-user")).await?;
    while let Some(event) = stream.next().await {
        match event? {
            ChatEvent::MessageEnd(end) => println!("\n\n(conversation {})", end.conversation_id),
            event => {
                print!("{}", event.text().unwrap_or_default());
                std::io::stdout().flush()?;
            }
        }
    }
    Ok(())
}
