//! Tokens and cost as the answer of an application reports them.

use super::{TokenCounts, amount::Amount};
use crate::values::decode::{Kind, Reader};
use std::borrow::Cow;

/// What the end of a run reports. What it does not report is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunReport {
    pub(crate) tokens: TokenCounts,
    pub(crate) cost: Option<Price>,
    /// Its status is `failed`.
    pub(crate) failed: bool,
    /// The conversation, where spans need it and it has the form of Dify's ids.
    pub(crate) conversation: Option<String>,
}

/// An amount of some currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) amount: Amount,
    pub(crate) currency: String,
}

impl Price {
    /// A currency is a code of two to five letters; other text of a server is not passed on.
    fn new(amount: &str, currency: &str) -> Option<Self> {
        let code = (2..=5).contains(&currency.len()) && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
        let amount = Amount::read(amount)?;
        code.then(|| Self { amount, currency: currency.to_ascii_uppercase() })
    }

    pub(crate) fn cost(&self) -> crate::Cost {
        crate::Cost { amount: self.amount.to_string(), currency: self.currency.clone() }
    }
}

impl RunReport {
    /// Of a decoded answer.
    #[cfg(any(feature = "app", feature = "web"))]
    pub(crate) fn of_answer(usage: Option<&crate::types::Usage>, conversation: Option<&str>) -> Self {
        let count = |tokens: i64| u64::try_from(tokens).ok();
        Self {
            tokens: usage.map_or_else(TokenCounts::default, |usage| TokenCounts {
                input: count(usage.prompt_tokens),
                output: count(usage.completion_tokens),
                total: count(usage.total_tokens),
            }),
            cost: usage.and_then(|usage| Price::new(&usage.total_price, &usage.currency)),
            failed: false,
            conversation: conversation.and_then(known_id),
        }
    }

    /// Of a decoded run.
    #[cfg(any(feature = "app", feature = "knowledge"))]
    pub(crate) fn of_run(total_tokens: i64, status: &crate::types::WorkflowRunStatus) -> Self {
        Self {
            tokens: TokenCounts { total: u64::try_from(total_tokens).ok(), ..TokenCounts::default() },
            failed: *status == crate::types::WorkflowRunStatus::Failed,
            ..Self::default()
        }
    }

    /// Of an event. Other events than the last ones report something else, or nothing.
    pub(crate) fn of_event(name: &str, data: &str) -> Option<Self> {
        match name {
            "message_end" => Some(Self::read_answer(data)),
            "workflow_finished" => Some(Self::read_run(data)),
            _ => None,
        }
    }

    /// Of a body that is not decoded.
    pub(crate) fn of_body(body: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(body) else { return Self::default() };
        let mut report = Self::read_run(text);
        report.add(Self::read_answer(text));
        report
    }

    fn read_answer(data: &str) -> Self {
        let usage = |member| scalar(data, &["metadata", "usage", member]);
        let count = |member| usage(member).and_then(|text| tokens(&text));
        Self {
            tokens: TokenCounts {
                input: count("prompt_tokens"),
                output: count("completion_tokens"),
                total: count("total_tokens"),
            },
            cost: usage("total_price").and_then(|price| Price::new(&price, &usage("currency")?)),
            failed: false,
            conversation: cfg!(feature = "tracing")
                .then(|| scalar(data, &["conversation_id"]))
                .flatten()
                .and_then(|id| known_id(&id)),
        }
    }

    fn read_run(data: &str) -> Self {
        let total = scalar(data, &["data", "total_tokens"]).and_then(|text| tokens(&text));
        Self {
            tokens: TokenCounts { total, ..TokenCounts::default() },
            failed: scalar(data, &["data", "status"]).as_deref() == Some("failed"),
            ..Self::default()
        }
    }

    /// Adds what another event of the same run reports. The usage of a message has more parts than the total of its run,
    /// and covers the same tokens.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { tokens, cost, failed, conversation } = other;
        let has_parts = |tokens: TokenCounts| tokens.input.is_some() || tokens.output.is_some();
        if has_parts(tokens) || !has_parts(self.tokens) && tokens.total.is_some() {
            self.tokens = tokens;
        }
        self.cost = cost.or(self.cost.take());
        self.failed |= failed;
        self.conversation = conversation.or(self.conversation.take());
    }
}

/// Reads a count, which some releases write as text.
fn tokens(text: &str) -> Option<u64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
    })
}

/// Returns the text or number at this place.
fn scalar<'d>(data: &'d str, path: &[&str]) -> Option<Cow<'d, str>> {
    if !path.iter().all(|member| crate::stream::event::mentions(data, member)) {
        return None;
    }
    let mut reader = Reader::new(data);
    if !path.iter().all(|member| reader.find(member).unwrap_or(false)) {
        return None;
    }
    match reader.kind()? {
        Kind::Text => reader.string().ok(),
        Kind::Number => reader.number("a number").ok().map(Cow::Borrowed),
        _ => None,
    }
}

/// Returns the id of a conversation, if it has the form of Dify's own: 36 digits and hyphens. Other text may be anything.
fn known_id(id: &str) -> Option<String> {
    let own = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (cfg!(feature = "tracing") && own).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(usage: &str) -> RunReport {
        let data = format!(r#"{{"event":"message_end","metadata":{{"retriever_resources":[],"usage":{usage}}}}}"#);
        RunReport::of_event("message_end", &data).expect("a report")
    }

    #[test]
    fn tokens_are_read_as_numbers_and_as_text() {
        for usage in [
            r#"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"total_price":"0.5","currency":"USD"}"#,
            r#"{"total_price":0.5,"prompt_tokens":"3","completion_tokens":"4","total_tokens":7.0,"currency":"usd"}"#,
        ] {
            let report = report(usage);
            assert_eq!(report.tokens, TokenCounts { input: Some(3), output: Some(4), total: Some(7) }, "{usage}");
            assert_eq!(report.cost.map(|price| price.cost().to_string()).as_deref(), Some("0.5 USD"), "{usage}");
        }
    }

    #[test]
    fn what_is_not_reported_is_unknown() {
        for usage in [
            "null",
            "{}",
            "7",
            r#"{"prompt_tokens":null,"total_tokens":-1,"total_price":"","currency":"USD"}"#,
            r#"{"total_price":"1","currency":"app-5ecret"}"#,
            r#"{"total_price":"1","currency":null}"#,
            r#"{"total_price":"-1","currency":"USD"}"#,
        ] {
            assert_eq!(report(usage), RunReport::default(), "{usage}");
        }
        assert_eq!(report(r#"{"total_price":"0E-7","currency":"USD"}"#).cost.expect("a cost").cost().amount, "0");
        assert_eq!(RunReport::of_event("message", r#"{"metadata":{"usage":{"total_tokens":7}}}"#), None);
    }

    #[test]
    fn the_usage_of_a_message_outranks_the_total_of_its_run() {
        let finished =
            r#"{"event":"workflow_finished","data":{"outputs":{"total_tokens":1},"status":"failed","total_tokens":9}}"#;
        let end = r#"{"metadata":{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}}"#;
        let (finished, end) =
            (RunReport::of_event("workflow_finished", finished), RunReport::of_event("message_end", end));
        let (finished, end) = (finished.expect("a report"), end.expect("a report"));
        assert_eq!((finished.tokens.total, finished.failed), (Some(9), true));
        for (first, second) in [(finished.clone(), end.clone()), (end, finished)] {
            let mut report = first;
            report.add(second);
            assert_eq!(report.tokens, TokenCounts { input: Some(3), output: Some(4), total: Some(7) });
            assert!(report.failed);
        }
    }
}
