//! Every recorded stream, served again and read through the bindings.

use dify_tests::{
    Case, Clients,
    canned::{Answer, CannedServer},
    corpus,
    json::{losses, losses_of_older},
    replay::{Seen, expected, read, tell_the_end},
};

/// What differs between a reading and what the plain reading of the standard says it should be.
fn differences(mut seen: &[Seen], expected: &[(String, serde_json::Value)], contract: bool) -> Vec<String> {
    let losses = if contract { losses } else { losses_of_older };
    if let ([events @ .., Seen::NoEnd], false) = (seen, tells_the_end(expected)) {
        seen = events;
    } else if !tells_the_end(expected) {
        return vec![format!("nobody was told that the end is missing: {seen:#?}")];
    }
    if seen.len() != expected.len() {
        return vec![format!("{} events instead of {}: {seen:#?}", seen.len(), expected.len())];
    }
    let mut found = Vec::new();
    for (index, (seen, (name, data))) in seen.iter().zip(expected).enumerate() {
        match seen {
            Seen::Event { shown, .. } if shown.starts_with("Unknown") => {
                found.push(format!("event {index}: `{name}` is not known"));
            }
            Seen::Event { name: seen, value, .. } if seen == name || (is_piece(name, data) && seen == "message") => {
                found.extend(losses(data, value).into_iter().map(|loss| format!("event {index} ({name}) {loss}")));
            }
            Seen::RunFailed(told) if name == "error" => {
                found.extend(
                    ["code", "status", "message"].iter().filter(|member| told[**member] != data[**member]).map(
                        |member| format!("event {index}: {member} {} instead of {}", told[*member], data[*member]),
                    ),
                );
            }
            other => found.push(format!("event {index} should be `{name}`: {other:?}")),
        }
    }
    found
}

/// Whether it is a piece of an answer, which 1.11.2 to 1.12.1 name `message_file` where the question has a file.
fn is_piece(name: &str, data: &serde_json::Value) -> bool {
    name == "message_file" && data["answer"].is_string()
}

fn tells_the_end(events: &[(String, serde_json::Value)]) -> bool {
    tell_the_end(events.iter().map(|(name, _)| name.as_str()))
}

/// Reads every stream of a share of the cases at every size; counts streams, events, failed runs, and streams without
/// an end.
async fn replay(cases: impl Iterator<Item = &'static Case>) -> [usize; 4] {
    let server = CannedServer::start(&Answer::stream("", None)).await.expect("a server");
    let clients = Clients::at(&server.base_url());
    let [mut streams, mut events, mut failed, mut open] = [0; 4];
    for (case, (operation, body)) in cases.filter(|case| case.decodes()).filter_map(|case| Some((case, case.stream()?)))
    {
        let expected = expected(body.as_bytes());
        for chunk in [None, Some(1460), Some(7), Some(1)] {
            server.answer(&Answer::stream(body, chunk));
            let found =
                differences(&read(&clients, operation).await, &expected, case.recording.server == "dify-1.16.1");
            assert!(found.is_empty(), "{} in chunks of {chunk:?}:\n{}", case.recording, found.join("\n"));
        }
        streams += 1;
        events += expected.len();
        failed += expected.iter().filter(|(name, _)| name == "error").count();
        open += usize::from(!tells_the_end(&expected));
    }
    [streams, events, failed, open]
}

#[tokio::test]
async fn every_stream_reads_the_same_however_it_is_cut() {
    let cases = &corpus().cases;
    // By turns, so that both shares take about as long.
    let other = tokio::spawn(replay(cases.iter().skip(1).step_by(2)));
    let one = replay(cases.iter().step_by(2)).await;
    let other = other.await.expect("no panic");
    let [streams, events, failed, open] = std::array::from_fn(|index| one[index] + other[index]);
    let counts = format!("{streams} streams, {events} events, {failed} failed runs, {open} without an end");
    assert!(streams > 120 && events > 1_500 && failed > 4 && open > 4, "{counts}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_within_an_event_is_not_taken_for_whole() {
    let whole = "data: {\"event\":\"message\",\"task_id\":\"t\"}\n\n";
    let server = CannedServer::start(&Answer::stream(&whole[..20], None)).await.expect("a server");
    let clients = Clients::at(&server.base_url());
    let seen = read(&clients, "app_chat_stream").await;
    assert!(matches!(&seen[..], [Seen::Trouble(told)] if told.contains("middle of an event")), "{seen:?}");
}
