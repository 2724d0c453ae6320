//! What a replay program wrote, compared with what it was given.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::KnownBug;
use super::corpus::{Corpus, Line};
use super::variants::Kind;

/// How many lines of a corpus decoded, and what did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// The recorded lines.
    pub(super) of: usize,
    /// Those that decoded and encoded again without a loss.
    pub(super) decoded: usize,
    /// Whether an unknown event is decoded; elsewhere it is an error of its own. None without events.
    pub(super) unknown_event: Option<bool>,
    /// One line for each failure.
    pub(super) failures: Vec<String>,
}

/// The name of the file that is uploaded.
pub(super) const FILE: &str = "notes.txt";
/// Its contents.
pub(super) const CONTENTS: &str = "Green tea steeps for two minutes.\n";

impl Tally {
    /// Compares the results with the corpus; with `server`, the upload and the refusal too.
    pub(super) fn of(corpus: &Corpus, results: &str, server: bool) -> Self {
        let mut tally =
            Self { of: corpus.lines.iter().filter(|line| line.kind.is_recorded()).count(), ..Self::default() };
        let mut results = results.lines().map(|line| serde_json::from_str(line).unwrap_or(Value::Null));
        for line in &corpus.lines {
            let outcome = decoded(line, &results.next().unwrap_or(Value::Null));
            if line.kind == Kind::UnknownEvent {
                // A client may refuse it, alone: the lines after it are decoded all the same.
                tally.unknown_event = Some(outcome.is_ok() && tally.unknown_event.unwrap_or(true));
                continue;
            }
            match outcome {
                Ok(()) if line.kind.is_recorded() => tally.decoded += 1,
                Ok(()) => {}
                Err(why) => tally.failures.push(format!("{}: {why}", line.place())),
            }
        }
        if server {
            let calls: Vec<Value> = results.collect();
            let answer = |name: &str| calls.iter().find_map(|call| call.get(name)).cloned().unwrap_or_default();
            let (upload, refusal) = (answer("upload"), answer("refusal"));
            let named = upload["name"] == FILE && upload["size"] == CONTENTS.len();
            if !named || upload["id"].as_str().is_none_or(str::is_empty) {
                tally.failures.push(format!("upload: {upload}"));
            }
            if refusal != json!({"status": 404, "code": "not_found"}) {
                tally.failures.push(format!("refusal: {refusal}"));
            }
        }
        tally
    }

    /// Returns the signs of the faults that explain all failures; fails with the first failures that no fault explains.
    pub(super) fn explained(&self, faults: &[&'static KnownBug]) -> Result<BTreeSet<&'static str>, String> {
        let mut seen = BTreeSet::new();
        let mut others = Vec::new();
        for failure in &self.failures {
            match faults.iter().find(|fault| failure.contains(fault.sign)) {
                Some(fault) => _ = seen.insert(fault.sign),
                None => others.push(failure.as_str()),
            }
        }
        if others.is_empty() {
            return Ok(seen);
        }
        let first = others.iter().take(3).copied().collect::<Vec<_>>().join("; ");
        Err(format!("{} of {} decoded, {} failures, such as {first}", self.decoded, self.of, others.len()))
    }
}

/// Whether a result is the line's body, decoded and encoded again.
fn decoded(line: &Line, result: &Value) -> Result<(), String> {
    let Some(encoded) = result["encoded"].as_str() else {
        return Err(result["error"].as_str().unwrap_or("no result").to_owned());
    };
    let encoded: Value = serde_json::from_str(encoded).map_err(|error| format!("encoded as no JSON: {error}"))?;
    kept(&line.described, &encoded, "")?;
    invented(&line.body, &encoded, "")
}

/// Whether everything described is there. Null may be absent.
fn kept(described: &Value, encoded: &Value, path: &str) -> Result<(), String> {
    let lost = || Err(format!("{path}: {} became {}", brief(described), brief(encoded)));
    match (described, encoded) {
        (Value::Object(described), Value::Object(encoded)) => {
            described.iter().try_for_each(|(name, value)| match (value, encoded.get(name)) {
                (Value::Null, None) => Ok(()),
                (value, Some(encoded)) => kept(value, encoded, &format!("{path}/{name}")),
                (_, None) => Err(format!("{path}/{name} was lost")),
            })
        }
        (Value::Array(described), Value::Array(encoded)) if described.len() == encoded.len() => {
            described.iter().zip(encoded).try_for_each(|(value, encoded)| kept(value, encoded, &format!("{path}/*")))
        }
        (Value::Number(described), Value::Number(encoded)) if described.as_f64() == encoded.as_f64() => Ok(()),
        (described, encoded) if described == encoded => Ok(()),
        _ => lost(),
    }
}

/// Whether nothing but null was added.
fn invented(body: &Value, encoded: &Value, path: &str) -> Result<(), String> {
    match (body, encoded) {
        (Value::Object(body), Value::Object(encoded)) => encoded.iter().try_for_each(|(name, value)| {
            let path = format!("{path}/{name}");
            match body.get(name) {
                Some(body) => invented(body, value, &path),
                None if value.is_null() => Ok(()),
                None => Err(format!("{path} was made up: {}", brief(value))),
            }
        }),
        (Value::Array(body), Value::Array(encoded)) => {
            body.iter().zip(encoded).try_for_each(|(body, value)| invented(body, value, &format!("{path}/*")))
        }
        _ => Ok(()),
    }
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULT: KnownBug = KnownBug { apis: &["service"], what: "w", link: "https://l", sign: "/b was lost" };

    fn tally(kind: Kind, body: Value, result: &Value) -> Tally {
        let line = Line {
            schema: "Tea".into(),
            list: false,
            kind,
            described: body.clone(),
            body,
            operation: "makeTea".into(),
            status: 200,
            release: "1.16.1".into(),
        };
        Tally::of(&Corpus { lines: vec![line], ..Corpus::default() }, &result.to_string(), false)
    }

    fn encoded(body: &Value) -> Value {
        json!({"encoded": body.to_string()})
    }

    #[test]
    fn null_may_be_absent_and_numbers_are_compared_by_value() {
        let body = json!({"a": 1, "b": null, "c": [{"d": 1.0}]});
        for same in [json!({"a": 1.0, "c": [{"d": 1}]}), json!({"a": 1, "b": null, "c": [{"d": 1, "e": null}]})] {
            assert_eq!(tally(Kind::Event, body.clone(), &encoded(&same)).decoded, 1, "{same}");
        }
        for other in [json!({"a": 1, "c": []}), json!({"c": [{"d": 1}]}), json!({"a": "1", "c": [{"d": 1}]})] {
            assert_eq!(tally(Kind::Event, body.clone(), &encoded(&other)).decoded, 0, "{other}");
        }
    }

    #[test]
    fn a_made_up_value_is_a_failure() {
        let failed = tally(Kind::Recorded, json!({"a": 1}), &encoded(&json!({"a": 1, "b": ""})));
        assert_eq!(failed.failures, ["Tea (recorded, makeTea 200, 1.16.1): /b was made up: \"\""]);
    }

    #[test]
    fn an_unknown_event_may_be_an_error() {
        let refused = tally(Kind::UnknownEvent, json!({"event": "new"}), &json!({"error": "no such event"}));
        assert_eq!((refused.unknown_event, refused.failures.len()), (Some(false), 0));
        let without = tally(Kind::Event, json!({"event": "tea"}), &Value::Null);
        assert_eq!(without.failures, ["Tea (event, makeTea 200, 1.16.1): no result"]);
    }

    #[test]
    fn every_failure_needs_a_fault_that_explains_it() {
        let lost = tally(Kind::Recorded, json!({"b": 1}), &encoded(&json!({})));
        assert_eq!(lost.explained(&[&FAULT]).map(|faults| faults.len()), Ok(1));
        let both = Tally { failures: [lost.failures, vec!["other".into()]].concat(), ..lost };
        assert!(both.explained(&[&FAULT]).is_err_and(|why| why.contains("such as other")));
        assert_eq!(Tally::default().explained(&[&FAULT]).map(|faults| faults.len()), Ok(0));
    }

    #[test]
    fn an_upload_and_a_refusal_are_checked_by_their_content() {
        let upload = json!({"upload": {"id": "1", "name": FILE, "size": CONTENTS.len()}});
        let refusal = json!({"refusal": {"status": 404, "code": "not_found"}});
        let of = |results: String| Tally::of(&Corpus::default(), &results, true).failures.len();
        assert_eq!(of(format!("{upload}\n{refusal}")), 0);
        assert_eq!(of(format!("{upload}\n{}", json!({"refusal": {"status": 404, "code": null}}))), 1);
        assert_eq!(of(String::new()), 2);
    }
}
