//! The tools: fetched by package name in the versions that `tools/generators` pins, kept below `target/generators`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Edition, FIRST, Generator};

/// Where the pins are, below the workspace's root.
const PINNED: &str = "tools/generators";

/// What a generator needs whose package is from PyPI.
pub(super) const PYPI: &str = "python3";

/// What a generator needs whose package, or that of its compiler, is from npm.
pub(super) const NPM: &str = "npm";

/// The pinned versions of all packages.
pub(super) struct Pins {
    npm: Value,
    python: String,
    lock: String,
}

impl Pins {
    pub(super) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let read = |path: &str| {
            let path = root.join(path);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        Ok(Self {
            npm: serde_json::from_str(&read("tools/generators/package.json")?)?,
            python: read("tools/generators/requirements.txt")?,
            lock: read("Cargo.lock")?,
        })
    }

    /// The version of a package from npm, PyPI or, for linked crates, crates.io.
    pub(super) fn version(&self, package: &str) -> Option<&str> {
        let from_npm = self.npm.pointer("/dependencies")?.get(package).and_then(Value::as_str);
        let from_python =
            || self.python.lines().find_map(|line| line.split_once("==").filter(|(name, _)| *name == package));
        let from_crates = || {
            let entry = self.lock.split("[[package]]").find(|entry| {
                entry.lines().any(|line| line.strip_prefix("name = ").is_some_and(|it| it.trim_matches('"') == package))
            })?;
            entry.lines().find_map(|line| line.strip_prefix("version = ")).map(|it| it.trim_matches('"'))
        };
        from_npm.or_else(|| from_python().map(|(_, version)| version.trim())).or_else(from_crates)
    }
}

/// The tools, installed.
pub(super) struct Tools {
    pub(super) root: PathBuf,
    /// All that is fetched or generated, below `target/`.
    pub(super) folder: PathBuf,
}

impl Tools {
    /// Fetches packages that are missing or not in the pinned version.
    pub(super) fn fetch(root: &Path) -> Result<Self, Box<dyn Error>> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let folder = std::path::absolute(target)?.join("generators");
        fs::create_dir_all(folder.join("node"))?;
        let pinned = root.join(PINNED);
        // Without the client of a registry its generators are skipped, as `there` says.
        if there(PYPI) {
            fetch(&pinned.join("requirements.txt"), &folder.join("python.pins"), || {
                println!("fetching from PyPI …");
                command("python3", &["-m", "venv", "--clear"]).arg(folder.join("python")).status_ok()?;
                command(&folder.join("python/bin/python").to_string_lossy(), &["-m", "pip", "install", "--quiet", "-r"])
                    .arg(pinned.join("requirements.txt"))
                    .status_ok()
            })?;
        }
        if there(NPM) {
            fetch(&pinned.join("package-lock.json"), &folder.join("node.pins"), || {
                println!("fetching from npm …");
                for file in ["package.json", "package-lock.json"] {
                    fs::copy(pinned.join(file), folder.join("node").join(file))?;
                }
                command("npm", &["ci", "--ignore-scripts", "--silent", "--prefix"]).arg(folder.join("node")).status_ok()
            })?;
        }
        Ok(Self { root: root.to_owned(), folder })
    }

    /// openapi-generator, as PyPI's package carries it.
    pub(super) fn jar(&self) -> std::io::Result<PathBuf> {
        Ok(site_packages(&self.folder.join("python"))?.join("openapi_generator_cli/openapi-generator.jar"))
    }

    /// A program of the Python tools.
    pub(super) fn python(&self, program: &str) -> Command {
        let bin = self.folder.join("python/bin");
        let mut command = Command::new(bin.join(program));
        // Generators of Python look for their formatter where a shell would.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(bin).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(paths) {
            command.env("PATH", path);
        }
        command
    }

    /// A program of the npm tools.
    pub(super) fn node(&self, program: &str) -> Command {
        Command::new(self.modules().join(".bin").join(program))
    }

    /// The packages from npm.
    pub(super) fn modules(&self) -> PathBuf {
        self.folder.join("node/node_modules")
    }

    /// The document of an API in a version of OpenAPI.
    pub(super) fn document(&self, openapi: &str, api: &str, edition: Edition) -> PathBuf {
        let folder = match edition {
            Edition::Contract => self.root.join("spec/published"),
            Edition::Releases => self.releases(),
        };
        folder.join(format!("dify-{api}-{openapi}.json"))
    }

    /// The folder of the documents for all releases.
    pub(super) fn releases(&self) -> PathBuf {
        self.folder.join(format!("from-{FIRST}"))
    }

    /// The corpus that the replays read.
    pub(super) fn corpus(&self, api: &str, edition: Edition) -> PathBuf {
        self.folder.join("corpus").join(format!("{api}{}.jsonl", edition.ending()))
    }

    /// The path of a generator's output for an API, or with an ending that of its report.
    pub(super) fn place(&self, generator: &Generator, api: &str, ending: &str) -> PathBuf {
        let name = generator.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        self.folder.join("out").join(api).join(name + ending)
    }

    /// A helper beside the pins.
    pub(super) fn helper(&self, name: &str) -> PathBuf {
        self.root.join(PINNED).join(name)
    }
}

/// Whether a program is on the path and does, or an absolute path is there.
pub(super) fn there(need: &str) -> bool {
    if need.starts_with('/') {
        return Path::new(need).exists();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join(need).is_file()) {
        return false;
    }
    // Debian's Python comes without what makes environments.
    need != PYPI
        || command(PYPI, &["-c", "import ensurepip, venv"]).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
}

/// Do `work` unless it was done for these very pins.
fn fetch(pins: &Path, stamp: &Path, work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let wanted = fs::read_to_string(pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    if fs::read_to_string(stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    work()?;
    Ok(fs::write(stamp, wanted)?)
}

fn site_packages(venv: &Path) -> std::io::Result<PathBuf> {
    for entry in fs::read_dir(venv.join("lib"))? {
        let packages = entry?.path().join("site-packages");
        if packages.is_dir() {
            return Ok(packages);
        }
    }
    Err(std::io::Error::other(format!("{} has no packages", venv.display())))
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

trait StatusOk {
    fn status_ok(&mut self) -> Result<(), Box<dyn Error>>;
}

impl StatusOk for Command {
    fn status_ok(&mut self) -> Result<(), Box<dyn Error>> {
        let program = self.get_program().to_string_lossy().into_owned();
        let status = self.status().map_err(|error| format!("{program} could not be started: {error}; install it"))?;
        if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
    }
}
