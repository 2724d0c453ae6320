//! No secret and no text of users or servers reaches an observer.

use super::*;
use reqwest::Method;

const KEY: &str = "app-5Ecr3t/Key+1=";

/// Answers and streams with this text in every place.
fn hostile(text: &str) -> Vec<Vec<Step>> {
    let json = serde_json::to_string(text).expect("JSON");
    let usage = format!(r#"{{"prompt_tokens":1,"total_tokens":{json},"total_price":{json},"currency":{json}}}"#);
    let end = format!(r#"{{"event":"message_end","conversation_id":{json},"metadata":{{"usage":{usage}}}}}"#);
    let price = r#"{"total_price":"1","currency":"#.to_owned() + &json + "}";
    let priced = format!(r#"{{"event":"message_end","conversation_id":{json},"metadata":{{"usage":{price}}}}}"#);
    let bodies = [
        (400, format!(r#"{{"code":{json},"message":{json},"status":400}}"#)),
        (200, json.clone()),
        (200, end.clone()),
        (200, priced.clone()),
        (502, format!("<p>{text}")),
    ];
    let frames = [
        end,
        priced,
        format!(r#"{{"event":{json}}}"#),
        format!(r#"{{"event":"error","code":{json},"status":400,"message":{json}}}"#),
    ];
    let bodies = bodies.iter().map(|(status, body)| answer(*status, "application/json", body));
    let frames = frames.iter().map(|frame| vec![event_stream(), say(format!("data: {frame}\n\n"))]);
    bodies.chain(frames).collect()
}

async fn shown(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for script in hostile(text) {
        let server = Server::start(vec![script]).await;
        let log = Log::default();
        let builder = App::builder().api_key(KEY).base_url(&server.base_url).observer(log.clone());
        let app = builder.retry(RetryPolicy::default().base_delay(Duration::ZERO)).build().expect("a client");
        let _ = app.info().get().await;
        let _ = app.chat().send(&question()).await;
        let _ = app.chat().send_streamed(&question()).await;
        let path = format!("/chat-messages?token={KEY}");
        let _ = app.request(Method::POST, &path).send().await;
        let _ = app.request(Method::GET, format!("/users/maria/{KEY}")).send().await;
        let _ = app.request(Method::POST, path).decode::<serde_json::Value>().await;
        if let Ok(mut stream) = app.chat().stream(&question()).await {
            while stream.next().await.is_some() {}
        }
        log.assert_balanced();
        texts.extend(log.seen().into_iter().map(|seen| seen.shown));
        texts.push(format!("{:?} {:#?}", app.stats(), app.stats()));
        texts.push(format!("{app:?}"));
    }
    texts
}

#[tokio::test]
async fn an_observer_is_shown_no_secret_and_no_text_of_users() {
    let texts = shown(&format!("{KEY} Bearer {KEY}")).await;
    assert!(texts.len() > 100, "{}", texts.len());
    for text in texts {
        for secret in ["5Ecr3t", "maria", "private", "?token", "users/"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test]
async fn text_of_a_server_is_escaped_and_cut_for_observers() {
    let text = "\u{1b}[31m\r\n2026 INFO\0\u{202e}\u{200b}".repeat(400);
    for shown in shown(&text).await {
        let hidden = |letter: char| letter.is_control() && letter != '\n' || matches!(letter, '\u{202e}' | '\u{200b}');
        assert!(!shown.contains(hidden) && !shown.contains("\n2026"), "{shown}");
        assert!(shown.len() < 16 << 10, "{} bytes", shown.len());
    }
}
