//! The published documents, read once: which operations there are, what a request must look like, what answers may.

mod complaint;
mod example;
mod operation;
mod release;
mod route;
mod schema;

use std::sync::OnceLock;

use serde_json::Value;

pub(crate) use complaint::Complaint;
pub(crate) use operation::{Credential, Operation, Parameter, Place};
pub(crate) use route::{Found, decoded};

use route::Routes;

/// The bundle that `cargo xtask codegen` writes. Its component names mean nothing here, only operations and schemas.
const SERVICE: &str = include_str!("../../../spec/published/dify-service-3.0.json");
const WEB: &str = include_str!("../../../spec/published/dify-web-3.0.json");

/// Which of the server's APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// For programs that have a key.
    Service,
    /// For the visitors of an application's page.
    Web,
    /// For people with an account.
    Console,
}

/// The same, of the console.
const CONSOLE: &str = include_str!("../../../spec/published/dify-console-3.0.json");

/// All surfaces of the server.
#[derive(Debug)]
pub(crate) struct Contract {
    surfaces: Vec<Surface>,
}

/// One document and where its paths are mounted.
#[derive(Debug)]
pub(crate) struct Surface {
    api: Api,
    routes: Routes,
    /// The release of Dify that the document describes.
    release: String,
}

impl Api {
    /// Where its paths are mounted.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Api::Service => "/v1",
            Api::Web => "/api",
            Api::Console => "/console/api",
        }
    }
}

impl Contract {
    /// The contract, read at the first call and kept: every server of a process has the same one.
    pub(crate) fn get() -> Result<&'static Contract, &'static str> {
        static CONTRACT: OnceLock<Result<Contract, String>> = OnceLock::new();
        let read = || {
            let surfaces = vec![
                Surface::read(Api::Service, SERVICE)?,
                Surface::read(Api::Web, WEB)?,
                Surface::read(Api::Console, CONSOLE)?,
            ];
            Ok(Contract { surfaces })
        };
        CONTRACT.get_or_init(read).as_ref().map_err(String::as_str)
    }

    /// The release of Dify that the documents describe, and the server plays.
    pub(crate) fn release(&self) -> &str {
        self.surfaces.first().map_or("", |surface| &surface.release)
    }

    /// What the server has at this method and path.
    pub(crate) fn find(&self, method: &str, path: &str) -> Found<'_> {
        for surface in &self.surfaces {
            if let Some(rest) = path.strip_prefix(surface.api.prefix()).filter(|rest| rest.starts_with('/')) {
                return surface.routes.find(method, rest);
            }
        }
        Found::Nothing
    }

    /// The document of the API that is asked for at this path, as the server's release is described.
    pub(crate) fn document(path: &str) -> Option<Value> {
        let texts = [(Api::Service, SERVICE), (Api::Web, WEB), (Api::Console, CONSOLE)];
        let (_, text) = texts
            .into_iter()
            .find(|(api, _)| path.strip_prefix(api.prefix()).is_some_and(|rest| rest == "/openapi.json"))?;
        let mut document = serde_json::from_str(text).ok()?;
        release::project(&mut document);
        Some(document)
    }

    /// Every operation, in the order of the documents.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.surfaces.iter().flat_map(|surface| surface.routes.operations())
    }
}

impl Surface {
    fn read(api: Api, text: &str) -> Result<Surface, String> {
        let prefix = api.prefix();
        let mut document: Value = serde_json::from_str(text).map_err(|error| format!("{prefix}: {error}"))?;
        release::project(&mut document);
        let paths = document["paths"].as_object().ok_or_else(|| format!("{prefix}: the document has no paths"))?;
        let mut operations = Vec::new();
        for (path, item) in paths {
            for method in ["get", "post", "put", "patch", "delete"] {
                if item[method].is_object() {
                    operations.push(Operation::read(&document, api, path, method, item));
                }
            }
        }
        let release = document["info"]["version"].as_str().unwrap_or_default().to_owned();
        Ok(Surface { api, routes: Routes::new(operations), release })
    }
}
