//! Answers questions from the standard input, and exports the spans of the client by OTLP over HTTP, to
//! <http://localhost:4318> or to where `OTEL_EXPORTER_OTLP_ENDPOINT` leads. Reads `DIFY_API_KEY` and `DIFY_BASE_URL`, for an
//! application of the mode chat.

use dify_api::{App, types::ChatRequest};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    runtime::Tokio,
    trace::{SdkTracerProvider, span_processor_with_async_runtime::BatchSpanProcessor},
};
use std::error::Error;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tracing::{Level, Subscriber};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = provider(None)?;
    tracing::subscriber::set_global_default(subscriber(&provider))?;
    let app = App::from_env()?;
    let mut questions = BufReader::new(tokio::io::stdin()).lines();
    while let Some(question) = questions.next_line().await? {
        match app.chat().stream(&ChatRequest::new(question).user("otlp-example")).await?.into_answer().await {
            Ok(answer) => println!("{}", answer.text),
            Err(error) => eprintln!("{error}"),
        }
    }
    // It waits for the last batch, which Tokio sends meanwhile.
    tokio::task::spawn_blocking(move || provider.shutdown()).await??;
    Ok(())
}

/// Makes what batches and sends spans. Without an endpoint, the environment decides.
fn provider(endpoint: Option<String>) -> Result<SdkTracerProvider, ExporterBuildError> {
    let mut exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    if let Some(endpoint) = endpoint {
        exporter = exporter.with_endpoint(endpoint);
    }
    Ok(SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("dify-example").build())
        .with_span_processor(BatchSpanProcessor::builder(exporter.build()?, Tokio).build())
        .build())
}

/// Makes the subscriber that turns the spans of the client, and no others, into those of OpenTelemetry.
fn subscriber(provider: &SdkTracerProvider) -> impl Subscriber + Send + Sync + use<> {
    tracing_subscriber::registry()
        .with(Targets::new().with_target("dify_api", Level::INFO))
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("dify-example")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, extract::State, routing::post};
    use bytes::Bytes;
    use dify_mock::Server;
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        common::v1::any_value::Value,
        trace::v1::{Span, span::SpanKind, status::StatusCode},
    };
    use prost::Message as _;
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };
    use tokio::net::TcpListener;

    /// The requests that the receiver took.
    type Taken = Arc<Mutex<Vec<Bytes>>>;

    /// Starts a receiver of OTLP.
    async fn receiver() -> (String, Taken) {
        let taken = Taken::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
        let take = async |State(taken): State<Taken>, body: Bytes| taken.lock().expect("no panic").push(body);
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&taken));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (url, taken)
    }

    fn value(span: &Span, name: &str) -> Option<Value> {
        span.attributes.iter().find(|attribute| attribute.key == name)?.value.clone()?.value
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_receiver_gets_the_spans_with_the_words_of_models() {
        let (url, taken) = receiver().await;
        let provider = provider(Some(url)).expect("an exporter");
        tracing::subscriber::set_global_default(subscriber(&provider)).expect("the first subscriber");
        let server = Server::builder().pace(Duration::ZERO).start().await.expect("the server starts");
        let app = App::builder().api_key("app-chat").base_url(server.base_url()).build().expect("a client");
        let question = ChatRequest::new("a private question").user("maria");
        let answer = app.chat().stream(&question).await.expect("a stream").into_answer().await.expect("an answer");
        assert!(app.chat().send(&ChatRequest::new("Hello").user("maria").conversation_id("none")).await.is_err());
        tokio::task::spawn_blocking(move || provider.shutdown()).await.expect("no panic").expect("sent");

        let taken = taken.lock().expect("no panic").clone();
        let requests = taken.iter().map(|body| ExportTraceServiceRequest::decode(&body[..]).expect("a request"));
        let spans: Vec<Span> = requests
            .flat_map(|request| request.resource_spans)
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect();
        let [stream, refused] = spans.as_slice() else { panic!("{spans:#?}") };
        assert_eq!((stream.name.as_str(), stream.kind), ("POST /chat-messages", SpanKind::Client as i32));
        let text = |text: &str| Some(Value::StringValue(text.to_owned()));
        let usage = answer.usage.expect("a usage");
        for (name, expected) in [
            ("gen_ai.operation.name", text("chat")),
            ("gen_ai.provider.name", text("dify")),
            ("gen_ai.request.stream", Some(Value::BoolValue(true))),
            ("gen_ai.conversation.id", answer.conversation_id.as_deref().and_then(text)),
            ("gen_ai.usage.input_tokens", Some(Value::IntValue(usage.prompt_tokens))),
            ("gen_ai.usage.output_tokens", Some(Value::IntValue(usage.completion_tokens))),
            ("http.request.method", text("POST")),
            ("http.response.status_code", Some(Value::IntValue(200))),
            ("dify.operation", text("app_chat_stream")),
            ("dify.outcome", text("succeeded")),
        ] {
            assert_eq!(value(stream, name), expected, "{name} in {stream:#?}");
        }
        let first = value(stream, "gen_ai.response.time_to_first_chunk");
        assert!(matches!(first, Some(Value::DoubleValue(seconds)) if seconds > 0.0), "{first:?}");
        assert!(stream.end_time_unix_nano > stream.start_time_unix_nano);
        assert_eq!(refused.status.as_ref().map(|status| status.code), Some(StatusCode::Error as i32));
        assert_eq!(value(refused, "error.type"), text("api"));
        let all = format!("{spans:?}");
        assert!(!all.contains("maria") && !all.contains("private") && !all.contains("app-chat\""), "{all}");
    }
}
