//! The catalog of `/openapi/v1`: operations by id, each with its route and one flat schema of its input.

use serde_json::{Map, Value, json};

/// The operations as an OpenAPI document without answers, which a catalog does not list.
pub(super) fn document(operations: &Map<String, Value>) -> Value {
    let mut paths = Map::new();
    for operation in operations.values() {
        let (Some(method), Some(path)) = (operation["method"].as_str(), operation["path"].as_str()) else { continue };
        paths.entry(path).or_insert_with(|| json!({}))[method.to_lowercase()] = described(operation);
    }
    json!({ "paths": paths })
}

/// Divides the input by `bind`: members of the path, of the query, of a JSON body, and files of a form.
fn described(operation: &Value) -> Value {
    let input = &operation["input"];
    let required =
        |name: &str| input["required"].as_array().is_some_and(|required| required.iter().any(|it| it == name));
    let (mut parameters, mut body, mut names) = (Vec::new(), Map::new(), Vec::new());
    let mut form = false;
    for (name, schema) in input["properties"].as_object().into_iter().flatten() {
        match operation["bind"][name].as_str().unwrap_or("body") {
            place @ ("path" | "query" | "header") => {
                let required = place == "path" || required(name);
                parameters.push(json!({"name": name, "in": place, "required": required, "schema": schema}));
            }
            place => {
                form |= place == "file";
                let schema =
                    if place == "file" { json!({"type": "string", "format": "binary"}) } else { schema.clone() };
                body.insert(name.clone(), schema);
                names.extend(required(name).then(|| name.clone()));
            }
        }
    }
    let mut described =
        json!({"parameters": parameters, "deprecated": operation["deprecated"] == true, "responses": {}});
    if !body.is_empty() {
        let media = if form { "multipart/form-data" } else { "application/json" };
        let schema = json!({"type": "object", "properties": body, "required": names});
        described["requestBody"] = json!({"required": true, "content": {media: {"schema": schema}}});
    }
    described
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_of_an_operation_is_divided_by_its_places() {
        let catalog = json!({"run.app": {
            "method": "POST", "path": "/openapi/v1/apps/{app_id}:run", "kind": "SSE", "deprecated": true,
            "bind": {"app_id": "path", "dry": "query", "query": "body", "file": "file"},
            "input": {"type": "object", "required": ["app_id", "query"], "properties": {
                "app_id": {"type": "string"}, "dry": {"type": "boolean"}, "query": {"type": "string"}, "file": {},
            }},
        }});
        let document = document(catalog.as_object().expect("operations"));
        let schema = json!({
            "type": "object", "required": ["query"],
            "properties": {"query": {"type": "string"}, "file": {"type": "string", "format": "binary"}},
        });
        assert_eq!(
            document["paths"]["/openapi/v1/apps/{app_id}:run"]["post"],
            json!({
                "parameters": [
                    {"name": "app_id", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "dry", "in": "query", "required": false, "schema": {"type": "boolean"}},
                ],
                "deprecated": true,
                "responses": {},
                "requestBody": {"required": true, "content": {"multipart/form-data": {"schema": schema}}},
            })
        );
    }
}
