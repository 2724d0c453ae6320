//! Stopping a run: the same for every kind of application.

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;

/// Asks a task to stop. Dify reports success even if there is no such task.
pub(crate) fn answer(call: &Call) -> Outcome {
    let stop = call.world(|world| {
        let task = world.tasks.get(call.at("task_id"))?;
        let may = task.app == call.key.text && task.user.as_deref().is_none_or(|user| user == call.user());
        may.then(|| task.stop.clone())
    });
    if let Some(stop) = stop {
        stop.ask();
    }
    Ok(Reply::success())
}
