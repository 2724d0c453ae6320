//! Sound on a page.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::page::Page;
use crate::common::read;

#[tokio::test]
async fn sound_becomes_text_and_text_sound() {
    let page = Page::new("app-chat").await;
    let part = Part::bytes(vec![0; 10]).file_name("a.mp3").mime_str("audio/mp3").expect("a media type");
    let spoken = page.call(Method::POST, "/audio-to-text").multipart(Form::new().part("file", part));
    let (status, text) = read(spoken.send().await.expect("answered")).await;
    assert!(status == 200 && text["text"].is_string());
    let sound = page.call(Method::POST, "/text-to-audio").json(&json!({"text": "hello"}));
    let sound = sound.send().await.expect("answered");
    assert_eq!(sound.headers()["content-type"], "audio/mpeg");
    let said = page.talk("Hello", "").await;
    let sound = page.call(Method::POST, "/text-to-audio").json(&json!({"message_id": said["id"]}));
    assert!(sound.send().await.expect("answered").bytes().await.expect("read").len() > 104);
    page.all_agree();
}
