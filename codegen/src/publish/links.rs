//! Links lead to operations of the same document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::places;

/// Removes links to operations, or with parameters, that the document does not have: documents of some releases, and
/// parts of an API, have fewer.
pub(super) fn keep_links_that_lead_somewhere(document: &mut Value) {
    let parameters = parameters(document);
    places::each_object(document, &mut |response| {
        let Some(Value::Object(links)) = response.get_mut("links") else { return };
        links.retain(|_, link| {
            let known = link["operationId"].as_str().and_then(|id| parameters.get(id));
            let mut given = link["parameters"].as_object().into_iter().flatten();
            known.is_some_and(|known| given.all(|(name, _)| known.contains(name)))
        });
        if links.is_empty() {
            response.shift_remove("links");
        }
    });
}

/// Writes the bodies of links as JSON text, with expressions in braces.
///
/// OpenAPI allows any value, but swagger-parser, which openapi-generator reads documents with, allows text only.
pub(super) fn write_bodies_as_text(document: &mut Value) {
    places::each_object(document, &mut |response| {
        let Some(Value::Object(links)) = response.get_mut("links") else { return };
        for body in links.values_mut().filter_map(|link| link.get_mut("requestBody")) {
            if !body.is_string() {
                embed_expressions(body);
                *body = body.to_string().into();
            }
        }
    });
}

fn embed_expressions(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with('$') => *text = format!("{{{text}}}"),
        Value::Array(items) => items.iter_mut().for_each(embed_expressions),
        Value::Object(members) => members.values_mut().for_each(embed_expressions),
        _ => {}
    }
}

/// The names of the parameters of each operation.
fn parameters(document: &Value) -> BTreeMap<String, Vec<String>> {
    let mut parameters = BTreeMap::new();
    for item in document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
        for operation in contract::METHODS.iter().filter_map(|method| item.get(method)) {
            let listed = [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array);
            let names = listed
                .flatten()
                .filter_map(|parameter| contract::follow(document, parameter)["name"].as_str().map(str::to_owned));
            if let Some(id) = operation["operationId"].as_str() {
                parameters.insert(id.to_owned(), names.collect());
            }
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_to_missing_operations_and_parameters_go() {
        let link = |id: &str, name: &str| json!({"operationId": id, "parameters": {name: "$response.body#/id"}});
        let document = |links: Value| {
            json!({
                "paths": {
                    "/cups": {"get": {"operationId": "list", "responses": {"200": links}}},
                    "/cups/{cup}": {"get": {
                        "operationId": "cup", "parameters": [{"$ref": "#/components/parameters/Cup"}], "responses": {},
                    }},
                },
                "components": {"parameters": {"Cup": {"name": "cup", "in": "path"}}},
            })
        };
        let mut some =
            document(json!({"links": {"a": link("cup", "cup"), "b": link("pot", "cup"), "c": link("cup", "size")}}));
        keep_links_that_lead_somewhere(&mut some);
        assert_eq!(some, document(json!({"links": {"a": link("cup", "cup")}})));
        let mut none = document(json!({"description": "Cups.", "links": {"b": link("pot", "cup")}}));
        keep_links_that_lead_somewhere(&mut none);
        assert_eq!(none, document(json!({"description": "Cups."})));
    }

    #[test]
    fn a_body_of_a_link_is_text() {
        let document =
            |body: Value| json!({"components": {"responses": {"Tea": {"links": {"a": {"requestBody": body}}}}}});
        let mut tea = document(json!({"kind": "green", "cups": [{"of": "$response.body#/id"}]}));
        write_bodies_as_text(&mut tea);
        let text = document(json!(r#"{"kind":"green","cups":[{"of":"{$response.body#/id}"}]}"#));
        assert_eq!(tea, text);
        write_bodies_as_text(&mut tea);
        assert_eq!(tea, text);
    }
}
