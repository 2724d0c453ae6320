//! One operation of a document.

use serde_json::Value;

use super::Api;
use super::complaint::Complaint;
use super::example;
use super::schema::{Schema, Side, resolve};

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

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// One parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    uuid: bool,
    schema: Schema,
}

/// One answer that the document promises.
#[derive(Debug)]
struct Answer {
    status: u16,
    media: String,
    schema: Option<Schema>,
    example: Option<Value>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) api: Api,
    pub(crate) method: String,
    /// The path as the document has it, without the surface's prefix.
    pub(crate) path: String,
    pub(crate) credential: Credential,
    pub(crate) parameters: Vec<Parameter>,
    body_required: bool,
    json: Option<Schema>,
    multipart: Option<Schema>,
    answers: Vec<Answer>,
}

impl Operation {
    pub(crate) fn read(document: &Value, api: Api, path: &str, method: &str, item: &Value) -> Operation {
        let source = &item[method];
        let own = source["parameters"].as_array().into_iter().flatten();
        let shared = item["parameters"].as_array().into_iter().flatten();
        let body = resolve(document, &source["requestBody"]);
        let schema_of = |media: &str| {
            let schema = &body["content"][media]["schema"];
            schema.is_object().then(|| Schema::read(document, schema, Side::Request))
        };
        Operation {
            id: source["operationId"].as_str().unwrap_or_default().to_owned(),
            method: method.to_ascii_uppercase(),
            api,
            path: path.to_owned(),
            credential: credential(api, source),
            parameters: shared.chain(own).filter_map(|parameter| Parameter::read(document, parameter)).collect(),
            body_required: body["required"].as_bool().unwrap_or(false),
            json: schema_of("application/json"),
            multipart: schema_of("multipart/form-data"),
            answers: answers(document, &source["responses"]),
        }
    }

    /// Whether the server routes this path parameter as a UUID.
    pub(crate) fn is_uuid(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == name && parameter.uuid)
    }

    /// Whether it is one of the console's.
    pub(crate) fn is_console(&self) -> bool {
        self.api == Api::Console
    }

    /// Whether the body is JSON, and only JSON.
    pub(crate) fn takes_json(&self) -> bool {
        self.json.is_some() && self.multipart.is_none()
    }

    /// Whether the body may be a form with files.
    pub(crate) fn takes_form(&self) -> bool {
        self.multipart.is_some()
    }

    /// Whether there must be a body.
    pub(crate) fn body_required(&self) -> bool {
        self.body_required
    }

    /// Whether the caller must name a user, in the query or in the JSON body.
    pub(crate) fn needs_user(&self) -> bool {
        let in_query = |p: &Parameter| p.name == "user" && p.place == Place::Query && p.required;
        self.parameters.iter().any(in_query) || self.json.as_ref().is_some_and(|schema| schema.requires("user"))
    }

    /// What is wrong with a JSON body.
    pub(crate) fn check_json(&self, body: &Value) -> Vec<Complaint> {
        self.json.as_ref().map(|schema| schema.check(body)).unwrap_or_default()
    }

    /// Members of a JSON body that the document does not know. The server takes and ignores them.
    pub(crate) fn undocumented(&self, body: &Value) -> Vec<String> {
        self.json.as_ref().map(|schema| schema.undocumented(body)).unwrap_or_default()
    }

    /// Names of form members that must be there and are not, and of those that the document does not know.
    pub(crate) fn check_form(&self, names: &[&str]) -> (Vec<String>, Vec<String>) {
        let Some(schema) = &self.multipart else { return (Vec::new(), Vec::new()) };
        let missing = schema.required().filter(|name| !names.contains(name)).map(str::to_owned).collect();
        let unknown = names.iter().filter(|name| !schema.has(name)).map(|name| (*name).to_owned()).collect();
        (missing, unknown)
    }

    /// The name that messages about a body or a query give to what was checked.
    pub(crate) fn title(&self, query: bool) -> String {
        let words = |text: &str| {
            let parts = text.split('_').skip(1);
            parts
                .map(|part| part[..1.min(part.len())].to_uppercase() + part.get(1..).unwrap_or_default())
                .collect::<String>()
        };
        match &self.json {
            // As the released console names its models: `LoginPayload`.
            Some(schema) if !query && self.id.starts_with("console_") && !schema.title.is_empty() => {
                let title = schema.title.trim_start_matches("Console").trim_end_matches("Request");
                format!("{title}Payload")
            }
            Some(schema) if !query && !schema.title.is_empty() => format!("{}Payload", schema.title),
            _ => words(&self.id) + if query { "Query" } else { "Payload" },
        }
    }

    /// What is wrong with a JSON answer or a single event of this operation; for keeping the mock itself honest.
    pub(crate) fn check_answer(&self, status: u16, media: &str, body: &Value) -> Vec<String> {
        let fits = |answer: &&Answer| answer.status == status && answer.media == media;
        match self.answers.iter().find(fits) {
            None => vec![format!("answers {status} {media}, which the document does not know")],
            Some(Answer { schema: None, .. }) => Vec::new(),
            Some(Answer { schema: Some(schema), .. }) => {
                let wrong = schema.check(body).into_iter().map(|complaint| complaint.note());
                wrong.chain(schema.undocumented(body)).collect()
            }
        }
    }

    /// The answer that the document's own examples give: status, media type and body.
    pub(crate) fn example(&self) -> (u16, &str, Option<Value>) {
        let good = self.answers.iter().find(|answer| (200..300).contains(&answer.status));
        match good {
            None => (204, "", None),
            Some(answer) => {
                let made = || answer.schema.as_ref().map(example::of);
                (answer.status, &answer.media, answer.example.clone().or_else(made))
            }
        }
    }
}

impl Parameter {
    fn read(document: &Value, source: &Value) -> Option<Parameter> {
        let source = resolve(document, source);
        let place = match source["in"].as_str()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        let schema = resolve(document, &source["schema"]);
        Some(Parameter {
            name: source["name"].as_str()?.to_owned(),
            place,
            required: source["required"].as_bool().unwrap_or(false),
            uuid: place == Place::Path && schema["format"] == "uuid",
            schema: Schema::read(document, &source["schema"], Side::Request),
        })
    }

    /// What is wrong with a value, which always travels as text.
    pub(crate) fn check(&self, text: &str) -> Vec<Complaint> {
        match self.schema.coerce(text) {
            Err(complaint) => vec![complaint.under(&self.name)],
            Ok(value) => {
                let found = self.schema.check(&value).into_iter();
                found.map(|complaint| complaint.about_text(text).under(&self.name)).collect()
            }
        }
    }
}

/// `x-dify-method: app.chat.send` says whose credential it takes; an empty `security`, or one with an empty choice, says
/// that it can do without.
fn credential(api: Api, source: &Value) -> Credential {
    let nothing = |choice: &Value| choice.as_object().is_some_and(serde_json::Map::is_empty);
    if source["security"].as_array().is_some_and(|choices| choices.is_empty() || choices.iter().any(nothing)) {
        return Credential::None;
    }
    if api == Api::Web {
        return Credential::Passport;
    }
    match source["x-dify-method"].as_str().and_then(|method| method.split('.').next()) {
        Some("knowledge") => Credential::Dataset,
        Some("console") => Credential::Account,
        _ => Credential::App,
    }
}

fn answers(document: &Value, responses: &Value) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (status, response) in responses.as_object().into_iter().flatten() {
        let Ok(status) = status.parse() else { continue };
        let response = resolve(document, response);
        let Some(content) = response["content"].as_object() else {
            answers.push(Answer { status, media: String::new(), schema: None, example: None });
            continue;
        };
        for (media, content) in content {
            let schema = content["schema"].is_object();
            answers.push(Answer {
                status,
                media: media.clone(),
                schema: schema.then(|| Schema::read(document, &content["schema"], Side::Answer)),
                example: content.get("example").cloned(),
            });
        }
    }
    answers
}
