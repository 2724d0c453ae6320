//! How the console refuses: a 404 comes with guesses, and a few routes have words of their own.

use std::collections::BTreeMap;

use contract::Judge;
use serde_json::json;

use crate::described::{self, Complaint, Operation};
use crate::state::shared::Options;
use crate::values::refusal::Refusal;

/// Refuses what does not agree with the document where the route has words of its own for it.
pub(crate) fn judge(options: &Options, operation: Operation, members: &[Complaint]) -> Result<(), Refusal> {
    let Some(first) = members.first() else { return Ok(()) };
    match operation.id() {
        "console_setup_create" if options.since("1.12.0") => Err(setup()),
        "console_apps_update_model_config" if first.is_about("model") => Err(Refusal::invalid("model is required")),
        "console_definitions_import_app" if first.is_about("mode") && !first.is_missing() => {
            Err(Refusal::invalid(format!("Invalid import_mode: {}", crate::values::python::str(first.input()))))
        }
        _ => Ok(()),
    }
}

/// Mistakes in a body of this name that only a function finds.
pub(crate) fn wrong(title: &str, complaint: Complaint) -> Refusal {
    Complaint::refusal(&[complaint], title)
}

/// The setup does not name the error.
pub(crate) fn setup() -> Refusal {
    let message = "Validation error for parameter 'payload'";
    let error = json!({"type": "validation_error", "message": message, "status": 422, "details": message});
    Refusal::Shaped { status: 422, body: json!({"error": error}) }
}

/// A refusal about keys, which has no code.
pub(crate) fn about_keys(status: u16, message: &str) -> Refusal {
    Refusal::Shaped { status, body: json!({"message": message}) }
}

pub(crate) fn no_app() -> Refusal {
    Refusal::new(404, "app_not_found", "App not found.")
}

/// Adds to a 404 which routes might have been meant, as the server's web framework does.
pub(crate) fn guess(documents: &'static Judge, refusal: Refusal, path: &str) -> Refusal {
    let more = |message: &str| match guesses(documents, path) {
        routes if routes.is_empty() => message.to_owned(),
        routes => {
            let message = message.trim_end_matches('.');
            format!("{message}. You have requested this URI [{path}] but did you mean {} ?", routes.join(" or "))
        }
    };
    match refusal {
        Refusal::Coded { status: 404, code, message } => Refusal::new(404, code, more(&message)),
        Refusal::Shaped { status: 404, mut body } => {
            let message = more(body["message"].as_str().unwrap_or_default());
            body["message"] = json!(message);
            Refusal::Shaped { status: 404, body }
        }
        other => other,
    }
}

/// Routes that look like a path: three at most, the most alike first. Parameters and all between them do not count.
fn guesses(documents: &'static Judge, path: &str) -> Vec<String> {
    let word: Vec<char> = path.chars().collect();
    let routes = described::operations(documents).filter(|operation| operation.is_console()).map(route);
    let fixed = |route: String| match (route.find('<'), route.rfind('>')) {
        (Some(start), Some(end)) => (format!("{}{}", &route[..start], &route[end + 1..]), route),
        _ => (route.clone(), route),
    };
    let routes: BTreeMap<String, String> = routes.map(fixed).collect();
    let scored = routes.into_iter().map(|(fixed, route)| (likeness(&fixed.chars().collect::<Vec<_>>(), &word), route));
    let mut close: Vec<(f64, String)> = scored.filter(|(score, _)| *score >= 0.6).collect();
    close.sort_by(|one, two| two.0.total_cmp(&one.0).then_with(|| two.1.cmp(&one.1)));
    close.into_iter().take(3).map(|(_, route)| route).collect()
}

/// `/console/api/apps/<uuid:app_id>`.
fn route(operation: Operation) -> String {
    let word = |word: &str| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(name) if operation.is_uuid(name) => format!("<uuid:{name}>"),
        Some(name) => format!("<string:{name}>"),
        None => word.to_owned(),
    };
    format!("/console/api{}", operation.path().split('/').map(word).collect::<Vec<_>>().join("/"))
}

/// How alike two texts are, by Ratcliff and Obershelp: twice what they share over what they have.
#[expect(clippy::cast_precision_loss, reason = "paths are short")]
fn likeness(one: &[char], two: &[char]) -> f64 {
    let whole = one.len() + two.len();
    if whole == 0 { 1.0 } else { 2.0 * shared(one, two) as f64 / whole as f64 }
}

fn shared(one: &[char], two: &[char]) -> usize {
    let (mut length, mut at_one, mut at_two) = (0, 0, 0);
    let mut before = vec![0; two.len() + 1];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![0; two.len() + 1];
        for (j, b) in two.iter().enumerate() {
            if a == b {
                row[j + 1] = before[j] + 1;
                if row[j + 1] > length {
                    length = row[j + 1];
                    (at_one, at_two) = (i + 1 - length, j + 1 - length);
                }
            }
        }
        before = row;
    }
    if length == 0 {
        return 0;
    }
    let left = shared(&one[..at_one], &two[..at_two]);
    length + left + shared(&one[at_one + length..], &two[at_two + length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_404_guesses_as_recorded() {
        let id = "00000000-0000-4000-8000-000000000000";
        let documents = described::documents(None).expect("the documents are readable");
        let said = |path: &str| {
            let refusal = guess(documents, no_app(), path).json().expect("a body").1;
            refusal["message"].as_str().expect("a message").to_owned()
        };
        assert_eq!(said(&format!("/console/api/apps/{id}")), "App not found.");
        assert_eq!(said(&format!("/console/api/apps/{id}/copy")), "App not found.");
        let path = format!("/console/api/apps/{id}/api-enable");
        let route = "/console/api/apps/<uuid:app_id>/api-enable";
        assert_eq!(
            said(&path),
            format!("App not found. You have requested this URI [{path}] but did you mean {route} ?")
        );
        assert_eq!(
            said("/console/api/tag-bindings"),
            "App not found. You have requested this URI [/console/api/tag-bindings] but did you mean \
             /console/api/tag-bindings or /console/api/tag-bindings/remove or /console/api/tags ?"
        );
    }
}
