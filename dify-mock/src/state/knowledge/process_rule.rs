//! How a text is cleaned and cut.

use serde_json::{Value, json};

use crate::values::ids;

/// Longer segments than this are refused.
const MOST_TOKENS: u64 = 4_000;
/// And so are shorter ones than this.
const FEWEST_TOKENS: u64 = 50;

/// A rule as the server keeps it.
#[derive(Clone, Debug)]
pub(crate) struct ProcessRule {
    id: String,
    pub(crate) mode: String,
    /// The members as they are shown: a caller's have a `separator`, the server's own a `delimiter`.
    rules: Value,
}

/// Where and how finely to cut.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) separator: String,
    pub(crate) max_tokens: usize,
    pub(crate) overlap: usize,
}

impl ProcessRule {
    /// The server's own.
    pub(crate) fn automatic() -> ProcessRule {
        let rules = json!({
            "pre_processing_rules": [
                {"id": "remove_extra_spaces", "enabled": true},
                {"id": "remove_urls_emails", "enabled": false},
            ],
            "segmentation": {"delimiter": "\n", "max_tokens": 500, "chunk_overlap": 50},
        });
        ProcessRule { id: ids::new(), mode: "automatic".to_owned(), rules }
    }

    /// The rule of a request; the error is Dify's message. Modes were validated before.
    pub(crate) fn read(value: &Value) -> Result<ProcessRule, &'static str> {
        let mode = value["mode"].as_str().ok_or("Process rule mode is required")?;
        if mode == "automatic" {
            return Ok(ProcessRule::automatic());
        }
        let rules = &value["rules"];
        if !rules.is_object() {
            return Err("Process rule rules is required");
        }
        let cleaning = &rules["pre_processing_rules"];
        if !cleaning.is_array() {
            return Err("Process rule pre_processing_rules is required");
        }
        let segmentation = stored(&rules["segmentation"]).ok_or("Process rule segmentation is required")?;
        let children = stored(&rules["subchunk_segmentation"]);
        if mode == "hierarchical" && children.is_none() {
            return Err("Process rule subchunk_segmentation is required");
        }
        let rules = json!({
            "pre_processing_rules": cleaning, "segmentation": segmentation, "parent_mode": rules["parent_mode"],
            "subchunk_segmentation": children,
        });
        Ok(ProcessRule { id: ids::new(), mode: mode.to_owned(), rules })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether a kind of cleaning is wanted.
    pub(crate) fn cleans(&self, kind: &str) -> bool {
        let wanted = |rule: &Value| rule["id"] == kind && rule["enabled"] == true;
        self.rules["pre_processing_rules"].as_array().is_some_and(|rules| rules.iter().any(wanted))
    }

    /// How segments are cut.
    pub(crate) fn segments(&self) -> Cut {
        cut(&self.rules["segmentation"])
    }

    /// How child chunks are cut.
    pub(crate) fn children(&self) -> Cut {
        cut(&self.rules["subchunk_segmentation"])
    }

    /// Whether the whole document is the one parent of its child chunks.
    pub(crate) fn whole(&self) -> bool {
        self.rules["parent_mode"] == "full-doc"
    }

    /// Why indexing by this rule fails, if it does.
    pub(crate) fn unusable(&self) -> Option<String> {
        let tokens = self.rules["segmentation"]["max_tokens"].as_u64().unwrap_or_default();
        let fits = (FEWEST_TOKENS..=MOST_TOKENS).contains(&tokens);
        (!fits).then(|| format!("Custom segment length should be between {FEWEST_TOKENS} and {MOST_TOKENS}."))
    }

    /// Returns the rule in a document that was split by it.
    pub(crate) fn of_document(&self, dataset: &str) -> Value {
        json!({"id": self.id, "dataset_id": dataset, "mode": self.mode, "rules": self.rules})
    }

    /// Returns the knowledge base's rule in a document.
    pub(crate) fn of_dataset(&self) -> Value {
        json!({"mode": self.mode, "rules": self.rules})
    }
}

fn stored(rule: &Value) -> Option<Value> {
    let separator = rule["separator"].as_str().unwrap_or("\n");
    let overlap = rule["chunk_overlap"].as_u64().unwrap_or(0);
    let tokens = rule["max_tokens"].as_u64()?;
    Some(json!({"separator": separator, "max_tokens": tokens, "chunk_overlap": overlap}))
}

fn cut(rule: &Value) -> Cut {
    let separator = rule["separator"].as_str().or(rule["delimiter"].as_str()).unwrap_or("\n");
    let number = |name: &str, least: u64| {
        let number = rule[name].as_u64().unwrap_or_default().max(least);
        usize::try_from(number).unwrap_or(usize::MAX)
    };
    // People type a backslash and an n where they mean a line end.
    let separator = separator.replace("\\n", "\n");
    Cut { separator, max_tokens: number("max_tokens", 1), overlap: number("chunk_overlap", 0) }
}
