//! The log of a workflow: its runs on behalf of people.

use serde_json::{Value, json};

use super::{app_in, logged};
use crate::clock;
use crate::http::call::{Call, Outcome};
use crate::http::key::Mode;
use crate::http::reply::Reply;
use crate::state::run::Run;

/// `GET /apps/{app_id}/workflow-app-logs`: the newest first.
pub(crate) fn list(call: &Call) -> Outcome {
    let page = logged::Page::read(call);
    let word = call.asked("keyword").map(str::to_lowercase);
    let detailed = matches!(call.asked("detail"), Some("true" | "True" | "1"));
    let time = |name: &str| call.asked(name).and_then(clock::from_iso);
    let (before, after) = (time("created_at__before"), time("created_at__after"));
    call.world(|world| {
        let app = app_in(world, call, &[Mode::Workflow])?;
        let fits = |run: &&Run| {
            call.asked("status").is_none_or(|status| run.status.name() == status)
                && call.asked("created_by_end_user_session_id").is_none_or(|session| run.user == session)
                && call.asked("created_by_account").is_none()
                && before.is_none_or(|before| run.created_at <= before)
                && after.is_none_or(|after| run.created_at >= after)
                && word.as_ref().is_none_or(|word| {
                    let inputs = Value::Object(run.inputs.clone()).to_string().to_lowercase();
                    inputs.contains(word) || run.outputs.to_string().to_lowercase().contains(word)
                })
        };
        let found: Vec<&Run> = app.runs.iter().rev().filter_map(|id| app.run.get(id)).filter(fits).collect();
        Ok(Reply::ok(page.of(&found, |run| {
            let mut value = run.log();
            if detailed {
                value["details"] = json!({"trigger_metadata": {}});
            }
            value
        })))
    })
}
