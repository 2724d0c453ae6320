//! The Service API: which function answers which operation.

mod annotations;
pub(crate) mod audio;
pub(crate) mod chat;
pub(crate) mod completion;
pub(crate) mod conversations;
pub(crate) mod files;
pub(crate) mod human_input;
pub(crate) mod info;
pub(crate) mod input_field;
pub(crate) mod inputs;
pub(crate) mod knowledge;
pub(crate) mod messages;
pub(crate) mod parameters;
pub(crate) mod stop;
pub(crate) mod workflows;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::json;

use crate::contract::{Api, Contract, Operation};
use crate::http::call::{Call, Outcome};
use crate::http::dispatch::example;
use crate::http::key::Mode;
use crate::http::refusal::Refusal;
use crate::http::reply::Reply;
use crate::server::Inner;
use crate::web;

/// What answers an operation.
pub(crate) struct Handler {
    pub(crate) audience: Audience,
    pub(crate) wording: Wording,
    work: Work,
}

/// Which applications an operation is for, and what the others hear.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Audience {
    Any,
    /// Those one talks to, else `not_chat_app`.
    Talking,
    /// Completion, else `app_unavailable`.
    Completion,
    /// Workflows, else `not_workflow_app`.
    Workflow,
    /// Whatever has runs, else `not_workflow_app`.
    Running,
}

/// How the server speaks of a request that does not agree with the document, where the document cannot tell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wording {
    /// What it calls the body.
    pub(crate) body: Option<&'static str>,
    /// What it calls the query.
    pub(crate) query: Option<&'static str>,
    /// Query parameters and members in which it takes anything, or which the function judges itself.
    pub(crate) unminded: &'static [&'static str],
    /// Whether there is nothing but a text in the refusal.
    pub(crate) bare: bool,
    /// Whether the operation is not there, whatever the body.
    pub(crate) absent: bool,
}

pub(crate) type Later = Pin<Box<dyn Future<Output = Outcome> + Send>>;

enum Work {
    /// Answers at once.
    Now(fn(&Call) -> Outcome),
    /// Waits for something first.
    Later(fn(Call) -> Later),
    /// Refuses what must be refused; the document's example answers the rest.
    Checked(fn(&Call) -> Result<(), Refusal>),
}

pub(crate) const fn now(audience: Audience, work: fn(&Call) -> Outcome) -> Handler {
    Handler { audience, wording: Wording::DEFAULT, work: Work::Now(work) }
}

pub(crate) const fn later(audience: Audience, work: fn(Call) -> Later) -> Handler {
    Handler { audience, wording: Wording::DEFAULT, work: Work::Later(work) }
}

pub(crate) const fn checked(audience: Audience, check: fn(&Call) -> Result<(), Refusal>) -> Handler {
    Handler { audience, wording: Wording::DEFAULT, work: Work::Checked(check) }
}

/// No check but that of the audience.
pub(crate) const fn shown(audience: Audience) -> Handler {
    checked(audience, |_| Ok(()))
}

impl Wording {
    const DEFAULT: Wording = Wording { body: None, query: None, unminded: &[], bare: false, absent: false };
}

impl Handler {
    /// The same, with the server's name of the body.
    pub(crate) const fn body(mut self, name: &'static str) -> Handler {
        self.wording.body = Some(name);
        self
    }

    /// The same, with the server's name of the query.
    pub(crate) const fn query(mut self, name: &'static str) -> Handler {
        self.wording.query = Some(name);
        self
    }

    /// The same, where these query parameters are not judged beforehand.
    pub(crate) const fn unminded(mut self, names: &'static [&'static str]) -> Handler {
        self.wording.unminded = names;
        self
    }

    /// The same, where nothing of the request is looked at.
    pub(crate) const fn absent(mut self) -> Handler {
        self.wording.absent = true;
        self
    }

    /// The same, with refusals of the body that are nothing but a text.
    const fn bare(mut self) -> Handler {
        self.wording.bare = true;
        self
    }
}

use Audience::{Any, Completion, Running, Talking, Workflow};

static HANDLERS: &[(&str, &str, Handler)] = &[
    ("POST", "/chat-messages", later(Talking, |call| Box::pin(chat::send(call)))),
    ("POST", "/chat-messages/{task_id}/stop", now(Talking, stop::answer)),
    ("POST", "/completion-messages", later(Completion, |call| Box::pin(completion::send(call)))),
    ("POST", "/completion-messages/{task_id}/stop", now(Completion, stop::answer)),
    ("POST", "/workflows/run", later(Workflow, |call| Box::pin(workflows::run(call)))),
    ("POST", "/workflows/{workflow_id}/run", later(Workflow, |call| Box::pin(workflows::run_version(call)))),
    ("GET", "/workflows/run/{workflow_run_id}", now(Running, workflows::get)),
    ("POST", "/workflows/tasks/{task_id}/stop", now(Workflow, stop::answer)),
    ("GET", "/workflows/logs", now(Any, workflows::logs)),
    ("GET", "/workflow/{workflow_run_id}/events", now(Running, workflows::events)),
    ("GET", "/form/human_input/{form_token}", now(Any, human_input::form)),
    ("POST", "/form/human_input/{form_token}", now(Any, human_input::submit)),
    ("GET", "/conversations", now(Talking, conversations::list)),
    ("DELETE", "/conversations/{conversation_id}", now(Talking, conversations::delete)),
    ("POST", "/conversations/{conversation_id}/name", now(Talking, conversations::rename)),
    ("GET", "/conversations/{conversation_id}/variables", now(Talking, conversations::variables)),
    ("PUT", "/conversations/{conversation_id}/variables/{variable_id}", now(Talking, conversations::set_variable)),
    ("GET", "/messages", now(Talking, messages::list)),
    ("POST", "/messages/{message_id}/feedbacks", now(Any, messages::rate)),
    ("GET", "/messages/{message_id}/suggested", now(Talking, messages::suggested)),
    ("POST", "/files/upload", now(Any, files::upload)),
    ("GET", "/files/{file_id}/preview", now(Any, files::preview)),
    ("POST", "/audio-to-text", now(Any, audio::to_text)),
    ("POST", "/text-to-audio", now(Any, audio::from_text)),
    ("GET", "/info", now(Any, info::info)),
    ("GET", "/parameters", now(Any, parameters::parameters)),
    ("GET", "/site", now(Any, info::site)),
    ("GET", "/", now(Any, info::server).absent()),
    ("GET", "/end-users/{end_user_id}", now(Any, info::end_user)),
    ("GET", "/apps/annotations", now(Any, annotations::list)),
    ("POST", "/apps/annotations", now(Any, annotations::create)),
    ("PUT", "/apps/annotations/{annotation_id}", now(Any, annotations::update)),
    ("DELETE", "/apps/annotations/{annotation_id}", now(Any, annotations::delete)),
    ("POST", "/apps/annotation-reply/{action}", now(Any, annotations::set_reply)),
    ("GET", "/apps/annotation-reply/{action}/status/{job_id}", now(Any, annotations::reply_status)),
];

/// The function for an operation; one without is answered by the document's example.
pub(crate) fn handler(operation: &Operation) -> Option<&'static Handler> {
    let fits = |(method, path, _): &&(&str, &str, Handler)| *method == operation.method && *path == operation.path;
    let found = match operation.api {
        Api::Service => HANDLERS.iter().chain(knowledge::HANDLERS).find(fits),
        Api::Web => web::HANDLERS.iter().find(fits),
        Api::Console => return crate::console::handler(operation),
    };
    found.map(|(_, _, handler)| handler)
}

/// Answers a call.
pub(crate) async fn answer(call: Call, handler: Option<&'static Handler>, operation: &Operation) -> Outcome {
    if let Some(user) = call.user.clone().filter(|_| call.key.is_app()) {
        // Whoever calls is known from then on.
        call.world(|world| world.app(&call.key).end_user(&user));
    }
    match handler.map(|handler| &handler.work) {
        None => Ok(example(operation)),
        Some(Work::Now(work)) => work(&call),
        Some(Work::Later(work)) => work(call).await,
        Some(Work::Checked(check)) => check(&call).map(|()| example(operation)),
    }
}

/// What the server has beside its documented surfaces.
pub(crate) fn beside(server: &Arc<Inner>, path: &str, query: &[(String, String)]) -> Option<Outcome> {
    if path == "/health" {
        let version = &server.settings.version;
        let value = json!({"pid": std::process::id(), "status": "ok", "version": version});
        return Some(Ok(Reply::Spaced { charset: false, value }));
    }
    if let Some(document) = Contract::document(path) {
        return Some(Ok(Reply::ok(document)));
    }
    let id = path.strip_prefix("/files/")?.strip_suffix("/file-preview")?;
    Some(files::signed(server, id, query))
}

impl Audience {
    /// Whether an application of this mode may be asked.
    pub(crate) fn check(self, mode: Mode, api: Api) -> Result<(), Refusal> {
        if api == Api::Web {
            return self.check_page(mode);
        }
        let wrong = |code| Refusal::new(400, code, "Please check if your app mode matches the right API route.");
        match self {
            Talking if !mode.talks() => Err(wrong("not_chat_app")),
            Workflow if mode != Mode::Workflow => Err(wrong("not_workflow_app")),
            Running if !matches!(mode, Mode::Workflow | Mode::AdvancedChat) => Err(wrong("not_workflow_app")),
            Completion if mode != Mode::Completion => {
                let message = "App unavailable, please check your app configurations.";
                Err(Refusal::new(400, "app_unavailable", message))
            }
            _ => Ok(()),
        }
    }

    /// The same on a page, which says what it would rather be.
    fn check_page(self, mode: Mode) -> Result<(), Refusal> {
        let wrong = |code, kind: &str| {
            let message = format!("Please check if your {kind} app mode matches the right API route.");
            Err(Refusal::new(400, code, message))
        };
        match self {
            Talking if !mode.talks() => wrong("not_chat_app", "Chat"),
            Workflow if mode != Mode::Workflow => wrong("not_workflow_app", "Workflow"),
            Completion if mode != Mode::Completion => wrong("not_completion_app", "Completion"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handler_answers_an_operation_of_the_document() {
        let contract = Contract::get().expect("the bundle is readable");
        let met =
            contract.operations().filter(|operation| !operation.is_console() && handler(operation).is_some()).count();
        assert_eq!(met, HANDLERS.len() + knowledge::HANDLERS.len() + web::HANDLERS.len());
    }

    #[test]
    fn every_example_agrees_with_the_document() {
        let contract = Contract::get().expect("the bundle is readable");
        for operation in contract.operations() {
            let reply = example(operation);
            if let Some((status, media, value)) = reply.json() {
                assert_eq!(operation.check_answer(status, media, value), Vec::<String>::new(), "{}", operation.id);
            }
        }
    }
}
