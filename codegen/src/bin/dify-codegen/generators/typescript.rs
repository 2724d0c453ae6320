//! Generators of TypeScript: type-checked with `strict`.

use std::path::Path;
use std::process::Command;

use super::bench::{Bench, Failure};
use super::tools::{NPM, PYPI};
use super::{BASE, Choice, Generator};

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: typescript-fetch",
        needs: &[PYPI, NPM, "java"],
        install: "apt-get install python3-venv npm default-jdk-headless",
        proof: "tsc --strict",
        options: &[Choice {
            arguments: &["--additional-properties=modelPropertyNaming=original"],
            why: "members keep their names: of an open object it keeps renamed ones under both names",
            link: "https://openapi-generator.tech/docs/generators/typescript-fetch",
        }],
        replay: Some(|bench| replay(bench, "typescript_fetch", "index.ts")),
        run: |bench| {
            bench.openapi_generator("typescript-fetch", &[])?;
            check(bench, "index.ts")
        },
        ..BASE
    },
    Generator {
        name: "openapi-generator: typescript-axios",
        needs: &[PYPI, NPM, "java"],
        install: "apt-get install python3-venv npm default-jdk-headless",
        proof: "tsc --strict",
        replay: Some(|bench| replay(bench, "typescript_axios", "index.ts")),
        run: |bench| {
            bench.openapi_generator("typescript-axios", &[])?;
            check(bench, "index.ts")
        },
        ..BASE
    },
    Generator {
        name: "openapi-typescript with openapi-fetch",
        package: "openapi-typescript",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        replay: Some(|bench| replay(bench, "openapi_fetch", "dify.ts")),
        run: |bench| {
            let mut command = bench.tools.node("openapi-typescript");
            command.arg(&bench.document).arg("--output").arg(bench.out.join("dify.ts"));
            // Where a `redocly.yaml` is in the folder, it takes that for its own configuration.
            bench.run(command.current_dir(&bench.out))?;
            check(bench, "dify.ts")
        },
        ..BASE
    },
    Generator {
        name: "@hey-api/openapi-ts",
        package: "@hey-api/openapi-ts",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        options: &[Choice {
            arguments: &["--plugins", "@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch", "zod"],
            why: "replies and events are checked at run time by the schemas of zod",
            link: "https://heyapi.dev/openapi-ts/plugins/zod",
        }],
        replay: Some(|bench| replay(bench, "hey_api", "dify/index.ts")),
        run: |bench| {
            let mut command = bench.tools.node("openapi-ts");
            command.arg("--input").arg(&bench.document).arg("--output").arg(bench.out.join("dify"));
            bench.run(command.args(bench.options()).current_dir(&bench.out))?;
            check(bench, "dify/index.ts dify/zod.gen.ts")
        },
        ..BASE
    },
    Generator {
        name: "orval",
        package: "orval",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        options: &[Choice {
            arguments: &["--config", "orval.config.mjs"],
            why: "`client: fetch`, for its client for axios is typed for an older axios; `useTypeOverInterfaces`: \
                  otherwise any value is an `interface` without members, which null is not",
            link: "https://orval.dev/reference/configuration/output",
        }],
        replay: Some(|bench| replay(bench, "orval", "dify.ts")),
        run: |bench| {
            std::fs::copy(bench.tools.helper("orval.config.mjs"), bench.out.join("orval.config.mjs"))?;
            let mut command = bench.tools.node("orval");
            command.args(bench.options()).env("REPLAY_DOCUMENT", &bench.document);
            bench.run(command.current_dir(&bench.out))?;
            check(bench, "dify.ts")
        },
        ..BASE
    },
    Generator {
        name: "kubb with zod",
        package: "@kubb/core",
        openapi: "3.1",
        needs: &[NPM],
        install: "apt-get install npm",
        proof: "tsc --strict",
        options: &[Choice {
            arguments: &["--config", "kubb.config.mjs"],
            why: "the plugins, and a client that returns the status: it does not throw",
            link: "https://kubb.dev/plugins/plugin-client/",
        }],
        run: |bench| {
            link(&bench.tools.modules(), &bench.out.join("node_modules"))?;
            // Its plugins are looked for beside it.
            std::fs::copy(bench.tools.helper("kubb.config.mjs"), bench.out.join("kubb.config.mjs"))?;
            let mut command = bench.tools.node("kubb");
            command.arg("generate").args(bench.options()).env("REPLAY_DOCUMENT", &bench.document);
            bench.run(command.current_dir(&bench.out))?;
            check(bench, "dify/index.ts")
        },
        replay: Some(|bench| replay(bench, "kubb", "dify/index.ts")),
        ..BASE
    },
];

/// Bundles a replay program with the client that was built, and runs it.
fn replay(bench: &Bench<'_>, program: &str, client: &str) -> Result<(), Failure> {
    let out = |name: &str| bench.out.join(name).display().to_string();
    let mut bundle = bench.tools.node("esbuild");
    bundle.arg(bench.tools.helper("replay").join(format!("{program}.mjs")));
    bundle.args(["--bundle", "--platform=node", "--format=esm", "--log-level=warning", "--outfile=replay.mjs"]);
    // Packages of CommonJS among them call it.
    bundle.arg(
        "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    );
    for (name, file) in [("dify", client), ("dify-client", "dify/client/index.ts"), ("dify-zod", "dify/zod.gen.ts")] {
        bundle.arg(format!("--alias:{name}={}", out(file)));
    }
    bench.run(bundle.env("NODE_PATH", bench.tools.modules()).current_dir(&bench.out))?;
    bench.replay(Command::new("node").arg("replay.mjs").current_dir(&bench.out))
}

fn check(bench: &Bench<'_>, entry: &str) -> Result<(), Failure> {
    let modules = bench.out.join("node_modules");
    if !modules.exists() {
        link(&bench.tools.modules(), &modules)?;
    }
    let mut command = bench.tools.node("tsc");
    command.args(["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"]);
    command.args(["--module", "esnext", "--moduleResolution", "bundler"]).args(entry.split(' '));
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
