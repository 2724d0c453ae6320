//! What is not counted but measured: time, memory, growth.

use crate::{
    callgrind,
    place::{Place, number, printed},
};
use std::path::Path;

/// A measured figure, of `dify-api` and of what does the same by hand.
pub struct Measure {
    pub name: String,
    pub unit: &'static str,
    pub beside: Option<f64>,
    pub ours: f64,
    /// The most that `ours` should be.
    pub mark: Option<f64>,
}

/// All of them, one after the other.
pub fn all(place: &Place) -> Result<Vec<Measure>, String> {
    let mut all = vec![opening(place)?, calling(place)?, memory(place)?];
    all.extend(files(place)?);
    all.extend(events(place)?);
    all.extend(huge(place)?);
    all.extend(growth(place)?);
    all.push(codegen(place)?);
    Ok(all)
}

fn client(place: &Place, arguments: &[&str]) -> Result<String, String> {
    printed(&place.program("client"), arguments)
}

/// By turns; of three runs the middle one, by its ratio.
fn by_turns(place: &Place, job: &str, url: &str, n: &str) -> Result<(f64, f64), String> {
    let mut runs = Vec::new();
    for _ in 0..3 {
        let text = client(place, &["both", job, url, n])?;
        runs.push((number(&text, "bare ")?, number(&text, "dify-api ")?));
    }
    runs.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    Ok(runs[1])
}

fn opening(place: &Place) -> Result<Measure, String> {
    let (bare, ours) = by_turns(place, "first", &format!("{}/hold", place.url), "1500")?;
    let name = "time to the first event of a stream".to_owned();
    Ok(Measure { name, unit: "µs", beside: Some(bare), ours, mark: Some(bare * 1.03) })
}

fn calling(place: &Place) -> Result<Measure, String> {
    let (bare, ours) = by_turns(place, "calls", &place.url, "3000")?;
    Ok(Measure { name: "CPU time of a blocking call".to_owned(), unit: "µs", beside: Some(bare), ours, mark: None })
}

fn memory(place: &Place) -> Result<Measure, String> {
    let url = format!("{}/hold", place.url);
    let open = |who| number(&client(place, &[who, "open", &url, "2000"])?, "");
    let (bare, ours) = (open("bare")?, open("dify")?);
    let name = "memory of an open stream, of 2,000".to_owned();
    Ok(Measure { name, unit: "KiB", beside: Some(bare), ours, mark: Some(18.0) })
}

fn files(place: &Place) -> Result<Vec<Measure>, String> {
    let path = std::env::temp_dir().join(format!("dify-benches-{}.png", std::process::id()));
    // Sparse: it takes no room.
    let made = std::fs::File::create(&path).and_then(|file| file.set_len(1 << 30));
    made.map_err(|error| format!("{}: {error}", path.display()))?;
    let file = path.display().to_string();
    let peak = |arguments: &[&str]| number(&client(place, arguments)?, "peak ");
    let measured = || -> Result<_, String> {
        let row =
            |name: &str, beside, ours| Measure { name: name.to_owned(), unit: "MiB", beside, ours, mark: Some(13.0) };
        let url = place.url.as_str();
        Ok(vec![
            row("1 GiB up, peak", Some(peak(&["bare", "upload", url, &file])?), peak(&["dify", "upload", url, &file])?),
            row("1 GiB down, peak", Some(peak(&["bare", "download", url])?), peak(&["dify", "download", url])?),
            row("1 GiB up as a document, peak", None, peak(&["dify", "document-up", url, &file])?),
            row("1 GiB down from a document, peak", None, peak(&["dify", "document-down", url])?),
        ])
    };
    let measured = measured();
    let _ = std::fs::remove_file(&path);
    measured
}

/// Thread CPU time of an event, by turns.
fn events(place: &Place) -> Result<Vec<Measure>, String> {
    let text = printed(&place.program("sse"), &["time", "3"])?;
    let row = |name: &str, kind: &str| {
        let fields: Vec<f64> = text
            .lines()
            .filter_map(|line| line.strip_prefix(kind))
            .flat_map(|line| line.split('\t'))
            .filter_map(|field| field.parse().ok())
            .collect();
        let [floor, ours, _] = fields[..] else { return Err(format!("no `{kind}`: {text}")) };
        Ok::<_, String>(Measure { name: name.to_owned(), unit: "ns", beside: Some(floor), ours, mark: None })
    };
    Ok(vec![
        row("CPU time of a small event, chunks of 16 KiB", "Small\t16384\t")?,
        row("CPU time of a mixed event, chunks of 16 KiB", "Mixed\t16384\t")?,
    ])
}

fn huge(place: &Place) -> Result<Vec<Measure>, String> {
    let line = |who| printed(&place.program("sse"), &["line", who, "64"]);
    let (floor, ours) = (line("floor")?, line("ours")?);
    let row = |name: &str, unit, before| {
        let beside = Some(number(&floor, before)?);
        Ok::<_, String>(Measure { name: name.to_owned(), unit, beside, ours: number(&ours, before)?, mark: None })
    };
    Ok(vec![
        row("one event of 64 MiB: CPU time", "s", "MiB: ")?,
        row("one event of 64 MiB: peak over its size", "×", "= ")?,
    ])
}

/// The exponent of instructions over size: 1 is linear, 2 quadratic.
fn growth(place: &Place) -> Result<Vec<Measure>, String> {
    let exponent = |job: &str, who: &str, sizes: [&str; 2], chunk: &[&str]| {
        let count = |size| {
            let arguments = [&[job, who, size], chunk].concat();
            callgrind::count(&place.program("sse"), &arguments, Some("sse::measured"))
        };
        let [small, large] = [count(sizes[0])?.instructions, count(sizes[1])?.instructions];
        Ok::<_, String>((large as f64 / small as f64).ln() / 4f64.ln())
    };
    let row = |name: &str, job, sizes, chunk: &[&str]| {
        let beside = Some(exponent(job, "floor", sizes, chunk)?);
        let ours = exponent(job, "ours", sizes, chunk)?;
        Ok::<_, String>(Measure { name: format!("growth, {name}"), unit: "", beside, ours, mark: None })
    };
    Ok(vec![
        row("one event of 16 to 64 KiB, chunks of 1", "one", ["16", "64"], &["1"])?,
        row("one event of 256 to 1024 KiB, chunks of 1460", "one", ["256", "1024"], &["1460"])?,
        row("one event of 1 to 4 MiB, chunks of 64 KiB", "one", ["1024", "4096"], &["65536"])?,
        row("small events in one chunk of 256 to 1024 KiB", "whole", ["256", "1024"], &[])?,
    ])
}

/// The least of three runs.
fn codegen(place: &Place) -> Result<Measure, String> {
    let compiler = place.compiler().display().to_string();
    // As cargo passes it: the program finds spec/ by it.
    let root = format!("CARGO_MANIFEST_DIR={}", place.benches.join("../codegen").display());
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        let script = "TIMEFORMAT='%U %S'; { time \"$0\" codegen --check > /dev/null; } 2>&1";
        let text = printed(Path::new("env"), &[&root, "bash", "-c", script, &compiler])?;
        let seconds = text.split_whitespace().map(str::parse::<f64>).sum::<Result<f64, _>>();
        least = least.min(seconds.map_err(|_| format!("codegen --check fails: {text}"))?);
    }
    let name = "CPU time of `codegen --check`, debug build".to_owned();
    Ok(Measure { name, unit: "s", beside: None, ours: least, mark: Some(1.5) })
}
