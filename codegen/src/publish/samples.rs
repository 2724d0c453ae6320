//! `x-codeSamples`: programs that call an operation as its example does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use call::{SampleAnswer, SampleBody, SampleCall, SampleFile};

mod call;
mod curl;
mod literal;
mod python;
mod typescript;

/// Programs in Rust by operation: the examples of the bindings.
pub type RustSamples = BTreeMap<String, String>;

/// The APIs whose operations have samples: those that programs of others call, whole or cut for one key.
const APIS: [&str; 4] = ["service", "web", "app", "knowledge"];

/// Adds to each operation of the described release programs that call it, all made from its one example.
pub(super) fn add_samples(document: &mut Value, api: &str, rust: &RustSamples) {
    if !APIS.contains(&api) {
        return;
    }
    let whole = document.clone();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for method in contract::METHODS {
            let Some(operation) = item.get(method) else { continue };
            let Some(call) = SampleCall::of(&whole, path, &whole["paths"][path], method) else { continue };
            let mut samples = vec![json!({"lang": "Shell", "label": "curl", "source": curl::program(&call)})];
            if let Some(source) = operation["operationId"].as_str().and_then(|id| rust.get(id)) {
                samples.push(json!({"lang": "Rust", "label": "Rust (dify-api)", "source": source}));
            }
            samples.push(json!({"lang": "Python", "label": "Python (httpx)", "source": python::program(&call)}));
            let source = typescript::program(&call);
            samples.push(json!({"lang": "TypeScript", "label": "TypeScript (fetch)", "source": source}));
            item[method]["x-codeSamples"] = samples.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "servers": [{"url": "https://tea.example/v1"}],
            "security": [{"appKey": []}],
            "paths": {
                "/cups/{id}": {
                    "parameters": [{"name": "id", "in": "path", "required": true, "example": "a b"}],
                    "post": {
                        "operationId": "order", "x-dify-needs": ["user"],
                        "parameters": [{"name": "user", "in": "query", "example": "o'neil"}, {"name": "page", "in": "query", "example": 2}],
                        "requestBody": {"content": {"application/json": {"example": {"kind": "o'long", "hot": true, "milk": null}}}},
                        "responses": {"200": {"content": {"application/json": {}}}},
                    },
                },
                "/story": {"get": {"operationId": "story", "responses": {"200": {"content": {"text/event-stream": {}}}}}},
                "/old": {"get": {"x-dify-until": "1.0.0", "responses": {"200": {}}}},
            },
        })
    }

    fn source(document: &Value, path: &str, method: &str, label: &str) -> String {
        let samples = document["paths"][path][method]["x-codeSamples"].as_array().expect("samples");
        let sample = samples.iter().find(|sample| sample["label"] == label).expect("a sample");
        sample["source"].as_str().expect("a text").to_owned()
    }

    #[test]
    fn samples_send_the_example_in_each_language() {
        let mut document = document();
        let rust = BTreeMap::from([("order".to_owned(), "tea.order().await?;".to_owned())]);
        add_samples(&mut document, "service", &rust);
        let order = |label: &str| source(&document, "/cups/{id}", "post", label);
        assert_eq!(
            order("curl"),
            "curl --fail-with-body 'https://tea.example/v1/cups/a%20b?user=o%27neil' \\\n  \
             --header \"Authorization: Bearer $DIFY_API_KEY\" \\\n  \
             --json '{\"kind\": \"o'\\''long\", \"hot\": true, \"milk\": null}'\n"
        );
        assert_eq!(order("Rust (dify-api)"), "tea.order().await?;");
        assert!(order("Python (httpx)").contains("json={\"kind\": \"o'long\", \"hot\": True, \"milk\": None},"));
        assert!(
            order("TypeScript (fetch)").contains("body: JSON.stringify({ kind: \"o'long\", hot: true, milk: null }),")
        );
        assert!(source(&document, "/story", "get", "Python (httpx)").contains("if line.startswith(b\"data: \"):"));
        assert!(document["paths"]["/old"]["get"].get("x-codeSamples").is_none());
        let mut console = self::document();
        add_samples(&mut console, "console", &rust);
        assert_eq!(console, self::document());
    }
}
