//! Generators of TypeScript: type-checked with `strict`.

use std::path::Path;

use super::bench::{Bench, Failure};
use super::tools::{NPM, PYPI};
use super::{Choice, Generator};

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: typescript-fetch",
        package: "openapi-generator-cli",
        openapi: "3.0",
        needs: &[PYPI, NPM, "java"],
        install: "apt-get install python3-venv npm default-jdk-headless",
        proof: "tsc --strict",
        options: &[],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            bench.openapi_generator("typescript-fetch", &[])?;
            check(bench, "index.ts")
        },
    },
    Generator {
        name: "openapi-generator: typescript-axios",
        package: "openapi-generator-cli",
        openapi: "3.0",
        needs: &[PYPI, NPM, "java"],
        install: "apt-get install python3-venv npm default-jdk-headless",
        proof: "tsc --strict",
        options: &[],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            bench.openapi_generator("typescript-axios", &[])?;
            check(bench, "index.ts")
        },
    },
    Generator {
        name: "openapi-typescript",
        package: "openapi-typescript",
        openapi: "3.0",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        options: &[],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            let mut command = bench.tools.node("openapi-typescript");
            command.arg(&bench.document).arg("--output").arg(bench.out.join("dify.ts"));
            // Where a `redocly.yaml` is in the folder, it takes that for its own configuration.
            bench.run(command.current_dir(&bench.out))?;
            check(bench, "dify.ts")
        },
    },
    Generator {
        name: "@hey-api/openapi-ts",
        package: "@hey-api/openapi-ts",
        openapi: "3.0",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        options: &[],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            let mut command = bench.tools.node("openapi-ts");
            command.arg("--input").arg(&bench.document).arg("--output").arg(bench.out.join("dify"));
            bench.run(command.current_dir(&bench.out))?;
            check(bench, "dify/index.ts")
        },
    },
    Generator {
        name: "orval",
        package: "orval",
        openapi: "3.0",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        options: &[Choice {
            arguments: &["--client", "fetch"],
            why: "its client for axios is typed for an older axios",
            link: "https://orval.dev/guides/fetch",
        }],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            let mut command = bench.tools.node("orval");
            command.arg("--input").arg(&bench.document).arg("--output").arg(bench.out.join("dify.ts"));
            bench.run(command.args(bench.options()).current_dir(&bench.out))?;
            check(bench, "dify.ts")
        },
    },
];

fn check(bench: &Bench<'_>, entry: &str) -> Result<(), Failure> {
    link(&bench.tools.modules(), &bench.out.join("node_modules"))?;
    let mut command = bench.tools.node("tsc");
    command.args(["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"]);
    command.args(["--module", "esnext", "--moduleResolution", "bundler", entry]);
    bench.run(command.current_dir(&bench.out))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}
