//! The static facts of an operation.

use crate::{Shown, values::redactor::Redactor};
use reqwest::{Method, StatusCode};
use std::fmt;

/// The facts the description gives about one operation. Generated code contains one `static` for each method.
#[derive(Debug)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) credential: Credential,
    /// Sending it twice does what sending it once does.
    pub(crate) idempotent: bool,
    /// A client may keep its answers for some time.
    #[cfg_attr(not(feature = "cache"), allow(dead_code, reason = "only caches keep answers"))]
    pub(crate) cacheable: bool,
    /// The error codes it answers, beside the common ones.
    pub(crate) errors: &'static [&'static str],
    /// Refusals whose body is an answer like that of a success, unless it has a `code`.
    pub(crate) states: &'static [u16],
    /// The Dify release that brought it, where older ones in use lack it.
    pub(crate) since: Option<&'static str>,
    /// The last Dify release that has it, where newer ones lack it.
    pub(crate) until: Option<&'static str>,
    /// Members of its request that came with later releases, and those.
    pub(crate) later: &'static [(&'static str, &'static str)],
}

/// An API of a server: where Dify's own service has it, and below which path others do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    pub(crate) cloud: &'static str,
    pub(crate) path: &'static str,
}

#[allow(dead_code, reason = "each client uses its own")]
impl Api {
    pub(crate) const SERVICE: Self = Self { cloud: "https://api.dify.ai/v1", path: "/v1" };
    pub(crate) const WEB: Self = Self { cloud: "https://udify.app/api", path: "/api" };
    pub(crate) const CONSOLE: Self = Self { cloud: "https://cloud.dify.ai/console/api", path: "/console/api" };
}

/// Which kind of credential an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "the generated half of each client uses its own kind")]
pub(crate) enum Credential {
    /// The key of one application, `app-…`.
    App,
    /// A key for datasets, `dataset-…`.
    Knowledge,
    /// The passport of a published web page.
    WebApp,
    /// The session of an account.
    Console,
    /// None at all.
    None,
}

impl Credential {
    /// What to do about a refused credential; nothing where none is sent.
    pub(crate) fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::App => "This operation takes an app key (`app-…`), made on the application's \"API Access\" page",
            Self::Knowledge => "This operation takes a dataset key (`dataset-…`), made under Knowledge, \"API Access\"",
            Self::WebApp => {
                "This operation takes the passport of a published web page: connect with its site code again"
            }
            Self::Console => "This operation takes the session of an account: log in again",
            Self::None => return None,
        })
    }
}

/// The operation as errors and spans name it: a described one, or a route called by hand.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    Described(&'static Operation),
    ByHand(Box<ByHand>),
}

#[derive(Clone, Debug)]
pub(crate) struct ByHand {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) credential: Credential,
    /// `GET /path`, for those who ask for a name.
    pub(crate) id: String,
    /// As the caller specifies, else as the method does.
    pub(crate) idempotent: bool,
}

impl Named {
    pub(crate) fn by_hand(method: Method, path: String, credential: Credential) -> Self {
        // A query may hold a token, and names are logged.
        let path = path.split(['?', '#']).next().unwrap_or_default().to_owned();
        let id = format!("{method} {path}");
        let idempotent = method.is_idempotent();
        Self::ByHand(Box::new(ByHand { method, path, credential, id, idempotent }))
    }

    /// The same with another word on whether it may be sent twice; a described operation stays what it is.
    pub(crate) fn set_idempotent(&mut self, idempotent: bool) {
        if let Self::ByHand(route) = self {
            route.idempotent = idempotent;
        }
    }

    /// Takes secrets out of the name of a route called by hand.
    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        if let Self::ByHand(route) = self {
            redactor.text(&mut route.path);
            redactor.text(&mut route.id);
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Described(operation) => operation.id,
            Self::ByHand(route) => &route.id,
        }
    }

    pub(crate) fn method(&self) -> &Method {
        match self {
            Self::Described(operation) => &operation.method,
            Self::ByHand(route) => &route.method,
        }
    }

    #[cfg_attr(
        not(any(feature = "tracing", feature = "web", feature = "console")),
        allow(dead_code, reason = "spans name it, and credentials look at it")
    )]
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Described(operation) => operation.path,
            Self::ByHand(route) => &route.path,
        }
    }

    pub(crate) fn credential(&self) -> Credential {
        match self {
            Self::Described(operation) => operation.credential,
            Self::ByHand(route) => route.credential,
        }
    }

    /// Below which path of a server the API of this operation is.
    pub(crate) fn api_path(&self) -> &'static str {
        let api = match (self.credential(), self.id()) {
            (Credential::WebApp, _) => Api::WEB,
            (Credential::Console, _) => Api::CONSOLE,
            // Some operations take no credential; their ids begin with their client all the same.
            (Credential::None, id) if id.starts_with("web_") => Api::WEB,
            (Credential::None, id) if id.starts_with("console_") => Api::CONSOLE,
            _ => Api::SERVICE,
        };
        api.path
    }

    /// Whether it gives a credential, so that it cannot need one. Described operations have [`Credential::None`]; for
    /// routes called by hand the path decides.
    #[cfg(any(feature = "web", feature = "console"))]
    pub(crate) fn gives_a_credential(&self) -> bool {
        matches!(self.route(), "/login" | "/refresh-token" | "/passport")
    }

    /// Whether it ends the session of an account.
    #[cfg(feature = "console")]
    pub(crate) fn logs_out(&self) -> bool {
        self.route() == "/logout"
    }

    /// The path alone.
    #[cfg(any(feature = "web", feature = "console"))]
    fn route(&self) -> &str {
        self.path().split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
    }

    pub(crate) fn since(&self) -> Option<&'static str> {
        match self {
            Self::Described(operation) => operation.since,
            Self::ByHand(_) => None,
        }
    }

    pub(crate) fn until(&self) -> Option<&'static str> {
        match self {
            Self::Described(operation) => operation.until,
            Self::ByHand(_) => None,
        }
    }

    /// The members of its request that came with later releases, and those.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only events name them"))]
    pub(crate) fn later(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Described(operation) => operation.later,
            Self::ByHand(_) => &[],
        }
    }

    /// Whether a refusal of this status may be a state of what was asked for.
    pub(crate) fn may_be_a_state(&self, status: StatusCode) -> bool {
        match self {
            Self::Described(operation) => operation.states.contains(&status.as_u16()),
            Self::ByHand(_) => false,
        }
    }

    pub(crate) fn errors(&self) -> &'static [&'static str] {
        match self {
            Self::Described(operation) => operation.errors,
            Self::ByHand(_) => &[],
        }
    }

    /// Sending it twice does what sending it once does.
    pub(crate) fn idempotent(&self) -> bool {
        match self {
            Self::Described(operation) => operation.idempotent,
            Self::ByHand(route) => route.idempotent,
        }
    }

    /// A client may keep its answers for some time.
    #[cfg(feature = "cache")]
    pub(crate) fn cacheable(&self) -> bool {
        matches!(self, Self::Described(operation) if operation.cacheable)
    }

    /// Whether it stops a run.
    pub(crate) fn stops(&self) -> bool {
        self.path().ends_with("/stop")
    }

    /// It does nothing at all. Some that look like it do: a `GET` may run a model.
    pub(crate) fn only_reads(&self) -> bool {
        self.method().is_safe() && self.idempotent()
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Described(operation) => {
                write!(f, "{} ({} {})", operation.id, operation.method, operation.path)
            }
            Self::ByHand(route) => fmt::Display::fmt(&Shown::new(&route.id), f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SEND: Operation = Operation {
        id: "app_chat_send",
        method: Method::POST,
        path: "/chat-messages",
        credential: Credential::App,
        idempotent: false,
        cacheable: false,
        errors: &["app_unavailable"],
        states: &[],
        since: None,
        until: None,
        later: &[],
    };

    #[test]
    fn a_described_operation_is_shown_with_its_route() {
        assert_eq!(Named::Described(&SEND).to_string(), "app_chat_send (POST /chat-messages)");
    }

    #[test]
    fn an_operation_knows_below_which_path_its_api_is() {
        let path = |credential| Named::by_hand(Method::GET, "/x".into(), credential).api_path();
        assert_eq!(
            [Credential::App, Credential::WebApp, Credential::Console].map(path),
            ["/v1", "/api", "/console/api"]
        );
        static LOGIN: Operation = Operation {
            id: "console_account_login",
            method: Method::POST,
            path: "/login",
            credential: Credential::None,
            idempotent: false,
            cacheable: false,
            errors: &[],
            states: &[],
            since: None,
            until: None,
            later: &[],
        };
        assert_eq!(Named::Described(&LOGIN).api_path(), "/console/api");
    }

    #[test]
    fn a_post_is_idempotent_only_when_the_description_says_so() {
        assert!(!Named::Described(&SEND).idempotent());
        let get = Named::by_hand(Method::GET, "/info".into(), Credential::App);
        assert!(get.idempotent());
        assert_eq!(get.to_string(), "GET /info");
    }

    #[test]
    fn a_route_called_by_hand_is_named_without_its_query() {
        let get = Named::by_hand(Method::GET, "/info?token=5ecret#a".into(), Credential::App);
        assert_eq!((get.id(), get.path()), ("GET /info", "/info"));
        assert!(!format!("{get:?}").contains("5ecret"));
    }
}
