use crate::{
    ErrorKind, Timeouts,
    test_server::{Server, Step, answer},
    types::{AnnotationsListQuery, ConversationsListQuery, MessagesFeedbacksQuery, MessagesListQuery},
};
use serde_json::{Value, json};

fn page(body: Value) -> Vec<Step> {
    answer(200, "application/json", &body.to_string())
}

fn conversations(ids: &[&str], has_more: bool) -> Vec<Step> {
    let data: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({
                "id": id, "name": "Beijing", "inputs": {}, "status": "normal", "introduction": "",
                "created_at": 1795228922, "updated_at": 1795228922,
            })
        })
        .collect();
    page(json!({"limit": 2, "has_more": has_more, "data": data}))
}

fn annotations(ids: &[&str], number: i64, has_more: bool) -> Vec<Step> {
    annotations_of(0, ids, number, has_more)
}

fn annotations_of(total: i64, ids: &[&str], number: i64, has_more: bool) -> Vec<Step> {
    let data: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "question": "?", "answer": "!", "hit_count": 0, "created_at": 1795228922}))
        .collect();
    page(json!({"data": data, "has_more": has_more, "limit": 2, "total": total, "page": number}))
}

/// The targets of the requests, below the base URL.
fn targets(server: &Server) -> Vec<String> {
    let target = |request: &String| request.split(' ').nth(1).unwrap_or_default().trim_start_matches("/v1").to_owned();
    server.seen().iter().map(target).collect()
}

#[tokio::test]
async fn items_of_all_pages_come_one_after_the_other() {
    let server = Server::start(vec![conversations(&["a", "b"], true), conversations(&["c"], false)]).await;
    let app = server.app(Timeouts::default());
    let query = ConversationsListQuery::new().user("user 1").limit(2);
    let items = app.conversations().list(&query).items().into_vec().await.expect("items");
    assert_eq!(items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let targets = targets(&server);
    assert!(!targets[0].contains("last_id"), "{targets:?}");
    for part in ["last_id=b", "user=user+1", "limit=2"] {
        assert!(targets[1].contains(part), "{targets:?}");
    }
}

#[tokio::test]
async fn messages_go_on_from_the_first_of_a_page() {
    let message = |id: &str| {
        json!({
            "id": id, "conversation_id": "c", "parent_message_id": "", "inputs": {}, "query": "?", "answer": "!",
            "feedback": null, "retriever_resources": [], "created_at": 1795228922, "agent_thoughts": [],
            "message_files": [], "message_tokens": 1, "answer_tokens": 1, "total_tokens": 2,
            "provider_response_latency": 0.1, "total_price": "0", "currency": "USD", "status": "normal", "error": null,
            "extra_contents": [],
        })
    };
    let first = page(json!({"limit": 2, "has_more": true, "data": [message("b"), message("c")]}));
    let second = page(json!({"limit": 2, "has_more": false, "data": [message("a")]}));
    let server = Server::start(vec![first, second]).await;
    let app = server.app(Timeouts::default());
    let items = app.messages().list(&MessagesListQuery::new("c")).items().into_vec().await.expect("items");
    assert_eq!(items.len(), 3);
    assert!(targets(&server)[1].contains("first_id=b"), "{:?}", targets(&server));
}

#[tokio::test]
async fn pages_are_counted_from_the_one_that_was_asked_for() {
    let scripts = vec![annotations(&["e", "f"], 3, true), annotations(&["g"], 4, false)];
    let server = Server::start(scripts).await;
    let app = server.app(Timeouts::default());
    let query = AnnotationsListQuery::new().page(3).limit(2);
    let mut pages = app.annotations().list(&query).pages();
    let mut numbers = Vec::new();
    while let Some(page) = pages.next().await {
        numbers.push(page.expect("page").page);
    }
    assert_eq!(numbers, [3, 4]);
    let targets = targets(&server);
    assert!(targets[0].contains("page=3") && targets[1].contains("page=4") && targets[1].matches("page=").count() == 1);
}

#[tokio::test]
async fn a_list_that_does_not_say_whether_there_is_more_ends_with_an_empty_page() {
    let feedback = json!({
        "id": "f", "app_id": "a", "conversation_id": "c", "message_id": "m", "rating": "like", "content": null,
        "from_source": "user", "from_end_user_id": null, "from_account_id": null,
        "created_at": "2026-11-21T02:42:51", "updated_at": "2026-11-21T02:42:51",
    });
    let server = Server::start(vec![page(json!({"data": [feedback]})), page(json!({"data": []}))]).await;
    let app = server.app(Timeouts::default());
    let query = MessagesFeedbacksQuery::new();
    let feedbacks = app.messages().feedbacks(&query).items().into_vec().await.expect("items");
    assert_eq!(feedbacks.len(), 1);
    assert_eq!(targets(&server).len(), 2);
}

#[tokio::test]
async fn a_server_that_gives_the_same_page_again_ends_the_list() {
    let server = Server::start(vec![conversations(&["a", "b"], true)]).await;
    let app = server.app(Timeouts::default());
    let query = ConversationsListQuery::new().user("user-1");
    let items = app.conversations().list(&query).items().into_vec().await.expect("items");
    assert_eq!(items.len(), 4, "the page that was asked for by its own end came once more");
    assert_eq!(targets(&server).len(), 2);
}

#[tokio::test]
async fn a_list_beyond_the_ceiling_is_an_error_after_what_was_fetched() {
    let server = Server::start(vec![annotations(&["a", "b"], 1, true)]).await;
    let app = server.app(Timeouts::default());
    let query = AnnotationsListQuery::new();
    let mut items = app.annotations().list(&query).items().ceiling(3);
    let mut got = 0;
    let error = loop {
        match items.next().await {
            Some(Ok(_)) => got += 1,
            Some(Err(error)) => break error,
            None => panic!("it was cut silently"),
        }
    };
    assert_eq!((got, targets(&server).len()), (6, 3));
    assert!(matches!(error.kind(), ErrorKind::TooManyPages { limit: 3 }), "{error}");
    assert!(error.to_string().contains("more than 3 pages") && !error.may_have_acted(), "{error}");
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn a_list_of_exactly_as_many_pages_as_may_be_is_whole() {
    let server = Server::start(vec![annotations(&["a"], 1, true), annotations(&["b"], 2, false)]).await;
    let app = server.app(Timeouts::default());
    let query = AnnotationsListQuery::new();
    let items = app.annotations().list(&query).items().ceiling(2).into_vec().await.expect("the whole list");
    assert_eq!(items.len(), 2);
}

#[tokio::test]
async fn a_list_that_denies_having_more_before_its_total_goes_on() {
    // What Dify says to `limit=200`: it gives 100 and finds that this is not a full page.
    let first = annotations_of(5, &["a", "b", "c"], 1, false);
    let server = Server::start(vec![first, annotations_of(5, &["d", "e"], 2, false)]).await;
    let app = server.app(Timeouts::default());
    let query = AnnotationsListQuery::new().limit(200);
    let items = app.annotations().list(&query).items().into_vec().await.expect("the whole list");
    assert_eq!((items.len(), targets(&server).len()), (5, 2));
}

#[tokio::test]
async fn an_error_ends_the_list() {
    let refused = answer(404, "application/json", r#"{"code":"not_found","message":"no","status":404}"#);
    let server = Server::start(vec![conversations(&["a"], true), refused]).await;
    let app = server.app(Timeouts::default());
    let query = ConversationsListQuery::new().user("user-1");
    let mut pages = app.conversations().list(&query).pages();
    assert!(pages.next().await.is_some_and(|page| page.is_ok()));
    let error = pages.next().await.expect("an item").expect_err("an error");
    assert_eq!(error.operation(), Some("app_conversations_list"));
    assert!(pages.next().await.is_none());
}
