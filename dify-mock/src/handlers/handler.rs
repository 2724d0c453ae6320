//! What answers an operation, and for whom.

use std::future::Future;
use std::pin::Pin;

use super::call::{Call, Outcome};
use crate::described::Api;
use crate::values::key::Mode;
use crate::values::refusal::Refusal;

/// What answers an operation.
pub(crate) struct Handler {
    pub(crate) audience: Audience,
    pub(crate) wording: Wording,
    pub(super) work: Work,
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

/// How the server reports a request that does not match the document, where the document does not define it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wording {
    /// What it calls the body.
    pub(crate) body: Option<&'static str>,
    /// What it calls the query.
    pub(crate) query: Option<&'static str>,
    /// Query parameters and members in which it takes anything, or which the function judges itself.
    pub(crate) unchecked: &'static [&'static str],
    /// Members whose shortest length the function checks, in the words of each release.
    pub(crate) measured: &'static [&'static str],
    /// Whether there is nothing but a text in the refusal.
    pub(crate) bare: bool,
    /// Whether the operation is not there, whatever the body.
    pub(crate) absent: bool,
}

/// What answers the operations of these ids.
pub(crate) type Handlers = &'static [(&'static str, Handler)];

pub(crate) type Later = Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub(super) enum Work {
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

pub(crate) const fn waiting(audience: Audience, work: fn(Call) -> Later) -> Handler {
    Handler { audience, wording: Wording::DEFAULT, work: Work::Later(work) }
}

/// A handler of an asynchronous function.
macro_rules! later {
    ($audience:expr, $work:path) => {
        $crate::handlers::handler::waiting($audience, |call| Box::pin($work(call)))
    };
}
pub(crate) use later;

pub(crate) const fn checked(audience: Audience, check: fn(&Call) -> Result<(), Refusal>) -> Handler {
    Handler { audience, wording: Wording::DEFAULT, work: Work::Checked(check) }
}

/// No check but that of the audience.
pub(crate) const fn shown(audience: Audience) -> Handler {
    checked(audience, |_| Ok(()))
}

impl Wording {
    const DEFAULT: Wording =
        Wording { body: None, query: None, unchecked: &[], measured: &[], bare: false, absent: false };
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
    pub(crate) const fn unchecked(mut self, names: &'static [&'static str]) -> Handler {
        self.wording.unchecked = names;
        self
    }

    /// The same, where the function checks the shortest length of these members.
    pub(crate) const fn measured(mut self, names: &'static [&'static str]) -> Handler {
        self.wording.measured = names;
        self
    }

    /// The same, where nothing of the request is looked at.
    pub(crate) const fn absent(mut self) -> Handler {
        self.wording.absent = true;
        self
    }

    /// The same, with refusals of the body that are nothing but a text.
    pub(crate) const fn bare(mut self) -> Handler {
        self.wording.bare = true;
        self
    }
}

impl Audience {
    /// Whether an application of this mode may be asked.
    pub(crate) fn check(self, mode: Mode, api: Api) -> Result<(), Refusal> {
        if api == Api::Web {
            return self.check_page(mode);
        }
        let wrong = |code| Refusal::new(400, code, "Please check if your app mode matches the right API route.");
        match self {
            Audience::Talking if !mode.talks() => Err(wrong("not_chat_app")),
            Audience::Workflow if mode != Mode::Workflow => Err(wrong("not_workflow_app")),
            Audience::Running if !matches!(mode, Mode::Workflow | Mode::AdvancedChat) => Err(wrong("not_workflow_app")),
            Audience::Completion if mode != Mode::Completion => {
                let message = "App unavailable, please check your app configurations.";
                Err(Refusal::new(400, "app_unavailable", message))
            }
            _ => Ok(()),
        }
    }

    /// The same on a page, with the expected mode.
    fn check_page(self, mode: Mode) -> Result<(), Refusal> {
        let wrong = |code, kind: &str| {
            let message = format!("Please check if your {kind} app mode matches the right API route.");
            Err(Refusal::new(400, code, message))
        };
        match self {
            Audience::Talking if !mode.talks() => wrong("not_chat_app", "Chat"),
            Audience::Workflow if mode != Mode::Workflow => wrong("not_workflow_app", "Workflow"),
            Audience::Completion if mode != Mode::Completion => wrong("not_completion_app", "Completion"),
            _ => Ok(()),
        }
    }
}
