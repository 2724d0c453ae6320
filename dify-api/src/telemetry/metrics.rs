//! The metrics of all clients of the program, through the facade of the crate `metrics`.

use super::{ObservedCall, ObservedEnd, ObservedFirstEvent, ObservedRetry, Observer};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::sync::{Mutex, PoisonError};

const REQUESTS: &str = "dify_client_requests_total";
const IN_FLIGHT: &str = "dify_client_requests_in_flight";
const DURATION: &str = "dify_client_request_duration_seconds";
const FIRST_EVENT: &str = "dify_client_time_to_first_event_seconds";
const RETRIES: &str = "dify_client_retries_total";
const TOKENS: &str = "dify_client_tokens_total";
const INPUT_TOKENS: &str = "dify_client_input_tokens_total";
const OUTPUT_TOKENS: &str = "dify_client_output_tokens_total";
/// Begins the name of the metric of each currency.
const COST: &str = "dify_client_cost_";
const BYTES: &str = "dify_client_received_bytes_total";
const SUBSTITUTIONS: &str = "dify_client_substitutions_total";

/// So many currencies have a metric: a server that invents them fills no memory.
const CURRENCIES: usize = 16;

/// Describes the metrics to the recorder that is installed now.
pub(crate) fn describe() {
    describe_counter!(REQUESTS, Unit::Count, "Calls that have ended.");
    describe_gauge!(IN_FLIGHT, Unit::Count, "Calls that have begun and not ended.");
    describe_histogram!(DURATION, Unit::Seconds, "Time from the start of a call to its end.");
    describe_histogram!(FIRST_EVENT, Unit::Seconds, "Time from the start of a call to the first event of its stream.");
    describe_counter!(RETRIES, Unit::Count, "Attempts after the first of a call.");
    describe_counter!(TOKENS, Unit::Count, "Tokens that applications reported.");
    describe_counter!(INPUT_TOKENS, Unit::Count, "Tokens of prompts that applications reported.");
    describe_counter!(OUTPUT_TOKENS, Unit::Count, "Tokens written by models that applications reported.");
    describe_counter!(BYTES, Unit::Bytes, "Bytes of answers.");
    describe_counter!(SUBSTITUTIONS, Unit::Count, "Required members that answers lacked.");
}

/// Records what happens to calls.
pub(crate) struct Metrics;

impl Observer for Metrics {
    fn started(&self, call: &ObservedCall<'_>) {
        gauge!(IN_FLIGHT, "operation" => call.operation).increment(1.0);
    }

    fn retried(&self, call: &ObservedCall<'_>, _: &ObservedRetry<'_>) {
        counter!(RETRIES, "operation" => call.operation).increment(1);
    }

    fn first_event(&self, call: &ObservedCall<'_>, event: &ObservedFirstEvent) {
        histogram!(FIRST_EVENT, "operation" => call.operation).record(event.after.as_secs_f64());
    }

    fn finished(&self, call: &ObservedCall<'_>, end: &ObservedEnd<'_>) {
        let (operation, outcome) = (call.operation, end.outcome.as_str());
        gauge!(IN_FLIGHT, "operation" => operation).decrement(1.0);
        counter!(REQUESTS, "operation" => operation, "outcome" => outcome).increment(1);
        histogram!(DURATION, "operation" => operation, "outcome" => outcome).record(end.duration.as_secs_f64());
        let tokens = end.tokens;
        for (name, count) in [
            (
                TOKENS,
                tokens.total.or(tokens.input.zip(tokens.output).map(|(input, output)| input.saturating_add(output))),
            ),
            (INPUT_TOKENS, tokens.input),
            (OUTPUT_TOKENS, tokens.output),
            (BYTES, Some(end.bytes)),
            (SUBSTITUTIONS, Some(end.substitutions as u64)),
        ] {
            if let Some(count) = count.filter(|count| *count > 0) {
                counter!(name, "operation" => operation, "outcome" => outcome).increment(count);
            }
        }
        let cost = end.cost.and_then(|cost| Some((cost.amount.parse::<f64>().ok()?, KNOWN.metric(&cost.currency)?)));
        if let Some((amount, name)) = cost {
            histogram!(name, "operation" => operation, "outcome" => outcome).record(amount);
        }
    }
}

/// The metrics of currencies that are there: amounts of different currencies have no sum.
struct Currencies(Mutex<Vec<String>>);

static KNOWN: Currencies = Currencies(Mutex::new(Vec::new()));

impl Currencies {
    /// Returns the name of the metric of a currency; `None` where there are too many.
    fn metric(&self, currency: &str) -> Option<String> {
        let name = format!("{COST}{}", currency.to_ascii_lowercase());
        {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.contains(&name) {
                return Some(name);
            }
            if known.len() == CURRENCIES {
                return None;
            }
            known.push(name.clone());
        }
        describe_histogram!(name.clone(), format!("Cost of answers in {currency}; its sum is the total."));
        Some(name)
    }
}

#[cfg(all(test, feature = "app"))]
mod tests;
