//! The project's command line, `cargo xtask …`: a launcher of the programs that do the work.

mod lines;

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Every command, and what it does in a line.
const COMMANDS: [(&str, &str); 11] = [
    ("demo", "Shows the crate at work against an embedded server, or against yours (DIFY_API_KEY, DIFY_BASE_URL)"),
    ("codegen", "Makes the bindings and the published documents from spec/"),
    ("lint", "Reports every mistake in spec/ with its file, its line and the fix"),
    ("verify", "Judges recorded exchanges with real servers by spec/"),
    ("diff", "Reports what changed between two versions of spec/"),
    ("drift", "Compares spec/ with a Dify server's own document"),
    ("record", "Records exchanges between clients and a Dify server, without their secrets"),
    ("publish", "Writes the documents for servers of another release, of a range of releases, or for one use"),
    ("docs", "Makes the reference pages, for reading offline"),
    ("generators", "Runs the generators of other languages on the published documents"),
    ("lines", "Counts the lines of code by crate, without comments, tests and generated files"),
];

/// A program of the workspace that carries out commands.
struct Program {
    /// What selects it for `cargo run`.
    select: &'static [&'static str],
    /// Where cargo puts it, beside this program.
    file: &'static str,
    /// The message before it is built for the first time.
    building: &'static str,
}

const DEMO: Program = Program {
    select: &["-p", "dify-demo"],
    file: "dify-demo",
    building: "Building the demo: the crate and the embedded server. The first build takes a minute or two.",
};

const RECORD: Program = Program {
    select: &["-p", "dify-record"],
    file: "dify-record",
    building: "Building the recording proxy. The first build takes a minute or two.",
};

const CODEGEN: Program = Program {
    select: &["-p", "dify-codegen"],
    file: "dify-codegen",
    building: "Building the compiler. The first build takes a few minutes.",
};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match command.as_str() {
        "demo" => DEMO.run(rest),
        "record" => RECORD.run(rest),
        "lines" => match lines::table(&root()) {
            Ok(table) => {
                print!("{table}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("a source cannot be read: {error}");
                ExitCode::FAILURE
            }
        },
        _ if COMMANDS.iter().any(|(name, _)| *name == command) => CODEGEN.run([command].into_iter().chain(rest)),
        "" | "-h" | "--help" | "help" => {
            println!("{}", help());
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("`{command}` is not a command.\n\n{}", help());
            ExitCode::from(2)
        }
    }
}

fn help() -> String {
    let mut text = "Usage: cargo xtask <COMMAND> [ARGUMENTS]\n\n".to_owned();
    for (name, what) in COMMANDS {
        text.push_str(&format!("  {name:<12}{what}\n"));
    }
    text + "\n`cargo xtask <COMMAND> --help` lists its arguments."
}

impl Program {
    /// Builds it if needed, and runs it where this one was called.
    fn run(&self, arguments: impl IntoIterator<Item = String>) -> ExitCode {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.arg("run").arg("--manifest-path").arg(root().join("Cargo.toml")).args(self.select);
        if self.is_built() {
            command.arg("--quiet");
        } else {
            // Cargo shows its progress below.
            eprintln!("{}", self.building);
        }
        match command.arg("--").args(arguments).status() {
            Ok(status) => {
                status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
            }
            Err(error) => {
                eprintln!("cargo could not be started: {error}");
                ExitCode::FAILURE
            }
        }
    }

    fn is_built(&self) -> bool {
        let beside = env::current_exe().ok().and_then(|path| path.parent().map(|folder| folder.join(self.file)));
        beside.is_some_and(|path| path.with_extension(env::consts::EXE_EXTENSION).exists())
    }
}

/// The root of the workspace. Cargo names it at each run, so that a program that was moved along with its workspace
/// works where it is called.
fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    // A past bug: the demo waited minutes for the compiler, which it does not use.
    #[test]
    fn the_demo_does_not_build_the_compiler() {
        let manifest = |path| std::fs::read_to_string(root().join(path)).expect("the manifest is readable");
        assert_eq!(DEMO.select, ["-p", "dify-demo"]);
        let demo = manifest("examples/demo/Cargo.toml");
        assert!(demo.contains("name = \"dify-demo\"") && !demo.contains("codegen"), "{demo}");
        assert!(!manifest("xtask/Cargo.toml").contains("[dependencies]"));
    }

    // A past bug: as an example of dify-api the demo built what the tests of dify-api need, and a library of cryptography in C.
    #[test]
    fn the_demo_builds_what_it_uses() {
        let manifest =
            std::fs::read_to_string(root().join("examples/demo/Cargo.toml")).expect("the manifest is readable");
        assert!(!manifest.contains("[dev-dependencies]"), "{manifest}");
        let api = manifest.lines().find(|line| line.starts_with("dify-api =")).expect("the demo uses dify-api");
        assert!(api.contains("default-features = false") && !api.contains("\"rustls\""), "{api}");
    }

    #[test]
    fn help_lists_every_command() {
        for (name, _) in COMMANDS {
            assert!(help().contains(&format!("  {name} ")), "{name}");
        }
    }
}
