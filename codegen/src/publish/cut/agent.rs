//! The tools of a language model: few operations, one sentence each, and the members that a model uses.

use serde_json::{Map, Value, json};

use super::each_operation;
use crate::publish::Object;

/// An operation as a tool.
pub(super) struct Tool {
    operation: &'static str,
    /// When a model should call it.
    text: &'static str,
    /// The parameters and members of the body that it takes, beside those of the path; `files/url` is a member of items.
    takes: &'static [&'static str],
    /// The members of its answer that a model reads.
    answers: &'static [&'static str],
}

/// The tools. The order is that of the document.
const TOOLS: [Tool; 15] = [
    Tool {
        operation: "app.chat.send",
        text: "Sends a message to the chat or chatflow application of the key and returns the answer.",
        takes: &[
            "query",
            "inputs",
            "user",
            "conversation_id",
            "files/type",
            "files/transfer_method",
            "files/upload_file_id",
            "files/url",
        ],
        answers: &["answer", "conversation_id", "message_id"],
    },
    Tool {
        operation: "app.completion.send",
        text: "Runs the text-completion application of the key and returns the text.",
        takes: &["inputs", "user"],
        answers: &["answer", "message_id"],
    },
    Tool {
        operation: "app.workflows.run",
        text: "Runs the workflow application of the key and returns its outputs.",
        takes: &["inputs", "user", "files/type", "files/transfer_method", "files/upload_file_id", "files/url"],
        answers: &["workflow_run_id", "data/status", "data/outputs", "data/error"],
    },
    Tool {
        operation: "app.workflows.get_run",
        text: "Returns status and outputs of a workflow run.",
        takes: &[],
        answers: &["id", "status", "outputs", "error"],
    },
    Tool {
        operation: "app.conversations.list",
        text: "Lists the conversations of a user, newest first.",
        takes: &["user", "last_id", "limit"],
        answers: &["has_more", "data/id", "data/name", "data/created_at"],
    },
    Tool {
        operation: "app.messages.list",
        text: "Lists the messages of a conversation.",
        takes: &["conversation_id", "user", "first_id", "limit"],
        answers: &["has_more", "data/id", "data/query", "data/answer"],
    },
    Tool {
        operation: "app.messages.suggested",
        text: "Returns questions that the user may ask next.",
        takes: &["user"],
        answers: &["data"],
    },
    Tool {
        operation: "app.files.upload",
        text: "Uploads a file; messages and runs refer to it by its id.",
        takes: &["file", "user"],
        answers: &["id", "name", "mime_type"],
    },
    Tool {
        operation: "app.info.parameters",
        text: "Returns the inputs that the application takes.",
        takes: &[],
        answers: &["opening_statement", "user_input_form"],
    },
    Tool {
        operation: "knowledge.datasets.list",
        text: "Lists the knowledge bases.",
        takes: &["page", "limit", "keyword"],
        answers: &["has_more", "data/id", "data/name", "data/description", "data/document_count"],
    },
    Tool {
        operation: "knowledge.datasets.retrieve",
        text: "Searches a knowledge base and returns the segments that fit a question best.",
        takes: &["query"],
        answers: &[
            "records/score",
            "records/segment/content",
            "records/segment/document/id",
            "records/segment/document/name",
        ],
    },
    Tool {
        operation: "knowledge.documents.list",
        text: "Lists the documents of a knowledge base.",
        takes: &["page", "limit", "keyword"],
        answers: &["has_more", "data/id", "data/name", "data/indexing_status"],
    },
    Tool {
        operation: "knowledge.documents.create_by_text",
        text: "Adds a text as a document to a knowledge base; its batch is used to poll the indexing.",
        takes: &["name", "text", "indexing_technique", "process_rule/mode"],
        answers: &["batch", "document/id", "document/indexing_status"],
    },
    Tool {
        operation: "knowledge.documents.indexing_status",
        text: "Returns the indexing progress of the documents of a batch.",
        takes: &[],
        answers: &["data/id", "data/indexing_status", "data/error"],
    },
    Tool {
        operation: "knowledge.segments.list",
        text: "Lists the segments of a document.",
        takes: &["page", "limit", "keyword"],
        answers: &["has_more", "data/id", "data/content"],
    },
];

/// The tool that an operation is.
pub(super) fn tool(operation: &Value) -> Option<&'static Tool> {
    let method = operation["x-dify-method"].as_str()?;
    TOOLS.iter().find(|tool| tool.operation == method)
}

/// Replaces texts and schemas of the operations by those of their tools. Successes are their only answers.
pub(super) fn shorten(document: &mut Value) {
    let whole = document.clone();
    each_operation(document, |operation| {
        let Some(tool) = tool(&Value::Object(operation.clone())) else { return };
        let short = shortened(&whole, operation, tool);
        *operation = short;
    });
    if let Some(root) = document.as_object_mut() {
        root.shift_remove("x-tagGroups");
    }
}

fn shortened(document: &Value, operation: &Object, tool: &Tool) -> Object {
    let mut short = Map::new();
    for name in ["operationId", "x-dify-method", "tags", "summary", "security"] {
        if let Some(value) = operation.get(name) {
            short.insert(name.to_owned(), value.clone());
        }
    }
    short.insert("description".to_owned(), tool.text.into());
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let kept: Vec<Value> = parameters
        .map(|parameter| contract::follow(document, parameter))
        .filter(|parameter| parameter["in"] == "path" || takes(tool, &parameter["name"]))
        .map(|parameter| {
            let mut parameter = parameter.clone();
            let schema = trimmed(document, &parameter["schema"], &[], true);
            keep(&mut parameter, &["name", "in", "required", "description"]);
            brief(&mut parameter);
            parameter["schema"] = schema;
            parameter
        })
        .collect();
    if !kept.is_empty() {
        short.insert("parameters".to_owned(), kept.into());
    }
    if let Some(body) = operation.get("requestBody").map(|body| contract::follow(document, body)) {
        short.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": content(document, body, tool.takes, true)}),
        );
    }
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answers = answers.filter(|(status, _)| status.starts_with('2')).map(|(status, answer)| {
        let answer = contract::follow(document, answer);
        let content = content(document, answer, tool.answers, false);
        (status.clone(), json!({"description": "The result.", "content": content}))
    });
    short.insert("responses".to_owned(), Value::Object(answers.collect()));
    short
}

fn takes(tool: &Tool, name: &Value) -> bool {
    name.as_str().is_some_and(|name| tool.takes.contains(&name))
}

/// The bodies but streams, with only some members.
fn content(document: &Value, holder: &Value, members: &[&str], required: bool) -> Value {
    let bodies = holder["content"].as_object().into_iter().flatten().filter(|(media, _)| *media != "text/event-stream");
    bodies
        .map(|(media, body)| (media.clone(), json!({"schema": trimmed(document, &body["schema"], members, required)})))
        .collect()
}

/// A schema with only the members at these paths, in place, and with short texts. Without paths it takes any value of its
/// type. `required` is whether members are required as the schema says: an answer may lack any.
fn trimmed(document: &Value, schema: &Value, members: &[&str], required: bool) -> Value {
    let wrapped = schema["allOf"].as_array().and_then(|branches| branches.first()).unwrap_or(schema);
    let target = contract::follow(document, wrapped);
    let mut short = target.clone();
    keep(&mut short, &["type", "format", "enum", "minimum", "maximum", "nullable", "default", "description"]);
    for name in ["nullable", "description"] {
        if let Some(own) = schema.get(name) {
            short[name] = own.clone();
        }
    }
    brief(&mut short);
    if let (Some(values), true) = (target["x-extensible-enum"].as_array(), required) {
        let values: Vec<String> =
            values.iter().filter_map(|value| Some(format!("`{}`", value["value"].as_str()?))).collect();
        let text = format!("{} One of {}.", short["description"].as_str().unwrap_or_default(), values.join(", "));
        short["description"] = text.trim_start().into();
    }
    if let Some(items) = target.get("items") {
        short["items"] = trimmed(document, items, members, required);
    } else if let (Some(properties), false) = (target["properties"].as_object(), members.is_empty()) {
        let heads: Vec<&str> =
            properties.keys().map(String::as_str).filter(|name| below(members, name).is_some()).collect();
        let kept: Object = heads
            .iter()
            .map(|name| {
                let rest = below(members, name).unwrap_or_default();
                ((*name).to_owned(), trimmed(document, &properties[*name], &rest, required))
            })
            .collect();
        let needed = target["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let needed: Vec<&str> = needed.filter(|name| required && heads.contains(name)).collect();
        if !needed.is_empty() {
            short["required"] = json!(needed);
        }
        short["properties"] = Value::Object(kept);
    }
    short
}

/// The paths below a member; nothing if none names it.
fn below<'m>(members: &[&'m str], name: &str) -> Option<Vec<&'m str>> {
    let of: Vec<&str> = members.iter().copied().filter(|path| path.split('/').next() == Some(name)).collect();
    (!of.is_empty()).then(|| of.iter().filter_map(|path| Some(path.split_once('/')?.1)).collect())
}

fn keep(value: &mut Value, names: &[&str]) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| names.contains(&name.as_str()));
    }
}

/// Cuts the description after its first sentence.
fn brief(value: &mut Value) {
    if let Some(Value::String(text)) = value.get_mut("description") {
        let end = text.find(". ").map_or(text.len(), |dot| dot + 1);
        // A sentence that refers to the evidence has a link, which no model follows.
        let link = text.find(" ([R").filter(|link| *link < end);
        text.truncate(link.unwrap_or(end));
        if link.is_some() {
            text.push('.');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a path of names leads to a member of a schema.
    fn exists(document: &Value, schema: &Value, path: &str) -> bool {
        let target = contract::follow(document, schema);
        let target = target["allOf"].as_array().map_or(target, |branches| contract::follow(document, &branches[0]));
        match target.get("items") {
            Some(items) if !path.is_empty() => exists(document, items, path),
            _ => {
                let (name, rest) = path.split_once('/').unwrap_or((path, ""));
                path.is_empty() || target["properties"].get(name).is_some_and(|member| exists(document, member, rest))
            }
        }
    }

    #[test]
    fn tools_name_operations_and_members_of_the_spec() {
        let spec = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
        let source = crate::source::load(&spec).expect("it loads");
        let mut document = crate::bundle::bundle(&source, "service");
        let whole = document.clone();
        let mut found = 0;
        each_operation(&mut document, |operation| {
            let operation = Value::Object(operation.clone());
            let Some(tool) = tool(&operation) else { return };
            found += 1;
            assert!(operation.get("deprecated").is_none(), "{} is deprecated", tool.operation);
            let bodies = |holder: &Value| -> Vec<Value> {
                let content = contract::follow(&whole, holder)["content"].as_object().cloned().unwrap_or_default();
                content.values().map(|body| body["schema"].clone()).collect()
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let names: Vec<&Value> = parameters.map(|of| &contract::follow(&whole, of)["name"]).collect();
            for path in tool.takes {
                let member = bodies(&operation["requestBody"]).iter().any(|schema| exists(&whole, schema, path));
                assert!(member || names.contains(&&json!(path)), "{} does not take {path}", tool.operation);
            }
            let answers = operation["responses"].as_object().expect("answers");
            let answers = answers.iter().filter(|(status, _)| status.starts_with('2'));
            let answers: Vec<Value> = answers.flat_map(|(_, answer)| bodies(answer)).collect();
            for path in tool.answers {
                let member = answers.iter().any(|schema| exists(&whole, schema, path));
                assert!(member, "{} does not answer {path}", tool.operation);
            }
        });
        assert_eq!(found, TOOLS.len());
    }

    #[test]
    fn a_schema_keeps_the_named_members_with_short_texts() {
        let document = json!({"components": {"schemas": {
            "Page": {"type": "object", "required": ["data", "more"], "properties": {
                "data": {"type": "array", "description": "The cups. Never null.", "items": {"$ref": "#/components/schemas/Cup"}},
                "more": {"type": "boolean"}, "limit": {"type": "integer"},
            }},
            "Cup": {"type": "object", "required": ["id"], "x-dify-since": "1.0.0", "properties": {
                "id": {"type": "string", "example": "cup-1"}, "milk": {"type": "object", "properties": {"fat": {"type": "number"}}},
                "kind": {"allOf": [{"$ref": "#/components/schemas/Kind"}], "nullable": true, "description": "Kind of tea ([R1](x))."},
            }},
            "Kind": {"type": "string", "description": "A kind.", "x-extensible-enum": [{"value": "green"}, {"value": "black"}]},
        }}});
        let page = json!({"$ref": "#/components/schemas/Page"});
        assert_eq!(
            trimmed(&document, &page, &["more", "data/id", "data/kind", "data/milk"], true),
            json!({"type": "object", "required": ["data", "more"], "properties": {
                "data": {"type": "array", "description": "The cups.", "items": {
                    "type": "object", "required": ["id"], "properties": {
                        "id": {"type": "string"}, "milk": {"type": "object"},
                        "kind": {"type": "string", "nullable": true, "description": "Kind of tea. One of `green`, `black`."},
                    },
                }},
                "more": {"type": "boolean"},
            }})
        );
        let answer = trimmed(&document, &page, &["more"], false);
        assert_eq!(answer, json!({"type": "object", "properties": {"more": {"type": "boolean"}}}));
    }
}
