//! Runs of workflows: starting, following, reading back.

use serde_json::{Value, json};

use super::inputs;
use crate::described::Api;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::events::Events;
use crate::handlers::handler::Audience;
use crate::handlers::reply::Reply;
use crate::run::beginning::Beginning;
use crate::run::flow::Flow;
use crate::run::script::AnswerScript;
use crate::run::snapshot;
use crate::state::console::account::EMAIL as CONSOLE_EMAIL;
use crate::state::feed::{Feed, Turn};
use crate::state::run::Run;
use crate::values::refusal::Refusal;
use crate::values::{clock, ids};

/// `POST /workflows/run`.
pub(crate) async fn run(call: Call) -> Outcome {
    check_published(&call)?;
    let streaming = call.text("response_mode") == Some("streaming");
    let ready = inputs::given(&call).and_then(|given| Ok((given, inputs::files(&call)?)));
    let (given, files) = match ready {
        Ok(ready) => ready,
        Err(problem) if streaming && call.server.options.since("1.13.0") => return refused(&call, &problem),
        Err(problem) => return Err(Refusal::invalid(problem)),
    };
    let question = inputs::question(&given);
    let text = format!("I have worked on \"{question}\" and this is the result, word by word.");
    let script = AnswerScript::of(&question, &text, call.server.options.pace);
    let mut system = inputs::system(&call, &files);
    system.insert("sys.timestamp".to_owned(), json!(clock::now()));
    let user = call.user().to_owned();
    let beginning =
        Beginning { user, visit: call.api == Api::Web, talk: None, inputs: given, system, question, script };
    let flow = Flow::begin(&call.server, &call.key, beginning);
    let (cursor, run) = (flow.feed.from_start(), flow.run.clone());
    tokio::spawn(flow.start());
    if streaming {
        return Ok(Reply::Events(Events::greeting(cursor, call.server.options.ping)));
    }
    cursor.rest().await;
    let value = call.world(|world| world.app(&call.key).run.get(&run).map(Run::blocking));
    value.map(Reply::run).ok_or(Refusal::unknown())
}

/// `POST /workflows/{workflow_id}/run`.
pub(crate) async fn run_version(call: Call) -> Outcome {
    check_version(&call, Some(call.at("workflow_id")))?;
    run(call).await
}

/// Whether there is anything to run: a draft is only for the console.
pub(crate) fn check_published(call: &Call) -> Result<(), Refusal> {
    let published = call.world(|world| world.app(&call.key).profile.workflows.running().is_some());
    if published { Ok(()) } else { Err(Refusal::invalid("Workflow not published")) }
}

/// Whether this is a published version of the application's workflow.
pub(crate) fn check_version(call: &Call, version: Option<&str>) -> Result<(), Refusal> {
    let Some(version) = version.filter(|version| !version.is_empty()) else { return Ok(()) };
    let bad = |message: String| Err(Refusal::new(400, "bad_request", message));
    if !ids::is_uuid(version) {
        return bad(format!("Invalid workflow_id format: '{version}'. "));
    }
    let (published, draft) = call.world(|world| {
        let workflows = &world.app(&call.key).profile.workflows;
        let draft = workflows.draft.as_ref().is_some_and(|draft| draft.id == version);
        (workflows.version(version).is_some(), draft)
    });
    match (published, draft) {
        (true, _) => Ok(()),
        (false, true) => bad(format!(
            "Cannot use draft workflow version. Workflow ID: {version}. Please use a published workflow version or \
             leave workflow_id empty."
        )),
        _ => Err(Refusal::not_found(format!("Workflow not found with id: {version}"))),
    }
}

/// A stream of nothing but pings: what 1.13.0 to 1.14.2 answer where a run fails before its first event.
pub(crate) fn endless(call: &Call) -> Outcome {
    let feed = Feed::new();
    let events = Events::greeting(feed.from_start(), call.server.options.ping);
    call.world(|world| world.empty_feeds.push(feed));
    Ok(Reply::Events(events))
}

/// A run that is refused when the stream has begun already.
pub(crate) fn refused(call: &Call, problem: &str) -> Outcome {
    if call.server.options.between("1.13.0", "1.15.0") {
        return endless(call);
    }
    let (id, now) = (ids::new(), clock::now());
    let workflow = call.world(|world| world.app(&call.key).workflow_id.clone());
    let feed = Feed::new();
    let event = |event: &str, data: Value| json!({"event": event, "task_id": id, "workflow_run_id": id, "data": data});
    let started = json!({"id": id, "workflow_id": workflow, "inputs": {}, "created_at": now, "reason": "initial"});
    feed.push(&event("workflow_started", started), Turn::Goes);
    let finished = json!({
        "id": id, "workflow_id": workflow, "status": "failed", "outputs": null, "error": problem,
        "elapsed_time": 0.0, "total_tokens": 0, "total_steps": 0, "created_by": {}, "created_at": now,
        "finished_at": now, "exceptions_count": 1, "files": [],
    });
    feed.push(&event("workflow_finished", finished), Turn::Ends);
    feed.close();
    Ok(Reply::Events(Events::greeting(feed.from_start(), call.server.options.ping)))
}

/// `GET /workflows/run/{workflow_run_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    if !call.server.options.since("1.3.0") {
        Audience::Workflow.check(call.key.mode, call.api)?;
    }
    let id = call.at("workflow_run_id");
    if !ids::is_uuid(id) {
        return Err(Refusal::unknown());
    }
    let value = call.world(|world| world.app(&call.key).run.get(id).map(Run::value));
    match value {
        Some(value) => Ok(Reply::ok(value)),
        None if call.server.options.since("1.13.0") => Err(Refusal::not_found("Workflow run not found.")),
        None => Ok(Reply::ok(Run::unknown())),
    }
}

/// `GET /workflow/{workflow_run_id}/events`.
pub(crate) fn events(call: &Call) -> Outcome {
    let id = call.at("workflow_run_id");
    if !ids::is_uuid(id) {
        return Err(Refusal::unknown());
    }
    let found = follow(call, id, says_yes(call, "continue_on_pause"));
    found.map(Reply::Events).ok_or_else(|| Refusal::not_found("Workflow run not found"))
}

/// Only this word counts; anything else is no.
fn says_yes(call: &Call, name: &str) -> bool {
    call.asked(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// The events of a run of this user; `on`, when a pause is not their end.
pub(crate) fn follow(call: &Call, id: &str, on: bool) -> Option<Events> {
    let with_snapshot = says_yes(call, "include_state_snapshot");
    let ping = call.server.options.ping;
    call.world(|world| {
        let run = world.app(&call.key).run.get(id).filter(|run| run.user == call.user())?;
        let mut events = match run.feed.as_ref().filter(|_| !run.is_over()) {
            None => {
                let feed = Feed::new();
                feed.close();
                Events { lead: vec![snapshot::last(run)], ..Events::new(feed.from_now(), ping) }
            }
            Some(feed) => Events {
                lead: if with_snapshot { snapshot::of(run) } else { Vec::new() },
                ends_at_pause: !on,
                // Nothing tells the server that this stream is at its end.
                lingers: on && !with_snapshot,
                ..Events::greeting(feed.from_now(), ping)
            },
        };
        events.uncached = true;
        Some(events)
    })
}

/// `GET /workflows/logs`.
pub(crate) fn logs(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1), call.number("limit", 20));
    let time = |name| match call.asked(name) {
        None => Ok(None),
        Some(text) => clock::from_iso(text).map(Some).ok_or_else(|| {
            let shown: String = text.chars().take(4).collect();
            Refusal::invalid(format!("invalid literal for int() with base 10: b'{shown}'"))
        }),
    };
    // The account of an application's maker; runs over the Service API are made by end users.
    if let Some(account) = call.asked("created_by_account").filter(|account| *account != CONSOLE_EMAIL) {
        return Err(Refusal::invalid(format!("Account not found: {account}")));
    }
    let (before, after) = (time("created_at__before")?, time("created_at__after")?);
    let keyword = call.asked("keyword").map(str::to_lowercase);
    let wanted = |run: &&Run| {
        call.asked("status").is_none_or(|status| run.status.name() == status)
            && call.asked("created_by_end_user_session_id").is_none_or(|session| run.user == session)
            && call.asked("created_by_account").is_none()
            && before.is_none_or(|before| run.created_at <= before)
            && after.is_none_or(|after| run.created_at >= after)
            && keyword.as_ref().is_none_or(|word| {
                let inputs = Value::Object(run.inputs.clone()).to_string().to_lowercase();
                inputs.contains(word) || run.outputs.to_string().to_lowercase().contains(word)
            })
    };
    Ok(Reply::ok(call.world(|world| {
        let app = world.app(&call.key);
        // A chatflow's runs stand in its messages, not in this log.
        let runs = app.runs.iter().rev().filter_map(|id| app.run.get(id)).filter(|run| run.talk.is_none());
        let found: Vec<&Run> = runs.filter(wanted).collect();
        let first = (page - 1).saturating_mul(limit);
        let data: Vec<Value> = found.iter().skip(first).take(limit).map(|run| run.log()).collect();
        let more = first.saturating_add(data.len()) < found.len() && !data.is_empty();
        json!({"page": page, "limit": limit, "total": found.len(), "has_more": more, "data": data})
    })))
}
