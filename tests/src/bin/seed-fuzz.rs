//! Fills the corpus of the fuzz targets from the packed recordings.
//!
//! ```text
//! cargo run -p dify-tests --bin seed-fuzz -- fuzz/corpus
//! ```
//!
//! What begins each file is described where its target is, in `fuzz/fuzz_targets`.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::PathBuf,
};

use dify_tests::{Recording, recordings};

/// Of a long stream, the beginning is enough: mutations of large inputs are slow.
const LONGEST: usize = 16 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("usage: seed-fuzz <folder of the corpus>")?.into();
    let mut seeds: BTreeMap<&str, BTreeSet<Vec<u8>>> = BTreeMap::new();
    let attacks =
        ["..\\..\\OTHER", "a/../b", "%2e%2E/", "/a%2F..%2Fb", "/a/.\t./b?c#d", "/%252e", "/\u{e9};..", "https://a/b?c"];
    let chosen = attacks.iter().zip(0..).map(|(attack, choice)| [&[choice], attack.as_bytes()].concat());
    seeds.entry("path_encoding").or_default().extend(chosen);
    for recording in recordings()? {
        let path = &recording.exchange.request.path;
        seeds.entry("path_encoding").or_default().insert([&[1], path.as_bytes()].concat());
        let Some(body) = recording.reply() else { continue };
        if recording.media_type() == "text/event-stream" {
            seeds.entry("decoder").or_default().insert(stream(body));
            let events = body.lines().filter_map(|line| line.strip_prefix("data: "));
            seeds.entry("event_decode").or_default().extend(events.map(|event| event.as_bytes().to_vec()));
        } else if recording.status() >= 300 {
            seeds.entry("error_decode").or_default().insert(refusal(&recording, body));
        }
    }
    for (target, seeds) in seeds {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().filter(|seed| seed.len() <= LONGEST + 2).enumerate() {
            fs::write(folder.join(format!("recorded-{number:05}")), seed)?;
        }
        println!("{target}: {}", fs::read_dir(&folder)?.count());
    }
    Ok(())
}

/// Cut in small pieces, without a limit.
fn stream(body: &str) -> Vec<u8> {
    [&[0, 255], &body.as_bytes()[..body.len().min(LONGEST)]].concat()
}

fn refusal(recording: &Recording, body: &str) -> Vec<u8> {
    let status = recording.status().saturating_sub(300).to_be_bytes();
    [&status, recording.media_type().as_bytes(), b"\n", body.as_bytes()].concat()
}
