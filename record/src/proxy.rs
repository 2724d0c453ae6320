//! Starting and ending the recording.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::forward::{Forward, forward};
use crate::scrub::Scrubber;
use crate::shelf::{Shelf, Written, private_folder};
use crate::upstream::Upstream;

/// The stack of the thread that cleans and writes, in bytes.
const STACK: usize = 16 << 20;

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the server is none.
    #[error("`{url}` is no address of a server: write it as http://localhost or https://dify.example.org")]
    Upstream {
        /// What was given, without credentials.
        url: String,
    },
    /// The port is not to be had.
    #[error("cannot listen on {address}: {source}; choose another with --listen")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// Nothing can be written there.
    #[error("{folder}: {source}; choose another with --out")]
    Folder {
        /// The folder.
        folder: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// The system gives no thread for writing.
    #[error("no thread for writing recordings: {0}")]
    Thread(#[source] std::io::Error),
    /// The system's certificates cannot be used.
    #[error("the client for the server could not be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running recording.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    origin: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    shelf: std::thread::JoinHandle<Written>,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Begins to pass requests on to `upstream` and to write exchanges below `out`. A name and a password in `upstream` are
    /// sent as Basic authentication with requests that have no `Authorization`, and never shown.
    ///
    /// # Errors
    /// An address that is none, a port that is taken, a folder that cannot be made.
    pub async fn start(upstream: &str, out: impl AsRef<Path>, listen: impl Into<SocketAddr>) -> Result<Self, Error> {
        let mut scrubber = Scrubber::new();
        let upstream = Upstream::parse(upstream, &mut scrubber)?;
        let origin = upstream.origin();
        let folder = out.as_ref().to_owned();
        private_folder(&folder).map_err(|source| Error::Folder { folder: folder.display().to_string(), source })?;
        let address = listen.into();
        let failed = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;

        let (records, received) = mpsc::unbounded_channel();
        let ended = Arc::new(AtomicBool::new(false));
        let state = Arc::new(Forward { client: client()?, upstream, records, ended: Arc::clone(&ended) });
        let app = Router::new().fallback(forward).with_state(state);
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            let closing = async {
                // An error says that the sender went: the end as well.
                let _ = stopped.await;
            };
            // Serving ends by itself only when it is told to.
            let _ = axum::serve(listener, app).with_graceful_shutdown(closing).into_future().await;
        });
        // Documents may be nested in documents.
        let shelf = std::thread::Builder::new().stack_size(STACK);
        let shelf = shelf.spawn(move || Shelf::new(folder, scrubber).run(received)).map_err(Error::Thread)?;
        Ok(Self { address, origin, stop, served, shelf, ended })
    }

    /// Returns the address that clients send their requests to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the server's address: scheme, host and port, without credentials.
    pub fn upstream(&self) -> &str {
        &self.origin
    }

    /// Takes no more requests, waits for those that are under way, and returns what was written.
    pub async fn finish(self) -> Written {
        self.ended.store(true, Ordering::Relaxed);
        let _ = self.stop.send(());
        let _ = self.served.await;
        let joined = tokio::task::spawn_blocking(move || self.shelf.join()).await;
        joined.ok().and_then(Result::ok).unwrap_or_else(Written::lost)
    }
}

/// Redirects are the caller's to follow, and bodies are passed on as they are.
fn client() -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).http1_only();
    Ok(builder.no_proxy().connect_timeout(std::time::Duration::from_secs(10)).build()?)
}
