//! Workflows as they are drawn: a draft, and the versions that were published of it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::values::{clock, ids};

/// The text that replaces a hidden secret.
const STARS: &str = "********************";
/// What the console's pages send for a secret that stays as it is.
const UNCHANGED: &str = "[__HIDDEN__]";

/// A draft or a version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workflow {
    pub(crate) id: String,
    pub(crate) graph: Value,
    pub(crate) features: Value,
    pub(crate) environment: Environment,
    pub(crate) conversation_variables: Value,
    /// When it was published, to the microsecond, as text; nothing for the draft.
    pub(super) version: Option<String>,
    pub(crate) marked_name: String,
    pub(crate) marked_comment: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Whether it was changed after it was made.
    pub(crate) touched: bool,
}

/// Values for all runs. Some are secrets, so there is no debug output of them.
#[derive(Clone, Default)]
pub(crate) struct Environment(pub(crate) Vec<Value>);

/// A draft and the versions that were published of it, the oldest first. The last one runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workflows {
    pub(crate) draft: Option<Workflow>,
    pub(crate) versions: Vec<Workflow>,
}

impl Workflow {
    pub(crate) fn draft(graph: Value, features: Value) -> Workflow {
        let now = clock::now();
        Workflow {
            id: ids::new(),
            graph,
            features,
            conversation_variables: json!([]),
            created_at: now,
            updated_at: now,
            ..Workflow::default()
        }
    }

    /// The fingerprint of graph and features.
    pub(crate) fn hash(&self) -> String {
        let whole = json!({"graph": self.graph, "features": self.features}).to_string();
        Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What it asks for before it runs: the variables of its first node.
    pub(crate) fn variables(&self) -> &[Value] {
        let mut nodes = self.graph["nodes"].as_array().into_iter().flatten();
        let start = nodes.find(|node| node["data"]["type"] == "start");
        start.and_then(|node| node["data"]["variables"].as_array()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether its runs wait for a person.
    pub(crate) fn pauses(&self) -> bool {
        let mut nodes = self.graph["nodes"].as_array().into_iter().flatten();
        nodes.any(|node| node["data"]["type"] == "human-input")
    }

    /// The version's name, as runs have it.
    pub(crate) fn version_name(&self) -> &str {
        self.version.as_deref().unwrap_or("draft")
    }

    /// All of it, secrets masked.
    pub(crate) fn value(&self, author: &Value) -> Value {
        json!({
            "id": self.id, "graph": self.graph, "features": self.features, "hash": self.hash(),
            "version": self.version_name(), "marked_name": self.marked_name,
            "marked_comment": self.marked_comment, "created_by": author, "created_at": self.created_at,
            "updated_by": if self.touched { author.clone() } else { Value::Null },
            "updated_at": self.updated_at, "tool_published": false,
            "environment_variables": self.environment.masked(),
            "conversation_variables": self.conversation_variables, "rag_pipeline_variables": [],
        })
    }

    /// Returns its representation in its application.
    pub(crate) fn brief(&self, account: &str) -> Value {
        json!({
            "id": self.id, "created_by": account, "created_at": self.created_at,
            "updated_by": self.touched.then_some(account), "updated_at": self.updated_at,
        })
    }
}

impl Workflows {
    /// Puts new content into the draft, or begins one.
    pub(crate) fn set_draft(&mut self, graph: Value, features: Value) -> &mut Workflow {
        match &mut self.draft {
            Some(draft) => {
                (draft.graph, draft.features) = (graph, features);
                (draft.updated_at, draft.touched) = (clock::now(), true);
            }
            None => self.draft = Some(Workflow::draft(graph, features)),
        }
        self.draft.get_or_insert_with(|| Workflow::draft(json!({}), json!({})))
    }

    /// Publishes the draft; nothing when there is none.
    pub(crate) fn publish(&mut self, name: &str, comment: &str) -> Option<&Workflow> {
        let mut version = self.draft.clone()?;
        let micros = clock::micros();
        let moment = clock::iso(micros / 1_000_000).replace('T', " ");
        version.id = ids::new();
        version.version = Some(format!("{moment}.{:06}", micros % 1_000_000));
        (version.marked_name, version.marked_comment) = (name.to_owned(), comment.to_owned());
        let now = clock::now();
        (version.created_at, version.updated_at, version.touched) = (now, now, false);
        self.versions.push(version);
        self.versions.last()
    }

    /// The version that runs.
    pub(crate) fn running(&self) -> Option<&Workflow> {
        self.versions.last()
    }

    pub(crate) fn version(&self, id: &str) -> Option<&Workflow> {
        self.versions.iter().find(|workflow| workflow.id == id)
    }
}

impl Environment {
    /// Takes these variables in place of all others. A secret whose value is masked keeps it.
    pub(crate) fn set(&mut self, given: &[Value]) {
        let before = std::mem::take(&mut self.0);
        let known = |id: &Value| before.iter().find(|variable| variable["id"] == *id);
        let whole = |variable: &Value| {
            let id = if variable["id"].is_string() { variable["id"].clone() } else { json!(ids::new()) };
            let value = match known(&id) {
                Some(old) if variable["value"] == UNCHANGED || variable["value"] == STARS => old["value"].clone(),
                _ => variable["value"].clone(),
            };
            json!({
                "value_type": variable["value_type"].as_str().unwrap_or("string"), "id": id, "name": variable["name"],
                "value": value, "description": variable["description"].as_str().unwrap_or_default(),
            })
        };
        self.0 = given.iter().map(whole).collect();
    }

    fn masked(&self) -> Value {
        let masked = |variable: &Value| {
            let mut variable = variable.clone();
            if variable["value_type"] == "secret" {
                variable["value"] = json!(STARS);
            }
            variable
        };
        self.0.iter().map(masked).collect()
    }

    /// As a definition has them, secrets only when they are asked for.
    pub(crate) fn exported(&self, with_secrets: bool) -> Value {
        let exported = |variable: &Value| {
            let hidden = variable["value_type"] == "secret" && !with_secrets;
            json!({
                "description": variable["description"], "id": variable["id"], "name": variable["name"],
                "selector": ["env", variable["name"]],
                "value": if hidden { json!("") } else { variable["value"].clone() },
                "value_type": variable["value_type"],
            })
        };
        self.0.iter().map(exported).collect()
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|variable| &variable["name"])).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_replaces_all_and_secrets_show_only_where_they_should() {
        let mut environment = Environment::default();
        let variable =
            |id: &str, value: &str, kind: &str| json!({"id": id, "name": id, "value": value, "value_type": kind});
        environment.set(&[variable("a", "1", "string"), variable("b", "hush", "secret")]);
        environment.set(&[variable("b", UNCHANGED, "secret"), variable("c", "3", "string")]);
        let names: Vec<&Value> = environment.0.iter().map(|variable| &variable["name"]).collect();
        assert_eq!(names, ["b", "c"]);
        assert_eq!(environment.masked()[0]["value"], STARS);
        assert_eq!(environment.exported(true)[0]["value"], "hush");
        assert_eq!(environment.exported(false)[0]["value"], "");
        assert!(!format!("{environment:?}").contains("hush"));
    }
}
