//! Rules about links: how the answer of one operation is used to call another.

use super::nearest::did_you_mean;
use super::paging::walk;
use crate::diagnostic::Findings;
use crate::source::outline::{Outline, SourceOperation};
use crate::source::{Entry, Node};

/// A link names an operation of the API, its parameters, and values that the call it follows has.
pub fn links_lead_to_operations(o: &Outline<'_>, found: &mut Findings) {
    for operation in &o.operations {
        for response in operation.responses() {
            let response = o.source.follow(&response.value);
            for link in response.members("links") {
                link_is_complete(o, operation, response, link, found);
            }
        }
    }
}

fn link_is_complete<'s>(
    o: &Outline<'s>,
    operation: &SourceOperation<'s>,
    response: &'s Node,
    link: &Entry,
    found: &mut Findings,
) {
    let id = link.value.text("operationId").unwrap_or_default();
    let others = || o.operations.iter().filter(|other| other.api == operation.api);
    let Some(target) = others().find(|other| id_of(other).as_deref() == Some(id)) else {
        let ids: Vec<String> = others().filter_map(id_of).collect();
        let fix = did_you_mean(id, ids.iter().map(String::as_str), "write `x-dify-method` of one with underscores");
        found.push(o.at(link.place, format!("the link `{}` leads to no operation of this API", link.key), fix));
        return;
    };
    let given = link.value.members("parameters");
    for (_, parameter) in &target.parameters {
        let name = parameter.text("name").unwrap_or_default();
        if parameter.text("in") == Some("path") && !given.iter().any(|given| given.key == name) {
            let message = format!("the link `{}` has no value for `{name}`", link.key);
            found.push(o.at(link.place, message, format!("add it: `{}` requires it", target.route())));
        }
    }
    for parameter in given {
        if !target.parameters.iter().any(|(_, node)| node.text("name") == Some(&parameter.key)) {
            let message = format!("`{}` is no parameter of `{}`", parameter.key, target.route());
            found.push(o.at(parameter.place, message, "name one of its parameters"));
        }
    }
    let body = json_schema(o, target.node().get("requestBody"));
    for member in link.value.members("requestBody") {
        if body.is_none_or(|body| walk(o, body, &format!("/{}", member.key)).is_none()) {
            let message = format!("the body of `{}` has no member `{}`", target.route(), member.key);
            found.push(o.at(member.place, message, "name one of its members"));
        }
    }
    let mut values: Vec<&Node> = given.iter().map(|given| &given.value).collect();
    values.extend(link.value.get("requestBody"));
    while let Some(value) = values.pop() {
        values.extend(value.items());
        values.extend(value.entries().iter().map(|entry| &entry.value));
        let expression = value.as_str().filter(|text| text.starts_with('$'));
        if let Some(text) = expression.filter(|text| !exists(o, operation, response, text)) {
            let fix = "write `$request.path.…`, `$request.query.…`, `$request.body#/…` or `$response.body#/…`";
            found.push(o.at(value.place, format!("`{text}` names nothing of `{}`", operation.route()), fix));
        }
    }
}

fn id_of(operation: &SourceOperation<'_>) -> Option<String> {
    Some(operation.node().text("x-dify-method")?.replace('.', "_"))
}

/// Whether an expression names a parameter or a member of a call.
fn exists<'s>(o: &Outline<'s>, operation: &SourceOperation<'s>, response: &'s Node, expression: &str) -> bool {
    let parameter = |place: &str, name: &str| {
        let mut parameters = operation.parameters.iter();
        parameters.any(|(_, node)| node.text("name") == Some(name) && node.text("in") == Some(place))
    };
    let member = |holder: Option<&'s Node>, pointer: &str| {
        json_schema(o, holder).is_some_and(|schema| walk(o, schema, pointer).is_some())
    };
    if let Some(name) = expression.strip_prefix("$request.path.") {
        parameter("path", name)
    } else if let Some(name) = expression.strip_prefix("$request.query.") {
        parameter("query", name)
    } else if let Some(pointer) = expression.strip_prefix("$request.body#") {
        member(operation.node().get("requestBody"), pointer)
    } else if let Some(pointer) = expression.strip_prefix("$response.body#") {
        member(Some(response), pointer)
    } else {
        false
    }
}

/// The schema of a JSON body, else of a form.
fn json_schema<'s>(o: &Outline<'s>, holder: Option<&'s Node>) -> Option<&'s Node> {
    let content = o.source.follow(holder?).get("content")?;
    let body = content.get("application/json").or_else(|| content.get("multipart/form-data"));
    Some(o.source.follow(body?.get("schema")?))
}
