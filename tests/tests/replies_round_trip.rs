//! The types are true: everything real servers sent and took goes through its type and comes out whole.

use dify_tests::{
    Case, corpus, corpus::judge_one, generated, generated::RoundTrip, json::losses, sse_frames::reference,
};
use serde_json::Value;

/// What is lost when the text goes through the type.
fn lost(through: RoundTrip, text: &str) -> Vec<String> {
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
    for case in corpus().cases.iter().filter(|case| case.accepted() && !case.verdict.declared) {
        let Some(body) = case.json_reply() else { continue };
        // Text to audio of an unknown message answers `null` where a file was due: a download has no type.
        let Some(through) = case.reply_type() else {
            assert_eq!(body.trim(), "null", "{} has no type", case.recording);
            continue;
        };
        tally.add(case, "answer", lost(through, body));
    }
    tally.settle(300);
}

#[test]
fn what_the_types_write_is_what_the_documents_say() {
    let mut tally = Tally::default();
    for case in corpus().cases.iter().filter(|case| case.accepted() && !case.verdict.aside) {
        let Some((body, through)) = case.json_reply().zip(case.reply_type()) else { continue };
        let Ok(written) = through(body) else { continue };
        let mut exchange = case.recording.exchange.clone();
        exchange["response"]["body"] = written.to_string().into();
        let verdict = judge_one(&corpus().judge, &case.recording.file, &exchange);
        let violations = verdict.violations.iter().filter(|violation| !violation.informs());
        tally.add(case, "written back", violations.map(|v| format!("{} {}", v.kind, v.place)).collect());
    }
    tally.settle(300);
}

#[test]
fn every_recorded_event_goes_through_its_type_without_loss() {
    let mut tally = Tally::default();
    for case in &corpus().cases {
        let Some(((_, stream), through)) = case.stream().zip(case.event_type()) else { continue };
        for frame in reference(stream.as_bytes()) {
            let frame = frame.expect("recorded streams are UTF-8");
            tally.add(case, "event", lost(through, &frame.data));
        }
    }
    tally.settle(1_500);
}

#[test]
fn every_recorded_refusal_is_an_error_body() {
    let mut tally = Tally::default();
    for case in corpus().cases.iter().filter(|case| case.recording.status() >= 400) {
        let Some(body) = case.json_reply() else { continue };
        // This operation has refusals of its own (R123).
        let name = match case.operations().next() {
            Some("knowledge_segments_create") => "SegmentRefusal",
            _ => "ApiErrorBody",
        };
        let through = generated::schema(name).expect("there is a type for error bodies");
        tally.add(case, "refusal", lost(through, body));
    }
    tally.settle(150);
}

#[test]
fn every_request_that_was_accepted_goes_through_its_type_and_comes_out_equal() {
    let mut tally = Tally::default();
    for case in corpus().cases.iter().filter(|case| case.accepted()) {
        let Some((text, through)) = case.recording.json_request().zip(case.request_type()) else { continue };
        let Ok(mut request) = serde_json::from_str::<Value>(text) else { continue };
        // The method says it, not the type.
        if let Some(members) = request.as_object_mut() {
            members.remove("response_mode");
        }
        tally.add(case, "request", lost(through, &request.to_string()));
    }
    tally.settle(150);
}
