use crate::{
    ErrorKind, Timeouts,
    tests::test_server::{Server, Step, answer},
    types::{AnnotationsListQuery, ConversationsListQuery, MessagesFeedbacksQuery, MessagesListQuery},
};
use serde_json::{Value, json};

fn page(body: Value) -> Vec<Step> {
    answer(200, "application/json", &body.to_string())
}

fn conversations(ids: &[&str], has_more: bool) -> Vec<Step> {
    let rows: Vec<_> = ids.iter().map(|id| (*id, i64::from(u8::MAX - id.as_bytes()[0]))).collect();
    conversations_of(&rows, has_more)
}

/// Ids and the seconds of their last change.
fn conversations_of(rows: &[(&str, i64)], has_more: bool) -> Vec<Step> {
    let data: Vec<Value> = rows
        .iter()
        .map(|(id, second)| {
            json!({
                "id": id, "name": "Beijing", "inputs": {}, "status": "normal", "introduction": "",
                "created_at": second, "updated_at": second,
            })
        })
        .collect();
    page(json!({"limit": 2, "has_more": has_more, "data": data}))
}

async fn conversations_through(scripts: Vec<Vec<Step>>) -> (Vec<String>, Vec<String>) {
    let server = Server::start(scripts).await;
    let app = server.app(Timeouts::default());
    let query = ConversationsListQuery::new().user("user 1").limit(3);
    let items = app.conversations().list(&query).items().into_vec().await.expect("items");
    (items.into_iter().map(|item| item.id).collect(), targets(&server))
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
    for part in ["last_id=a", "user=user+1", "limit=2"] {
        assert!(targets[1].contains(part), "{targets:?}");
    }
}

#[tokio::test]
async fn items_of_a_list_that_goes_back_come_newest_first() {
    let message = |id: &str| {
        json!({
            "id": id, "conversation_id": "c", "parent_message_id": "", "inputs": {}, "query": "?", "answer": "!",
            "feedback": null, "retriever_resources": [], "created_at": id.as_bytes()[0], "agent_thoughts": [],
            "message_files": [], "message_tokens": 1, "answer_tokens": 1, "total_tokens": 2,
            "provider_response_latency": 0.1, "total_price": "0", "currency": "USD", "status": "normal", "error": null,
            "extra_contents": [],
        })
    };
    let first = page(json!({"limit": 2, "has_more": true, "data": [message("c"), message("d")]}));
    let second = page(json!({"limit": 2, "has_more": true, "data": [message("b"), message("c")]}));
    let third = page(json!({"limit": 2, "has_more": false, "data": [message("a"), message("b")]}));
    let server = Server::start(vec![first, second, third]).await;
    let app = server.app(Timeouts::default());
    let items =
        app.messages().list(&MessagesListQuery::new("c").user("user-1")).items().into_vec().await.expect("items");
    assert_eq!(items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["d", "c", "b", "a"]);
    let targets = targets(&server);
    assert!(targets[1].contains("first_id=d") && targets[2].contains("first_id=c"), "{targets:?}");
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

// Guards a past bug: rows of the second at the border of a page were lost, for the server compares by that second.
#[tokio::test]
async fn rows_that_share_a_second_at_a_page_border_come_once_each() {
    let first = conversations_of(&[("a", 9), ("b", 8), ("c", 7)], true);
    // After `b`, not after `c`: `d` and `e` were changed in the second of `c`.
    let second = conversations_of(&[("d", 7), ("c", 7), ("e", 7)], true);
    // All of one second: the same place again, with the largest page.
    let third = conversations_of(&[("d", 7), ("c", 7), ("e", 7), ("f", 7), ("g", 6)], true);
    let fourth = conversations_of(&[("g", 6), ("h", 5)], false);
    let (ids, targets) = conversations_through(vec![first, second, third, fourth]).await;
    assert_eq!(ids, ["a", "b", "c", "d", "e", "f", "g", "h"]);
    for (target, (cursor, limit)) in targets[1..].iter().zip([("b", "3"), ("b", "100"), ("f", "100")]) {
        assert!(target.contains(&format!("last_id={cursor}")), "{targets:?}");
        assert!(target.contains(&format!("limit={limit}")), "{targets:?}");
    }
}

#[tokio::test]
async fn pages_are_those_of_the_server_without_overlap() {
    let server = Server::start(vec![conversations(&["a", "b"], true), conversations(&["c"], false)]).await;
    let app = server.app(Timeouts::default());
    let query = ConversationsListQuery::new().user("user-1");
    let mut pages = app.conversations().list(&query).pages();
    let mut counts = Vec::new();
    while let Some(page) = pages.next().await {
        counts.push(page.expect("a page").data.len());
    }
    assert_eq!(counts, [2, 1]);
    assert!(targets(&server)[1].contains("last_id=b"), "{:?}", targets(&server));
}

#[tokio::test]
async fn a_server_that_gives_the_same_page_again_ends_the_list() {
    let (ids, targets) = conversations_through(vec![conversations(&["a", "b"], true)]).await;
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(targets.len(), 2);
}

// Guards a past bug: only a cursor that did not change ended the walk; a circle went on to the ceiling.
#[tokio::test]
async fn a_circle_of_cursors_ends_the_list() {
    let circle = |ids: &[&str]| ids.iter().map(|id| conversations_of(&[(id, 7)], true)).collect::<Vec<_>>();
    let circles = [
        (circle(&["a", "b", "a", "b"]), vec!["a", "b"]),
        (circle(&["x", "a", "b", "c", "a", "y"]), vec!["x", "a", "b", "c"]),
    ];
    for (circle, ids) in circles {
        let server = Server::start(circle.clone()).await;
        let app = server.app(Timeouts::default());
        let query = ConversationsListQuery::new().user("user-1").limit(100);
        let mut pages = app.conversations().list(&query).pages();
        let mut fetched = 0;
        while let Some(page) = pages.next().await {
            page.expect("a page");
            fetched += 1;
        }
        assert_eq!(fetched, ids.len() + 1, "the walk ends when it is led back");
        // A page of one second is asked for once more, larger: the first script answers twice.
        let scripts = [&circle[..1], &circle[..]].concat();
        assert_eq!(conversations_through(scripts).await.0, ids);
    }
}

#[tokio::test]
async fn a_server_that_ignores_the_page_number_ends_the_list() {
    let (one, two) = (annotations(&["a", "b"], 1, true), annotations(&["c", "d"], 1, true));
    let server = Server::start(vec![one.clone(), two, one]).await;
    let app = server.app(Timeouts::default());
    let query = AnnotationsListQuery::new();
    let mut pages = app.annotations().list(&query).pages();
    let mut fetched = 0;
    while let Some(page) = pages.next().await {
        page.expect("a page");
        fetched += 1;
    }
    assert_eq!(fetched, 12);
}

#[test]
fn what_a_walk_remembers_is_bounded() {
    let mut met = super::Met::default();
    assert!((0..100_000).all(|number| met.first(number)));
    assert!(met.recent.len() + met.older.len() <= 20_000);
    assert!((90_000..100_000).all(|number| !met.first(number)), "the last ten thousand are remembered");
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
