//! A malformed id in a path matches no route: the server answers with a page instead of JSON.

use serde_json::{Value, json};

use super::Object;
use crate::language::Language;
use crate::source::escape;

const RESPONSES: &str = "#/components/responses/";
const MEDIA: &str = "text/html";

/// Describes the page at the 404 of each operation with an id of format `uuid` in its path.
///
/// Operations share a response: those with such an id share a copy of it that has the page.
pub(super) fn describe_pages_for_malformed_ids(document: &mut Value) {
    let language = Language::of(document);
    let shared = document["components"]["responses"].as_object().cloned().unwrap_or_default();
    let parameters = document["components"]["parameters"].as_object().cloned().unwrap_or_default();
    let mut copies = Object::new();
    for item in document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut()) {
        let common = has_uuid(item, &parameters);
        for operation in item.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
            if !common && !has_uuid(operation, &parameters) {
                continue;
            }
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
            let response = responses.entry("404").or_insert_with(|| json!({"description": language.no_route()}));
            let name = response["$ref"].as_str().and_then(|reference| reference.strip_prefix(RESPONSES));
            match name.and_then(|name| Some((name, shared.get(name)?))) {
                Some((name, whole)) if whole["content"].get(MEDIA).is_none() => {
                    let copy = format!("{name}OrPage");
                    copies.entry(copy.clone()).or_insert_with(|| with_page(whole.clone()));
                    *response = json!({"$ref": format!("{RESPONSES}{}", escape(&copy))});
                }
                Some(_) => {}
                None => *response = with_page(response.take()),
            }
        }
    }
    if let Some(responses) = document["components"].get_mut("responses").and_then(Value::as_object_mut) {
        responses.append(&mut copies);
        responses.sort_keys();
    }
}

/// Whether a parameter in the path is a UUID.
fn has_uuid(holder: &Value, parameters: &Object) -> bool {
    let own = holder.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let followed = own.filter_map(|parameter| match parameter["$ref"].as_str() {
        Some(reference) => parameters.get(reference.rsplit('/').next()?),
        None => Some(parameter),
    });
    followed.into_iter().any(|parameter| parameter["in"] == "path" && parameter["schema"]["format"] == "uuid")
}

/// The response with the page, after its other bodies: generators take the first.
fn with_page(mut response: Value) -> Value {
    if let Some(response) = response.as_object_mut() {
        let content = response.entry("content").or_insert_with(|| json!({}));
        if let Some(content) = content.as_object_mut() {
            let page = json!({"schema": {"type": "string"}, "example": "<!doctype html><title>404 Not Found</title>"});
            content.entry(MEDIA).or_insert(page);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        let json = || json!({"application/json": {"schema": {"type": "object"}}});
        let shared = json!({"$ref": "#/components/responses/NotFound"});
        let id = json!([{"$ref": "#/components/parameters/Id"}]);
        json!({
            "paths": {
                "/cups/{id}": {
                    "get": {"parameters": id, "responses": {"404": shared}},
                    "put": {"parameters": id, "responses": {"404": {"description": "No cup.", "content": json()}}},
                    "delete": {"parameters": id, "responses": {"204": {"description": "Done."}}},
                },
                "/pots/{id}": {"parameters": id, "get": {"responses": {"404": shared}}},
                "/teas/{name}": {"get": {
                    "parameters": [
                        {"name": "name", "in": "path", "schema": {"type": "string"}},
                        {"name": "pot", "in": "query", "schema": {"type": "string", "format": "uuid"}},
                    ],
                    "responses": {"404": shared},
                }},
            },
            "components": {
                "parameters": {"Id": {"name": "id", "in": "path", "schema": {"type": "string", "format": "uuid"}}},
                "responses": {"NotFound": {"description": "Nothing.", "content": json()}},
            },
        })
    }

    #[test]
    fn a_malformed_id_is_answered_with_a_page() {
        let mut document = document();
        describe_pages_for_malformed_ids(&mut document);
        let media = |response: &Value| {
            response["content"].as_object().map(|content| content.keys().cloned().collect::<Vec<_>>().join(" "))
        };
        let both = Some("application/json text/html".to_owned());
        let copy = json!({"$ref": "#/components/responses/NotFoundOrPage"});
        let of = |path: &str, method: &str| document["paths"][path][method]["responses"]["404"].clone();
        assert_eq!((of("/cups/{id}", "get"), of("/pots/{id}", "get")), (copy.clone(), copy));
        assert_eq!(media(&document["components"]["responses"]["NotFoundOrPage"]), both);
        assert_eq!(media(&of("/cups/{id}", "put")), both);
        assert_eq!(media(&of("/cups/{id}", "delete")), Some("text/html".to_owned()));
        assert_eq!(of("/cups/{id}", "delete")["description"], Language::English.no_route());
        assert_eq!(of("/teas/{name}", "get"), json!({"$ref": "#/components/responses/NotFound"}));
        assert_eq!(media(&document["components"]["responses"]["NotFound"]), Some("application/json".to_owned()));
    }

    #[test]
    fn a_document_with_pages_keeps_them() {
        let mut document = document();
        describe_pages_for_malformed_ids(&mut document);
        let once = document.clone();
        describe_pages_for_malformed_ids(&mut document);
        assert_eq!(document, once);
    }
}
