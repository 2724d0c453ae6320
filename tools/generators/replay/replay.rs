//! The replay of openapi-generator's Rust client. `models.rs` has the type of each component, by name.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;

use openapi::models;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

mod calls;

fn again<T: DeserializeOwned + Serialize>(list: bool, body: &str) -> Result<String, String> {
    let encoded = if list {
        serde_json::from_str::<Vec<T>>(body).and_then(|decoded| serde_json::to_string(&decoded))
    } else {
        serde_json::from_str::<T>(body).and_then(|decoded| serde_json::to_string(&decoded))
    };
    encoded.map_err(|error| error.to_string())
}

fn decoded(schema: &str, list: bool, body: &str) -> Result<String, String> {
    include!("models.rs")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut results = File::create(env::var("REPLAY_RESULTS")?)?;
    for text in fs::read_to_string(env::var("REPLAY_CORPUS")?)?.lines() {
        let line: Value = serde_json::from_str(text)?;
        let word = |name: &str| line[name].as_str().unwrap_or_default();
        let result = match decoded(word("schema"), line["list"] == true, word("body")) {
            Ok(encoded) => json!({"encoded": encoded}),
            Err(error) => json!({"error": error}),
        };
        writeln!(results, "{result}")?;
    }
    if let Ok(base) = env::var("DIFY_BASE_URL") {
        for result in calls::report(base).await {
            writeln!(results, "{result}")?;
        }
    }
    Ok(())
}
