//! From a definition (DSL) to an application that answers: imports `assistant.yml` through the console, publishes it, makes
//! a key, and runs it. With `DIFY_CONSOLE_URL`, `DIFY_CONSOLE_EMAIL` and `DIFY_CONSOLE_PASSWORD` on your server, else on an
//! embedded one.
//!
//! With `DIFY_APP_ID` and `DIFY_API_KEY` it overwrites that application and uses that key, as a CI job does after each
//! push: an application has ten keys at most.

use dify_api::{
    Console, Deployment, Shown,
    types::{ImportRequest, WorkflowEvent, WorkflowRunRequest},
};
use dify_mock::Server;

const DEFINITION: &str = include_str!("assistant.yml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Lives as long as the example: dropping it stops the server.
    let (console, _server) = connect().await?;
    if let (Ok(app_id), Ok(key)) = (std::env::var("DIFY_APP_ID"), std::env::var("DIFY_API_KEY")) {
        run(&overwrite(&console, &app_id, &key).await?).await?;
        return Ok(());
    }

    let deployment = console.deploy(DEFINITION).await?;
    println!("deployed {} ({})", deployment.app_id(), deployment.mode());
    run(&deployment).await?;
    // The next deployments, with the values that a CI job keeps among its secrets.
    for _ in 0..2 {
        overwrite(&console, deployment.app_id(), deployment.api_key()).await?;
    }

    // An example leaves nothing behind.
    console.apps().delete(deployment.app_id()).await?;
    println!("deleted {}", deployment.app_id());
    Ok(())
}

async fn overwrite(console: &Console, app_id: &str, key: &str) -> Result<Deployment, dify_api::Error> {
    let deployment = console.deploy(ImportRequest::from(DEFINITION).app_id(app_id)).key(key).await?;
    println!("deployed {app_id} again");
    Ok(deployment)
}

async fn run(deployment: &Deployment) -> Result<(), dify_api::Error> {
    for warning in deployment.warnings() {
        println!("  warning: {}", Shown::new(&warning.message));
    }
    let request = WorkflowRunRequest::new([("city", "Beijing")]).user("example-user");
    let mut stream = deployment.app().workflows().run_stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            WorkflowEvent::NodeFinished(node) => println!("  {} {}", Shown::new(&node.data.title), node.data.status),
            WorkflowEvent::WorkflowFinished(finished) => println!("the run {}", finished.data.status),
            _ => {}
        }
    }
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
