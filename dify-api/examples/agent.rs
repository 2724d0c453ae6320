//! An agent thinks and uses tools: its thoughts arrive again and again under one id, growing. The last one counts.

mod support;

use std::{collections::BTreeMap, io::Write};

use dify_api::types::{ChatEvent, ChatRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dify = support::connect("app-agent").await?;
    let mut thoughts = BTreeMap::new();
    let mut stream = dify.app.chat().stream(&ChatRequest::new("What time is it?").user("example-user")).await?;
    while let Some(event) = stream.next().await {
        match event? {
            ChatEvent::AgentThought(thought) => {
                thoughts.insert(thought.position, *thought);
            }
            event => {
                print!("{}", event.text().unwrap_or_default());
                std::io::stdout().flush()?;
            }
        }
    }
    println!("\n");
    for (position, thought) in thoughts {
        println!(
            "{position}. tool {:?}, input {:?}, observed {:?}",
            thought.tool, thought.tool_input, thought.observation
        );
    }
    Ok(())
}
