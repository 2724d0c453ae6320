//! What an answer cost.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::json_text::extend;

/// Tokens and times of one answer.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    prompt: u64,
    completion: u64,
    latency: f64,
    times: Times,
}

/// The times.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Times {
    /// A streamed answer: to the first token, and from there on.
    Streamed(f64, f64),
    /// A blocking answer: only the whole.
    Whole(f64),
    /// The answer was stopped, so nothing was counted.
    Stopped,
    /// No model was asked.
    Free,
}

impl Usage {
    pub(crate) fn streamed(prompt: u64, completion: u64, latency: Duration, first: Duration) -> Usage {
        let rest = latency.saturating_sub(first);
        let times = Times::Streamed(seconds(first, 4), seconds(rest, 4));
        Usage { prompt, completion, latency: seconds(latency, 6), times }
    }

    pub(crate) fn stopped(since: Instant) -> Usage {
        Usage { prompt: 0, completion: 0, latency: seconds(since.elapsed(), 6), times: Times::Stopped }
    }

    pub(crate) fn free(since: Instant) -> Usage {
        Usage { prompt: 0, completion: 0, latency: seconds(since.elapsed(), 6), times: Times::Free }
    }

    /// The same, as in a blocking answer.
    pub(crate) fn blocking(mut self) -> Usage {
        if let Times::Streamed(first, rest) = self.times {
            self.times = Times::Whole(first + rest);
        }
        self
    }

    pub(crate) fn prompt(&self) -> u64 {
        self.prompt
    }

    pub(crate) fn completion(&self) -> u64 {
        self.completion
    }

    pub(crate) fn total(&self) -> u64 {
        self.prompt + self.completion
    }

    pub(crate) fn latency(&self) -> f64 {
        self.latency
    }

    pub(crate) fn total_price(&self) -> String {
        decimal(self.units())
    }

    /// The price, in units of 0.0000001 dollars.
    pub(crate) fn units(&self) -> u64 {
        prompt_price(self.prompt) + completion_price(self.completion)
    }

    pub(crate) fn value(&self) -> Value {
        let free = self.times == Times::Free;
        let price = |units: u64| if free { "0.0".to_owned() } else { decimal(units) };
        let unit = |price: &str| if free { "0.0".to_owned() } else { price.to_owned() };
        let mut value = json!({
            "prompt_tokens": self.prompt, "prompt_unit_price": unit("0.15"), "prompt_price_unit": unit("0.000001"),
            "prompt_price": price(prompt_price(self.prompt)), "completion_tokens": self.completion,
            "completion_unit_price": unit("0.60"), "completion_price_unit": unit("0.000001"),
            "completion_price": price(completion_price(self.completion)), "total_tokens": self.total(),
            "total_price": price(self.units()), "currency": "USD", "latency": self.latency,
        });
        let (first, rest) = match self.times {
            Times::Streamed(first, rest) => (json!(first), rest),
            Times::Whole(rest) => (Value::Null, rest),
            Times::Stopped | Times::Free => return value,
        };
        extend(&mut value, json!({"time_to_first_token": first, "time_to_generate": rest}));
        value
    }

    /// The `metadata` of an answer.
    pub(crate) fn metadata(&self, annotation: Option<&Value>, always: bool) -> Value {
        let mut metadata = json!({});
        if annotation.is_some() || always {
            metadata["annotation_reply"] = annotation.cloned().unwrap_or_default();
        }
        extend(&mut metadata, json!({"retriever_resources": [], "usage": self.value(), "reasoning": {}}));
        metadata
    }
}

/// Seconds with so many digits.
pub(crate) fn seconds(time: Duration, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (time.as_secs_f64() * scale).round() / scale
}

/// How many tokens a text counts as.
pub(crate) fn tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

/// In units of 0.0000001 dollars: 0.15 for a million, rounded up at the half.
fn prompt_price(tokens: u64) -> u64 {
    (tokens * 3).div_ceil(2)
}

fn completion_price(tokens: u64) -> u64 {
    tokens * 6
}

/// A price as Python's decimals print it: with an exponent when it is tiny.
pub(crate) fn decimal(units: u64) -> String {
    if units < 10 {
        return format!("{units}E-7");
    }
    format!("{}.{:07}", units / 10_000_000, units % 10_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_texts_with_seven_digits_or_an_exponent() {
        let usage = Usage::streamed(12, 31, Duration::from_millis(500), Duration::from_millis(40));
        let value = usage.value();
        assert_eq!((&value["prompt_price"], &value["completion_price"]), (&json!("0.0000018"), &json!("0.0000186")));
        assert_eq!(value["total_price"], "0.0000204");
        assert_eq!(Usage::stopped(Instant::now()).value()["total_price"], "0E-7");
        assert_eq!(Usage::free(Instant::now()).value()["total_price"], "0.0");
        assert_eq!(Usage::stopped(Instant::now()).value().get("time_to_first_token"), None);
    }
}
