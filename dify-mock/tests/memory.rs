//! What the server remembers: create, list, rename, delete, and what is not there.

use crate::common::{Caller, read};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

async fn talk(caller: &Caller, query: &str, conversation: &str) -> Value {
    let body = json!({
        "query": query, "inputs": {"name": "Maria"}, "user": "maria", "response_mode": "blocking",
        "conversation_id": conversation,
    });
    let (status, answer) = caller.post("/chat-messages", body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str()).collect()
}

#[tokio::test]
async fn conversations_are_listed_by_cursor_renamed_and_forgotten() {
    let caller = Caller::new("app-chat").await;
    let mut made = Vec::new();
    for query in ["One?", "Two?", "Three?"] {
        made.push(talk(&caller, query, "").await["conversation_id"].as_str().expect("an id").to_owned());
    }
    let (_, page) = caller.get("/conversations?user=maria&limit=2").await;
    assert_eq!((ids(&page), &page["has_more"]), (vec![made[2].as_str(), &made[1]], &json!(true)));
    assert_eq!(page["data"][0]["introduction"], "Hello Maria, ask me!");
    let (_, rest) = caller.get(&format!("/conversations?user=maria&limit=2&last_id={}", made[1])).await;
    assert_eq!((ids(&rest), &rest["has_more"]), (vec![made[0].as_str()], &json!(false)));
    let (_, first) = caller.get("/conversations?user=maria&sort_by=created_at&limit=1").await;
    assert_eq!(ids(&first), [made[0].as_str()]);
    let (_, none) = caller.get("/conversations?user=otto").await;
    assert_eq!(none["data"], json!([]));

    let name = format!("/conversations/{}/name", made[0]);
    let (_, renamed) = caller.post(&name, json!({"name": "My name ✨", "user": "maria"})).await;
    assert_eq!(renamed["name"], "My name ✨");
    let (_, renamed) = caller.post(&name, json!({"auto_generate": true, "user": "maria"})).await;
    assert_eq!(renamed["name"], "One");
    let (status, _) = caller.post(&name, json!({"name": "x", "user": "otto"})).await;
    assert_eq!(status, 404);

    let path = format!("/conversations/{}", made[0]);
    for (user, status) in [("otto", 404), ("maria", 204), ("maria", 404)] {
        assert_eq!(caller.send(Method::DELETE, &path, json!({"user": user})).await.0, status);
    }
    let (status, _) = caller.get(&format!("/messages?user=maria&conversation_id={}", made[0])).await;
    assert_eq!(status, 404);
    caller.all_agree();
}

#[tokio::test]
async fn messages_go_back_by_cursor_and_can_be_rated() {
    let caller = Caller::new("app-chat").await;
    let conversation = talk(&caller, "1", "").await["conversation_id"].as_str().expect("an id").to_owned();
    let mut made = Vec::new();
    for query in ["2", "3", "4"] {
        made.push(talk(&caller, query, &conversation).await["id"].as_str().expect("an id").to_owned());
    }
    let list = format!("/messages?user=maria&limit=2&conversation_id={conversation}");
    let (_, page) = caller.get(&list).await;
    assert_eq!((ids(&page), &page["has_more"]), (vec![made[1].as_str(), &made[2]], &json!(true)));
    let (_, page) = caller.get(&format!("{list}&first_id={}", made[1])).await;
    assert_eq!((page["data"][0]["query"].as_str(), &page["has_more"]), (Some("1"), &json!(false)));
    assert_eq!(caller.get(&format!("{list}&first_id={NOBODY}")).await.0, 404);

    let rate = format!("/messages/{}/feedbacks", made[0]);
    let rating = |rating: Value| json!({"rating": rating, "user": "maria", "content": "nice"});
    assert_eq!(caller.post(&rate, rating(json!("like"))).await.0, 200);
    let rated = caller.get(&list.replace("limit=2", "limit=3")).await.1["data"][0].clone();
    assert_eq!((&rated["id"], &rated["feedback"]["rating"]), (&json!(made[0]), &json!("like")));
    assert_eq!(caller.post(&rate, rating(Value::Null)).await.0, 200);
    assert_eq!(caller.post(&rate, rating(Value::Null)).await.0, 400);
    assert_eq!(caller.post(&format!("/messages/{NOBODY}/feedbacks"), rating(json!("like"))).await.0, 404);
    let (_, next) = caller.get(&format!("/messages/{}/suggested?user=maria", made[0])).await;
    assert_eq!(next["data"].as_array().map(Vec::len), Some(3));
    caller.all_agree();
}

#[tokio::test]
async fn variables_of_a_conversation_are_read_and_set_with_their_types() {
    let caller = Caller::new("app-chatflow").await;
    let conversation = talk(&caller, "Hello", "").await["conversation_id"].as_str().expect("an id").to_owned();
    let path = format!("/conversations/{conversation}/variables");
    let (_, page) = caller.get(&format!("{path}?user=maria&limit=3")).await;
    assert_eq!(page["has_more"], true);
    let tags = format!("{path}/{}", ids(&page)[2]);
    let set = |value: Value| json!({"value": value, "user": "maria"});
    let (_, changed) = caller.send(Method::PUT, &tags, set(json!(["x", "y"]))).await;
    assert_eq!(changed["value"], "['x', 'y']");
    let (status, refused) = caller.send(Method::PUT, &tags, set(json!("zzz"))).await;
    let message = "Type mismatch: variable 'tags' expects array[string], but got string type";
    assert_eq!((status, &refused["message"]), (400, &json!(message)));
    caller.all_agree();
}

#[tokio::test]
async fn a_file_is_uploaded_used_and_fetched_back_at_any_size() {
    let caller = Caller::new("app-chat").await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let form = || {
        let part = Part::bytes(bytes.clone()).file_name("Bild ü.png").mime_str("image/png").expect("a media type");
        Form::new().text("user", "maria").part("file", part)
    };
    let upload = caller.call(Method::POST, "/files/upload").multipart(form()).send().await.expect("answered");
    let (status, file) = read(upload).await;
    assert_eq!((status, &file["size"], &file["name"]), (201, &json!(3_000_000), &json!("Bild ü.png")));
    let id = file["id"].as_str().expect("an id");
    let preview = format!("/files/{id}/preview?user=maria");
    assert_eq!(caller.get(&preview).await.0, 404);

    let used = json!({
        "query": "What is this?", "inputs": {}, "user": "maria", "response_mode": "streaming",
        "files": [{"type": "image", "transfer_method": "local_file", "upload_file_id": id}],
    });
    let stream = caller.stream("/chat-messages", used.clone()).await;
    assert_eq!(stream.last().map(|end| &end["files"][0]["upload_file_id"]), Some(&json!(id)));
    let got = caller.call(Method::GET, &preview).send().await.expect("answered");
    assert_eq!((&got.headers()["content-type"] == "image/png", got.content_length()), (true, Some(3_000_000)));
    assert!(got.bytes().await.expect("read") == bytes);
    let got = caller.call(Method::GET, &format!("{preview}&as_attachment=true")).send().await.expect("answered");
    assert_eq!(got.headers()["content-disposition"], "attachment; filename*=UTF-8''Bild%20%C3%BC.png");
    let signed = caller.http.get(file["source_url"].as_str().expect("an address")).send().await.expect("answered");
    assert!(signed.bytes().await.expect("read") == bytes);

    let mut foreign = used;
    foreign["user"] = json!("otto");
    foreign["response_mode"] = json!("blocking");
    let (status, refused) = caller.post("/chat-messages", foreign).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Invalid upload file")));
    let conversation = stream[0]["conversation_id"].as_str().expect("an id");
    let (_, history) = caller.get(&format!("/messages?user=maria&conversation_id={conversation}")).await;
    assert_eq!(history["data"][0]["message_files"][0]["filename"], "Bild ü.png");
    let recorded = &caller.server.requests()[0];
    assert!(recorded.body_length > 3_000_000 && recorded.body.len() == 1024 * 1024);
    caller.all_agree();
}

#[tokio::test]
async fn annotations_are_kept_and_answer_when_they_are_switched_on() {
    let caller = Caller::new("app-chat").await;
    let pair = |question: &str, answer: &str| json!({"question": question, "answer": answer});
    let (status, made) = caller.post("/apps/annotations", pair("Capital of France?", "Lyon")).await;
    assert_eq!(status, 201);
    caller.post("/apps/annotations", pair("Capital of Spain?", "Madrid")).await;
    let path = format!("/apps/annotations/{}", made["id"].as_str().expect("an id"));
    let (_, changed) = caller.send(Method::PUT, &path, pair("Capital of France?", "Paris")).await;
    assert_eq!(changed["answer"], "Paris");
    let (_, page) = caller.get("/apps/annotations?limit=1").await;
    assert_eq!(
        (&page["total"], &page["has_more"], &page["data"][0]["answer"]),
        (&json!(2), &json!(true), &json!("Madrid"))
    );

    let setting = json!({"score_threshold": 0.8, "embedding_provider_name": "p", "embedding_model_name": "m"});
    let (_, job) = caller.post("/apps/annotation-reply/enable", setting).await;
    let status = format!("/apps/annotation-reply/enable/status/{}", job["job_id"].as_str().expect("an id"));
    assert_eq!(caller.get(&status).await.1["job_status"], "waiting");
    assert_eq!(caller.get(&status).await.1["job_status"], "completed");
    assert_eq!(caller.get(&format!("/apps/annotation-reply/enable/status/{NOBODY}")).await.0, 400);
    let answer = talk(&caller, "capital of France?", "").await;
    assert_eq!((&answer["answer"], &answer["metadata"]["annotation_reply"]["id"]), (&json!("Paris"), &made["id"]));

    assert_eq!(caller.call(Method::DELETE, &path).send().await.expect("answered").status(), 204);
    assert_eq!(caller.call(Method::DELETE, &path).send().await.expect("answered").status(), 404);
    caller.all_agree();
}

#[tokio::test]
async fn sound_becomes_text_and_text_sound() {
    let caller = Caller::new("app-chat").await;
    let spoken = async |media: &str| {
        let part = Part::bytes(vec![0; 10]).file_name("a.mp3").mime_str(media).expect("a media type");
        let form = Form::new().text("user", "maria").part("file", part);
        read(caller.call(Method::POST, "/audio-to-text").multipart(form).send().await.expect("answered")).await
    };
    assert_eq!(spoken("audio/mp3").await.0, 200);
    assert_eq!(spoken("audio/mpeg").await.1["code"], "unsupported_audio_type");
    let body = json!({"text": "Hello there", "user": "maria"});
    let sound = caller.call(Method::POST, "/text-to-audio").json(&body).send().await.expect("answered");
    assert_eq!(sound.headers()["content-type"], "audio/mpeg");
    assert_eq!(sound.bytes().await.expect("read").len(), 208);
    let (status, refused) = caller.post("/text-to-audio", json!({"user": "maria"})).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Text is required")));
    caller.all_agree();
}
