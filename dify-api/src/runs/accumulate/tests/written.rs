//! Accumulated values as JSON.

use super::*;

#[test]
fn answers_and_runs_are_written_for_those_who_store_them() {
    let run: Run = gather(&[ran("node_started", node_started("e", "llm"))]);
    let mut answer = Answer::default();
    (answer.text, answer.run) = ("Hello".to_owned(), Some(run));
    answer.status = crate::RunStatus::PartialSucceeded;
    let written = serde_json::to_value(&answer).expect("JSON");
    assert_eq!((&written["text"], &written["status"]), (&json!("Hello"), &json!("partial-succeeded")));
    assert_eq!(written["run"]["nodes"][0]["id"], "e");
    assert!(written.get("pieces").is_none());
    let other = serde_json::to_value(crate::RunStatus::Other("new".to_owned())).expect("JSON");
    assert_eq!(other, json!("new"));
}
