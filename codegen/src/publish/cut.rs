//! Parts of the Service API for one use: the operations of one key, or the tools of an agent.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Object;
use super::range::drop_empty_tags;
use super::reached::drop_unreached;
use crate::language::Language;

mod agent;

/// The use that a document is cut for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The operations of an application key.
    App,
    /// The operations of a dataset key.
    Knowledge,
    /// A few operations with short texts and small schemas, as tools of a language model.
    Agent,
}

impl Cut {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::App, Self::Knowledge, Self::Agent];

    /// Returns its name in file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Knowledge => "knowledge",
            Self::Agent => "agent",
        }
    }

    /// Returns the bundle of the Service API with only the operations of this use, and what they reach.
    #[must_use]
    pub fn document(self, bundle: &Value) -> Value {
        let mut document = bundle.clone();
        let (title, text) = match (self, Language::of(bundle)) {
            (Self::App, Language::English) => {
                ("Dify Service API: applications", "The operations of an application key.")
            }
            (Self::App, Language::Chinese) => ("Dify 后端服务 API：应用", "应用密钥可用的操作。"),
            (Self::Knowledge, Language::English) => {
                ("Dify Service API: knowledge bases", "The operations of a dataset key.")
            }
            (Self::Knowledge, Language::Chinese) => ("Dify 后端服务 API：知识库", "知识库密钥可用的操作。"),
            // Models read English everywhere.
            (Self::Agent, _) => (
                "Dify tools for agents",
                "Chat, workflows and knowledge bases of Dify as tools of a language model. Operations below `/datasets` \
                 take a dataset key, the others an application key.",
            ),
        };
        if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
            info.insert("title".to_owned(), title.into());
            let whole = info.get("description").and_then(Value::as_str).unwrap_or_default();
            let described = if self == Self::Agent { text.to_owned() } else { format!("{text} {whole}") };
            info.insert("description".to_owned(), described.into());
        }
        keep_operations(&mut document, |operation| match self {
            Self::App | Self::Knowledge => client(operation) == Some(self.name()),
            Self::Agent => agent::tool(operation).is_some(),
        });
        if self == Self::Agent {
            agent::shorten(&mut document);
        }
        keep_schemes(&mut document);
        drop_empty_tags(&mut document);
        drop_unreached(&mut document, true);
        document
    }
}

/// The client of an operation: `app` of `app.chat.send`.
fn client(operation: &Value) -> Option<&str> {
    operation["x-dify-method"].as_str()?.split('.').next()
}

fn keep_operations(document: &mut Value, keep: impl Fn(&Value) -> bool) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        item.retain(|name, operation| !contract::METHODS.contains(&name.as_str()) || keep(operation));
    }
    paths.retain(|_, item| contract::METHODS.iter().any(|method| item.get(method).is_some()));
}

/// Keeps the security schemes of the operations. Where all have the same, it is that of the document.
fn keep_schemes(document: &mut Value) {
    let shared = document.get("security").cloned().unwrap_or_default();
    let mut ways: Vec<Value> = Vec::new();
    each_operation(document, |operation| {
        let own = operation.get("security").unwrap_or(&shared);
        if !ways.contains(own) {
            ways.push(own.clone());
        }
    });
    let schemes: BTreeSet<String> = ways
        .iter()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Object::keys)
        .cloned()
        .collect();
    if let [only] = ways.as_slice() {
        document["security"] = only.clone();
        each_operation(document, |operation| {
            operation.shift_remove("security");
        });
    }
    if let Some(declared) = document.pointer_mut("/components/securitySchemes").and_then(Value::as_object_mut) {
        declared.retain(|name, _| schemes.contains(name));
    }
}

fn each_operation(document: &mut Value, mut visit: impl FnMut(&mut Object)) {
    let items = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for item in items.filter_map(Value::as_object_mut) {
        for (_, operation) in item.iter_mut().filter(|(name, _)| contract::METHODS.contains(&name.as_str())) {
            if let Some(operation) = operation.as_object_mut() {
                visit(operation);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bundle() -> Value {
        let reference = |name: &str| json!({"200": {"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}});
        json!({
            "info": {"title": "Dify", "description": "All."},
            "security": [{"appKey": []}],
            "tags": [{"name": "chat"}, {"name": "datasets"}],
            "x-tagGroups": [{"name": "A", "tags": ["chat"]}, {"name": "B", "tags": ["datasets"]}],
            "paths": {
                "/chat": {"post": {"x-dify-method": "app.chat.send", "tags": ["chat"], "responses": reference("Chat")}},
                "/datasets": {"parameters": [], "get": {
                    "x-dify-method": "knowledge.datasets.list", "tags": ["datasets"], "security": [{"datasetKey": []}],
                    "responses": reference("Datasets"),
                }},
            },
            "components": {
                "schemas": {"Chat": {}, "Datasets": {}},
                "securitySchemes": {"appKey": {"type": "http"}, "datasetKey": {"type": "http"}},
            },
        })
    }

    #[test]
    fn a_cut_has_only_what_its_operations_reach() {
        let knowledge = Cut::Knowledge.document(&bundle());
        let mut datasets = bundle()["paths"]["/datasets"].clone();
        datasets["get"].as_object_mut().map(|operation| operation.shift_remove("security"));
        assert_eq!(
            knowledge,
            json!({
                "info": {"title": "Dify Service API: knowledge bases", "description": "The operations of a dataset key. All."},
                "security": [{"datasetKey": []}],
                "tags": [{"name": "datasets"}],
                "x-tagGroups": [{"name": "B", "tags": ["datasets"]}],
                "paths": {"/datasets": datasets},
                "components": {"schemas": {"Datasets": {}}, "securitySchemes": {"datasetKey": {"type": "http"}}},
            })
        );
        let app = Cut::App.document(&bundle());
        assert_eq!(app["security"], json!([{"appKey": []}]));
        assert_eq!(app["paths"], json!({"/chat": bundle()["paths"]["/chat"]}));
        assert_eq!(app["components"]["schemas"], json!({"Chat": {}}));
    }
}
