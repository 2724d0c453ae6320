//! The distinctions that must not collapse.

#[cfg(feature = "serialize")]
mod written;

use super::{AccumulateInto, Answer, Run, RunStatus};
use crate::types::{ChatEvent, CompletionEvent, NodeStatus, RunEvent, WorkflowEvent};
use serde_json::{Value, json};

/// An event of a chat, with what all of them have.
fn said(name: &str, more: Value) -> ChatEvent {
    let mut event = json!({"event": name, "conversation_id": "c", "message_id": "m", "created_at": 7, "task_id": "t",
        "id": "m", "from_variable_selector": null});
    merge(&mut event, more);
    ChatEvent::from_json(&event.to_string()).expect("an event of a chat")
}

/// An event of a workflow.
fn ran(name: &str, data: Value) -> WorkflowEvent {
    WorkflowEvent::from_json(&on_the_wire(name, data)).expect("an event of a workflow")
}

/// The same from the route that follows runs.
fn replayed(name: &str, data: Value) -> RunEvent {
    RunEvent::from_json(&on_the_wire(name, data)).expect("an event of a run")
}

fn on_the_wire(name: &str, data: Value) -> String {
    json!({"event": name, "task_id": "t", "workflow_run_id": "r", "data": data}).to_string()
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

fn gather<S: super::Snapshot, E: AccumulateInto<S>>(events: &[E]) -> S {
    let mut snapshot = S::default();
    for event in events {
        super::sealed::Snapshot::take_in(&mut snapshot, event);
    }
    snapshot
}

fn usage(tokens: i64, price: &str) -> Value {
    json!({"prompt_tokens": 0, "prompt_unit_price": "0", "prompt_price_unit": "0", "prompt_price": "0",
        "completion_tokens": tokens, "completion_unit_price": "0", "completion_price_unit": "0",
        "completion_price": price, "total_tokens": tokens, "total_price": price, "currency": "USD", "latency": 0.1,
        "time_to_first_token": null, "time_to_generate": null})
}

fn end(tokens: i64) -> ChatEvent {
    let metadata = json!({"retriever_resources": [], "usage": usage(tokens, "0E-7")});
    said("message_end", json!({"metadata": metadata, "files": null}))
}

fn started(reason: &str) -> Value {
    json!({"id": "r", "workflow_id": "w", "inputs": {"a": 1}, "created_at": 1, "reason": reason})
}

fn finished(status: &str) -> Value {
    json!({"id": "r", "workflow_id": "w", "status": status, "outputs": {"out": 1}, "error": null, "elapsed_time": 0.5,
        "total_tokens": 0, "total_steps": 2, "created_by": {"id": "u", "user": "user-1"}, "created_at": 1,
        "finished_at": 2, "exceptions_count": 0, "files": []})
}

fn node_started(id: &str, node: &str) -> Value {
    json!({"id": id, "node_id": node, "node_type": "llm", "title": "Model", "index": 1, "predecessor_node_id": null,
        "inputs": null, "inputs_truncated": false, "created_at": 1, "extras": {}, "iteration_id": null,
        "loop_id": null, "agent_strategy": null})
}

fn node_finished(id: &str, node: &str, status: &str) -> Value {
    json!({"id": id, "node_id": node, "node_type": "llm", "title": "Model", "index": 1, "predecessor_node_id": null,
        "inputs": {"in": 1}, "inputs_truncated": false, "process_data": {"p": 1}, "process_data_truncated": false,
        "outputs": {"text": "x"}, "outputs_truncated": false, "status": status, "error": null, "elapsed_time": 0.25,
        "execution_metadata": null, "created_at": 1, "finished_at": 2, "files": [], "iteration_id": null,
        "loop_id": null})
}

fn form(node: &str) -> Value {
    json!({"form_id": "f", "node_id": node, "node_title": "Ask", "form_content": "?", "inputs": [], "actions": [],
        "display_in_ui": false, "form_token": "token", "resolved_default_values": {}, "expiration_time": 99})
}

fn paused(node: &str) -> Value {
    let mut reason = form(node);
    merge(&mut reason, json!({"TYPE": "human_input_required"}));
    json!({"workflow_run_id": "r", "paused_nodes": [node], "outputs": {}, "reasons": [reason], "status": "paused",
        "created_at": 5, "elapsed_time": 0.1, "total_tokens": 0, "total_steps": 1})
}

#[test]
fn pieces_are_joined_and_a_replacement_replaces() {
    let mut answer: Answer =
        gather(&[said("message", json!({"answer": "Hel"})), said("message", json!({"answer": "lo"}))]);
    assert_eq!((answer.text.as_str(), answer.status.clone(), answer.complete), ("Hello", RunStatus::Running, false));
    assert_eq!(answer.replaced, None);
    answer.apply(&said("message_replace", json!({"answer": "No.", "reason": "moderation"})));
    assert_eq!((answer.text.as_str(), answer.replaced.as_deref()), ("No.", Some("moderation")));
}

#[test]
fn text_told_again_from_the_beginning_is_no_replacement() {
    let answer: Answer = gather(&[
        said("message", json!({"answer": "Hel"})),
        said("message_replace", json!({"answer": "Hello", "reason": ""})),
        said("message", json!({"answer": "!"})),
    ]);
    assert_eq!((answer.text.as_str(), answer.replaced), ("Hello!", None));
}

#[test]
fn the_whole_answer_of_a_roster_agent_is_not_added_to_its_pieces() {
    let pieces = [said("agent_message", json!({"answer": "Hel"})), said("agent_message", json!({"answer": "lo"}))];
    let mut answer: Answer = gather(&pieces);
    assert_eq!(answer.text, "Hello");
    answer.apply(&said("message", json!({"answer": "Hello"})));
    assert_eq!(answer.text, "Hello");
}

#[test]
fn what_moderation_put_in_place_outlives_the_whole_answer_of_an_agent() {
    let answer: Answer = gather(&[
        said("agent_message", json!({"answer": "Bad"})),
        said("message_replace", json!({"answer": "No.", "reason": ""})),
        said("message", json!({"answer": "Bad"})),
    ]);
    assert_eq!(answer.text, "No.");
}

#[test]
fn a_thought_is_kept_once_as_it_was_told_last() {
    let thought = |id: &str, thought: &str| {
        said(
            "agent_thought",
            json!({"id": id, "position": 1, "thought": thought, "observation": "", "tool": "",
            "tool_labels": {}, "tool_input": "", "message_files": []}),
        )
    };
    let answer: Answer = gather(&[thought("1", "a"), thought("2", "b"), thought("1", "ab")]);
    let thoughts: Vec<_> = answer.thoughts.iter().map(|thought| thought.thought.as_str()).collect();
    assert_eq!(thoughts, ["ab", "b"]);
}

#[test]
fn usage_that_is_not_told_is_unknown_and_zero_is_zero() {
    let mut answer: Answer = gather(&[said("message", json!({"answer": "Hi"}))]);
    assert_eq!(answer.usage, None);
    answer.apply(&end(0));
    assert_eq!(answer.usage.map(|usage| usage.total_price), Some("0E-7".to_owned()));
}

#[test]
fn a_chat_that_ends_has_ended_and_not_succeeded() {
    let answer: Answer = gather(&[said("message", json!({"answer": "Hi"})), end(3)]);
    assert_eq!((answer.status, answer.complete), (RunStatus::Ended, true));
    assert_eq!(answer.conversation_id.as_deref(), Some("c"));
    assert_eq!(answer.created_at, Some(7));
}

#[test]
fn a_chat_that_was_asked_to_stop_is_stopped_unless_it_had_cost_something() {
    for (tokens, expected) in [(0, RunStatus::Stopped), (9, RunStatus::Ended)] {
        let mut answer: Answer = gather(&[said("message", json!({"answer": "Hi"})), end(tokens)]);
        super::sealed::Snapshot::stopped(&mut answer);
        assert_eq!(answer.status, expected);
    }
}

#[test]
fn a_chatflow_stands_as_its_run_does_even_after_the_end_of_its_message() {
    let flow = |name: &str, data: Value| said(name, json!({"workflow_run_id": "r", "data": data}));
    let mut answer: Answer = gather(&[
        said("message", json!({"answer": "Blocked", "from_variable_selector": ["a", "answer"]})),
        end(0),
        flow("workflow_started", started("initial")),
    ]);
    assert_eq!((answer.status.clone(), answer.complete), (RunStatus::Running, false));
    answer.apply(&flow("workflow_finished", finished("partial-succeeded")));
    assert_eq!((answer.status, answer.complete), (RunStatus::PartialSucceeded, true));
    assert_eq!(answer.run.expect("a run").outputs.expect("outputs"), json!({"out": 1}));
}

#[test]
fn every_end_of_a_run_is_told_from_every_other() {
    for (wire, status) in [
        ("succeeded", RunStatus::Succeeded),
        ("partial-succeeded", RunStatus::PartialSucceeded),
        ("failed", RunStatus::Failed),
        ("stopped", RunStatus::Stopped),
        ("exploded", RunStatus::Other("exploded".to_owned())),
    ] {
        let run: Run = gather(&[ran("workflow_started", started("initial")), ran("workflow_finished", finished(wire))]);
        assert_eq!((run.status, run.complete), (status, true));
    }
}

#[test]
fn a_pause_is_no_failure_and_a_resumption_ends_it() {
    let mut run: Run = gather(&[
        ran("workflow_started", started("initial")),
        ran("node_started", node_started("e", "ask")),
        ran("human_input_required", form("ask")),
        ran("workflow_paused", paused("ask")),
    ]);
    assert_eq!((run.status.clone(), run.complete, run.resumed), (RunStatus::Paused, true, false));
    assert_eq!(run.forms.len(), 1, "told by two events, but one form");
    assert_eq!(run.forms[0].expiration_time, Some(99));
    assert_eq!(run.pause.as_ref().map(|pause| pause.nodes.clone()), Some(vec!["ask".to_owned()]));
    run.apply(&ran("workflow_started", started("resumption")));
    assert_eq!((run.status.clone(), run.complete, run.resumed), (RunStatus::Running, false, true));
    assert_eq!((run.forms.len(), &run.pause), (0, &None));
}

#[test]
fn a_replay_that_knows_less_takes_nothing_away() {
    let mut run: Run = gather(&[
        ran("workflow_started", started("initial")),
        ran("node_started", node_started("e", "llm")),
        ran("node_finished", node_finished("e", "llm", "succeeded")),
    ]);
    let known = run.clone();
    let mut poor = node_finished("e", "llm", "succeeded");
    merge(&mut poor, json!({"inputs": null, "outputs": null, "process_data": null}));
    for (name, data) in
        [("workflow_started", started("initial")), ("node_started", node_started("e", "llm")), ("node_finished", poor)]
    {
        run.apply(&replayed(name, data));
    }
    assert_eq!(run, known);
}

#[test]
fn a_run_that_is_over_stays_over_when_its_beginning_is_told_again() {
    let events = [
        ran("workflow_started", started("initial")),
        ran("node_started", node_started("e", "ask")),
        ran("human_input_required", form("ask")),
        ran("workflow_paused", paused("ask")),
        ran("workflow_started", started("resumption")),
        ran("node_finished", node_finished("e", "ask", "succeeded")),
        ran("workflow_finished", finished("succeeded")),
    ];
    let mut run: Run = gather(&events);
    let once = run.clone();
    events.iter().for_each(|event| run.apply(event));
    assert_eq!(run, once);
}

#[test]
fn an_iteration_is_one_execution_however_it_is_named() {
    let iteration = |more: Value| {
        let mut data = json!({"id": "it", "node_id": "it", "node_type": "iteration", "title": "Each", "created_at": 1,
            "extras": {}, "inputs": {"list": [1]}, "inputs_truncated": false});
        merge(&mut data, more);
        data
    };
    let mut run: Run = gather(&[
        ran("iteration_started", iteration(json!({"metadata": {"iteration_length": 2}}))),
        ran("iteration_next", iteration(json!({"index": 0}))),
        ran("iteration_next", iteration(json!({"index": 1}))),
    ]);
    let mut snapshot = node_started("uuid", "it");
    merge(&mut snapshot, json!({"node_type": "iteration"}));
    run.apply(&replayed("node_started", snapshot));
    run.apply(&ran(
        "iteration_completed",
        iteration(json!({"outputs": {"all": []}, "outputs_truncated": false, "status": "succeeded", "error": null,
            "elapsed_time": 1.0, "total_tokens": 0, "execution_metadata": {}, "finished_at": 2, "steps": 2})),
    ));
    assert_eq!(run.nodes.len(), 1);
    assert_eq!((run.nodes[0].id.as_str(), run.nodes[0].rounds), ("uuid", 2));
    assert_eq!(run.nodes[0].status, NodeStatus::Succeeded);
    // A round of what is around it lets it begin again.
    run.apply(&ran("iteration_started", iteration(json!({"created_at": 9, "metadata": {"iteration_length": 2}}))));
    assert_eq!((run.nodes.len(), run.unfinished().count()), (2, 1));
}

#[test]
fn an_attempt_that_failed_is_no_end_of_its_node() {
    let mut retry = node_finished("e", "llm", "retry");
    merge(&mut retry, json!({"error": "rate", "retry_index": 1}));
    let event = ran("node_retry", retry);
    let mut run: Run = gather(&[ran("node_started", node_started("e", "llm")), event.clone(), event]);
    assert_eq!((run.nodes[0].status.clone(), run.nodes[0].retries.len()), (NodeStatus::Running, 1));
    run.apply(&ran("node_finished", node_finished("e", "llm", "succeeded")));
    assert_eq!((run.nodes[0].error.clone(), run.nodes[0].retries[0].error.as_str()), (None, "rate"));
}

#[test]
fn an_event_that_nobody_knows_is_named_as_missing() {
    let event = CompletionEvent::from_json(r#"{"event":"brand_new"}"#).expect("unknown events are no errors");
    let answer: Answer = gather(&[event]);
    assert!(answer.missing.unknown_events.contains("brand_new"));
    assert!(!answer.missing.is_empty());
}

fn agent_said(answer: &str) -> ChatEvent {
    said("agent_message", json!({"answer": answer}))
}

fn thought(id: &str, thought: &str) -> ChatEvent {
    let tools = json!({"observation": "", "tool": "", "tool_labels": {}, "tool_input": "", "message_files": []});
    let mut event = json!({"id": id, "position": 1, "thought": thought});
    merge(&mut event, tools);
    said("agent_thought", event)
}

/// Guards a fault: the text of two steps was joined by nothing.
#[test]
fn steps_of_an_agent_are_joined_by_a_line_feed() {
    let mut events = vec![thought("1", ""), agent_said("Let me "), agent_said("look."), agent_said("")];
    events.extend([thought("1", "Let me look."), thought("2", ""), thought("3", "")]);
    events.extend([agent_said("It is "), agent_said("late."), agent_said(""), thought("3", "It is late."), end(9)]);
    let answer: Answer = gather(&events);
    assert_eq!(answer.text, "Let me look.\n\nIt is late.", "the second step said nothing");
    let events = [thought("1", ""), thought("1", "x"), thought("2", ""), agent_said("Late."), thought("2", "Late.")];
    let answer: Answer = gather(&events);
    assert_eq!(answer.text, "Late.");
}

#[test]
fn a_step_of_an_agent_may_have_null_for_nothing() {
    for nothing in [
        r#""thought":null,"observation":null,"tool":null,"tool_labels":null,"tool_input":null,"message_files":null,"#,
        "",
    ] {
        let event = ChatEvent::from_json(&format!(
            r#"{{"event":"agent_thought",{nothing}"id":"1","position":1,"task_id":"t","message_id":"m","conversation_id":"c","created_at":7}}"#
        ));
        let answer: Answer = gather(&[event.expect("an event")]);
        assert_eq!((answer.thoughts.len(), &*answer.thoughts[0].thought), (1, ""));
    }
    assert!(ChatEvent::from_json(r#"{"event":"agent_thought","thought":7}"#).is_err());
    assert!(ChatEvent::from_json(r#"{"event":"agent_thought","thought":null}"#).is_err(), "it has no id");
}

/// Guards a fault: the thoughts of a ReAct agent were part of its answer.
#[test]
fn thoughts_of_a_react_agent_do_not_enter_its_text() {
    let react = |tokens: i64| {
        let mut events = vec![thought("1", ""), agent_said(" need time."), agent_said("\n"), agent_said("")];
        events.extend([thought("1", "need time."), thought("2", ""), agent_said(" I kn"), agent_said("ow.")]);
        events.extend([agent_said(""), agent_said(""), agent_said("done"), end(tokens)]);
        gather::<Answer, _>(&events).text
    };
    assert_eq!(react(71), "done");
    assert_eq!(react(0), " need time.\n\n I know.done", "it was stopped, and nothing shows where the answer begins");
    let plain = [thought("1", ""), agent_said("a"), agent_said(""), agent_said("b"), thought("1", "ab"), end(5)];
    assert_eq!(gather::<Answer, _>(&plain).text, "ab", "an agent that calls functions repeats its text");
}

/// Guards a fault: an answer that came only as an output was empty.
#[test]
fn the_output_of_a_chatflow_is_its_answer_where_no_piece_came() {
    let finished = |answer: &str| {
        let mut data = finished("succeeded");
        merge(&mut data, json!({"outputs": {"answer": answer, "files": []}}));
        said("workflow_finished", json!({"workflow_run_id": "r", "data": data}))
    };
    let started = said("workflow_started", json!({"workflow_run_id": "r", "data": started("resumption")}));
    let answer: Answer = gather(&[started.clone(), finished("Approved \"x\"")]);
    assert_eq!((&*answer.text, answer.status.clone()), ("Approved \"x\"", RunStatus::Succeeded));
    assert_eq!(answer.run.expect("a run").text, "", "it is told once");
    let run: Run = gather(&[started.clone(), finished("Approved")]);
    assert_eq!(run.text, "Approved");
    for (said, event) in [("Hi", "message"), ("No.", "message_replace")] {
        let piece = self::said(event, json!({"answer": said, "reason": "moderation"}));
        let answer: Answer = gather(&[started.clone(), piece, finished("Another")]);
        assert_eq!(answer.text, said, "what came is kept");
    }
    let mut late = Answer::default();
    late.missing.gap();
    [self::said("message", json!({"answer": "second half"})), finished("Both halves")]
        .iter()
        .for_each(|e| late.apply(e));
    assert_eq!((&*late.text, late.missing.text, late.missing.gaps), ("Both halves", false, 1));
    let mut run = Run::default();
    let workflow =
        RunEvent::from_json(&on_the_wire("workflow_finished", self::finished("succeeded"))).expect("an event");
    run.apply(&workflow);
    assert_eq!(run.text, "", "a workflow has no answer");
}

#[test]
fn text_of_parallel_branches_is_separated_by_its_selector() {
    let piece =
        |node: &str, text: &str| said("message", json!({"answer": text, "from_variable_selector": [node, "text"]}));
    let answer: Answer = gather(&[piece("a", "A1"), piece("b", "B1"), piece("a", "A2"), piece("b", "B2")]);
    assert_eq!(answer.text, "A1B1A2B2");
    let texts = answer.text_by_selector();
    assert_eq!((&*texts["a.text"], &*texts["b.text"], texts.len()), ("A1A2", "B1B2", 2));
    let chunk =
        |node: &str, text: &str| ran("text_chunk", json!({"text": text, "from_variable_selector": [node, "x"]}));
    let run: Run = gather(&[chunk("a", "1"), chunk("b", "2"), chunk("a", "3")]);
    assert_eq!((&*run.text_by_selector()["a.x"], &*run.text_by_selector()["b.x"]), ("13", "2"));
}
