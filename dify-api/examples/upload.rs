//! A file, uploaded and used in a message. `cargo run -p dify-api --example upload -- picture.png`

mod support;

use dify_api::{
    Shown, Upload,
    types::{ChatRequest, FileInput, FileUploadRequest},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dify = support::connect("app-chat").await?;
    let upload = match std::env::args().nth(1) {
        Some(path) => Upload::path(path),
        None => Upload::bytes("notes.txt", "Dify runs applications built on language models."),
    };
    let file = dify.app.files().upload(&FileUploadRequest::new(upload).user("example-user")).await?;
    println!("uploaded {} ({} bytes) as {}", Shown::new(&file.name), file.size, file.id);

    let input = FileInput::uploaded(&file);
    let request = ChatRequest::new("What does this file say?").user("example-user").files(vec![input]);
    let reply = dify.app.chat().send(&request).await?;
    println!("{}", reply.answer);
    Ok(())
}
