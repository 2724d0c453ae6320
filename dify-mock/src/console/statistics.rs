//! What was used of an application, day by day. A day without any has no entry.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::app;
use crate::clock;
use crate::http::call::{Call, Outcome};
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::run::usage::{Usage, decimal};

/// The span that is asked for, in seconds.
struct Span {
    start: Option<i64>,
    end: Option<i64>,
}

impl Span {
    fn read(call: &Call) -> Result<Span, Refusal> {
        Ok(Span { start: moment(call, "start")?, end: moment(call, "end")? })
    }

    fn has(&self, moment: i64) -> bool {
        self.start.is_none_or(|start| moment >= start) && self.end.is_none_or(|end| moment < end)
    }
}

/// `2026-11-21 02:44`, in the account's time zone.
fn moment(call: &Call, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.asked(name) else { return Ok(None) };
    let shape = text.len() == 16
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b' ',
            13 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
    let read = shape.then(|| clock::from_iso(text)).flatten();
    read.map(Some).ok_or_else(|| {
        let message = format!("Invalid {name} time format: time data '{text}' does not match format '%Y-%m-%d %H:%M'");
        Refusal::new(400, "bad_request", message)
    })
}

fn day(moment: i64) -> String {
    clock::iso(moment).chars().take(10).collect()
}

/// `GET /apps/{app_id}/statistics/daily-messages`.
pub(crate) fn messages(call: &Call) -> Outcome {
    let span = Span::read(call)?;
    call.world(|world| {
        let moments: Vec<i64> = app(world, call)?.messages.values().map(|message| message.created_at).collect();
        Ok(Reply::ok(counted(moments, &span, "message_count")))
    })
}

/// `GET /apps/{app_id}/workflow/statistics/daily-conversations`.
pub(crate) fn runs(call: &Call) -> Outcome {
    let span = Span::read(call)?;
    call.world(|world| {
        let moments: Vec<i64> = app(world, call)?.run.values().map(|run| run.created_at).collect();
        Ok(Reply::ok(counted(moments, &span, "runs")))
    })
}

fn counted(moments: Vec<i64>, span: &Span, name: &str) -> Value {
    let mut days: BTreeMap<String, u64> = BTreeMap::new();
    for moment in moments.into_iter().filter(|moment| span.has(*moment)) {
        *days.entry(day(moment)).or_default() += 1;
    }
    let data: Vec<Value> = days.into_iter().map(|(date, count)| json!({"date": date, name: count})).collect();
    json!({"data": data})
}

/// `GET /apps/{app_id}/statistics/token-costs`.
pub(crate) fn costs(call: &Call) -> Outcome {
    let span = Span::read(call)?;
    call.world(|world| {
        let mut days: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for message in app(world, call)?.messages.values().filter(|message| span.has(message.created_at)) {
            let sum = days.entry(day(message.created_at)).or_default();
            sum.0 += message.usage.as_ref().map_or(0, Usage::total);
            sum.1 += message.usage.as_ref().map_or(0, Usage::units);
        }
        let entry = |(date, (tokens, units)): (String, (u64, u64))| {
            json!({"date": date, "token_count": tokens, "total_price": decimal(units), "currency": "USD"})
        };
        Ok(Reply::ok(json!({"data": days.into_iter().map(entry).collect::<Vec<Value>>()})))
    })
}
