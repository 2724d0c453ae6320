//! A span per operation, by the OpenTelemetry conventions for HTTP clients. Without the feature `tracing`, nothing.

use crate::{Error, Transport, operation::Named};
use reqwest::StatusCode;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::Span;
#[cfg(feature = "tracing")]
pub(crate) use on::Span;

#[cfg(feature = "tracing")]
mod on {
    use super::*;
    use tracing::{Instrument, field::Empty};

    #[derive(Clone)]
    pub(crate) struct Span(tracing::Span);

    impl Span {
        pub(crate) fn new(transport: &Transport, operation: &Named) -> Self {
            let base = transport.base();
            Self(tracing::info_span!(
                target: "dify_api",
                "request",
                otel.name = format_args!("{} {}", operation.method(), operation.path()),
                otel.kind = "client",
                otel.status_code = Empty,
                http.request.method = operation.method().as_str(),
                url.template = operation.path(),
                url.scheme = base.scheme(),
                server.address = base.host_str(),
                server.port = base.port_or_known_default(),
                http.request.resend_count = Empty,
                http.response.status_code = Empty,
                error.r#type = Empty,
                dify.operation = operation.id(),
                dify.code = Empty,
            ))
        }

        pub(crate) async fn hold<T>(&self, work: impl Future<Output = T>) -> T {
            work.instrument(self.0.clone()).await
        }

        /// The first attempt is none of the repeated ones that the conventions count.
        pub(crate) fn attempt(&self, number: u32) {
            if number > 1 {
                self.0.record("http.request.resend_count", number - 1);
            }
        }

        pub(crate) fn answered(&self, status: StatusCode) {
            self.0.record("http.response.status_code", status.as_u16());
        }

        pub(crate) fn failed(&self, error: &Error) {
            self.0.record("otel.status_code", "ERROR");
            self.0.record("error.type", error.kind().name());
            if let Some(code) = error.code() {
                self.0.record("dify.code", code.as_str());
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use super::*;

    #[derive(Clone, Copy)]
    pub(crate) struct Span;

    impl Span {
        pub(crate) fn new(_: &Transport, _: &Named) -> Self {
            Self
        }

        pub(crate) async fn hold<T>(&self, work: impl Future<Output = T>) -> T {
            work.await
        }

        pub(crate) fn attempt(&self, _: u32) {}

        pub(crate) fn answered(&self, _: StatusCode) {}

        pub(crate) fn failed(&self, _: &Error) {}
    }
}

#[cfg(all(test, feature = "tracing", feature = "app"))]
mod tests {
    use crate::{
        Timeouts,
        test_server::{Server, answer},
        types::ChatRequest,
    };
    use std::{
        collections::BTreeMap,
        fmt::Debug,
        sync::{Arc, Mutex},
    };
    use tracing::{
        Event, Metadata, Subscriber,
        field::{Field, Visit},
        span::{Attributes, Id, Record},
    };

    /// Keeps the fields of the one span there is.
    #[derive(Clone, Default)]
    struct Fields(Arc<Mutex<BTreeMap<String, String>>>);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            self.0.lock().expect("fields").insert(field.name().to_owned(), format!("{value:?}"));
        }
    }

    impl Subscriber for Fields {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "dify_api"
        }
        fn new_span(&self, span: &Attributes<'_>) -> Id {
            span.record(&mut self.clone());
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, values: &Record<'_>) {
            values.record(&mut self.clone());
        }
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[tokio::test]
    async fn a_span_follows_the_conventions_and_holds_no_secret() {
        let body = r#"{"code":"app_unavailable","message":"No.","status":400}"#;
        let server = Server::start(vec![answer(400, "application/json", body)]).await;
        let fields = Fields::default();
        let guard = tracing::subscriber::set_default(fields.clone());
        // Tests that run at the same time may have found nobody interested.
        tracing::callsite::rebuild_interest_cache();
        let request = ChatRequest::new("a private question", "user-1");
        let outcome = server.app(Timeouts::none()).chat().send(&request).await;
        drop(guard);
        assert!(outcome.is_err());

        let fields = fields.0.lock().expect("fields").clone();
        for (name, value) in [
            ("otel.name", "POST /chat-messages"),
            ("otel.kind", "\"client\""),
            ("otel.status_code", "\"ERROR\""),
            ("http.request.method", "\"POST\""),
            ("url.template", "\"/chat-messages\""),
            ("url.scheme", "\"http\""),
            ("server.address", "\"127.0.0.1\""),
            ("http.response.status_code", "400"),
            ("error.type", "\"api\""),
            ("dify.operation", "\"app_chat_send\""),
            ("dify.code", "\"app_unavailable\""),
        ] {
            assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name} in {fields:?}");
        }
        let all = format!("{fields:?}");
        assert!(!all.contains("5ecret") && !all.contains("private"), "{all}");
    }
}
