//! Documents that are not ours, in the forms they come in, as one OpenAPI document.

use crate::source::outline::COMMON_CODES;
use serde_json::{Map, Value, json};

use super::catalog;
use crate::diff::responses::UNTOLD;
use crate::source;

/// The form that a document came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignForm {
    /// OpenAPI 3.0, 3.1 or 3.2.
    OpenApi,
    /// Swagger 2.0.
    Swagger,
    /// Operations by route, and schemas: names and types only.
    Shapes,
    /// A list of routes, as web frameworks print them.
    Routes,
    /// The operations of `/openapi/v1` and their input, as `_catalog` lists them.
    Catalog,
}

/// A server's document.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// As OpenAPI, paths below the API's prefix.
    pub document: Value,
    /// What it came as.
    pub form: ForeignForm,
    /// The API, if the document names it.
    pub api: Option<&'static str>,
}

/// A document in none of the forms.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// Neither JSON nor YAML.
    #[error("{0}")]
    Text(#[from] crate::diagnostic::Findings),
    /// Something else.
    #[error(
        "this is no OpenAPI or Swagger document, no list of shapes (`operations`), no catalog (`ops`) and no list of routes"
    )]
    ForeignForm,
}

/// The APIs by the prefix of their routes, the longest first.
pub const PREFIXES: [(&str, &str); 4] =
    [("/console/api", "console"), ("/openapi/v1", OPENAPI), ("/api", "web"), ("/v1", "service")];

/// The API of Dify's own command line, which spec/ does not describe: documents of two releases are compared.
pub const OPENAPI: &str = "openapi";

impl Foreign {
    /// Reads a document of any form.
    ///
    /// # Errors
    /// A text of no known form.
    pub fn read(text: &str) -> Result<Self, ForeignError> {
        if let Some(foreign) = routes(text) {
            return Ok(foreign);
        }
        let value = source::value("document", text)?;
        if value.get("openapi").is_some() {
            let api = value["servers"].as_array().into_iter().flatten().find_map(|it| api_of(it["url"].as_str()?));
            let (document, api) = if api.is_some() { (value, api) } else { below_prefix(value) };
            return Ok(Self { document: with_untold(document), form: ForeignForm::OpenApi, api });
        }
        if value["swagger"] == "2.0" {
            let api = value["basePath"].as_str().and_then(api_of);
            return Ok(Self { document: swagger(&value), form: ForeignForm::Swagger, api });
        }
        if value.get("operations").is_some() {
            return Ok(Self { document: shapes(&value), form: ForeignForm::Shapes, api: None });
        }
        if let Some(operations) = value["ops"].as_object() {
            let (document, api) = below_prefix(catalog::document(operations));
            return Ok(Self { document, form: ForeignForm::Catalog, api: api.or(Some(OPENAPI)) });
        }
        Err(ForeignError::ForeignForm)
    }
}

/// The API whose prefix every path has, and the document without it.
fn below_prefix(mut document: Value) -> (Value, Option<&'static str>) {
    let Some(paths) = document["paths"].as_object().filter(|paths| !paths.is_empty()) else { return (document, None) };
    let below =
        |path: &str, prefix: &str| path.strip_prefix(prefix).filter(|rest| rest.starts_with('/')).map(str::to_owned);
    let found = PREFIXES.iter().find_map(|(prefix, api)| {
        let paths = paths.iter().map(|(path, item)| Some((below(path, prefix)?, item.clone())));
        Some((paths.collect::<Option<Map<String, Value>>>()?, *api))
    });
    let Some((paths, api)) = found else { return (document, None) };
    document["paths"] = Value::Object(paths);
    (document, Some(api))
}

/// The API of a server whose address ends with its prefix.
pub fn api_of(url: &str) -> Option<&'static str> {
    let url = url.trim_end_matches('/');
    PREFIXES.iter().find(|(prefix, _)| url.ends_with(prefix)).map(|(_, api)| *api)
}

/// `GET,POST  /v1/apps/<uuid:app_id>  [name]`, one a line.
fn routes(text: &str) -> Option<Foreign> {
    let mut paths = Map::new();
    let mut api = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        // A route with no method but OPTIONS, which every route answers.
        if line.trim_start().starts_with('/') {
            continue;
        }
        let (methods, path) = (words.next()?, words.next().filter(|path| path.starts_with('/'))?);
        if !methods.split(',').all(|method| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            return None;
        }
        let below = PREFIXES.iter().find_map(|(prefix, name)| Some((path.strip_prefix(prefix)?, *name)));
        api = api.or(below.map(|(_, name)| name));
        let path = braced(below.map_or(path, |(below, _)| below));
        let item = paths.entry(path).or_insert_with(|| json!({}));
        for method in methods.split(',') {
            item[method.to_lowercase()] = json!({"responses": {}});
        }
    }
    (!paths.is_empty()).then(|| Foreign { document: json!({"paths": paths}), form: ForeignForm::Routes, api })
}

/// `<uuid:id>` as `{id}`.
fn braced(path: &str) -> String {
    let part = |part: &str| match part.strip_prefix('<').and_then(|part| part.split_once('>')) {
        Some((inner, verb)) => format!("{{{}}}{verb}", inner.rsplit(':').next().unwrap_or(inner)),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn shapes(value: &Value) -> Value {
    let mut paths = Map::new();
    for (route, shape) in value["operations"].as_object().into_iter().flatten() {
        let Some((method, path)) = route.split_once(' ') else { continue };
        let mut operation = json!({"parameters": shape["parameters"], "responses": {}});
        if let Some(body) = shape["body"].as_object() {
            operation["requestBody"] = json!({"required": body.get("required"), "content": told(&body["content"])});
        }
        let mut codes = Vec::new();
        for (status, response) in shape["responses"].as_object().into_iter().flatten() {
            codes.extend(response["codes"].as_array().into_iter().flatten().cloned());
            let content = response["content"].as_object().map(|content| {
                let media = |(name, schema): (&String, &Value)| {
                    let schema = schema.get("schema").unwrap_or(schema);
                    (name.clone(), json!({"schema": schema}))
                };
                told(&content.iter().map(media).collect::<Map<_, _>>().into())
            });
            operation["responses"][status] = match content {
                Some(content) => json!({"content": content}),
                None => json!({UNTOLD: true}),
            };
        }
        codes.retain(|code| !COMMON_CODES.iter().any(|common| code == common));
        operation["x-dify-errors"] = codes.into();
        paths.entry(path).or_insert_with(|| json!({}))[method.to_lowercase()] = operation;
    }
    json!({"paths": paths, "components": {"schemas": value["schemas"]}})
}

/// Media types, those without a schema marked so.
fn told(content: &Value) -> Value {
    let mut content = content.clone();
    for (_, media) in content.as_object_mut().into_iter().flatten() {
        if media["schema"].is_null() {
            *media = json!({UNTOLD: true});
        }
    }
    content
}

/// An answer without content in a generated document is undescribed.
fn with_untold(mut document: Value) -> Value {
    let items = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, operation) in items.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        // A path's shared parameters are a list among its operations.
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            let Some(response) = response.as_object_mut() else { continue };
            let described_elsewhere = response.contains_key("$ref");
            match response.get_mut("content") {
                Some(content) => *content = told(content),
                None if status != "204" && !described_elsewhere => {
                    response.insert(UNTOLD.to_owned(), true.into());
                }
                None => {}
            }
        }
    }
    document
}

fn swagger(value: &Value) -> Value {
    let media = |operation: &Value, key: &str| -> Vec<String> {
        let own = operation[key].as_array().or_else(|| value[key].as_array());
        let names: Vec<String> =
            own.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        if names.is_empty() { vec!["application/json".to_owned()] } else { names }
    };
    let mut paths = Map::new();
    for (path, item) in value["paths"].as_object().into_iter().flatten() {
        let mut converted = json!({});
        for (method, operation) in item.as_object().into_iter().flatten() {
            if method == "parameters" || !operation.is_object() {
                continue;
            }
            let shared = item["parameters"].as_array().into_iter().flatten();
            let all = shared.chain(operation["parameters"].as_array().into_iter().flatten());
            let mut result = json!({"parameters": [], "responses": {}});
            let mut form = json!({"type": "object", "properties": {}, "required": []});
            for parameter in all {
                match parameter["in"].as_str().unwrap_or_default() {
                    "body" => {
                        let content: Map<String, Value> = media(operation, "consumes")
                            .into_iter()
                            .map(|name| (name, json!({"schema": parameter["schema"]})))
                            .collect();
                        result["requestBody"] = json!({"required": parameter["required"], "content": content});
                    }
                    "formData" => {
                        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                        form["properties"][&name] = plain(parameter);
                        if let (true, Some(required)) = (parameter["required"] == true, form["required"].as_array_mut())
                        {
                            required.push(name.into());
                        }
                    }
                    _ => {
                        let kept = json!({
                            "name": parameter["name"], "in": parameter["in"], "required": parameter["required"],
                            "schema": plain(parameter),
                        });
                        if let Some(parameters) = result["parameters"].as_array_mut() {
                            parameters.push(kept);
                        }
                    }
                }
            }
            if form["properties"].as_object().is_some_and(|fields| !fields.is_empty()) {
                result["requestBody"] = json!({"required": true, "content": {"multipart/form-data": {"schema": form}}});
            }
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let content: Map<String, Value> = media(operation, "produces")
                    .into_iter()
                    .map(|name| (name, json!({"schema": response["schema"]})))
                    .collect();
                result["responses"][status] = match response.get("schema") {
                    Some(_) => json!({"content": content}),
                    None => json!({UNTOLD: true}),
                };
            }
            converted[method] = result;
        }
        paths.insert(path.clone(), converted);
    }
    let mut document = json!({"paths": paths, "components": {"schemas": value["definitions"]}});
    move_references(&mut document);
    document
}

/// The schema of a parameter that has its type beside its name.
fn plain(parameter: &Value) -> Value {
    let mut schema = parameter.clone();
    if let Some(members) = schema.as_object_mut() {
        members.retain(|name, _| {
            !matches!(
                name.as_str(),
                "name" | "in" | "required" | "description" | "collectionFormat" | "allowEmptyValue"
            )
        });
        if members.get("type").is_some_and(|kind| kind == "file") {
            members.insert("type".to_owned(), "string".into());
            members.insert("format".to_owned(), "binary".into());
        }
    }
    schema
}

fn move_references(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" => {
                        *target = target.replacen("#/definitions/", "#/components/schemas/", 1);
                    }
                    other => move_references(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(move_references),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swagger_becomes_openapi() {
        let foreign = Foreign::read(
            r##"{"swagger": "2.0", "basePath": "/v1", "definitions": {"A": {"type": "object"}}, "paths": {"/a": {
                "parameters": [{"name": "q", "in": "query", "type": "integer"}],
                "post": {"parameters": [{"in": "body", "name": "body", "required": true, "schema": {"$ref": "#/definitions/A"}}],
                         "responses": {"200": {"schema": {"$ref": "#/definitions/A"}}, "400": {}}},
                "put": {"parameters": [{"in": "formData", "name": "file", "type": "file", "required": true}], "responses": {}}}}}"##,
        )
        .expect("Swagger");
        assert_eq!((foreign.form, foreign.api), (ForeignForm::Swagger, Some("service")));
        let paths = &foreign.document["paths"]["/a"];
        assert_eq!(paths["post"]["parameters"][0]["schema"], json!({"type": "integer"}));
        let reference = json!({"schema": {"$ref": "#/components/schemas/A"}});
        assert_eq!(paths["post"]["requestBody"]["content"]["application/json"], reference);
        assert_eq!(paths["post"]["responses"]["200"]["content"]["application/json"], reference);
        assert_eq!(
            paths["put"]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]["file"],
            json!({"type": "string", "format": "binary"})
        );
    }

    #[test]
    fn a_served_document_may_share_parameters_and_leave_out_what_answers_hold() {
        let text = r#"{"openapi": "3.0.3", "servers": [{"url": "/console/api"}], "paths": {"/a": {
            "parameters": [{"name": "q", "in": "query"}],
            "get": {"responses": {"200": {"description": "x"}, "204": {"description": "y"}}}}}}"#;
        let foreign = Foreign::read(text).expect("OpenAPI");
        assert_eq!((foreign.form, foreign.api), (ForeignForm::OpenApi, Some("console")));
        let responses = &foreign.document["paths"]["/a"]["get"]["responses"];
        assert!(responses["200"].get(UNTOLD).is_some() && responses["204"].get(UNTOLD).is_none());
    }

    #[test]
    fn each_form_is_told_by_what_it_holds() {
        assert_eq!(Foreign::read("openapi: 3.1.0\npaths: {}\n").expect("OpenAPI").form, ForeignForm::OpenApi);
        assert_eq!(Foreign::read("GET /console/api/apps/<uuid:app_id>\n").expect("routes").api, Some("console"));
        let routes = Foreign::read("POST /openapi/v1/tasks/<string:task_id>:stop\n").expect("routes");
        assert_eq!(
            (routes.api, routes.document["paths"].get("/tasks/{task_id}:stop").is_some()),
            (Some(OPENAPI), true)
        );
        // A past bug: `/openapi/v1` ends in the prefix of the Service API.
        let served = Foreign::read(r#"{"openapi": "3.0.3", "servers": [{"url": "/openapi/v1"}], "paths": {}}"#);
        assert_eq!(served.expect("OpenAPI").api, Some(OPENAPI));
        let whole =
            Foreign::read(r#"{"openapi": "3.1.0", "paths": {"/console/api/ping": {"get": {}}}}"#).expect("OpenAPI");
        assert_eq!((whole.api, whole.document["paths"].get("/ping").is_some()), (Some("console"), true));
        assert!(matches!(Foreign::read("{}"), Err(ForeignError::ForeignForm)));
        assert!(matches!(Foreign::read("{"), Err(ForeignError::Text(_))));
    }
}
