//! An example for every method whose arguments are plain: the document's own, as Rust that the doc tests compile.

use super::groups::query_name;
use super::layout::client_type;
use crate::model::{Answer, Body, Group, Member, Model, Operation, Parameter, Shape, Type, rust_name};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The examples of a model's operations as programs, by operation: without what only doc tests need.
pub(crate) fn samples(model: &Model) -> BTreeMap<String, String> {
    let mut samples = BTreeMap::new();
    for operation in &model.operations {
        let of = |group: &&Group| group.client == operation.client && group.name == operation.group;
        let Some(group) = model.groups.iter().find(of) else { continue };
        let lines = lines(operation, group, model);
        let lines: Vec<&str> = lines
            .iter()
            .skip_while(|line| !line.starts_with("```"))
            .filter(|line| !line.starts_with("```") && !line.starts_with("# "))
            .map(String::as_str)
            .collect();
        let (mut uses, body): (Vec<&str>, Vec<&str>) =
            lines.into_iter().filter(|line| !line.is_empty()).partition(|line| line.starts_with("use "));
        if body.is_empty() {
            continue;
        }
        let (variable, client) = (&operation.client, client_type(&operation.client));
        let made = match client {
            "WebApp" => "connect(\"https://udify.app\", std::env::var(\"DIFY_APP_CODE\")?).await",
            _ => "from_env()",
        };
        let import = format!("use dify_api::{client};");
        uses.insert(0, &import);
        let source = format!("{}\n\nlet {variable} = {client}::{made}?;\n{}\n", uses.join("\n"), body.join("\n"));
        samples.insert(operation.id.clone(), source);
    }
    samples
}

/// The lines of the example; nothing, when an argument is more than a few words.
pub(super) fn lines(operation: &Operation, group: &Group, model: &Model) -> Vec<String> {
    if operation.deprecated.is_some() {
        return Vec::new();
    }
    let mut example = Example { before: Vec::new(), model, types: BTreeSet::new() };
    let Some(call) = example.call(operation, group) else {
        return Vec::new();
    };
    let client = &operation.client;
    let mut lines = vec![
        String::new(),
        "# Examples".to_owned(),
        String::new(),
        "```no_run".to_owned(),
        format!("# async fn example({client}: dify_api::{}) -> Result<(), dify_api::Error> {{", client_type(client)),
    ];
    let uses = lines.len();
    if example.types.contains("dify_api::Upload") {
        lines.push("use dify_api::Upload;".to_owned());
        example.types.remove("dify_api::Upload");
    }
    let types: Vec<String> = example.types.into_iter().collect();
    match types.as_slice() {
        [] => {}
        [only] => lines.push(format!("use dify_api::types::{only};")),
        several => lines.push(format!("use dify_api::types::{{{}}};", several.join(", "))),
    }
    if lines.len() > uses {
        lines.push(String::new());
    }
    lines.extend(example.before.iter().flat_map(|built| built.lines()).map(str::to_owned));
    match &operation.answer {
        Answer::Json(_) => {
            lines.push(format!("let reply = {call}.await?;"));
            lines.push("println!(\"{reply:?}\");".to_owned());
        }
        Answer::Empty => lines.push(format!("{call}.await?;")),
        Answer::Download(_) => {
            lines.push(format!("let content = {call}.await?.bytes().await?;"));
        }
        Answer::Events(_) => {
            lines.push(format!("let mut events = {call}.await?;"));
            lines.push("while let Some(event) = events.next().await {".to_owned());
            lines.push("    println!(\"{:?}\", event?);".to_owned());
            lines.push("}".to_owned());
        }
    }
    lines.extend(["# Ok(())", "# }", "```"].map(str::to_owned));
    lines
}

struct Example<'a> {
    model: &'a Model,
    /// The types it names.
    types: BTreeSet<String>,
    /// The lines before the call.
    before: Vec<String>,
}

impl Example<'_> {
    fn call(&mut self, operation: &Operation, group: &Group) -> Option<String> {
        let mut arguments = Vec::new();
        for parameter in operation.path_parameters() {
            arguments.push(self.path(parameter)?);
        }
        match &operation.body {
            Some(Body::Json(Type::Named(name)) | Body::Form { component: name, .. }) => {
                arguments.push(self.body(name, operation.example.as_ref())?);
            }
            Some(Body::Json(_)) => return None,
            None => {}
        }
        if operation.query_parameters().next().is_some() {
            arguments.push(self.query(operation, group)?);
        }
        let (client, group, method) = (&operation.client, &operation.group, &operation.method);
        Some(format!("{client}.{group}().{method}({})", arguments.join(", ")))
    }

    fn path(&mut self, parameter: &Parameter) -> Option<String> {
        let text = parameter.example.as_ref().and_then(Value::as_str)?;
        Some(match &parameter.ty {
            Type::Text => format!("{text:?}"),
            _ => format!("&{text:?}.into()"),
        })
    }

    fn body(&mut self, name: &str, example: Option<&Value>) -> Option<String> {
        let component = self.model.components.get(name)?;
        let (Shape::Object(members) | Shape::Form(members)) = &component.shape else { return None };
        let given = component.new.clone().unwrap_or_else(|| {
            let required = members.iter().filter(|m| m.required && m.send_default.is_none());
            required.map(|m| m.name.clone()).collect()
        });
        let mut arguments = Vec::new();
        for argument in &given {
            let member = members.iter().find(|m| m.name == *argument)?;
            let value = example.and_then(|e| e.get(argument));
            arguments.push(match member.ty {
                Type::Binary if member.audio => self.upload("question.mp3"),
                Type::Binary => self.upload("notes.txt"),
                _ => self.value(&member.ty, value?)?,
            });
        }
        // What the document's own example gives besides: servers often require more than the description does.
        let left = members.iter().filter(|m| !given.contains(&m.name) && !m.tristate);
        let mut setters: Vec<String> = left
            .clone()
            .filter_map(|m| Some(format!(".{}({})", m.rust, self.value(&m.ty, example?.get(&m.name)?)?)))
            .collect();
        let is_file = |member: &&Member| member.ty == Type::Binary;
        if let Some(file) = left.clone().find(is_file).filter(|_| !members.iter().any(|m| m.required && is_file(&m))) {
            setters.push(format!(".{}({})", file.rust, self.upload("notes.txt")));
        }
        self.types.insert(name.to_owned());
        self.before.push(built("request", name, &arguments, &setters));
        Some("&request".to_owned())
    }

    fn query(&mut self, operation: &Operation, group: &Group) -> Option<String> {
        let mut arguments = Vec::new();
        for parameter in operation.query_parameters().filter(|p| p.required) {
            arguments.push(self.value(&parameter.ty, parameter.example.as_ref()?)?);
        }
        // The filters of a list would hide what it is for.
        let shown = |p: &&Parameter| !p.required && (operation.paging.is_none() || operation.needs.contains(&p.name));
        let setters: Vec<String> = operation
            .query_parameters()
            .filter(shown)
            .filter_map(|p| Some(format!(".{}({})", rust_name(&p.name), self.value(&p.ty, p.example.as_ref()?)?)))
            .collect();
        let name = query_name(operation, group, self.model);
        self.types.insert(name.clone());
        self.before.push(built("query", &name, &arguments, &setters));
        Some("&query".to_owned())
    }

    /// A file as the argument of a constructor.
    fn upload(&mut self, file: &str) -> String {
        self.types.insert("dify_api::Upload".to_owned());
        format!("Upload::path({file:?})")
    }

    /// A value as the argument of a constructor.
    fn value(&self, ty: &Type, value: &Value) -> Option<String> {
        Some(match ty {
            Type::Text => format!("{:?}", value.as_str()?),
            Type::Integer => value.as_i64()?.to_string(),
            Type::Number => format!("{:?}", value.as_f64()?),
            Type::Boolean => value.as_bool()?.to_string(),
            Type::Open => pairs(value)?,
            Type::List(item) if **item == Type::Text => {
                let texts: Option<Vec<String>> =
                    value.as_array()?.iter().map(|text| Some(format!("{:?}.to_owned()", text.as_str()?))).collect();
                format!("[{}]", texts?.join(", "))
            }
            Type::Named(name) => match &self.model.components.get(name)?.shape {
                Shape::Enum(_) => format!("{:?}", value.as_str()?),
                Shape::Runtime(rust) if rust.contains("Map<") => pairs(value)?,
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// A line that builds a value, or several where it is long.
fn built(variable: &str, name: &str, arguments: &[String], setters: &[String]) -> String {
    let line = format!("let {variable} = {name}::new({}){};", arguments.join(", "), setters.concat());
    if line.len() <= 90 || setters.is_empty() {
        return line;
    }
    format!("let {variable} = {name}::new({})\n    {};", arguments.join(", "), setters.join("\n    "))
}

/// The members of a small object of texts, as pairs.
fn pairs(value: &Value) -> Option<String> {
    let pairs: Option<Vec<String>> =
        value.as_object()?.iter().map(|(name, value)| Some(format!("({name:?}, {:?})", value.as_str()?))).collect();
    let pairs = pairs.filter(|pairs| !pairs.is_empty())?;
    Some(format!("[{}]", pairs.join(", ")))
}
