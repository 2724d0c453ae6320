//! What a server's web framework adds to a 404: routes that might have been meant.

use std::collections::BTreeMap;

use contract::Judge;
use serde_json::json;

use super::Operation;
use crate::values::refusal::Refusal;

/// Routes of the server that the documents do not describe.
const UNDESCRIBED: [&str; 3] = [
    "/console/api/email-code-login",
    "/console/api/forgot-password",
    "/console/api/form/human_input/<string:form_token>",
];

/// Adds to a 404 which routes might have been meant, as releases from 1.8.0 on do.
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
    let mut routes: Vec<String> = super::operations(documents).map(route).collect();
    routes.extend(UNDESCRIBED.map(str::to_owned));
    // Of those that are alike without their parameters, the server keeps the last one, which is the longest.
    routes.sort_by_key(String::len);
    let fixed = |route: String| match (route.find('<'), route.rfind('>')) {
        (Some(start), Some(end)) => (format!("{}{}", &route[..start], &route[end + 1..]), route),
        _ => (route.clone(), route),
    };
    let routes: BTreeMap<String, String> = routes.into_iter().map(fixed).collect();
    let scored =
        routes.iter().map(|(fixed, route)| (likeness(&fixed.chars().collect::<Vec<_>>(), &word), fixed, route));
    let mut close: Vec<(f64, &String, &String)> = scored.filter(|(score, ..)| *score >= 0.6).collect();
    close.sort_by(|one, two| two.0.total_cmp(&one.0).then_with(|| two.1.cmp(one.1)));
    close.into_iter().take(3).map(|(.., route)| route.clone()).collect()
}

/// `/console/api/apps/<uuid:app_id>`.
fn route(operation: Operation) -> String {
    let word = |word: &str| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(name) if operation.is_uuid(name) => format!("<uuid:{name}>"),
        Some(name) => format!("<string:{name}>"),
        None => word.to_owned(),
    };
    let words: Vec<String> = operation.path().split('/').map(word).collect();
    format!("{}{}", operation.document().prefix(), words.join("/"))
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
        let documents = super::super::documents(None).expect("the documents are readable");
        let said = |path: &str| {
            let refusal = guess(documents, Refusal::not_found("App not found."), path).json().expect("a body").1;
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
        assert_eq!(
            said("/v1/datasets/tags"),
            "App not found. You have requested this URI [/v1/datasets/tags] but did you mean /v1/datasets/tags or \
             /v1/datasets/<uuid:dataset_id>/tags or /v1/datasets/<uuid:dataset_id>/documents/<uuid:document_id>/segments/\
             <uuid:segment_id>/child_chunks/<uuid:child_chunk_id> ?"
        );
        assert!(said("/api/forgot-password").ends_with("/resets or /console/api/forgot-password ?"));
    }
}
