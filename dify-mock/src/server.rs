//! Starting and stopping the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use contract::Judge;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::described::{self, Api};
use crate::http::counts::{Count, Counts, Repeated};
use crate::http::dispatch;
use crate::http::fault::{Faults, Line, Lines, Rules};
use crate::http::host::Host;
use crate::http::records::{RecordedRequest, Records};
use crate::state::World;
use crate::state::console::account::{Account, EMAIL, PASSWORD};
use crate::state::shared::{Options, Shared};
use crate::values::ids;
use crate::values::key::Key;
use crate::values::workspace::AUTHOR;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The published document could not be read.
    #[error("the published document is unreadable ({0}); `cargo xtask codegen` writes it again")]
    Bundle(String),
    /// The release is none that the documents describe.
    #[error("`{release}` is not a release that the server can play: name one from {OLDEST} to {newest}, such as 1.9.2")]
    Release {
        /// What was named.
        release: String,
        /// The newest release that it can play.
        newest: String,
    },
    /// The address is not to be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// The message of the operating system.
        source: std::io::Error,
    },
}

/// The oldest release that the server can play.
const OLDEST: &str = "1.0.0";

/// The behaviour of a server.
#[derive(Clone, Debug)]
pub struct Builder {
    address: SocketAddr,
    options: Options,
}

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    host: Arc<Host>,
    address: SocketAddr,
    /// When this goes, no more connections are taken and the idle ones are closed.
    _open: oneshot::Sender<()>,
}

impl Default for Builder {
    fn default() -> Self {
        let options = Options {
            pace: Duration::ZERO,
            ping: Duration::from_secs(10),
            upload_limit: None,
            kept_requests: 10_000,
            check_answers: false,
            release: String::new(),
            version: String::new(),
            stops_resumed: false,
            indexing_time: Duration::from_millis(300),
            session_time: Duration::from_secs(3600),
            set_up: true,
        };
        Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), options }
    }
}

/// Times can be added to a moment up to here.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl Builder {
    /// Where to listen. Without it, on a free port of this machine only.
    #[must_use]
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// The time before each piece of a streamed answer. Zero unless set.
    #[must_use]
    pub fn pace(mut self, pace: Duration) -> Self {
        self.options.pace = pace;
        self
    }

    /// The time between two pings. Ten seconds unless set, as Dify has it.
    #[must_use]
    pub fn ping_every(mut self, interval: Duration) -> Self {
        // An interval of nothing would be a stream of nothing but pings.
        self.options.ping = interval.clamp(Duration::from_millis(1), LONGEST);
        self
    }

    /// Sets the most bytes that a file may have. Defaults to Dify's limits: 10 MiB for pictures, 50 MiB for sound, 100 MiB
    /// for films, 15 MiB for all else. Longer files are refused as Dify does.
    #[must_use]
    pub fn upload_limit(mut self, bytes: u64) -> Self {
        self.options.upload_limit = Some(bytes);
        self
    }

    /// How many requests to keep for [`Server::requests`]. 10,000 unless set.
    #[must_use]
    pub fn keep_requests(mut self, count: usize) -> Self {
        self.options.kept_requests = count;
        self
    }

    /// Validates the server's own answers and events too: see [`RecordedRequest::answer_problems`].
    #[must_use]
    pub fn check_answers(mut self, check: bool) -> Self {
        self.options.check_answers = check;
        self
    }

    /// Answers as this release of Dify does, from 1.0.0 to the described one, which is the default: with its operations,
    /// statuses, members and events, its way to log in, its refusals and its known faults. [`Builder::start`] fails with
    /// [`Error::Release`] for any other text.
    ///
    /// What is recorded decides. Between two recorded releases the description decides, which names the exact releases of
    /// most facts. Also sets [`Builder::version`].
    #[must_use]
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.options.release = release.into();
        let release = self.options.release.clone();
        self.version(release)
    }

    /// Sets the value of `X-Version`. Defaults to the release.
    ///
    /// With `1.16.0` and `1.16.1` set so, a workflow whose form is answered is stopped ("Stopped by user."), as those
    /// releases do within ten minutes of the pause; without, and with any other, it continues, as it does on 1.15.0 and
    /// 1.17.0. Nothing else changes.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.options.version = version.into();
        self.options.stops_resumed = matches!(&*self.options.version, "1.16.0" | "1.16.1");
        self
    }

    /// How long a document is indexed before searches find it. 300 milliseconds unless set; with zero it is done as soon
    /// as anybody asks.
    #[must_use]
    pub fn indexing_time(mut self, time: Duration) -> Self {
        self.options.indexing_time = time;
        self
    }

    /// How long the access token of a console session lasts. An hour unless set, as Dify has it; refreshing works on.
    #[must_use]
    pub fn session_time(mut self, time: Duration) -> Self {
        self.options.session_time = time;
        self
    }

    /// A server without setup: it has no account, and the console's setup makes one.
    #[must_use]
    pub fn without_account(mut self) -> Self {
        self.options.set_up = false;
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// When the address is taken, the release is none that it can play, or the published document is unreadable.
    pub async fn start(mut self) -> Result<Server, Error> {
        let documents = documents(&self.options.release)?;
        documents.release().clone_into(&mut self.options.release);
        if self.options.version.is_empty() {
            self.options.version.clone_from(&self.options.release);
        }
        let listen = |source| Error::Listen { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let mut world = World::default();
        world.embed();
        if self.options.set_up {
            world.console.account = Some(Account::new(AUTHOR, EMAIL, PASSWORD));
        }
        let host = Arc::new(Host {
            documents,
            is_earlier: documents.release() != described::documents(None).map_or("", |newest| newest.release()),
            records: Records::default(),
            counts: Counts::default(),
            faults: Rules::default(),
            shared: Arc::new(Shared::new(self.options, format!("http://{address}"), world)),
        });
        let router =
            Router::new().fallback(dispatch::serve).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&host));
        let service = router.into_make_service_with_connect_info::<Line>();
        let (open, closed) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let closed = async {
                // Nothing is ever sent: the end of the sender is the signal.
                let _ = closed.await;
            };
            // It ends only with the signal: accepting connections is not given up.
            let _ = axum::serve(Lines(listener), service).with_graceful_shutdown(closed).await;
        });
        Ok(Server { host, address, _open: open })
    }
}

/// The documents of a release, by default those of the described one.
fn documents(release: &str) -> Result<&'static Judge, Error> {
    let read = |release| described::documents(release).map_err(|error| Error::Bundle(error.to_string()));
    let described = read(None)?;
    let newest = described.release();
    if release.is_empty() || release == newest {
        return Ok(described);
    }
    let numbers = contract::numbers(release);
    let written = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
    let known = contract::numbers(OLDEST)..contract::numbers(newest);
    if written != release || numbers.len() != 3 || !known.contains(&numbers) {
        return Err(Error::Release { release: release.to_owned(), newest: newest.to_owned() });
    }
    read(Some(release))
}

impl Server {
    /// Starts a server on a free port, at full speed.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start() -> Result<Server, Error> {
        Self::builder().start().await
    }

    /// A server to one's own taste.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the release that it answers as.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.host.shared.options.release
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.host.shared.url
    }

    /// `http://127.0.0.1:PORT/v1`: what a client takes as its base URL.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.host.shared.url)
    }

    /// `http://127.0.0.1:PORT/api`: what a client of the Web API takes as its base URL.
    #[must_use]
    pub fn web_url(&self) -> String {
        format!("{}{}", self.host.shared.url, Api::Web.prefix())
    }

    /// The code of the page that the application of a key has: the last part of a page's address, and what
    /// `GET /passport` wants as `X-App-Code`. A key has the same code on every run, and from now on its page is there
    /// even if the key was not used before. The code of a key without application leads nowhere.
    #[must_use]
    pub fn app_code(&self, key: &str) -> String {
        if let Some(key) = Key::known(key) {
            self.host.shared.world(|world| {
                world.app(&key);
            });
        }
        ids::code(key)
    }

    /// Makes every passport that was given out so far one that has expired. New ones are good.
    pub fn revoke_passports(&self) {
        self.host.shared.world(|world| world.passports.revoke());
    }

    /// `http://127.0.0.1:PORT/console/api`: where the Console API is.
    #[must_use]
    pub fn console_url(&self) -> String {
        format!("{}/console/api", self.host.shared.url)
    }

    /// Ends the access tokens of all console sessions at once, as if their time were over. Refresh tokens stay good.
    pub fn expire_sessions(&self) {
        self.host.shared.world(|world| world.console.sessions.expire());
    }

    /// The requests so far, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.host.records.all()
    }

    /// Forgets the requests so far, and the counts with them. What the applications remember stays.
    pub fn forget_requests(&self) {
        self.host.records.forget();
        self.host.counts.forget();
    }

    /// What goes wrong: see [`Faults`].
    #[must_use]
    pub fn faults(&self) -> Faults<'_> {
        Faults::new(&self.host.faults)
    }

    /// How often the request was acted on that names itself so in `X-Request-Id`. It counts every request since the start,
    /// whether or not it is kept for [`Server::requests`].
    #[must_use]
    pub fn executions(&self, request_id: &str) -> u32 {
        self.host.counts.executions(request_id)
    }

    /// The requests that were acted on more than once, among those with an `X-Request-Id`.
    #[must_use]
    pub fn repeated(&self) -> Vec<Repeated> {
        self.host.counts.repeated()
    }

    /// How often requests of an operation arrived, met a fault and were acted on.
    #[must_use]
    pub fn count(&self, operation: &str) -> Count {
        self.host.counts.operation(operation)
    }

    /// The same for all requests together, also those that reach no operation.
    #[must_use]
    pub fn total(&self) -> Count {
        self.host.counts.total()
    }

    /// The ids of all operations that it answers.
    #[must_use]
    pub fn operations(&self) -> Vec<&str> {
        described::operations(self.host.documents).map(|operation| operation.id()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Runs hold on to the server: those that wait would keep it for ever.
        self.host.shared.world(World::shut);
    }
}
