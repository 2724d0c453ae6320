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
                http.response.status_code = Empty,
                error.r#type = Empty,
                dify.operation = operation.id(),
                dify.code = Empty,
            ))
        }

        pub(crate) async fn hold<T>(&self, work: impl Future<Output = T>) -> T {
            work.instrument(self.0.clone()).await
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

        pub(crate) fn answered(&self, _: StatusCode) {}

        pub(crate) fn failed(&self, _: &Error) {}
    }
}
