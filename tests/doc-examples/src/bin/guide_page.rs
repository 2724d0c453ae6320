//! Opens the page of the guide "Streaming to a browser" in headless Chromium, against the embedded server.
//!
//! `guide_page <program> <folder>`: the program of Chromium, and the folder for the screenshots.

use std::{error::Error, path::Path, process::Command};

use axum::{response::Html, routing::get};
use dify_api::App;
use dify_mock::Server;

#[allow(dead_code, missing_docs, reason = "the code of the guide")]
#[rustfmt::skip]
mod guide {
    include!(concat!(env!("OUT_DIR"), "/server.rs"));

    pub(super) fn serve(app: App) -> Router {
        router(app)
    }
}

/// The page, with the script of the guide in its place.
fn page() -> String {
    let script = include_str!(concat!(env!("OUT_DIR"), "/page.js"));
    include_str!("../page.html").replace("// The script of the guide.", script)
}

/// Opens the page for an application; returns its content after the script has ended.
async fn open(key: &str, chromium: &str, picture: &Path) -> Result<String, Box<dyn Error>> {
    let dify = Server::start().await?;
    let app = App::builder().api_key(key).base_url(dify.base_url()).build()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let router = guide::serve(app).route("/", get(|| async { Html(page()) }));
    tokio::spawn(async { axum::serve(listener, router).await });
    let screenshot = format!("--screenshot={}", picture.display());
    let mut content = String::new();
    for output in [screenshot.as_str(), "--dump-dom"] {
        let mut browser = Command::new(chromium);
        browser.args(["--headless", "--no-sandbox", "--window-size=800,600", "--virtual-time-budget=10000"]);
        browser.args([output, &url]);
        let ended = tokio::task::spawn_blocking(move || browser.output()).await??;
        if !ended.status.success() {
            return Err(format!("Chromium failed: {}", String::from_utf8_lossy(&ended.stderr)).into());
        }
        content = String::from_utf8_lossy(&ended.stdout).into_owned();
    }
    Ok(content)
}

/// The text of the element with this id.
fn text<'c>(content: &'c str, id: &str) -> &'c str {
    let begin = content.split_once(&format!("id=\"{id}\">")).map_or("", |(_, rest)| rest);
    begin.split_once("</").map_or("", |(text, _)| text)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(chromium), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: guide_page <program of Chromium> <folder for screenshots>".into());
    };
    for (key, state, answered) in [("app-chat", "done", true), ("app-invalid", "status 502", false)] {
        let picture = Path::new(&folder).join(format!("{key}.png"));
        let content = open(key, &chromium, &picture).await?;
        let (shown, output) = (text(&content, "state"), text(&content, "output"));
        if shown != state || output.is_empty() == answered {
            return Err(format!("the page shows the state {shown:?} and the answer {output:?}\n{content}").into());
        }
        println!("{key}: {shown}, {output:?}, {}", picture.display());
    }
    Ok(())
}
