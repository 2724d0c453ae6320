//! Whether a request is what an operation documents.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    operation::{Operation, Parameter},
    problem::Problem,
    schema::{Schema, Side},
};

/// A request, taken apart.
#[derive(Clone, Debug)]
pub struct Sent<'a> {
    /// The names and values of the query, decoded.
    pub query: &'a [(String, String)],
    /// The names and values of the headers.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The media type of the body, without parameters, in lower case.
    pub media_type: &'a str,
    /// The body.
    pub content: Content<'a>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Content<'a> {
    /// There is none.
    Empty,
    /// JSON; none where it cannot be read.
    Json(Option<&'a Value>),
    /// A form with files, by the names of its fields.
    Form(Vec<&'a str>),
    /// Anything else.
    Other,
}

/// Where in a request a problem is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// In a query parameter of this name.
    Query(String),
    /// In a header of this name.
    Header(String),
    /// In a field of this name of a form.
    Form(String),
    /// In the body.
    Body,
}

/// One thing in a request that the document does not allow or does not describe.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Where it is.
    pub part: Part,
    /// Its kind. The keyword `unknown` is for a parameter, a field or a body that is not documented, `media` for
    /// such a media type, and `not_json` for a body that cannot be read.
    pub problem: Problem,
}

impl Part {
    fn word(&self) -> &'static str {
        match self {
            Self::Query(_) => "query",
            Self::Header(_) => "header",
            Self::Form(_) => "form",
            Self::Body => "body",
        }
    }
}

impl Finding {
    /// Returns part and keyword, such as `query_required`.
    #[must_use]
    pub fn kind(&self) -> String {
        format!("{}_{}", self.part.word(), self.problem.kind())
    }

    /// Returns the place, such as `query:limit` or `body/inputs`.
    #[must_use]
    pub fn place(&self) -> String {
        let path = &self.problem.path;
        match &self.part {
            Part::Body => format!("body{path}"),
            Part::Query(name) | Part::Header(name) | Part::Form(name) => {
                format!("{}:{name}{}", self.part.word(), if path == "/" { "" } else { path })
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.problem.message)
    }
}

impl Operation<'_> {
    /// Returns everything in a request that the document does not allow or does not describe. (What path parameters must
    /// be, the route decides.)
    #[must_use]
    pub fn findings(self, sent: &Sent<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        let parameters = self.parameters();
        for parameter in &parameters {
            parameter_findings(*parameter, sent, &mut found);
        }
        let mut unknown: Vec<&str> = Vec::new();
        for (name, _) in sent.query {
            let documented = parameters.iter().any(|parameter| parameter.place == "query" && parameter.name == name);
            if !documented && !unknown.contains(&name.as_str()) {
                unknown.push(name);
                let problem = Problem::rule("unknown", "undocumented query parameter");
                found.push(Finding { part: Part::Query(name.clone()), problem });
            }
        }
        self.body_findings(sent, &mut found);
        found
    }

    fn body_findings(self, sent: &Sent<'_>, found: &mut Vec<Finding>) {
        let mut add = |problem| found.push(Finding { part: Part::Body, problem });
        let Some(documented) = self.request() else {
            // Clients send `{}` where there is nothing to send.
            let nothing = matches!(sent.content, Content::Json(Some(Value::Object(members))) if members.is_empty());
            if sent.content != Content::Empty && !nothing {
                add(Problem::rule("unknown", "a body where none is documented"));
            }
            return;
        };
        if sent.content == Content::Empty {
            if documented.is_required() {
                add(Problem::rule("required", "a required body is missing"));
            }
            return;
        }
        let Some(body) = documented.body(sent.media_type) else {
            let named = if sent.media_type.is_empty() { "(none)" } else { sent.media_type };
            return add(Problem::rule("media", format!("undocumented media type {named}")));
        };
        match (&sent.content, body.schema()) {
            (Content::Json(None), _) => add(Problem::rule("not_json", "the body is not JSON")),
            (Content::Json(Some(value)), Some(schema)) => {
                schema.problems(value, Side::Request).into_iter().for_each(&mut add);
                schema.undocumented(value, Side::Request).into_iter().map(Problem::undocumented).for_each(add);
            }
            (Content::Form(names), Some(schema)) => form_findings(schema, names, found),
            _ => {}
        }
    }
}

impl Sent<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

fn parameter_findings(parameter: Parameter<'_>, sent: &Sent<'_>, found: &mut Vec<Finding>) {
    let name = parameter.name;
    let (part, texts): (_, Vec<&str>) = match parameter.place {
        "query" => {
            let named = sent.query.iter().filter(|(other, _)| other == name);
            (Part::Query(name.to_owned()), named.map(|(_, value)| value.as_str()).collect())
        }
        "header" => {
            (Part::Header(name.to_owned()), sent.header(name).into_iter().filter(|text| !text.is_empty()).collect())
        }
        _ => return,
    };
    if texts.is_empty() {
        if parameter.is_required() {
            let query = sent.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
            let problem = Problem {
                found: Value::Object(query.collect::<Map<_, _>>()),
                ..Problem::rule("required", "Field required")
            };
            found.push(Finding { part, problem });
        }
        return;
    }
    let problems = parameter.schema().map(|schema| schema.problems(&parameter.read(&texts), Side::Request));
    found.extend(problems.into_iter().flatten().map(|problem| Finding { part: part.clone(), problem }));
}

/// All required fields are there, and none that is not documented. Values are not looked at.
fn form_findings(schema: Schema<'_>, names: &[&str], found: &mut Vec<Finding>) {
    let mut add = |name: &str, problem| found.push(Finding { part: Part::Form(name.to_owned()), problem });
    let fields = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let members = schema.members(&Value::Object(fields), Side::Request);
    let parts = schema.value().get("allOf").and_then(Value::as_array).into_iter().flatten();
    let parts = parts.map(|part| schema.document.follow(part)).chain([schema.value()]);
    for name in parts.filter_map(|part| part.get("required")?.as_array()).flatten().filter_map(Value::as_str) {
        if !names.contains(&name) {
            add(name, Problem::rule("required", "a required field is missing"));
        }
    }
    for name in names {
        if !members.open && !members.named.is_empty() && !members.named.contains_key(name) {
            add(name, Problem::rule("unknown", "undocumented field"));
        }
    }
}
