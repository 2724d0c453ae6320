//! The tables by which the runtime decodes: one row per member, read by the one routine for objects.
//!
//! They are calls of macros, printed here because prettyplease leaves the insides of macros as they come.

use crate::model::{Component, Member, Model, Need, Shape, Type};
use std::fmt::Write;

/// The table of an object.
pub(super) fn object(component: &Component, members: &[Member], model: &Model) -> String {
    let mut text = String::from("decode::object! {\n");
    let name = &component.name;
    let end = if component.extra.is_some() { "} extra extra" } else { "}" };
    if members.is_empty() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "    {name} {{{end}\n}}");
        return text;
    }
    let _ = writeln!(text, "    {name} {{");
    for member in members {
        let need = match member.need {
            Need::Essential => "essential",
            Need::Required => "required",
            Need::Optional => "optional",
        };
        let mut flags = String::new();
        if takes_null(member, model) {
            flags.push_str(" null");
        }
        if member.loose {
            flags.push_str(" loose");
        }
        let object = matches!(&member.ty, Type::Named(name) if name == "OpenObject");
        if object && member.need == Need::Required && !member.nullable {
            flags.push_str(" open");
        }
        let _ = writeln!(text, "        {}: {need} {:?}{flags},", member.rust, member.name);
    }
    let _ = writeln!(text, "    {end}\n}}");
    text
}

/// The call of a macro that needs nothing but the name.
pub(super) fn named(which: &str, component: &Component) -> String {
    format!("decode::{which}!({});\n", component.name)
}

/// Whether null is a value of the member's type. Where it is optional as well, null is the same as absent, except where
/// Dify distinguishes the two.
fn takes_null(member: &Member, model: &Model) -> bool {
    let by_itself = match &member.ty {
        Type::Any => true,
        // Kept as JSON, so that what a server wrote stays what it was: null is not `{}`.
        Type::Named(name) if matches!(name.as_str(), "AnyValue" | "OpenObject") => true,
        Type::Named(name) => {
            matches!(model.components.get(name).map(|c| &c.shape), Some(Shape::Choice { null: true, .. }))
        }
        _ => false,
    };
    member.tristate || (member.required && (member.nullable || by_itself))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The table of `T` beside other components.
    fn table(schemas: serde_json::Value, answers: bool) -> String {
        let (body, content) = (json!({"$ref": "#/components/schemas/T"}), "application/json");
        let mut post = json!({"x-dify-method": "app.chat.send", "responses": {}});
        if answers {
            post["responses"] = json!({"200": {"content": {content: {"schema": body}}}});
        } else {
            post["requestBody"] = json!({"content": {content: {"schema": body}}});
        }
        let document = json!({"tags": [{"name": "chat"}], "paths": {"/chat": {"post": post}},
            "components": {"schemas": schemas}});
        let model = Model::read(&document).expect("a document");
        let component = &model.components["T"];
        let Shape::Object(members) = &component.shape else { panic!("an object") };
        object(component, members, &model)
    }

    fn text() -> serde_json::Value {
        json!({"type": "string"})
    }

    #[test]
    fn an_answer_has_essential_required_and_optional_members() {
        let schemas = json!({
            "T": {"type": "object", "required": ["id", "name", "type", "any", "usage", "null_id"], "properties": {
                "id": text(), "name": text(), "type": {"type": "integer"}, "any": {"$ref": "#/components/schemas/AnyValue"},
                "usage": {"$ref": "#/components/schemas/Usage"}, "null_id": {"type": "string", "nullable": true},
                "tag": text(),
            }},
            "AnyValue": {},
            "Usage": {"type": "object", "required": ["total_tokens", "currency"], "properties": {
                "total_tokens": {"type": "integer"}, "currency": text()}},
        });
        let expected = "decode::object! {\n    T {\n        id: essential \"id\",\n        name: required \"name\",\n        \
            type_: required \"type\",\n        any: required \"any\" null,\n        usage: essential \"usage\",\n        \
            null_id: required \"null_id\" null,\n        tag: optional \"tag\",\n    }\n}\n";
        assert_eq!(table(schemas, true), expected);
    }

    #[test]
    fn what_comes_or_goes_is_optional_unless_it_is_a_list() {
        let later = |ty: &str, word: &str| json!({"type": ty, "items": text(), word: "1.9.0"});
        let schemas = json!({"T": {"type": "object", "required": ["id", "a_id", "list", "gone"], "properties": {
            "id": text(), "a_id": later("string", "x-dify-since"), "list": later("array", "x-dify-since"),
            "gone": later("string", "x-dify-until"),
        }}});
        let rows = table(schemas, true);
        for row in ["id: essential", "a_id: optional", "list: optional", "gone: optional"] {
            assert!(rows.contains(row), "{rows}");
        }
    }

    #[test]
    fn the_description_has_the_last_word() {
        let schemas = json!({"T": {"type": "object", "required": ["id", "name", "at"], "properties": {
            "id": {"type": "string", "x-dify-essential": false}, "name": {"type": "string", "x-dify-essential": true},
            "at": {"type": "integer", "x-dify-earlier": [{"until": "1.1.0", "schema": text()}]},
        }}});
        let rows = table(schemas, true);
        for row in ["id: required \"id\",", "name: essential \"name\",", "at: required \"at\" loose,"] {
            assert!(rows.contains(row), "{rows}");
        }
    }

    // A past bug: citations up to 1.11.2, whose shape was referred to, had no id and did not decode.
    #[test]
    fn earlier_shapes_are_read_behind_references() {
        let schemas = json!({
            "T": {"type": "object", "required": ["id", "name", "count"], "properties": {
                "id": text(), "name": text(), "count": {"type": "string", "x-dify-earlier": [
                    {"until": "1.7.2", "schema": {"oneOf": [{"type": "integer"}, text()]}},
                ]},
            }, "x-dify-earlier": [{"until": "1.11.2", "schema": {"$ref": "#/components/schemas/Past"}}]},
            "Past": {"type": "object", "required": ["name", "count"], "properties": {"name": text(), "count": text()}},
        });
        let rows = table(schemas, true);
        for row in ["id: optional", "name: required", "count: required \"count\" loose"] {
            assert!(rows.contains(row), "{rows}");
        }
    }

    #[test]
    fn requests_are_read_strictly() {
        let members = json!({"name": text(), "tag": text()});
        let schemas = json!({"T": {"type": "object", "required": ["name"], "properties": members}});
        let rows = table(schemas, false);
        assert!(rows.contains("name: essential") && rows.contains("tag: optional"), "{rows}");
    }

    #[test]
    fn the_only_required_member_is_essential() {
        let schemas =
            json!({"T": {"type": "object", "required": ["name"], "properties": {"name": text(), "tag": text()}}});
        assert!(table(schemas, true).contains("name: essential"));
    }
}
