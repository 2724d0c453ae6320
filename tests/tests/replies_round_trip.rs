//! The types are true: everything real servers sent and took goes through its type and comes out whole.

use contract::{Aside, follow};
use dify_tests::{
    Case, corpus, generated,
    generated::{RoundTrip, Substitutions},
    json::{losses, losses_of_older},
    sse_frames::reference,
    workspace,
};
use serde_json::Value;

/// What is lost when the text goes through the type.
fn lost(through: RoundTrip, text: &str) -> Vec<String> {
    lost_by(through, text, losses)
}

/// What is lost of a recorded text. Only the contract's release has every member.
fn lost_of(case: &Case, through: RoundTrip, text: &str) -> Vec<String> {
    lost_by(through, text, if of_contract(case) { losses } else { losses_of_older })
}

fn of_contract(case: &Case) -> bool {
    case.recording.server == "dify-1.16.1"
}

fn lost_by(through: RoundTrip, text: &str, losses: fn(&Value, &Value) -> Vec<String>) -> Vec<String> {
    let before: Value = match serde_json::from_str(text) {
        Ok(before) => before,
        Err(error) => return vec![format!("it is no JSON: {error}")],
    };
    match through(text) {
        Ok(after) => losses(&before, &after),
        Err(error) => vec![format!("it does not fit its type: {error}")],
    }
}

/// Fails with all that was lost; counts what was tried, so that trying nothing fails as well.
#[derive(Default)]
struct Tally {
    tried: usize,
    found: Vec<String>,
}

impl Tally {
    fn add(&mut self, case: &Case, what: &str, lost: Vec<String>) {
        self.tried += 1;
        let operation = case.verdict.operation.as_deref().unwrap_or_default();
        self.found.extend(lost.iter().map(|place| format!("{} ({operation}), {what}: {place}", case.recording)));
    }

    fn settle(self, at_least: usize) {
        assert!(self.found.is_empty(), "{} losses:\n{}", self.found.len(), self.found.join("\n"));
        assert!(self.tried >= at_least, "only {} were tried, which proves little", self.tried);
    }
}

#[test]
fn every_recorded_answer_goes_through_its_type_without_loss() {
    let mut tally = Tally::default();
    for case in corpus()
        .cases
        .iter()
        .filter(|case| case.accepted() && case.decodes() && case.verdict.aside != Some(Aside::Declared))
    {
        let Some(body) = case.json_reply().filter(|_| !case.is_bare_status()) else { continue };
        // Text to audio of an unknown message answers `null` where a file was due: a download has no type. Older releases
        // answer a deletion with a body.
        let Some(through) = case.reply_type() else {
            let silent = r#"{"audio_url":null,"duration":null}"#;
            let nothing = ["null", r#"{"result":"success"}"#, silent];
            let body = body.split_whitespace().collect::<String>();
            assert!(nothing.contains(&&*body), "{} has no type: {body}", case.recording);
            continue;
        };
        tally.add(case, "answer", lost_of(case, through, body));
    }
    tally.settle(300);
}

// Guards a past bug: serde's buffer, which enums without a tag and flattened members are read through, carries no raw JSON.
#[test]
fn open_values_inside_unions_and_open_objects_come_out_whole() {
    let example = |operation: &str| {
        let document = workspace::document_of(operation);
        let operations = document["paths"].as_object().into_iter().flatten();
        let operations = operations.flat_map(|(_, item)| item.as_object().into_iter().flatten());
        let mut found = operations.filter(|(_, described)| described["operationId"] == operation);
        let (_, described) = found.next().expect("the operation");
        described["responses"]["200"]["content"]["application/json"]["example"].clone()
    };
    let calls = serde_json::json!([{
        "id": "call_1", "type": "function", "function": {"name": "time", "arguments": "{\"zone\": 12345678901234567890}"},
    }]);
    let mut messages = example("console_logs_messages");
    messages["data"][0]["message"] = serde_json::json!([
        {"role": "user", "text": "What time is it?", "files": [{"type": "image", "data": "aGk..."}]},
        {"role": "assistant", "text": "", "files": [], "tool_calls": calls},
        {"role": "tool", "text": "Noon.", "files": []},
    ]);
    let mut documents = example("knowledge_documents_list");
    documents["data"][0]["data_source_info"]["of_a_plugin"] = serde_json::json!({"score": 0.5, "deep": [{"a": null}]});
    for (operation, body) in [("console_logs_messages", messages), ("knowledge_documents_list", documents)] {
        let through = generated::reply(operation).expect("a type");
        assert_eq!(lost(through, &body.to_string()), Vec::<String>::new(), "{operation}");
    }
    let mut empty = example("console_logs_messages");
    for prompt in [serde_json::json!(""), serde_json::json!([])] {
        empty["data"][0]["message"] = prompt;
        let through = generated::reply("console_logs_messages").expect("a type");
        assert_eq!(lost(through, &empty.to_string()), Vec::<String>::new());
    }
    empty["data"][0]["message"] = serde_json::json!({"role": "user"});
    let error = generated::reply("console_logs_messages").expect("a type")(&empty.to_string()).expect_err("no prompt");
    assert!(error.to_string().contains("expected `SentPrompt`, found an object"), "{error}");
}

#[test]
fn recordings_of_the_contract_decode_without_substitutions() {
    let mut tally = Tally::default();
    let cases = corpus().cases.iter().filter(|case| of_contract(case));
    for case in cases.filter(|case| case.accepted() && case.verdict.aside != Some(Aside::Declared)) {
        let listed = |lacking: Substitutions, text: &str| lacking(text).unwrap_or_else(|error| vec![error.to_string()]);
        if let (Some(body), Some(lacking)) =
            (case.json_reply(), case.operations().find_map(generated::reply_substitutions))
        {
            tally.add(case, "lacks in its answer", listed(lacking, body));
        }
        if let Some((operation, stream)) = case.stream() {
            let lacking = generated::event_substitutions(operation).expect("a stream has events");
            for frame in reference(stream.as_bytes()) {
                tally.add(case, "lacks in an event", listed(lacking, &frame.data));
            }
        }
    }
    tally.settle(300);
}

#[test]
fn what_the_types_write_is_what_the_documents_say() {
    let mut tally = Tally::default();
    let cases = corpus().cases.iter().filter(|case| of_contract(case));
    for case in cases.filter(|case| case.accepted() && case.verdict.aside.is_none()) {
        let Some((body, through)) = case.json_reply().zip(case.reply_type()) else { continue };
        let Ok(written) = through(body) else { continue };
        let mut exchange = case.recording.exchange.clone();
        exchange.response.body = Some(written.to_string());
        let verdict = corpus().judge(&case.recording.server).exchange(&case.recording.file, &exchange);
        let violations = verdict.violations.iter().filter(|violation| !violation.informs());
        tally.add(case, "written back", violations.map(|v| format!("{} {}", v.kind, v.place)).collect());
    }
    tally.settle(300);
}

#[test]
fn every_recorded_event_goes_through_its_type_without_loss() {
    let mut tally = Tally::default();
    for case in corpus().cases.iter().filter(|case| case.decodes()) {
        let Some(((_, stream), through)) = case.stream().zip(case.event_type()) else { continue };
        for frame in reference(stream.as_bytes()) {
            tally.add(case, "event", lost_of(case, through, &frame.data));
        }
    }
    tally.settle(1_500);
}

#[test]
fn every_recorded_refusal_is_an_error_body() {
    let mut tally = Tally::default();
    // Up to 1.10.1 refusals lack members; `replayed` shows that the client reads them.
    let whole = ["dify-1.13.0", "dify-1.13.3", "dify-1.15.0", "dify-1.16.1", "dify-main-20260815"];
    let cases = corpus().cases.iter().filter(|case| whole.contains(&&*case.recording.server));
    for case in cases.filter(|case| case.recording.status() >= 400) {
        let Some(body) = case.json_reply() else { continue };
        // An older server refuses what it does not have in ways that nobody needs described.
        let name = refusal_schema(case).unwrap_or_else(|| "ApiErrorBody".to_owned());
        let through = generated::schema(&name).unwrap_or_else(|| panic!("there is no type {name}"));
        tally.add(case, "refusal", lost(through, body));
    }
    tally.settle(150);
}

/// The name of the schema that the documents give to this refusal.
fn refusal_schema(case: &Case) -> Option<String> {
    let operation = case.operations().next()?;
    let document = workspace::document_of(operation);
    let (method, path) = case.verdict.operation.as_deref()?.split_once(' ')?;
    let status = case.recording.status().to_string();
    let response = follow(document, &document["paths"][path][method.to_lowercase()]["responses"][&status]);
    let reference = response["content"]["application/json"]["schema"]["$ref"].as_str()?;
    reference.rsplit('/').next().map(str::to_owned)
}

/// What was sent beside what the server reads: the recording, the object, and its member.
const UNREAD: &[(&str, &str, &str)] = &[
    ("console_deploy/004-login-remember-me-false-language.json", "", "language"),
    ("live-chat-messages/013-post-chat-messages-200.json", "/files/0", "tool_file_id"),
    ("live-chat-messages/036-post-chat-messages-200.json", "", "parent_message_id"),
];

#[test]
fn every_request_that_was_accepted_goes_through_its_type_and_comes_out_equal() {
    let mut tally = Tally::default();
    for case in corpus().cases.iter().filter(|case| case.accepted() && case.verdict.aside != Some(Aside::Declared)) {
        let Some((text, through)) = case.recording.json_request().zip(case.request_type()) else { continue };
        let Ok(mut request) = serde_json::from_str::<Value>(text) else { continue };
        // The method says it, not the type.
        let mode = ("", "response_mode");
        let unread = UNREAD.iter().filter(|(file, ..)| *file == case.recording.file);
        for (object, member) in unread.map(|(_, object, member)| (*object, *member)).chain([mode]) {
            if let Some(members) = request.pointer_mut(object).and_then(Value::as_object_mut) {
                members.remove(member);
            }
        }
        tally.add(case, "request", lost(through, &request.to_string()));
    }
    tally.settle(150);
}
