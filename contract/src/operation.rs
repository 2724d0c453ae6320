//! An operation of a document.

use serde_json::Value;

use crate::{document::Document, media::Message, route::Route, schema::Schema};

/// An operation of a document.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'d> {
    document: &'d Document,
    route: &'d Route,
}

/// A parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'d> {
    document: &'d Document,
    value: &'d Value,
    /// The name.
    pub name: &'d str,
    /// Where it travels: `path`, `query`, `header` or `cookie`.
    pub place: &'d str,
}

impl<'d> Operation<'d> {
    pub(crate) fn new(document: &'d Document, route: &'d Route) -> Self {
        Self { document, route }
    }

    /// Returns the document.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// Returns the method, in capitals.
    #[must_use]
    pub fn method(self) -> String {
        self.route.method.to_ascii_uppercase()
    }

    /// Returns the path with the names of its parameters, without the server's prefix.
    #[must_use]
    pub fn path(self) -> &'d str {
        &self.route.template
    }

    /// Returns method and path, such as `POST /chat-messages`.
    #[must_use]
    pub fn name(self) -> String {
        self.route.name()
    }

    /// Returns the operation as it is in the document.
    #[must_use]
    pub fn value(self) -> &'d Value {
        &self.document.root()["paths"][self.path()][self.route.method]
    }

    /// Returns the `operationId`.
    #[must_use]
    pub fn id(self) -> &'d str {
        self.value()["operationId"].as_str().unwrap_or_default()
    }

    /// Returns the parameters; the operation's own replace those of the path.
    #[must_use]
    pub fn parameters(self) -> Vec<Parameter<'d>> {
        let mut parameters: Vec<Parameter<'_>> = Vec::new();
        for holder in [&self.document.root()["paths"][self.path()], self.value()] {
            for value in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let value = self.document.follow(value);
                let (Some(place), Some(name)) = (value["in"].as_str(), value["name"].as_str()) else { continue };
                parameters.retain(|known| (known.place, known.name) != (place, name));
                parameters.push(Parameter { document: self.document, value, name, place });
            }
        }
        parameters
    }

    /// Returns what the document describes of the request's body.
    #[must_use]
    pub fn request(self) -> Option<Message<'d>> {
        let body = self.value().get("requestBody").filter(|body| !body.is_null())?;
        Some(Message::new(self.document, body))
    }

    /// Returns the answers by status, as the document writes them.
    pub fn answers(self) -> impl Iterator<Item = (&'d str, Message<'d>)> {
        let answers = self.value().get("responses").and_then(Value::as_object).into_iter().flatten();
        answers.map(move |(status, answer)| (status.as_str(), Message::new(self.document, answer)))
    }

    /// Returns what the document describes of an answer: of its status, else of its class, else of any answer.
    #[must_use]
    pub fn answer(self, status: u16) -> Option<Message<'d>> {
        let keys = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        let answers = self.value().get("responses")?;
        let answer = keys.iter().find_map(|key| answers.get(key))?;
        Some(Message::new(self.document, answer))
    }
}

impl<'d> Parameter<'d> {
    /// Whether a request must have it.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.value["required"] == true
    }

    /// Returns the schema of its value.
    #[must_use]
    pub fn schema(self) -> Option<Schema<'d>> {
        Some(Schema::new(self.document, self.value.get("schema")?))
    }

    /// Returns the value that its texts in a query or a header mean.
    pub(crate) fn read(self, texts: &[&str]) -> Value {
        let first = texts.first().copied().unwrap_or_default();
        let Some(schema) = self.schema() else { return first.into() };
        let kind = schema.value().get("type");
        let is_list = kind.is_some_and(|kind| {
            kind == "array" || kind.as_array().is_some_and(|kinds| kinds.contains(&"array".into()))
        });
        if is_list && self.place == "query" && self.value["explode"] != false {
            // Each occurrence is an item.
            let items = schema.value().get("items").map(|items| Schema::new(self.document, items));
            return texts.iter().map(|text| items.map_or_else(|| (*text).into(), |items| items.coerce(text))).collect();
        }
        schema.coerce(first)
    }
}
