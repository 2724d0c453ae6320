//! Answers questions from the standard input, and serves the metrics of the client to Prometheus at
//! <http://127.0.0.1:9464/metrics>. Reads `DIFY_API_KEY` and `DIFY_BASE_URL`, for an application of the mode chat.

use axum::{Router, routing::get};
use dify_api::{App, types::ChatRequest};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::{error::Error, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Before the first client, which describes its metrics to the recorder that it finds.
    let metrics = install()?;
    let listener = TcpListener::bind("127.0.0.1:9464").await?;
    tokio::spawn(serve(listener, metrics));
    let app = App::from_env()?;
    let mut questions = BufReader::new(tokio::io::stdin()).lines();
    while let Some(question) = questions.next_line().await? {
        match app.chat().stream(&ChatRequest::new(question).user("prometheus-example")).await?.into_answer().await {
            Ok(answer) => println!("{}", answer.text),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

/// Installs the recorder of the program. Times become histograms of these buckets, in seconds.
fn install() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Suffix("_seconds".to_owned()),
            &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0],
        )?
        .install_recorder()
}

/// Serves the metrics.
async fn serve(listener: TcpListener, metrics: PrometheusHandle) -> std::io::Result<()> {
    let upkeep = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    axum::serve(listener, Router::new().route("/metrics", get(async move || metrics.render()))).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use dify_mock::{
        Server,
        fault::{Answer, Fault},
    };
    use std::collections::{BTreeMap, BTreeSet};

    /// The samples of a scrape by name and labels, and the names of the metrics with their kinds.
    fn parse(text: &str) -> (BTreeMap<&str, f64>, BTreeMap<&str, &str>) {
        let (mut samples, mut kinds) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect("a kind");
                kinds.insert(name, kind);
            } else if !line.starts_with('#') {
                let (sample, value) = line.rsplit_once(' ').expect("a value");
                samples.insert(sample, value.parse().expect("a number"));
            }
        }
        (samples, kinds)
    }

    #[tokio::test]
    async fn a_scrape_shows_what_the_client_did() {
        let metrics = install().expect("the first recorder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/metrics", listener.local_addr().expect("an address"));
        tokio::spawn(serve(listener, metrics));
        let server = Server::builder().pace(Duration::ZERO).start().await.expect("the server starts");
        let app = App::builder().api_key("app-chat").base_url(server.base_url()).build().expect("a client");

        let question = ChatRequest::new("Hello").user("maria");
        let answer = app.chat().stream(&question).await.expect("a stream").into_answer().await.expect("an answer");
        let usage = answer.usage.expect("a usage");
        app.chat().send(&question).await.expect("an answer");
        server.faults().on("app_info_get").inject(Fault::Refused(Answer::page(404)));
        assert!(app.info().get().await.is_err());
        let open = app.chat().stream(&question).await.expect("a stream");

        let text = reqwest::get(&url).await.expect("a scrape").text().await.expect("text");
        drop(open);
        let (samples, kinds) = parse(&text);
        let streamed = r#"{operation="app_chat_stream",outcome="succeeded"}"#;
        for (name, labels, value) in [
            ("dify_client_requests_total", streamed, 1.0),
            ("dify_client_requests_total", r#"{operation="app_chat_send",outcome="succeeded"}"#, 1.0),
            ("dify_client_requests_total", r#"{operation="app_info_get",outcome="failed"}"#, 1.0),
            ("dify_client_requests_in_flight", r#"{operation="app_chat_stream"}"#, 1.0),
            ("dify_client_requests_in_flight", r#"{operation="app_chat_send"}"#, 0.0),
            ("dify_client_request_duration_seconds_count", streamed, 1.0),
            ("dify_client_time_to_first_event_seconds_count", r#"{operation="app_chat_stream"}"#, 1.0),
            ("dify_client_tokens_total", streamed, usage.total_tokens as f64),
            ("dify_client_input_tokens_total", streamed, usage.prompt_tokens as f64),
            ("dify_client_output_tokens_total", streamed, usage.completion_tokens as f64),
            ("dify_client_cost_usd_count", streamed, 1.0),
            ("dify_client_cost_usd_sum", streamed, usage.total_price.parse().expect("a price")),
        ] {
            assert_eq!(samples.get(&*format!("{name}{labels}")), Some(&value), "{name}{labels} in\n{text}");
        }
        assert_eq!(kinds["dify_client_request_duration_seconds"], "histogram");
        assert_eq!(kinds["dify_client_requests_total"], "counter");
        let labels: BTreeSet<_> = samples
            .keys()
            .flat_map(|sample| sample.split(['{', ',', '}']).filter_map(|label| Some(label.split_once("=\"")?.0)))
            .collect();
        assert!(labels.is_subset(&["operation", "outcome", "le", "quantile"].into()), "{labels:?}");
        assert!(!text.contains("maria"), "{text}");

        // The guide lists each, in both languages.
        for page in ["telemetry.md", "zh/telemetry.md"] {
            let path = format!("{}/../../docs/guide/src/{page}", env!("CARGO_MANIFEST_DIR"));
            let page = std::fs::read_to_string(&path).expect("a page of the guide");
            for name in kinds.keys().map(|name| name.trim_end_matches("usd")) {
                assert!(page.contains(&format!("`{name}")), "{name} is not in {path}");
            }
        }
    }
}
