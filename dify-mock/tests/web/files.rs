//! Files that visitors bring, and files that the server fetches for them.

use dify_mock::Server;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::common::read;
use crate::page::Page;

fn encoded(url: &str) -> String {
    url.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

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

    // The server's own files it can fetch as well.
    let address = file["source_url"].as_str().expect("an address");
    let (status, info) = page.get(&format!("/remote-files/{}", encoded(address))).await;
    assert_eq!((status, info), (200, json!({"file_type": "image/png", "file_length": 3})));
    let (status, copy) = page.post("/remote-files/upload", json!({"url": address})).await;
    assert_eq!((status, &copy["name"], &copy["size"]), (201, &json!("w.png"), &json!(3)));
    page.answers_agree();
}

#[tokio::test]
async fn files_of_example_hosts_are_fetched_and_others_are_out_of_reach() {
    let page = Page::new("app-chat").await;
    let ask = async |url: &str| page.get(&format!("/remote-files/{}", encoded(url))).await;
    let (status, info) = ask("https://example.com/a/b.png?x=1&y=/").await;
    assert_eq!((status, &info["file_type"]), (200, &json!("image/png")));
    assert_eq!(ask("http://files.example.org/notes.txt").await.1["file_type"], "text/plain");
    for url in ["http://127.0.0.1:1/a.png", "https://notexample.com/a.png", "no address"] {
        assert_eq!(ask(url).await.0, 500, "{url}");
    }
    let fetch = async |url: &str| page.post("/remote-files/upload", json!({"url": url})).await;
    let (status, file) = fetch("https://example.com/a/b.png?x=1").await;
    assert_eq!(
        (status, &file["name"], &file["size"], &file["extension"]),
        (201, &json!("b.png"), &info["file_length"], &json!("png"))
    );
    let bytes = page.caller.http.get(file["url"].as_str().expect("an address")).send().await.expect("answered");
    assert!(bytes.bytes().await.expect("read").starts_with(b"\x89PNG"));
    let used = json!({
        "query": "What is this?", "inputs": {}, "response_mode": "streaming",
        "files": [{"type": "image", "transfer_method": "local_file", "upload_file_id": file["id"]}],
    });
    assert_eq!(page.stream("/chat-messages", used).await.last().map(|end| &end["event"]), Some(&json!("message_end")));
    assert_eq!(fetch("https://nowhere.test/a.png").await.1["code"], "remote_file_upload_error");
    let (status, refused) = fetch("a.png").await;
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_param")));
    page.all_agree();

    let small = Page::of(Server::builder().upload_limit(10), "app-chat").await;
    let (status, refused) = small.post("/remote-files/upload", json!({"url": "https://example.com/b.png"})).await;
    assert_eq!((status, &refused["code"]), (413, &json!("file_too_large")));
    small.all_agree();
}
