//! A workflow run, node by node. HTTP 200 is not success: the last event says how the run ended.

mod support;

use dify_api::Shown;
use dify_api::types::{WorkflowEvent, WorkflowRunRequest, WorkflowRunStatus};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dify = support::connect("app-workflow").await?;
    let request = WorkflowRunRequest::new([("query", "Summarise the news.")]).user("example-user");
    let mut stream = dify.app.workflows().run_stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            WorkflowEvent::WorkflowStarted(started) => println!("run {}", started.workflow_run_id),
            WorkflowEvent::NodeStarted(node) => println!("  {} …", Shown::new(&node.data.title)),
            WorkflowEvent::NodeFinished(node) => println!("  {} {}", Shown::new(&node.data.title), node.data.status),
            WorkflowEvent::WorkflowFinished(finished) => {
                println!("{} after {:.1} s", finished.data.status, finished.data.elapsed_time);
                if finished.data.status != WorkflowRunStatus::Succeeded {
                    println!("{}", Shown::new(finished.data.error.as_deref().unwrap_or("no reason given")));
                }
                if let Some(outputs) = &finished.data.outputs {
                    println!("{}", outputs.as_str());
                }
            }
            _ => {}
        }
    }
    Ok(())
}
