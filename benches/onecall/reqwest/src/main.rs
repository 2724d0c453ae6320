#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), reqwest::Error> {
    let request = reqwest::Client::new().post("http://127.0.0.1:9/v1/chat-messages").bearer_auth("app-1");
    let request = request.json(&serde_json::json!({"query": "hi", "user": "user-1"}));
    let reply: serde_json::Value = request.send().await?.json().await?;
    println!("{}", reply["answer"]);
    Ok(())
}
