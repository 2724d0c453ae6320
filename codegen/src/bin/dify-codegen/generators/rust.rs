//! Generators of Rust: `cargo check`.

use std::any::Any;
use std::fs;
use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::process::Command;

use codegen::bindings::{self, Document};
use codegen::{bundle, source};
use progenitor::{GenerationSettings, InterfaceStyle, TypeImpl};

use super::bench::{Bench, Failure};
use super::tools::PYPI;
use super::{BASE, Generator, KnownBug};

const EMPTY: &str = "https://github.com/OpenAPITools/openapi-generator/issues/22042";

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: rust",
        needs: &[PYPI, "java", "cargo"],
        install: "apt-get install python3-venv default-jdk-headless",
        proof: "cargo check",
        known: &[KnownBug {
            apis: &["service", "console"],
            what: "a form's part that is JSON is typed `models::models::…`",
            link: "https://github.com/OpenAPITools/openapi-generator/issues/19923",
            sign: "cannot find `models` in `models`",
        }],
        replay: Some(replay),
        faults: &[
            KnownBug {
                apis: &["service"],
                what: "the part of a file has no content type, and Dify refuses it with 415",
                link: "https://github.com/OpenAPITools/openapi-generator/issues/17822",
                sign: "unsupported_file_type",
            },
            KnownBug {
                apis: &["service", "web"],
                what: "serde takes the tag of an event, and the type of the event requires it as well",
                link: "https://github.com/OpenAPITools/openapi-generator/issues/22344",
                sign: "missing field `event`",
            },
            KnownBug {
                apis: &["service"],
                what: "in the document for all releases, a tag's count (a text or a number) becomes a struct without members",
                link: EMPTY,
                sign: "expected struct KnowledgeTagBindingCount",
            },
            KnownBug {
                apis: &["service"],
                what: "there as well, the outputs and times of a workflow run",
                link: EMPTY,
                sign: "expected struct WorkflowRun",
            },
        ],
        run: |bench| {
            bench.openapi_generator("rust", &[])?;
            append(bench, "Cargo.toml", REPLAY)?;
            check(bench)
        },
        ..BASE
    },
    Generator {
        name: "progenitor, on the lowered document",
        package: "progenitor",
        needs: &["cargo"],
        proof: "cargo check; the bindings of `dify-api`, made this way, [decode every release](../tests/tests/every_release.rs)",
        run: |bench| {
            let code = progenitor(bench)?;
            fs::create_dir_all(bench.out.join("src"))?;
            fs::write(bench.out.join("src/lib.rs"), code)?;
            fs::write(bench.out.join("Cargo.toml"), MANIFEST)?;
            check(bench)
        },
        ..BASE
    },
];

/// What a client that progenitor wrote depends on.
const MANIFEST: &str = r#"[package]
name = "dify"
version = "0.0.0"
edition = "2024"

[dependencies]
bytes = "1"
chrono = { version = "0.4", features = ["serde"] }
futures-core = "0.3"
percent-encoding = "2"
progenitor-client = "=0.15.1"
regress = "0.11"
reqwest = { version = "0.13.5", default-features = false, features = ["json", "multipart", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
serde_urlencoded = "0.7"
uuid = { version = "1", features = ["serde", "v4"] }

[workspace]
"#;

/// What the replay needs besides, in a workspace of its own.
const REPLAY: &str = r#"
[dev-dependencies]
serde_json = { version = "1", features = ["float_roundtrip"] }
tokio = { version = "1", features = ["macros", "rt"] }

[workspace]
"#;

/// The document as the bindings of this repository are made from it, given to progenitor with its own settings.
fn progenitor(bench: &Bench<'_>) -> Result<String, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::from(error.to_string());
    let source = source::load(&bench.tools.root.join("spec")).map_err(|error| told(&error))?;
    let document = Document { api: bench.api.to_owned(), value: bundle::bundle(&source, bench.api) };
    let lowered = bindings::lowered(&[document]).map_err(|error| told(&error))?;
    let lowered = serde_json::from_value(lowered).map_err(|error| told(&error))?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Builder);
    // typify names variants by the letters of their values, and signs have none:
    // https://github.com/oxidecomputer/typify/issues/948
    let text = [TypeImpl::FromStr, TypeImpl::Display].into_iter();
    settings.with_replacement("MetadataComparison", "::std::string::String", text);
    let mut generator = progenitor::Generator::new(&settings);
    // typify panics at what it has no name for; the other generators still have their turn.
    let tokens = panic::catch_unwind(AssertUnwindSafe(|| generator.generate_tokens(&lowered)))
        .map_err(|payload| Failure::from(format!("progenitor panicked: {}", said(payload.as_ref()))))?;
    Ok(tokens.map_err(|error| told(&error))?.to_string())
}

/// The message of a panic.
fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no word")
}

fn check(bench: &Bench<'_>) -> Result<(), Failure> {
    bench.run(&mut cargo(bench, "check"))
}

fn cargo(bench: &Bench<'_>, command: &str) -> Command {
    let mut cargo = Command::new("cargo");
    // One folder for all of them: the dependencies are the same.
    cargo.args([command, "--quiet", "--target-dir"]).arg(bench.tools.folder.join("rust")).current_dir(&bench.out);
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo
}

fn append(bench: &Bench<'_>, file: &str, text: &str) -> Result<(), Failure> {
    Ok(fs::OpenOptions::new().append(true).open(bench.out.join(file))?.write_all(text.as_bytes())?)
}

/// Adds the replay as an example of the generated crate, and what lets that compile in spite of the bug above.
fn replay(bench: &Bench<'_>) -> Result<(), Failure> {
    let models = bench.declared("rs", |name| format!("pub enum {name} "))?.into_iter();
    let models = models.chain(bench.declared("rs", |name| format!("pub struct {name} "))?);
    let arms = models.map(|name| format!("\"{name}\" => again::<models::{name}>(list, body),\n")).collect::<String>();
    // An object without members has no type.
    let models = format!("match schema {{\n{arms}_ => again::<Value>(list, body),\n}}\n");
    fs::create_dir_all(bench.out.join("examples/replay"))?;
    fs::write(bench.out.join("examples/replay/models.rs"), models)?;
    bench.take("replay.rs", "examples/replay/main.rs")?;
    let calls = "pub async fn report(_: String) -> [serde_json::Value; 0] {\n    []\n}\n";
    fs::write(bench.out.join("examples/replay/calls.rs"), calls)?;
    if bench.has_calls() {
        bench.take("calls.rs", "examples/replay/calls.rs")?;
    }
    append(bench, "src/models/mod.rs", "pub use crate::models;\n")?;
    for path in bench.files("rs")?.iter().filter(|path| path.starts_with(bench.out.join("src/apis"))) {
        let text = fs::read_to_string(path)?;
        // The parts of forms that are JSON.
        let json = "serde_json::to_string(&p_form_data)?";
        fs::write(path, text.replace("p_form_data.to_string()", json))?;
    }
    bench.replay(cargo(bench, "run").args(["--example", "replay"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_says_is_told() {
        let caught = |work: fn()| panic::catch_unwind(work).expect_err("it panics");
        assert_eq!(said(caught(|| panic!("no name for {}", '=')).as_ref()), "no name for =");
        assert_eq!(said(caught(|| panic!("no name")).as_ref()), "no name");
        assert_eq!(said(caught(|| panic::panic_any(1)).as_ref()), "no word");
    }
}
