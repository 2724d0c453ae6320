//! `x-codeSamples`: programs that call an operation as its example does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Object;
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

/// The member of operations.
const MEMBER: &str = "x-codeSamples";

/// Programs that call each operation of the described release, all made from its one example.
pub(super) struct Samples {
    /// By path and method.
    samples: Vec<(String, &'static str, Value)>,
}

impl Samples {
    /// Makes the programs for a bundle.
    pub(super) fn of(bundle: &Value, api: &str, rust: &RustSamples) -> Self {
        let mut samples = Vec::new();
        let paths = bundle["paths"].as_object().filter(|_| APIS.contains(&api));
        for (path, item) in paths.into_iter().flatten() {
            for method in contract::METHODS {
                let Some(call) = SampleCall::of(bundle, path, item, method) else { continue };
                let mut programs = vec![json!({"lang": "Shell", "label": "curl", "source": curl::program(&call)})];
                if let Some(source) = item[method]["operationId"].as_str().and_then(|id| rust.get(id)) {
                    programs.push(json!({"lang": "Rust", "label": "Rust (dify-api)", "source": source}));
                }
                programs.push(json!({"lang": "Python", "label": "Python (httpx)", "source": python::program(&call)}));
                let source = typescript::program(&call);
                programs.push(json!({"lang": "TypeScript", "label": "TypeScript (fetch)", "source": source}));
                samples.push((path.clone(), method, programs.into()));
            }
        }
        Self { samples }
    }

    /// Adds the programs to the operations that a document of the bundle has.
    pub(super) fn add(&self, document: &mut Value) {
        for (path, method, programs) in &self.samples {
            if let Some(operation) = operation(document, path, method) {
                operation.insert(MEMBER.to_owned(), programs.clone());
            }
        }
    }

    /// Removes them again.
    pub(super) fn remove(&self, document: &mut Value) {
        for (path, method, _) in &self.samples {
            operation(document, path, method).and_then(|operation| operation.shift_remove(MEMBER));
        }
    }
}

fn operation<'d>(document: &'d mut Value, path: &str, method: &str) -> Option<&'d mut Object> {
    document.get_mut("paths")?.get_mut(path)?.get_mut(method)?.as_object_mut()
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
        let bundle = document.clone();
        let samples = Samples::of(&bundle, "service", &rust);
        samples.add(&mut document);
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
        samples.remove(&mut document);
        assert_eq!(document, bundle);
        Samples::of(&bundle, "console", &rust).add(&mut document);
        assert_eq!(document, bundle);
    }
}
