//! Runs of workflows and chatflows. Nobody tests drafts here, so without `triggered_from` there are none.

use serde_json::{Value, json};

use super::{DRAWN, app_in};
use crate::http::call::{Call, Outcome};
use crate::http::key::Mode;
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::state::app::App;
use crate::state::run::{Run, Status};

/// `GET /apps/{app_id}/workflow-runs`: the newest first.
pub(crate) fn of_workflow(call: &Call) -> Outcome {
    list(call, DRAWN, item)
}

/// `GET /apps/{app_id}/advanced-chat/workflow-runs`: each with its message.
pub(crate) fn of_chatflow(call: &Call) -> Outcome {
    list(call, &[Mode::AdvancedChat], |run| {
        let mut value = item(run);
        value["conversation_id"] = json!(run.talk.as_ref().map(|(conversation, _, _)| conversation));
        value["message_id"] = json!(run.talk.as_ref().map(|(_, message, _)| message));
        value
    })
}

/// The runs that a query asks for, the newest first.
fn found<'a>(app: &'a App, call: &Call) -> Vec<&'a Run> {
    let people = call.asked("triggered_from") == Some("app-run");
    let runs = app.runs.iter().rev().filter_map(|id| app.run.get(id)).filter(|_| people);
    runs.filter(|run| call.asked("status").is_none_or(|status| run.status.name() == status)).collect()
}

fn list(call: &Call, modes: &[Mode], value: impl Fn(&Run) -> Value) -> Outcome {
    let limit = call.number("limit", 20).max(1);
    call.world(|world| {
        let found = found(app_in(world, call, modes)?, call);
        let from = match call.asked("last_id") {
            None => 0,
            Some(last) => {
                let place = found.iter().position(|run| run.id == last);
                place.ok_or_else(|| Refusal::invalid("Last workflow run not exists"))? + 1
            }
        };
        let data: Vec<Value> = found.iter().skip(from).take(limit).map(|run| value(run)).collect();
        let more = from + data.len() < found.len();
        Ok(Reply::ok(json!({"limit": limit, "has_more": more, "data": data})))
    })
}

fn item(run: &Run) -> Value {
    json!({
        "id": run.id,
        "version": run.version,
        "status": run.status.name(),
        "elapsed_time": run.elapsed,
        "total_tokens": run.tokens,
        "total_steps": run.steps,
        "created_by_account": null,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "exceptions_count": u64::from(run.status == Status::Failed),
        "retry_index": null,
    })
}

/// `GET /apps/{app_id}/workflow-runs/count`.
pub(crate) fn count(call: &Call) -> Outcome {
    let since = span(call);
    call.world(|world| {
        let mut found = found(app_in(world, call, DRAWN)?, call);
        found.retain(|run| since.is_none_or(|since| run.created_at >= since));
        let count = |status: Status| found.iter().filter(|run| run.status == status).count();
        Ok(Reply::ok(json!({
            "total": found.len(),
            "running": count(Status::Running),
            "succeeded": count(Status::Succeeded),
            "failed": count(Status::Failed),
            "stopped": count(Status::Stopped),
            "partial_succeeded": 0,
        })))
    })
}

/// The beginning of `7d`, `4h`, `30m` or `30s` before now.
fn span(call: &Call) -> Option<i64> {
    let text = call.asked("time_range")?;
    let unit = match text.chars().last()? {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return None,
    };
    let count: i64 = text.get(..text.len() - 1)?.parse().ok()?;
    Some(crate::clock::now().saturating_sub(count.saturating_mul(unit)))
}

fn user(run: &Run) -> Value {
    json!({"id": run.user_id, "type": "service-api", "is_anonymous": false, "session_id": run.user})
}

/// `GET /apps/{app_id}/workflow-runs/{run_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app_in(world, call, DRAWN)?;
        let run = app.run.get(call.at("run_id")).ok_or_else(|| Refusal::not_found("Workflow run not found"))?;
        let workflows = &app.profile.workflows;
        let drawn = workflows.version(&run.workflow_id).or_else(|| workflows.running());
        Ok(Reply::ok(json!({
            "id": run.id,
            "version": run.version,
            "graph": drawn.map_or_else(|| json!({}), |workflow| workflow.graph.clone()),
            "inputs": run.inputs,
            "status": run.status.name(),
            "outputs": if run.outputs.is_null() { json!({}) } else { run.outputs.clone() },
            "error": run.error,
            "elapsed_time": run.elapsed,
            "total_tokens": run.tokens,
            "total_steps": run.steps,
            "created_by_role": "end_user",
            "created_by_account": null,
            "created_by_end_user": user(run),
            "created_at": run.created_at,
            "finished_at": run.finished_at,
            "exceptions_count": u64::from(run.status == Status::Failed),
        })))
    })
}

/// `GET /apps/{app_id}/workflow-runs/{run_id}/node-executions`: of an unknown run none.
pub(crate) fn nodes(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app_in(world, call, DRAWN)?;
        let run = app.run.get(call.at("run_id"));
        let traces = run.into_iter().flat_map(|run| run.traces.iter().zip(1..).map(move |trace| (run, trace)));
        let value = |(run, (trace, index)): (&Run, (&crate::run::node::Trace, usize))| {
            let mut value = trace.logged(index);
            value["created_by_role"] = json!("end_user");
            value["created_by_account"] = Value::Null;
            value["created_by_end_user"] = user(run);
            value
        };
        Ok(Reply::ok(json!({"data": traces.map(value).collect::<Vec<_>>()})))
    })
}
