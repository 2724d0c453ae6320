//! Finds out what a key and its server are.

use crate::{App, Error, ErrorKind, types::AppMode};
use reqwest::{Method, StatusCode};
use std::sync::Arc;

/// What [`App::probe`] found out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AppProbe {
    /// Whether the server takes the key as that of an application.
    pub accepted: bool,
    /// The mode of the application. `None` where the key is not accepted, and for servers before Dify 1.4.0, which do not
    /// name it, except that a workflow is recognized up to Dify 1.1.
    pub mode: Option<AppMode>,
    /// The release of the server; see [`App::server_version`].
    pub server_version: Option<Arc<str>>,
}

/// A run that does not exist. Servers refuse to look for it unless the application is a workflow.
const NO_RUN: &str = "/workflows/run/00000000-0000-0000-0000-000000000000";

impl App {
    /// Finds out whether the key fits, which mode the application has, and which release the server is, by one read; by
    /// two where the server does not name the mode. Nothing is changed.
    ///
    /// ```no_run
    /// # async fn run(app: dify_api::App) -> Result<(), dify_api::Error> {
    /// let probe = app.probe().await?;
    /// println!("{} {:?} {:?}", probe.accepted, probe.mode, probe.server_version);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of `info().get()`, except that the server refuses the key.
    pub async fn probe(&self) -> Result<AppProbe, Error> {
        let found = |accepted, mode| AppProbe { accepted, mode, server_version: self.server_version() };
        let info = match self.info().get().await {
            Ok(info) => info,
            Err(error) if is_refused_key(&error) => return Ok(found(false, None)),
            Err(error) => return Err(error),
        };
        let named = info.mode.filter(|mode: &AppMode| !mode.as_str().is_empty());
        if named.is_some() {
            return Ok(found(true, named));
        }
        let workflow = match self.request(Method::GET, NO_RUN).send().await {
            // From 1.3.0 on, which may call itself 1.2.0, chatflows are looked for as well.
            Ok(_) => self.server_version().is_some_and(|version| crate::values::release::is_older(&version, "1.2.0")),
            Err(error) if matches!(error.kind(), ErrorKind::Api(_)) => false,
            Err(error) => return Err(error),
        };
        Ok(found(true, workflow.then_some(AppMode::Workflow)))
    }
}

/// Whether the server has no application of this key. An HTML page comes from a gateway.
fn is_refused_key(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Api(refusal) if refusal.status == StatusCode::UNAUTHORIZED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Timeouts,
        tests::test_server::{Server, answer, json_of},
    };

    const NO_WORKFLOW: &str = r#"{"code":"not_workflow_app","message":"Please check.","status":400}"#;

    #[tokio::test]
    async fn a_probe_names_key_mode_and_release_by_at_most_two_reads() {
        let old = r#"{"name":"n","description":"d","tags":[]}"#;
        let new = r#"{"name":"n","description":"d","tags":[],"mode":"agent-chat","author_name":"a"}"#;
        let refused = r#"{"code":"unauthorized","message":"Access token is invalid","status":401}"#;
        let no_run = r#"{"id":null,"status":null}"#;
        for (answers, version, accepted, mode) in [
            (vec![(200, new)], "1.16.1", true, Some(AppMode::AgentChat)),
            (vec![(401, refused)], "1.7.2", false, None),
            (vec![(200, old), (400, NO_WORKFLOW)], "1.0.1", true, None),
            (vec![(200, old), (200, no_run)], "1.0.1", true, Some(AppMode::Workflow)),
            (vec![(200, old), (200, no_run)], "1.2.0", true, None),
        ] {
            let reads = answers.len();
            let server =
                Server::start(answers.iter().map(|(status, body)| json_of(version, *status, body)).collect()).await;
            let app = server.app(Timeouts::none());
            assert_eq!(app.server_version(), None);
            let probe = app.probe().await.expect("an answer");
            assert_eq!((probe.accepted, probe.mode, probe.server_version.as_deref()), (accepted, mode, Some(version)));
            assert_eq!(server.seen().len(), reads);
        }
    }

    #[tokio::test]
    async fn a_probe_of_what_is_no_server_of_dify_fails() {
        let server = Server::start(vec![answer(404, "text/html", "<html>")]).await;
        assert!(server.app(Timeouts::none()).probe().await.is_err());
    }
}
