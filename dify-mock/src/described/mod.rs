//! The operations of the server, as the published documents describe them.

mod complaint;
mod fit;
pub(crate) mod guess;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

pub(crate) use complaint::Complaint;
pub(crate) use contract::Api;
use contract::{DocumentError, Judge, Parameter, Schema, Side};
use serde_json::{Map, Value};

/// The documents as a release is described, by default the contract's. They are read at the first call and kept: every
/// server of a process that plays the release has the same ones.
pub(crate) fn documents(release: Option<&str>) -> Result<&'static Judge, DocumentError> {
    static JUDGES: Mutex<BTreeMap<Option<String>, &'static Judge>> = Mutex::new(BTreeMap::new());
    let mut judges = JUDGES.lock().unwrap_or_else(PoisonError::into_inner);
    let key = release.map(str::to_owned);
    if let Some(judge) = judges.get(&key) {
        return Ok(judge);
    }
    let judge: &'static Judge = Box::leak(Box::new(Judge::carried(release)?));
    judges.insert(key, judge);
    Ok(judge)
}

/// The document that is served at a path, if any.
pub(crate) fn document(documents: &Judge, path: &str) -> Option<Value> {
    let prefix = path.strip_suffix("/openapi.json")?;
    let document = documents.documents().iter().find(|document| document.prefix() == prefix)?;
    Some(document.root().clone())
}

/// Every operation of every API.
pub(crate) fn operations(documents: &'static Judge) -> impl Iterator<Item = Operation> {
    documents.operations().map(Operation)
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation(contract::Operation<'static>);

/// What the server has at a method and a path.
#[derive(Debug)]
pub(crate) enum Found {
    /// An operation and the values of its path parameters, by name, decoded.
    Operation(Operation, Vec<(String, String)>),
    /// The path is known, the method is not.
    OtherMethod,
    /// No such path, or a path parameter that the server would not route.
    Nothing,
}

/// What a caller must show to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// Nothing.
    None,
    /// An application's key, `app-…`.
    App,
    /// A knowledge key, `dataset-…`.
    Dataset,
    /// A visitor's passport, in a header of its own.
    Passport,
    /// The session of an account: a token and, twice, another one against forged requests.
    Account,
}

impl Found {
    pub(crate) fn at(documents: &'static Judge, method: &str, path: &str) -> Found {
        if Api::ALL.iter().any(|api| api.prefix() == path) {
            return Found::Nothing;
        }
        // A HEAD is a GET whose body the HTTP layer keeps back.
        match documents.find(if method == "HEAD" { "GET" } else { method }, path) {
            contract::Found::Operation(operation, values) => Found::Operation(Operation(operation), values),
            contract::Found::OtherMethod => Found::OtherMethod,
            contract::Found::Nothing => Found::Nothing,
        }
    }
}

impl Deref for Operation {
    type Target = contract::Operation<'static>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Operation {
    pub(crate) fn api(self) -> Api {
        Api::of_path(self.document().prefix()).unwrap_or(Api::Service)
    }

    /// `x-dify-method: app.chat.send` names whose credential it takes; an empty `security`, or one with an empty choice, means
    /// that it can do without.
    pub(crate) fn credential(self) -> Credential {
        let nothing = |choice: &Value| choice.as_object().is_some_and(Map::is_empty);
        if self.value()["security"].as_array().is_some_and(|choices| choices.is_empty() || choices.iter().any(nothing))
        {
            return Credential::None;
        }
        match self.value()["x-dify-method"].as_str().and_then(|method| method.split('.').next()) {
            Some("web") => Credential::Passport,
            Some("knowledge") => Credential::Dataset,
            Some("console") => Credential::Account,
            _ => Credential::App,
        }
    }

    /// Whether the server routes this path parameter as a UUID.
    pub(crate) fn is_uuid(self, name: &str) -> bool {
        let is_uuid = |schema: Schema<'_>| schema.value()["format"] == "uuid";
        self.parameters().into_iter().any(|parameter| {
            parameter.place == "path" && parameter.name == name && parameter.schema().is_some_and(is_uuid)
        })
    }

    /// Whether it is one of the console's.
    pub(crate) fn is_console(self) -> bool {
        self.api() == Api::Console
    }

    /// Whether the body is JSON, and only JSON.
    pub(crate) fn takes_json(self) -> bool {
        self.json().is_some() && !self.takes_form()
    }

    /// Whether the body may be a form with files.
    pub(crate) fn takes_form(self) -> bool {
        self.request().is_some_and(|request| request.body("multipart/form-data").is_some())
    }

    /// Whether there must be a body.
    pub(crate) fn body_required(self) -> bool {
        self.request().is_some_and(contract::Message::is_required)
    }

    /// Whether the caller must name a user, in the query or in the JSON body.
    pub(crate) fn needs_user(self) -> bool {
        let in_query = |p: Parameter<'_>| p.name == "user" && p.place == "query" && p.is_required();
        let required = |schema: Schema<'_>| {
            schema.value()["required"].as_array().is_some_and(|names| names.contains(&"user".into()))
        };
        self.parameters().into_iter().any(in_query) || self.json().is_some_and(required)
    }

    /// The schema of a JSON body.
    fn json(self) -> Option<Schema<'static>> {
        self.request()?.body("application/json")?.schema()
    }

    /// The name that messages about a body or a query give to what was checked.
    pub(crate) fn title(self, query: bool) -> String {
        let words = |text: &str| {
            let parts = text.split('_').skip(1);
            parts
                .map(|part| part[..1.min(part.len())].to_uppercase() + part.get(1..).unwrap_or_default())
                .collect::<String>()
        };
        match self.json().and_then(Schema::name) {
            // As the released console names its models: `LoginPayload`.
            Some(title) if !query && self.is_console() => {
                format!("{}Payload", title.trim_start_matches("Console").trim_end_matches("Request"))
            }
            Some(title) if !query => format!("{title}Payload"),
            _ => words(self.id()) + if query { "Query" } else { "Payload" },
        }
    }

    /// Returns the errors of a JSON answer or a single event of this operation, to check the mock itself.
    pub(crate) fn check_answer(self, status: u16, media: &str, body: &Value) -> Vec<String> {
        let Some(documented) = self.answer(status).and_then(|answer| answer.body(media)) else {
            return vec![format!("answers {status} {media}, which is not documented")];
        };
        let Some(schema) = documented.schema() else { return Vec::new() };
        let problems = schema.problems(body, Side::Answer).into_iter().map(|problem| problem.to_string());
        let undocumented = schema.undocumented(body, Side::Answer).into_iter();
        problems.chain(undocumented.map(|path| format!("{path}: not documented"))).collect()
    }

    /// The answer that the document's own examples give: status, media type and body.
    pub(crate) fn example(self) -> (u16, &'static str, Option<Value>) {
        let status = |(status, answer): (&str, _)| Some((status.parse().ok()?, answer));
        let good = self.answers().filter_map(status).find(|(status, _)| (200..300).contains(status));
        let Some((status, answer)) = good else { return (204, "", None) };
        let Some((media, body)) = contract::Message::bodies(answer).next() else { return (status, "", None) };
        let made = || body.schema().map(fit::sample);
        (status, media, body.example().cloned().or_else(made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_those_of_the_server() {
        let documents = documents(None).expect("the documents are readable");
        let id = crate::values::ids::new();
        let at = |method: &str, path: &str| match Found::at(documents, method, path) {
            Found::Operation(operation, _) => operation.id().to_owned(),
            Found::OtherMethod => "405".to_owned(),
            Found::Nothing => "404".to_owned(),
        };
        assert_eq!(at("GET", "/v1/files/abc/preview"), "404");
        assert_eq!(at("GET", &format!("/v1/files/{id}/preview")), "app_files_preview");
        assert_eq!(at("HEAD", "/v1/info"), "app_info_get");
        assert_eq!(at("PATCH", "/v1/info"), "405");
        assert_eq!(at("GET", "/v1/info/"), "404");
        assert_eq!([at("GET", "/v2/info"), at("GET", "/v1")], ["404", "404"]);
    }
}
