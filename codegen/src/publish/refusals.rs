//! An example of each error code, at each response that may carry it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Object;
use crate::language::Language;
use crate::source::escape;
use crate::source::outline::COMMON_CODES;

const VALUES: &str = "/components/schemas/ErrorCode/x-extensible-enum";

/// Makes an example of each message of `ErrorCode`, and names those of an operation's codes at its responses.
///
/// Operations share a response. The most common choice of examples is at the shared one; an operation with another has
/// the response in place.
pub(super) fn give_an_example_of_each_code(document: &mut Value) {
    let examples = take_messages(document);
    if examples.is_empty() {
        return;
    }
    let mut choices: BTreeMap<String, BTreeMap<Vec<String>, usize>> = BTreeMap::new();
    each_refusal(document, &examples, &mut |response, codes| {
        if let Some(shared) = response["$ref"].as_str() {
            *choices.entry(shared.to_owned()).or_default().entry(codes).or_default() += 1;
        }
    });
    // The first of the most common: the choice does not depend on chance.
    let common: BTreeMap<String, Vec<String>> = choices
        .into_iter()
        .filter_map(|(shared, counts)| {
            let most = counts.values().copied().max()?;
            Some((shared, counts.into_iter().find(|(_, count)| *count == most)?.0))
        })
        .collect();
    let shared: BTreeMap<String, Value> = common
        .keys()
        .filter_map(|reference| Some((reference.clone(), document.pointer(reference.strip_prefix('#')?)?.clone())))
        .collect();
    let mut used: BTreeMap<String, Value> = BTreeMap::new();
    let mut name = |response: &mut Value, codes: &[String]| {
        if set_examples(response, codes) {
            used.extend(codes.iter().filter_map(|code| Some((code.clone(), examples.get(code)?.1.clone()))));
        }
    };
    each_refusal(document, &examples, &mut |response, codes| {
        let reference = response["$ref"].as_str().map(str::to_owned);
        if let Some(reference) = reference {
            match shared.get(&reference).filter(|_| common.get(&reference) != Some(&codes)) {
                Some(whole) => *response = whole.clone(),
                None => return,
            }
        }
        name(response, &codes);
    });
    for (reference, codes) in &common {
        if let Some(response) = reference.strip_prefix('#').and_then(|pointer| document.pointer_mut(pointer)) {
            name(response, codes);
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut)
        && !used.is_empty()
    {
        components.insert("examples".to_owned(), Value::Object(used.into_iter().collect()));
    }
}

/// The examples by code, each with its status; the messages they are made from leave the list of codes.
fn take_messages(document: &mut Value) -> BTreeMap<String, (String, Value)> {
    let (recorded_on, from_source) = match Language::of(document) {
        Language::English => ("Recorded on Dify {}.", "From the source of Dify {}, not recorded."),
        Language::Chinese => ("录制于 Dify {}。", "取自 Dify {} 的源代码，未经录制。"),
    };
    let mut examples = BTreeMap::new();
    for value in document.pointer_mut(VALUES).and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(value) = value.as_object_mut() else { continue };
        let Some(message) = value.shift_remove("message") else { continue };
        let (recorded, source) = (value.shift_remove("recorded"), value.shift_remove("source"));
        let from = match (&recorded, &source) {
            (Some(Value::String(release)), _) => recorded_on.replace("{}", release),
            (_, Some(Value::String(release))) => from_source.replace("{}", release),
            _ => continue,
        };
        if let Some((code, status, meaning)) = parts(value) {
            let body = json!({"code": code, "message": message, "status": status.parse::<u16>().unwrap_or_default()});
            let example = json!({"summary": meaning, "description": from, "value": body});
            examples.insert(code.to_owned(), (status.to_owned(), example));
        }
    }
    examples
}

/// Code, status and meaning of an error; its description begins with the status.
fn parts(value: &Object) -> Option<(&str, &str, &str)> {
    let description = value.get("description")?.as_str()?;
    let (status, meaning) = description.split_at_checked(3)?;
    let known = status.bytes().all(|digit| digit.is_ascii_digit());
    let meaning = meaning.trim_start_matches(['.', '。']).trim();
    // The first sentence is enough for a list.
    let end = meaning.find(". ").map(|end| end + 1).or_else(|| meaning.find('。').map(|end| end + '。'.len_utf8()));
    let meaning = &meaning[..end.unwrap_or(meaning.len())];
    known.then_some((value.get("value")?.as_str()?, status, meaning))
}

/// Calls with each response of an operation, as it is written there, and with the codes that it may carry, in order.
fn each_refusal(
    document: &mut Value,
    examples: &BTreeMap<String, (String, Value)>,
    visit: &mut impl FnMut(&mut Value, Vec<String>),
) {
    let items = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in items.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut()) {
        let own = operation["x-dify-errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut codes: Vec<String> = own.chain(COMMON_CODES).map(str::to_owned).collect();
        codes.sort_unstable();
        codes.dedup();
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            let carried = codes.iter().filter(|code| examples.get(*code).is_some_and(|(of, _)| of == status));
            let carried: Vec<String> = carried.cloned().collect();
            if !carried.is_empty() {
                visit(response, carried);
            }
        }
    }
}

/// Puts references to examples in the place of the one example of an error's body; whether there is such a body.
fn set_examples(response: &mut Value, codes: &[String]) -> bool {
    let Some(Value::Object(body)) = response.pointer_mut("/content/application~1json") else { return false };
    if !body.get("schema").is_some_and(|schema| schema.to_string().contains("/ApiErrorBody\"")) {
        return false;
    }
    let named: Map<String, Value> = codes
        .iter()
        .map(|code| (code.clone(), json!({"$ref": format!("#/components/examples/{}", escape(code))})))
        .collect();
    body.shift_remove("example");
    body.insert("examples".to_owned(), Value::Object(named));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        let body = json!({"description": "No.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/ApiErrorBody"}, "example": {"code": "cold"},
        }}});
        let operation = |codes: Value| {
            json!({"get": {"x-dify-errors": codes, "responses": {
                "200": {"description": "Tea."}, "400": {"$ref": "#/components/responses/Bad"},
            }}})
        };
        json!({
            "paths": {"/a": operation(json!(["cold"])), "/b": operation(json!(["cold"])), "/c": operation(json!(["hot", "cold"]))},
            "components": {
                "responses": {"Bad": body},
                "schemas": {
                    "ApiErrorBody": {"properties": {"code": {"$ref": "#/components/schemas/ErrorCode"}}},
                    "ErrorCode": {"x-extensible-enum": [
                        {"value": "cold", "message": "Too cold.", "recorded": "1.2.0", "description": "400. The tea is cold. Heat it."},
                        {"value": "hot", "message": "Too hot.", "source": "1.2.0", "description": "400. It is hot."},
                        {"value": "odd", "description": "400. Never seen."},
                    ]},
                },
            },
        })
    }

    #[test]
    fn each_code_of_an_operation_has_an_example() {
        let mut document = document();
        give_an_example_of_each_code(&mut document);
        let reference = |code: &str| json!({"$ref": format!("#/components/examples/{code}")});
        let examples = "/content/application~1json/examples";
        let shared = &document["components"]["responses"]["Bad"];
        assert_eq!(shared.pointer(examples), Some(&json!({"cold": reference("cold")})));
        assert_eq!(document["paths"]["/a"]["get"]["responses"]["400"], json!({"$ref": "#/components/responses/Bad"}));
        let own = &document["paths"]["/c"]["get"]["responses"]["400"];
        assert_eq!(own.pointer(examples), Some(&json!({"cold": reference("cold"), "hot": reference("hot")})));
        assert_eq!(
            document["components"]["examples"],
            json!({
                "cold": {"summary": "The tea is cold.", "description": "Recorded on Dify 1.2.0.",
                    "value": {"code": "cold", "message": "Too cold.", "status": 400}},
                "hot": {"summary": "It is hot.", "description": "From the source of Dify 1.2.0, not recorded.",
                    "value": {"code": "hot", "message": "Too hot.", "status": 400}},
            })
        );
        let codes = &document["components"]["schemas"]["ErrorCode"]["x-extensible-enum"];
        assert_eq!(codes[0], json!({"value": "cold", "description": "400. The tea is cold. Heat it."}));
    }

    #[test]
    fn a_document_with_examples_keeps_them() {
        let mut document = document();
        give_an_example_of_each_code(&mut document);
        let once = document.clone();
        give_an_example_of_each_code(&mut document);
        assert_eq!(document, once);
    }
}
