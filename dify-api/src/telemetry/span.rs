//! A span per operation, by the OpenTelemetry conventions for [HTTP clients] and for [generative AI], and events for what
//! no caller learns otherwise: attempts that failed, and stops of dropped streams. Without the feature `tracing`, nothing.
//!
//! [HTTP clients]: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
//! [generative AI]: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md

use super::ObservedEnd;
use crate::{DecodeError, Error, error::Context, operation::Named, values::decode::Substitutions};
use reqwest::{StatusCode, Url};
use std::time::Duration;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Span, stop_failed};
#[cfg(feature = "tracing")]
pub(crate) use on::{Span, stop_failed};

#[cfg(feature = "tracing")]
mod on {
    use super::*;
    use crate::{CallOutcome, Shown, telemetry::GenAi, values::release::is_older};
    use std::borrow::Cow;
    use tracing::{Instrument, Level, field::Empty};

    /// Integers are signed: OpenTelemetry has no others, and its layer makes text of those.
    #[derive(Clone)]
    pub(crate) struct Span(tracing::Span);

    impl Span {
        pub(crate) fn new(base: &Url, operation: &Named) -> Self {
            let path = Shown::new(operation.path()).text();
            let path = &*path;
            let kind = GenAi::of(operation).map(GenAi::name);
            Self(tracing::info_span!(
                target: "dify_api",
                "request",
                otel.name = format_args!("{} {path}", operation.method()),
                otel.kind = "client",
                otel.status_code = Empty,
                http.request.method = operation.method().as_str(),
                url.template = path,
                url.scheme = base.scheme(),
                server.address = base.host_str(),
                server.port = base.port_or_known_default().map(i64::from),
                http.request.resend_count = Empty,
                http.response.status_code = Empty,
                error.r#type = Empty,
                dify.operation = &*Shown::new(operation.id()).text(),
                dify.code = Empty,
                dify.outcome = Empty,
                dify.usage.total_tokens = Empty,
                dify.cost.amount = Empty,
                dify.cost.currency = Empty,
                dify.time_to_first_event = Empty,
                gen_ai.operation.name = kind,
                gen_ai.provider.name = kind.map(|_| "dify"),
                gen_ai.request.stream = Empty,
                gen_ai.conversation.id = Empty,
                gen_ai.response.time_to_first_chunk = Empty,
                gen_ai.usage.input_tokens = Empty,
                gen_ai.usage.output_tokens = Empty,
            ))
        }

        /// Returns the span of nothing.
        pub(crate) fn none() -> Self {
            Self(tracing::Span::none())
        }

        pub(crate) fn hold<T>(self, work: impl Future<Output = T>) -> impl Future<Output = T> {
            work.instrument(self.0)
        }

        /// The first attempt is none of the repeated ones that the conventions count.
        pub(crate) fn attempt(&self, number: u32) {
            if number > 1 {
                self.0.record("http.request.resend_count", i64::from(number - 1));
            }
        }

        pub(crate) fn answered(&self, status: StatusCode) {
            self.0.record("http.response.status_code", i64::from(status.as_u16()));
        }

        /// Reports the members of the request that the release of the server does not read, after the first attempt.
        pub(crate) fn newer_members(&self, context: &Context, sends: impl Fn(&str) -> bool) {
            let (Some(version), 1) = (&context.server_version, context.attempts) else {
                return;
            };
            for (member, since) in context.operation.later().iter().filter(|(_, since)| is_older(version, since)) {
                if sends(member) {
                    tracing::event!(
                        target: "dify_api",
                        parent: &self.0,
                        Level::DEBUG,
                        dify.operation = &*Shown::new(context.operation.id()).text(),
                        dify.member = member,
                        dify.since = since,
                        dify.server_version = &*Shown::new(version).text(),
                        "a member of the request is newer than the server",
                    );
                }
            }
        }

        pub(crate) fn finished(&self, end: &ObservedEnd<'_>, conversation: Option<&str>) {
            let span = &self.0;
            if span.is_disabled() {
                return;
            }
            span.record("dify.outcome", end.outcome.as_str());
            if let Some(error) = &end.error {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", error.kind);
                if let Some(code) = &error.code {
                    span.record("dify.code", &**code);
                }
            } else if end.outcome == CallOutcome::RunFailed {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", end.outcome.as_str());
            }
            if let Some(after) = end.first_event {
                span.record("dify.time_to_first_event", after.as_secs_f64());
            }
            if let Some(after) = end.first_text {
                span.record("gen_ai.response.time_to_first_chunk", after.as_secs_f64());
            }
            if end.streamed {
                span.record("gen_ai.request.stream", true);
            }
            if let Some(id) = conversation {
                span.record("gen_ai.conversation.id", id);
            }
            for (name, tokens) in [
                ("gen_ai.usage.input_tokens", end.tokens.input),
                ("gen_ai.usage.output_tokens", end.tokens.output),
                ("dify.usage.total_tokens", end.tokens.total),
            ] {
                if let Some(tokens) = tokens {
                    span.record(name, i64::try_from(tokens).unwrap_or(i64::MAX));
                }
            }
            if let Some(cost) = end.cost {
                span.record("dify.cost.amount", &*cost.amount);
                span.record("dify.cost.currency", &*cost.currency);
            }
        }

        /// An attempt failed, and there is another after the pause.
        pub(crate) fn again(&self, error: &Error, pause: Duration) {
            tracing::event!(
                target: "dify_api",
                parent: &self.0,
                Level::INFO,
                error.r#type = error.kind().name(),
                http.response.status_code = error.status().map(|status| i64::from(status.as_u16())),
                dify.code = code(error).as_deref(),
                attempts = i64::from(error.attempts()),
                pause_ms = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX),
                "an attempt failed and is made again",
            );
        }

        /// Members of an answer or event were missing and have their empty values.
        pub(crate) fn substituted(&self, operation: &Named, substitutions: &Substitutions, body: &[u8]) {
            if !tracing::enabled!(target: "dify_api", Level::DEBUG) {
                return;
            }
            for member in substitutions.paths(body) {
                tracing::event!(
                    target: "dify_api",
                    parent: &self.0,
                    Level::DEBUG,
                    dify.operation = &*Shown::new(operation.id()).text(),
                    dify.member = &*Shown::new(&member).text(),
                    dify.substitutions = substitutions.count,
                    "a required member was missing and is empty",
                );
            }
        }

        /// An event of a defined name could not be decoded and is delivered as it came.
        pub(crate) fn undecoded(&self, operation: &Named, event: &str, error: &DecodeError) {
            tracing::event!(
                target: "dify_api",
                parent: &self.0,
                Level::DEBUG,
                dify.operation = &*Shown::new(operation.id()).text(),
                dify.event = &*Shown::new(event).text(),
                dify.path = &*Shown::new(&error.path).text(),
                "an event could not be decoded",
            );
        }
    }

    /// Dify's code, in one line.
    fn code(error: &Error) -> Option<Cow<'_, str>> {
        Some(Shown::new(error.code()?.as_str()).text())
    }

    /// The run of a dropped stream could not be stopped.
    pub(crate) fn stop_failed(error: &Error) {
        tracing::event!(
            target: "dify_api",
            Level::WARN,
            error.r#type = error.kind().name(),
            http.response.status_code = error.status().map(|status| i64::from(status.as_u16())),
            dify.code = code(error).as_deref(),
            dify.operation = error.operation(),
            "the run of a dropped stream could not be stopped",
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use super::*;

    #[derive(Clone)]
    pub(crate) struct Span;

    impl Span {
        pub(crate) fn new(_: &Url, _: &Named) -> Self {
            Self
        }

        pub(crate) fn hold<T>(self, work: impl Future<Output = T>) -> impl Future<Output = T> {
            work
        }

        pub(crate) fn attempt(&self, _: u32) {}

        pub(crate) fn answered(&self, _: StatusCode) {}

        pub(crate) fn newer_members(&self, _: &Context, _: impl Fn(&str) -> bool) {}

        pub(crate) fn none() -> Self {
            Self
        }

        pub(crate) fn again(&self, _: &Error, _: Duration) {}

        pub(crate) fn substituted(&self, _: &Named, _: &Substitutions, _: &[u8]) {}

        pub(crate) fn undecoded(&self, _: &Named, _: &str, _: &DecodeError) {}

        pub(crate) fn finished(&self, _: &ObservedEnd<'_>, _: Option<&str>) {}
    }

    pub(crate) fn stop_failed(_: &Error) {}
}

#[cfg(all(test, feature = "tracing", feature = "app"))]
mod tests;
