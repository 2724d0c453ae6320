//! Every component compared with the struct that was generated for it: members, whether they are required, may be null, and
//! their types.
//!
//! typify merges types whose derived names are the same, silently: two components `FooBar` and `Foo_bar`, or an object
//! written in place in `T.data` and a component `TData`. Then one of them does not have the struct it was meant to have.

use crate::diagnostic::{Finding, Findings};
use crate::emit::Code;
use crate::model::{Component, Member, Model, Operation, Shape, Type, escaped, rust_name};
use crate::polish::wire_name;
use quote::ToTokens;
use syn::{Field, ItemStruct};

/// Compare everything; each difference names the component.
pub(crate) fn prove(code: &Code, model: &Model) -> Findings {
    let mut findings = Findings::new();
    for component in model.components.values() {
        if let Shape::Object(members) = &component.shape {
            match code.structs.get(&component.name) {
                Some(item) => {
                    extra(component, item, &mut findings);
                    object(&component.name, &component.name, members, item, code, &mut findings);
                }
                None => {
                    differ(&component.name, format!("`{}` has no struct of its name", component.name), &mut findings)
                }
            }
        }
    }
    for operation in &model.operations {
        parameters(operation, code, &mut findings);
    }
    findings
}

/// Compare the parameters of an operation with the arguments of its request builder.
fn parameters(operation: &Operation, code: &Code, findings: &mut Findings) {
    let Some(builder) = code.builders.get(&operation.id) else { return };
    for parameter in &operation.parameters {
        let name = rust_name(&parameter.name);
        let argument = builder.sig.inputs.iter().find_map(|argument| match argument {
            syn::FnArg::Typed(typed) if typed.pat.to_token_stream().to_string() == name => Some(plain(&typed.ty)),
            _ => None,
        });
        let plain = match parameter.ty.rust().replace(' ', "").as_str() {
            "String" => "&str".to_owned(),
            scalar @ ("i64" | "f64" | "bool") => scalar.to_owned(),
            other => format!("&{other}"),
        };
        let expected = if parameter.required { plain } else { format!("Option<{plain}>") };
        if argument.as_ref() != Some(&expected) {
            findings.push(Finding::in_document(
                format!("#/paths/{}/{}", escaped(&operation.path), operation.verb),
                format!(
                    "the parameter `{}` of `{}` is to be `{expected}`, but the request builder takes `{}`",
                    parameter.name,
                    operation.id,
                    argument.unwrap_or_else(|| "nothing".to_owned())
                ),
                "a lowering rule is missing, or another parameter's name comes out the same in Rust",
            ));
        }
    }
}

/// Compare the members of an object with the fields of a struct.
fn object(component: &str, place: &str, members: &[Member], item: &ItemStruct, code: &Code, findings: &mut Findings) {
    for field in item.fields.iter().filter(|f| !serde(f).contains("flatten")) {
        let name = wire_name(field);
        if !members.iter().any(|m| m.name == name) {
            differ(
                component,
                format!("`{place}` has no member `{name}`, but the struct `{}` has", item.ident),
                findings,
            );
        }
    }
    for member in members {
        let here = format!("{place}.{}", member.name);
        match item.fields.iter().find(|f| wire_name(f) == member.name) {
            Some(field) => compare(component, &here, member, field, code, findings),
            None => differ(component, format!("`{here}` is missing in the struct `{}`", item.ident), findings),
        }
    }
}

fn compare(component: &str, here: &str, member: &Member, field: &Field, code: &Code, findings: &mut Findings) {
    let actual = plain(&field.ty);
    let optional = !member.required || member.nullable;
    let wrapper = match (member.tristate, optional) {
        (true, _) => "crate::Patch",
        (false, true) => "Option",
        (false, false) => "",
    };
    let serde = serde(field);
    // What is required is always written, and null of it too; a missing one is an error.
    let leaves_out = serde.contains("skip_serializing_if");
    let takes_missing = !serde.contains("deserialize_with") && (optional || serde.contains("default"));
    if leaves_out == member.required {
        let is = if member.required { "required" } else { "optional" };
        differ(component, format!("`{here}` is {is}, but the field is written as if it were not"), findings);
    }
    if takes_missing == member.required {
        let is = if member.required { "required" } else { "optional" };
        differ(component, format!("`{here}` is {is}, but the field is read as if it were not"), findings);
    }
    let inner = match wrapper {
        "" => Some(actual.as_str()),
        wrapper => inside(&actual, wrapper),
    };
    let Some(inner) = inner else {
        differ(component, format!("`{here}` may be left out or null, but the field is `{actual}`"), findings);
        return;
    };
    if let Type::Inline(members) = &member.ty {
        match code.structs.get(inner) {
            Some(item) => object(component, here, members, item, code, findings),
            None => differ(
                component,
                format!("`{here}` is an object written in place, but the field is `{actual}`"),
                findings,
            ),
        }
        return;
    }
    let expected = member.ty.rust().replace(' ', "");
    if inner != expected {
        differ(component, format!("`{here}` is `{expected}`, but the field is `{inner}`"), findings);
    }
}

/// Compare the members without a name with the field that gathers them.
fn extra(component: &Component, item: &ItemStruct, findings: &mut Findings) {
    let gathers = item.fields.iter().find(|f| serde(f).contains("flatten")).map(|f| plain(&f.ty));
    let expected = component.extra.as_ref().map(|ty| ty.rust().replace(' ', ""));
    if gathers != expected {
        let show = |ty: Option<String>| ty.map_or("nothing".to_owned(), |ty| format!("`{ty}`"));
        let message = format!(
            "members of `{}` without a name are kept by {}, but should be by {}",
            component.name,
            show(gathers),
            show(expected)
        );
        differ(&component.name, message, findings);
    }
}

/// What serde is told about a field.
fn serde(field: &Field) -> String {
    let attributes = field.attrs.iter().filter(|a| a.path().is_ident("serde"));
    attributes.map(|a| a.to_token_stream().to_string()).collect()
}

/// A type as text, without the boxes that typify puts around types that hold themselves.
fn plain(ty: &syn::Type) -> String {
    let mut text = ty.to_token_stream().to_string().replace(' ', "");
    while let Some(start) = text.find("Box<") {
        let Some(end) = closing(&text, start + 3) else { break };
        text.remove(end);
        text.replace_range(start..start + 4, "");
    }
    text
}

/// Where the bracket that opens at `open` closes.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices().skip(open) {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// `T` of `Wrapper<T>`.
fn inside<'a>(text: &'a str, wrapper: &str) -> Option<&'a str> {
    text.strip_prefix(wrapper)?.strip_prefix('<')?.strip_suffix('>')
}

fn differ(component: &str, message: String, findings: &mut Findings) {
    findings.push(Finding::in_document(
        format!("#/components/schemas/{component}"),
        message,
        "look for another component or in-place object whose name comes out the same in Rust, and rename it; if there is none, a lowering rule or polish pass is wrong",
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{emit, generate, lower, polish};
    use serde_json::{Value, json};

    fn proved(schemas: Value) -> Findings {
        let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {},
            "components": {"schemas": schemas}});
        let model = Model::read(&document).unwrap();
        let (lowered, _) = lower::lower(&document, lower::RULES);
        let mut file = generate::generate(&lowered, &model).unwrap();
        let _ = polish::polish(&mut file, &model, polish::PASSES);
        prove(&emit::emit(file, &model).unwrap(), &model)
    }

    #[test]
    fn components_that_came_out_as_they_were_meant_prove_nothing_wrong() {
        let findings = proved(json!({
            "A": {"type": "object", "required": ["a", "b"], "properties": {
                "a": {"type": "string"}, "b": {"type": "integer", "nullable": true}, "c": {"type": "number"},
                "type": {"type": "array", "items": {"$ref": "#/components/schemas/A"}},
                "self": {"type": "object", "nullable": true, "allOf": [{"$ref": "#/components/schemas/A"}]},
                "e": {"type": "string", "nullable": true, "x-dify-tristate": true},
                "m": {"type": "object", "additionalProperties": {"type": "boolean"}},
                "o": {"type": "object", "additionalProperties": true},
                "k": {"$ref": "#/components/schemas/Kind"}}},
            "Open": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {}},
            "Nothing": {"type": "object", "additionalProperties": false},
            "ByName": {"type": "object", "additionalProperties": {"type": "string"}},
            "Either": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/A"}]},
            "Uses": {"type": "object", "required": ["by", "either"], "properties": {
                "by": {"$ref": "#/components/schemas/ByName"}, "either": {"$ref": "#/components/schemas/Either"},
                "bys": {"type": "array", "items": {"$ref": "#/components/schemas/ByName"}}}},
            "Kind": {"type": "string", "x-extensible-enum": [{"value": "x"}]},
        }));
        assert_eq!(findings.to_string(), "");
    }

    #[test]
    fn a_parameter_that_came_out_as_another_type_is_named() {
        let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "tags": [{"name": "x"}],
            "paths": {"/x": {"get": {"operationId": "app_x_list", "x-dify-method": "app.x.list", "responses": {},
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}]}}},
            "components": {"schemas": {}}});
        let model = Model::read(&document).unwrap();
        // Without the rule that drops bounds.
        let mut file = generate::generate(&document, &model).unwrap();
        let _ = polish::polish(&mut file, &model, polish::PASSES);
        let findings = prove(&emit::emit(file, &model).unwrap(), &model).to_string();
        assert!(findings.contains("`limit` of `app_x_list` is to be `Option<i64>`"), "{findings}");
    }

    #[test]
    fn two_components_whose_names_come_out_the_same_are_named() {
        let findings = proved(json!({
            "FooBar": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            "Foo_bar": {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}},
        }));
        assert!(findings.to_string().contains("#/components/schemas/Foo_bar"), "{findings}");
    }

    #[test]
    fn an_object_in_place_that_meets_a_component_of_the_name_typify_gives_it_is_named() {
        let findings = proved(json!({
            "T": {"type": "object", "required": ["data"], "properties": {
                "data": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}}},
            "TData": {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}},
        }));
        assert!(findings.to_string().contains("#/components/schemas/TData: `TData.b` is missing"), "{findings}");
    }

    #[test]
    fn two_objects_in_place_with_one_title_are_named() {
        let findings = proved(json!({
            "T": {"type": "object", "required": ["x", "y"], "properties": {
                "x": {"title": "Same", "type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
                "y": {"title": "Same", "type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}}}},
        }));
        assert!(findings.to_string().contains("T.y"), "{findings}");
    }
}
