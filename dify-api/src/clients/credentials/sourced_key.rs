//! A key that a function of the caller returns, so that it may rotate.

use super::bare;
use crate::{
    Error, Shown, Transport,
    clients::api_key::{KeyKind, UNFIT},
    operation::Named,
    transport::credentials::{Credentials, Generation, Waiting},
    values::secret::Secret,
};
use reqwest::{
    Request,
    header::{AUTHORIZATION, HeaderValue},
};
#[cfg(feature = "cache")]
use std::hash::{Hash, Hasher};
use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

type Fetching = Pin<Box<dyn Future<Output = Result<String, Box<dyn StdError + Send + Sync>>> + Send>>;

/// Where a key comes from.
#[derive(Clone)]
pub(crate) struct KeySource(Arc<dyn Fn() -> Fetching + Send + Sync>);

impl KeySource {
    pub(crate) fn new<F, K, E>(source: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<K, E>> + Send + 'static,
        K: Into<String>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self(Arc::new(move || {
            let key = source();
            Box::pin(async move { key.await.map(Into::into).map_err(Into::into) })
        }))
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySource")
    }
}

/// A key, asked for when it is first needed, and again when the server refuses it.
pub(crate) struct SourcedKey {
    source: KeySource,
    kind: KeyKind,
    current: Mutex<Current>,
    /// One asks, the others wait.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Current {
    key: Option<HeaderValue>,
    generation: Generation,
}

impl SourcedKey {
    pub(crate) fn new(source: KeySource, kind: KeyKind) -> Self {
        Self { source, kind, current: Mutex::default(), asking: tokio::sync::Mutex::new(()) }
    }

    /// Asks for another key than the refused one, unless there is one already. `false` where the source returns the same.
    async fn replace(&self, refused: Generation) -> Result<bool, Error> {
        let _one = self.asking.lock().await;
        if self.current().generation != refused {
            return Ok(true);
        }
        let key = (self.source.0)().await.map_err(|error| {
            let text = error.to_string();
            Error::config(format!("the function of `api_key_from` failed: {}", Shown::new(&text)))
        })?;
        let key = self.kind.checked(Some(Secret::new(key)))?.bearer();
        let key = key.ok_or_else(|| Error::config(UNFIT))?;
        let mut current = self.current();
        if current.key.as_ref() == Some(&key) {
            return Ok(false);
        }
        current.key = Some(key);
        current.generation.advance();
        Ok(true)
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Credentials for SourcedKey {
    fn ready<'a>(&'a self, _: &'a Transport, _: &'a Named) -> Option<Waiting<'a, ()>> {
        if self.current().key.is_some() {
            return None;
        }
        Some(Box::pin(async { self.replace(Generation::default()).await.map(drop) }))
    }

    fn put_on(&self, request: &mut Request) -> Generation {
        let current = self.current();
        if let Some(key) = &current.key {
            request.headers_mut().insert(AUTHORIZATION, key.clone());
        }
        current.generation
    }

    #[cfg(feature = "cache")]
    fn identify(&self, mut into: &mut dyn Hasher) -> Option<Generation> {
        let current = self.current();
        current.key.hash(&mut into);
        current.key.is_some().then_some(current.generation)
    }

    fn secrets(&self) -> Vec<String> {
        self.current().key.as_ref().and_then(bare).into_iter().collect()
    }

    fn renew<'a>(&'a self, _: &'a Transport, _: &'a Named, refused: Generation, _: Instant) -> Waiting<'a, bool> {
        Box::pin(self.replace(refused))
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, ErrorKind, tests::test_server::*};
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    const REFUSED: &str = r#"{"code":"unauthorized","message":"Access token is invalid","status":401}"#;

    fn counted(last: usize) -> (Arc<AtomicUsize>, impl Fn() -> std::future::Ready<Result<String, String>>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let source = move || {
            let number = (counter.fetch_add(1, Ordering::SeqCst) + 1).min(last);
            std::future::ready(Ok(format!("app-5ecret-{number}\n")))
        };
        (asked, source)
    }

    fn key_of(request: &str) -> Option<&str> {
        let line = request.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| *name == "authorization"));
        line.and_then(|(_, value)| value.strip_prefix("Bearer "))
    }

    async fn sent(app: &App) -> Result<reqwest::StatusCode, crate::Error> {
        app.request(reqwest::Method::GET, "/info").send().await.map(|response| response.status())
    }

    #[tokio::test]
    async fn a_refused_key_is_replaced_once_and_the_call_repeated() {
        let ok = || json_of("1.16.1", 200, "{}");
        let server = Server::start(vec![ok(), ok(), json_of("1.16.1", 401, REFUSED), ok()]).await;
        let (asked, source) = counted(2);
        let app = App::builder().api_key_from(source).base_url(&server.base_url).build().expect("a client");
        for _ in 0..3 {
            sent(&app).await.expect("an answer");
        }
        let seen = server.seen();
        let keys: Vec<_> = seen.iter().filter_map(|request| key_of(request)).collect();
        assert_eq!(keys, ["app-5ecret-1", "app-5ecret-1", "app-5ecret-1", "app-5ecret-2"]);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        assert!(!format!("{app:?}").contains("5ecret"));
    }

    #[tokio::test]
    async fn the_same_key_again_is_the_refusal_of_the_server() {
        let server = Server::start(vec![json_of("1.16.1", 401, REFUSED)]).await;
        let (_, source) = counted(1);
        let app = App::builder().api_key_from(source).base_url(&server.base_url).build().expect("a client");
        let error = sent(&app).await.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::Api(refusal) if refusal.status == 401), "{error}");
        assert_eq!(server.seen().len(), 1);
    }

    #[tokio::test]
    async fn a_source_that_fails_or_returns_another_kind_fails_before_sending() {
        let server = Server::start(Vec::new()).await;
        let builder = || App::builder().base_url(&server.base_url);
        let failing = builder().api_key_from(async || Err::<String, _>("the vault is sealed\u{1b}"));
        let error = sent(&failing.build().expect("a client")).await.expect_err("no key").to_string();
        assert!(error.contains("the vault is sealed") && !error.contains('\u{1b}'), "{error}");
        let other = builder().api_key_from(async || Ok::<_, String>("dataset-5ecret"));
        let error = sent(&other.build().expect("a client")).await.expect_err("no key").to_string();
        assert!(error.contains("dataset key") && !error.contains("5ecret"), "{error}");
        assert!(server.seen().is_empty());
    }
}
