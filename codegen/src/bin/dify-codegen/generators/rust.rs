//! Generators of Rust: `cargo check`.

use std::any::Any;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::process::Command;

use codegen::bindings::{self, Document};
use codegen::{bundle, source};
use progenitor::{GenerationSettings, InterfaceStyle, TypeImpl};

use super::bench::{Bench, Failure};
use super::tools::PYPI;
use super::{Generator, KnownBug};

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: rust",
        package: "openapi-generator-cli",
        openapi: "3.0",
        needs: &[PYPI, "java", "cargo"],
        install: "apt-get install python3-venv default-jdk-headless",
        proof: "cargo check",
        options: &[],
        known: &[KnownBug {
            apis: &["service", "console"],
            what: "a form's part that is JSON is typed `models::models::…`",
            link: "https://github.com/OpenAPITools/openapi-generator/issues/19923",
            sign: "cannot find `models` in `models`",
        }],
        replay: None,
        faults: &[],
        run: |bench| {
            bench.openapi_generator("rust", &[])?;
            check(bench)
        },
    },
    Generator {
        name: "progenitor, on the lowered document",
        package: "progenitor",
        openapi: "3.0",
        needs: &["cargo"],
        install: "",
        proof: "cargo check",
        options: &[],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            let code = progenitor(bench)?;
            fs::create_dir_all(bench.out.join("src"))?;
            fs::write(bench.out.join("src/lib.rs"), code)?;
            fs::write(bench.out.join("Cargo.toml"), MANIFEST)?;
            check(bench)
        },
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
    let mut cargo = Command::new("cargo");
    // One folder for all of them: the dependencies are the same.
    cargo.args(["check", "--quiet", "--target-dir"]).arg(bench.tools.folder.join("rust"));
    bench.run(cargo.current_dir(&bench.out))
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
