//! The clients, one per kind of credential: their builders, credentials and settings.

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
pub(crate) mod settings;
pub(crate) mod tls;
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
