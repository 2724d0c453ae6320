//! Rules about the modes of applications.

use super::nearest::did_you_mean;
use crate::diagnostic::Findings;
use crate::source::Node;
use crate::source::outline::Outline;

/// The codes with which an operation refuses applications of other modes.
const REFUSALS: [&str; 3] = ["not_chat_app", "not_completion_app", "not_workflow_app"];

/// A misspelt mode would be published as a fact.
pub fn modes_are_known(o: &Outline<'_>, found: &mut Findings) {
    let Some(values) = o.schema_named("AppMode").and_then(|mode| mode.value.get("x-extensible-enum")) else { return };
    let known: Vec<&str> = values.items().iter().filter_map(|value| value.text("value")).collect();
    let operations = o.operations.iter().map(|operation| operation.node());
    let carriers = operations.chain(o.schemas.iter().map(|schema| schema.node));
    for mode in carriers.filter_map(|node| node.get("x-dify-modes")).flat_map(Node::items) {
        let text = mode.as_str().unwrap_or_default();
        if !known.contains(&text) {
            let fix = did_you_mean(text, known.iter().copied(), "correct it, or describe it in `AppMode`");
            found.push(o.at(mode.place, format!("the mode `{text}` is not a value of `AppMode`"), fix));
        }
    }
}

/// What refuses applications of other modes lists the modes that it serves.
pub fn operations_list_their_modes(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        let codes = operation.node().list("x-dify-errors");
        let refusal = codes.iter().find(|code| code.as_str().is_some_and(|code| REFUSALS.contains(&code)));
        if let Some(code) = refusal.filter(|_| !operation.node().has("x-dify-modes")) {
            found.push(o.at(
                code.place,
                format!("`{}` refuses applications by mode", operation.route()),
                "list the modes that it serves in `x-dify-modes`",
            ));
        }
    }
}
