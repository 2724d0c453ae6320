//! Calls of every operation: arguments from the examples of the documents, ids from what earlier calls made.

mod app;
mod console;
mod knowledge;
mod web;

use std::collections::BTreeMap;

use contract::follow;
use dify_api::{Error, Upload};
use dify_mock::Server;

use crate::{
    clients::{Clients, Tuning, USER},
    generated::{Arguments, OPERATIONS},
    workspace,
};

/// The releases that the embedded server plays for the tests of the client: an early one, one between, the described one.
pub const RELEASES: [&str; 3] = ["1.0.1", "1.9.2", "1.16.1"];

/// Every method of the bindings.
pub fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(id, ..)| *id)
}

/// Prepares calls against one server.
#[derive(Clone, Debug)]
pub struct Script {
    base_url: String,
    /// The codes of the pages, by the key of the application.
    pages: BTreeMap<&'static str, String>,
    tuning: Option<Tuning>,
}

impl Script {
    /// For this server.
    pub fn new(server: &Server) -> Self {
        let pages = web::GROUPS.iter().map(|(_, key)| (*key, server.app_code(key))).collect();
        Self { base_url: server.base_url(), pages, tuning: None }
    }

    /// With clients of these limits.
    pub fn tuned(mut self, tuning: Tuning) -> Self {
        self.tuning = Some(tuning);
        self
    }

    /// What has to be made first is made without haste.
    fn patient(&self, key: &str, code: &str) -> Clients {
        Clients::with_page(&self.base_url, key, code)
    }

    /// The clients for the operation, their application of a kind that suits it.
    ///
    /// # Panics
    /// When the operation is of a group that this does not know.
    pub fn clients(&self, operation: &str) -> Clients {
        let (key, code) = self.application(operation);
        self.patient(key, code)
    }

    /// The key of the application, and the code of its page.
    ///
    /// # Panics
    /// When the operation is of a group that this does not know.
    pub fn application(&self, operation: &str) -> (&'static str, &str) {
        let (groups, rest) = match operation.split_once('_') {
            Some(("app", rest)) => (app::GROUPS, rest),
            Some(("web", rest)) => (web::GROUPS, rest),
            Some(("knowledge" | "console", _)) => return ("app-chat", "page"),
            _ => panic!("{operation} is of a new client: say here how to call it"),
        };
        let (_, key) = groups
            .iter()
            .find(|(group, _)| rest.starts_with(group))
            .unwrap_or_else(|| panic!("{operation} is of a new group: say here how to call it"));
        match self.pages.get(key).filter(|_| operation.starts_with("web_")) {
            Some(code) => (key, code),
            None if operation.starts_with("app_") && operation.contains("variable") => ("app-chatflow", "page"),
            None => (key, "page"),
        }
    }

    /// The clients for the operation, and what to call it with. What the call needs is made.
    ///
    /// # Errors
    /// When the calls that make it fail.
    ///
    /// # Panics
    /// When the operation is of a group that this does not know.
    pub async fn prepare(&self, operation: &str) -> Result<(Clients, Arguments), Error> {
        let mut arguments = self.examples(operation);
        let (key, code) = self.application(operation);
        let clients = self.patient(key, code);
        let made = match operation.split('_').next() {
            Some("app") => app::made(&clients.app, operation).await?,
            Some("web") => web::made(&clients.web, code, operation).await?,
            Some("knowledge") => knowledge::made(&clients.knowledge, operation).await?,
            _ => console::made(&clients, operation).await?,
        };
        for (name, value) in made {
            match arguments.body.pointer_mut(name) {
                Some(place) if name.starts_with('/') => *place = value,
                _ => {
                    arguments.parameters.insert(name.to_owned(), value);
                }
            }
        }
        let tuned = self.tuning.map(|tuning| Clients::tuned(&self.base_url, key, code, tuning));
        Ok((tuned.unwrap_or(clients), arguments))
    }

    /// Parameters and body, as the document shows them, with a file for forms.
    ///
    /// # Panics
    /// When there is no such operation.
    pub fn examples(&self, operation: &str) -> Arguments {
        let (_, method, path) =
            OPERATIONS.iter().find(|(id, ..)| *id == operation).unwrap_or_else(|| panic!("no operation {operation}"));
        let document = workspace::document_of(operation);
        let item = &document["paths"][*path];
        let described = &item[method.to_lowercase()];
        let audio = || Upload::bytes("voice.mp3", &b"not much of a sound"[..]);
        let file = if operation.contains("_audio_") { audio() } else { text_file() };
        let mut arguments = Arguments { file: Some(file), ..Arguments::default() };
        for list in [&item["parameters"], &described["parameters"]] {
            for parameter in list.as_array().into_iter().flatten() {
                let parameter = follow(document, parameter);
                let name = parameter["name"].as_str().expect("a parameter has a name");
                arguments.parameters.insert(name.to_owned(), parameter["example"].clone());
            }
        }
        let content = &follow(document, &described["requestBody"])["content"];
        arguments.body = content["application/json"]["example"].clone();
        // The method says it.
        if let Some(body) = arguments.body.as_object_mut() {
            body.remove("response_mode");
        }
        for (name, value) in content["multipart/form-data"]["example"].as_object().into_iter().flatten() {
            arguments.parameters.insert(name.clone(), value.clone());
        }
        arguments
    }
}

fn text_file() -> Upload {
    Upload::bytes("notes.txt", &b"Three sights and a tea house."[..])
}
