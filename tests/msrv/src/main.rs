//! Builds a client and a request: enough for the compiler to read the whole crate.

use dify_api::{App, Error, types::ChatRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::builder().api_key("app-msrv").base_url("http://127.0.0.1:9/v1").build()?;
    let request = ChatRequest::new("Hello").user("user-1");
    let refused = app.chat().send(&request).await.expect_err("a server answered on the discard port");
    println!("{refused}");
    Ok(())
}
