//! Files that visitors upload.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::page::Page;
use crate::common::read;

#[tokio::test]
async fn a_visitor_uploads_a_file_and_asks_about_it() {
    let page = Page::new("app-chat").await;
    let part = Part::bytes(vec![1, 2, 3]).file_name("w.png").mime_str("image/png").expect("a media type");
    let upload = page.call(Method::POST, "/files/upload").multipart(Form::new().part("file", part));
    let (status, file) = read(upload.send().await.expect("answered")).await;
    let (_, site) = page.get("/site").await;
    assert_eq!((status, &file["created_by"]), (201, &site["end_user_id"]));
    let body = json!({
        "query": "What is this?", "inputs": {}, "response_mode": "streaming",
        "files": [{"type": "image", "transfer_method": "local_file", "upload_file_id": file["id"]}],
    });
    let stream = page.stream("/chat-messages", body.clone()).await;
    assert_eq!(stream.last().map(|end| &end["files"][0]["upload_file_id"]), Some(&file["id"]));
    let other = page.somebody_else().await;
    let foreign = page.bare(Method::POST, "/chat-messages").header("X-App-Passport", other).json(&body);
    let (status, refused) = read(foreign.send().await.expect("answered")).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Invalid upload file")));
    page.answers_agree();
}
