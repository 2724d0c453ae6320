//! Which handler answers which operation.

use std::sync::Arc;

use bytes::Bytes;
use contract::Judge;
use serde_json::{Value, json};

use super::broken;
use super::call::{Call, Outcome};
use super::handler::{Handler, Handlers, Work};
use super::reply::Reply;
use super::service::{self, files, knowledge};
use super::{console, web};
use crate::described::{self, Operation};
use crate::state::shared::Shared;
use crate::values::refusal::Refusal;

/// Which function answers which operation.
const TABLES: [Handlers; 4] = [service::HANDLERS, knowledge::HANDLERS, web::HANDLERS, console::HANDLERS];

/// The function for an operation; one without is answered by the document's example.
pub(crate) fn handler(operation: Operation) -> Option<&'static Handler> {
    // An older spelling of a path has the same function.
    let wanted = operation.id().trim_end_matches("_underscore");
    TABLES.into_iter().flatten().find(|(id, _)| *id == wanted).map(|(_, handler)| handler)
}

/// Answers a call.
pub(crate) async fn answer(call: Call, handler: Option<&'static Handler>, operation: Operation) -> Outcome {
    if let Some(user) = call.user.clone().filter(|_| call.key.is_app()) {
        // Whoever calls is known from then on.
        call.world(|world| world.app(&call.key).end_user(&user, false));
    }
    let server = Arc::clone(&call.server);
    if let Some(refusal) = broken::refusal(&server.options, operation) {
        return Err(refusal);
    }
    let outcome = match handler.map(|handler| &handler.work) {
        None => Ok(example(operation)),
        Some(Work::Now(work)) => work(&call),
        Some(Work::Later(work)) => work(call).await,
        Some(Work::Checked(check)) => check(&call).map(|()| example(operation)),
    };
    broken::checked(&server.options, operation, outcome)
}

/// What the server has beside its documented surfaces.
pub(crate) fn beside(
    documents: &Judge,
    server: &Arc<Shared>,
    method: &str,
    path: &str,
    query: &[(String, String)],
) -> Option<Outcome> {
    if path == "/health" {
        let version = &server.options.version;
        let value = json!({"pid": std::process::id(), "status": "ok", "version": version});
        return Some(Ok(Reply::Spaced { charset: false, value }));
    }
    // Up to 1.9.1 a logout changes nothing, and is asked for by GET.
    if path == "/console/api/logout" && !server.options.since("1.9.2") {
        return Some(if method == "GET" { Ok(Reply::success()) } else { Err(Refusal::other_method()) });
    }
    if let Some(document) = described::document(documents, path) {
        return Some(Ok(Reply::ok(document)));
    }
    let id = path.strip_prefix("/files/")?.strip_suffix("/file-preview")?;
    Some(files::signed(server, id, query))
}

/// What an operation without a handler of its own answers: the document's example.
fn example(operation: Operation) -> Reply {
    let (status, media, value) = operation.example();
    let body = match (&value, media) {
        (None, _) | (_, "") => Bytes::new(),
        (Some(value), "text/event-stream") => Bytes::from(format!("data: {value}\n\n")),
        (Some(Value::String(text)), media) if media != "application/json" => Bytes::from(text.clone()),
        (Some(value), _) => return Reply::Json(status, value.clone()),
    };
    Reply::Other { status, media: media.to_owned(), body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations() -> impl Iterator<Item = Operation> {
        described::operations(described::documents(None).expect("the documents are readable"))
    }

    #[test]
    fn every_handler_answers_an_operation_of_the_document() {
        let ids: Vec<&str> = operations().map(|operation| operation.id()).collect();
        let stray: Vec<&str> = TABLES.into_iter().flatten().map(|(id, _)| *id).filter(|id| !ids.contains(id)).collect();
        assert_eq!(stray, Vec::<&str>::new());
    }

    #[test]
    fn every_example_agrees_with_the_document() {
        for operation in operations() {
            let reply = example(operation);
            if let Some((status, media, value)) = reply.json() {
                assert_eq!(operation.check_answer(status, media, value), Vec::<String>::new(), "{}", operation.id());
            }
        }
    }
}
