//! The clients, one per kind of credential: their builders, credentials and settings.

/// The methods that every client has for the server and its own calls; the transport is its field `transport`.
macro_rules! observed {
    () => {
        /// Returns the Dify release of the server as its last answer named it (`X-Version`), such as `1.16.1`; `None` before the
        /// first answer, and where a proxy removes the header.
        ///
        /// Release 1.3.0 calls itself 1.2.0, and unreleased code calls itself by the release before it.
        #[must_use]
        pub fn server_version(&self) -> Option<std::sync::Arc<str>> {
            self.transport.server_version()
        }

        /// Returns what the client counted of its calls since it was built: outcomes, times, tokens, costs.
        #[must_use]
        pub fn stats(&self) -> crate::Stats {
            self.transport.tally().stats()
        }
    };
}

#[cfg(any(feature = "app", feature = "knowledge"))]
mod api_key;
#[cfg(feature = "app")]
mod app;
#[cfg(feature = "console")]
mod console;
pub(crate) mod credentials;
#[cfg(all(feature = "app", feature = "console"))]
mod deploy;
#[cfg(any(feature = "app", feature = "knowledge", feature = "console"))]
mod environment;
#[cfg(feature = "knowledge")]
mod knowledge;
#[cfg(feature = "app")]
mod probe;
#[cfg(feature = "web")]
mod web_app;

#[cfg(feature = "app")]
pub use app::{App, AppBuilder};
#[cfg(feature = "console")]
pub use console::{Console, ConsoleBuilder};
#[cfg(all(feature = "app", feature = "console"))]
pub use deploy::{Deploy, DeployWithoutKey, DeployedApp, Deployment};
#[cfg(feature = "knowledge")]
pub use knowledge::{Knowledge, KnowledgeBuilder};
#[cfg(feature = "app")]
pub use probe::AppProbe;
#[cfg(feature = "web")]
pub use web_app::{WebApp, WebAppBuilder};
