//! The facts of extensions, in words: most tools show a description and no extension.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Object, places};
use crate::language::Language;
use crate::source::outline::COMMON_CODES;

/// The fixed words of the facts, in one language. `{}` is replaced by a list or a release.
pub(super) struct FactWords {
    modes: &'static str,
    errors: &'static str,
    since: &'static str,
    until: &'static str,
    deprecated: &'static str,
    /// Between two sentences.
    space: &'static str,
    comma: &'static str,
    semicolon: &'static str,
    brackets: [&'static str; 2],
    /// The names of application modes, as Dify's interface has them.
    names: [(&'static str, &'static str); 6],
}

const ENGLISH: FactWords = FactWords {
    modes: "**Available for:** {}.",
    errors: "**Errors:** {}.",
    since: "Since Dify {}.",
    until: "Until Dify {}.",
    deprecated: "Deprecated since Dify {}.",
    space: " ",
    comma: ", ",
    semicolon: "; ",
    brackets: [" (", ")"],
    names: [
        ("chat", "Chatbot"),
        ("agent-chat", "Agent"),
        ("advanced-chat", "Chatflow"),
        ("agent", "Agent of the new kind"),
        ("completion", "Text Generator"),
        ("workflow", "Workflow"),
    ],
};

const CHINESE: FactWords = FactWords {
    modes: "**适用于**：{}。",
    errors: "**错误码**：{}。",
    since: "自 Dify {} 起。",
    until: "至 Dify {} 为止。",
    deprecated: "自 Dify {} 起弃用。",
    space: "",
    comma: "、",
    semicolon: "；",
    brackets: ["（", "）"],
    names: [
        ("chat", "聊天助手"),
        ("agent-chat", "Agent"),
        ("advanced-chat", "Chatflow"),
        ("agent", "新版 Agent"),
        ("completion", "文本生成应用"),
        ("workflow", "工作流"),
    ],
};

/// Appends to each description the releases of its part, and to those of operations the modes of applications and the
/// error codes too.
pub(super) fn state_facts(document: &mut Value) {
    let words = match Language::of(document) {
        Language::English => ENGLISH,
        Language::Chinese => CHINESE,
    };
    append(document, &words);
}

fn append(document: &mut Value, words: &FactWords) {
    let statuses = statuses(document);
    places::each_object(document, &mut |object| {
        let Some(text) = object.get("description").and_then(Value::as_str) else { return };
        let releases = words.releases(object);
        let is_operation = object.contains_key("responses") && object.contains_key("operationId");
        let (facts, between) = if is_operation {
            let facts = [
                words.modes(object),
                (!releases.is_empty()).then(|| releases.join(words.space)),
                words.errors(object, &statuses),
            ];
            (facts.into_iter().flatten().collect(), "\n\n")
        } else {
            (releases, words.space)
        };
        let mut described = text.trim_end().to_owned();
        for fact in facts.iter().filter(|fact| !text.contains(fact.as_str())) {
            if !described.is_empty() {
                described.push_str(between);
            }
            described.push_str(fact);
        }
        if described.len() > text.len() {
            object.insert("description".to_owned(), described.into());
        }
    });
}

/// The status of each error code, from the list that begins each description with it.
fn statuses(document: &Value) -> BTreeMap<String, String> {
    let values = document.pointer("/components/schemas/ErrorCode/x-extensible-enum").and_then(Value::as_array);
    let status = |value: &Value| {
        let status = value["description"].as_str()?.get(..3)?;
        let known = status.bytes().all(|digit| digit.is_ascii_digit());
        Some((value["value"].as_str()?.to_owned(), known.then(|| status.to_owned())?))
    };
    values.into_iter().flatten().filter_map(status).collect()
}

impl FactWords {
    fn releases(&self, object: &Object) -> Vec<String> {
        let marks =
            [("x-dify-since", self.since), ("x-dify-until", self.until), ("x-dify-deprecated", self.deprecated)];
        let stated = |(mark, form): (&str, &str)| Some(form.replace("{}", object.get(mark)?.as_str()?));
        marks.into_iter().filter_map(stated).collect()
    }

    fn modes(&self, operation: &Object) -> Option<String> {
        let modes = operation.get("x-dify-modes")?.as_array()?.iter().filter_map(Value::as_str);
        let [open, close] = self.brackets;
        let named = modes.map(|mode| {
            let name = self.names.iter().find(|(known, _)| *known == mode);
            name.map_or_else(|| format!("`{mode}`"), |(_, name)| format!("{name}{open}`{mode}`{close}"))
        });
        Some(self.modes.replace("{}", &named.collect::<Vec<_>>().join(self.comma)))
    }

    /// The error codes of an operation by status, with those that every operation may answer.
    fn errors(&self, operation: &Object, statuses: &BTreeMap<String, String>) -> Option<String> {
        let own = operation.get("x-dify-errors")?.as_array()?.iter().filter_map(Value::as_str);
        let answers = operation.get("responses").and_then(Value::as_object);
        let answered =
            |code: &&str| statuses.get(*code).is_some_and(|status| answers.is_some_and(|all| all.contains_key(status)));
        let mut by_status: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for code in own.chain(COMMON_CODES.into_iter().filter(answered)) {
            let codes = by_status.entry(statuses.get(code).map_or("", String::as_str)).or_default();
            if !codes.contains(&format!("`{code}`")) {
                codes.push(format!("`{code}`"));
            }
        }
        let listed: Vec<String> = by_status
            .iter()
            .map(|(status, codes)| format!("{status} {}", codes.join(self.comma)).trim_start().to_owned())
            .collect();
        (!listed.is_empty()).then(|| self.errors.replace("{}", &listed.join(self.semicolon)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "paths": {"/tea": {"get": {
                "operationId": "app_tea_get", "description": "Returns tea.",
                "x-dify-modes": ["advanced-chat", "brewing"], "x-dify-since": "1.2.0", "x-dify-until": "1.9.0",
                "x-dify-errors": ["too_hot", "cold", "odd"],
                "parameters": [{"name": "sugar", "description": "Lumps.", "x-dify-since": "1.3.0"}],
                "responses": {"200": {"description": "Tea.", "x-dify-deprecated": "1.4.0"}, "401": {"description": "No."}},
            }}},
            "components": {"schemas": {
                "Tea": {"description": "A cup.", "properties": {"description": {"description": "Kind.", "x-dify-until": "1.1.0"}},
                    "example": {"description": "Green.", "x-dify-since": "1.0.0"}},
                "ErrorCode": {"description": "Codes.", "x-extensible-enum": [
                    {"value": "too_hot", "description": "400. Hot."}, {"value": "cold", "description": "400. Cold."},
                    {"value": "unauthorized", "description": "401. No key."}, {"value": "forbidden", "description": "403. No."},
                    {"value": "odd", "description": "Odd."},
                ]},
            }},
        })
    }

    #[test]
    fn descriptions_state_releases_modes_and_errors() {
        let mut document = document();
        state_facts(&mut document);
        let get = &document["paths"]["/tea"]["get"];
        assert_eq!(
            get["description"],
            "Returns tea.\n\n**Available for:** Chatflow (`advanced-chat`), `brewing`.\n\nSince Dify 1.2.0. Until Dify 1.9.0.\
             \n\n**Errors:** `odd`; 400 `too_hot`, `cold`; 401 `unauthorized`."
        );
        assert_eq!(get["parameters"][0]["description"], "Lumps. Since Dify 1.3.0.");
        assert_eq!(get["responses"]["200"]["description"], "Tea. Deprecated since Dify 1.4.0.");
        let tea = &document["components"]["schemas"]["Tea"];
        assert_eq!(tea["description"], "A cup.");
        assert_eq!(tea["properties"]["description"]["description"], "Kind. Until Dify 1.1.0.");
        assert_eq!(tea["example"]["description"], "Green.", "examples are data");
    }

    #[test]
    fn facts_are_stated_in_the_language_of_the_document() {
        let mut document = document();
        document["info"] = json!({"x-dify-language": "zh"});
        document["paths"]["/tea"]["get"]["description"] = json!("返回茶。");
        document["paths"]["/tea"]["get"]["parameters"][0]["description"] = json!("块数。");
        state_facts(&mut document);
        let get = &document["paths"]["/tea"]["get"];
        assert_eq!(
            get["description"],
            "返回茶。\n\n**适用于**：Chatflow（`advanced-chat`）、`brewing`。\n\n自 Dify 1.2.0 起。至 Dify 1.9.0 为止。\
             \n\n**错误码**：`odd`；400 `too_hot`、`cold`；401 `unauthorized`。"
        );
        assert_eq!(get["parameters"][0]["description"], "块数。自 Dify 1.3.0 起。");
    }

    #[test]
    fn facts_are_stated_once() {
        let mut document = document();
        state_facts(&mut document);
        let once = document.clone();
        state_facts(&mut document);
        assert_eq!(document, once);
    }
}
