//! Generators of Rust: `cargo check`.

use std::fs;
use std::process::Command;

use codegen::bindings::{self, Document};
use codegen::{bundle, source};
use progenitor::{GenerationSettings, InterfaceStyle, TypeImpl};

use super::bench::{Bench, Failure};
use super::{Generator, Known};

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: rust",
        package: "openapi-generator-cli",
        openapi: "3.0",
        needs: &["java", "cargo"],
        install: "apt-get install default-jdk-headless",
        proof: "cargo check",
        options: &[],
        known: &[Known {
            apis: &["service", "console"],
            what: "a form's part that is JSON is typed `models::models::…`",
            link: "https://github.com/OpenAPITools/openapi-generator/issues/19923",
        }],
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
    // typify names variants by the letters of their values, and signs have none.
    let text = [TypeImpl::FromStr, TypeImpl::Display].into_iter();
    settings.with_replacement("MetadataComparison", "::std::string::String", text);
    let tokens = progenitor::Generator::new(&settings).generate_tokens(&lowered).map_err(|error| told(&error))?;
    Ok(tokens.to_string())
}

fn check(bench: &Bench<'_>) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    // One folder for all of them: the dependencies are the same.
    cargo.args(["check", "--quiet", "--target-dir"]).arg(bench.tools.folder.join("rust"));
    bench.run(cargo.current_dir(&bench.out))
}
