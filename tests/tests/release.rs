//! Every place that names the described release of Dify names the same one.

use std::fs;

use dify_tests::workspace::{APIS, files, published_in, root};

fn described() -> String {
    published_in("service", "3.0")["info"]["version"].as_str().expect("a version").to_owned()
}

#[test]
fn every_place_names_the_same_release() {
    let release = described();
    for api in APIS {
        assert_eq!(published_in(api, "3.0")["info"]["version"], *release, "{api}");
        let upstream = format!("spec/upstream/dify-{release}-{api}.json.gz");
        assert!(root().join(&upstream).is_file(), "{upstream} is missing");
    }
    // The packages of the workspace share their version.
    assert_eq!(
        env!("CARGO_PKG_VERSION").split_once('+').map(|(_, dify)| dify.trim_start_matches("dify.")),
        Some(&*release)
    );
    assert!(root().join(format!("tests/recordings/dify-{release}/index.json")).is_file(), "no recordings of {release}");
    for readme in ["README.md", "README.zh.md"] {
        let text = fs::read_to_string(root().join(readme)).expect("readable");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
        let first = rows.map(|(cell, _)| cell).find(|cell| cell.starts_with(char::is_numeric));
        assert_eq!(first, Some(&*release), "{readme}");
    }
}

#[tokio::test]
async fn the_embedded_server_plays_the_described_release() {
    let server = dify_mock::Server::builder().start().await.expect("the server starts");
    let reply = reqwest::get(server.base_url()).await.expect("answered");
    assert_eq!(reply.headers().get("x-version").and_then(|version| version.to_str().ok()), Some(&*described()));
}

// A past bug: an event that the description gained left code by hand that did not compile.
#[test]
fn every_match_of_events_by_hand_has_a_default_arm() {
    let sources = files(&root().join("dify-api/src")).expect("readable");
    let feeds = sources.iter().find(|path| path.ends_with("accumulate/events.rs")).expect("the rules of events");
    let feeds = fs::read_to_string(feeds).expect("readable");
    let (matches, defaults) = (feeds.matches("match $event {").count(), feeds.matches("            _ => {}").count());
    assert!(matches > 0 && matches == defaults, "{matches} matches of events, {defaults} default arms");
}
