//! From a definition (DSL) to an application that answers: imports `assistant.yml` through the console, publishes it, mints
//! a key, and runs it. With `DIFY_CONSOLE_URL`, `DIFY_CONSOLE_EMAIL` and `DIFY_CONSOLE_PASSWORD` on your server, else on an
//! embedded one.

use dify_api::{
    Console,
    types::{WorkflowEvent, WorkflowRunRequest},
};
use dify_mock::Server;

const DEFINITION: &str = include_str!("assistant.yml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Lives as long as the example: dropping it stops the server.
    let (console, _server) = connect().await?;
    let deployment = console.deploy(DEFINITION).await?;
    println!("deployed {} ({})", deployment.app_id(), deployment.mode());
    for warning in deployment.warnings() {
        println!("  warning: {}", warning.message);
    }

    let request = WorkflowRunRequest::new([("city", "Beijing")], "example-user");
    let mut stream = deployment.app().workflows().run_stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            WorkflowEvent::NodeFinished(node) => println!("  {} {}", node.data.title, node.data.status),
            WorkflowEvent::WorkflowFinished(finished) => println!("the run {}", finished.data.status),
            _ => {}
        }
    }

    // An example leaves nothing behind.
    console.apps().delete(deployment.app_id()).await?;
    println!("deleted {}", deployment.app_id());
    Ok(())
}

async fn connect() -> Result<(Console, Option<Server>), Box<dyn std::error::Error>> {
    if std::env::var_os("DIFY_CONSOLE_URL").is_some() {
        return Ok((Console::from_env()?, None));
    }
    let server = Server::start().await?;
    println!("(DIFY_CONSOLE_URL is not set: talking to an embedded server at {})", server.url());
    let console = Console::login(server.console_url(), dify_mock::CONSOLE_EMAIL, dify_mock::CONSOLE_PASSWORD).await?;
    Ok((console, Some(server)))
}
