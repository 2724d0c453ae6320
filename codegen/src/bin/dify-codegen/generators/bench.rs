//! Where one generator works on one document, and how its commands are run.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::corpus::Corpus;
use super::replay::{CONTENTS, FILE, Tally};
use super::server::Server;
use super::tools::Tools;
use super::{APIS, Choice, Edition, Generator};

/// One run: the tools, the document and a folder of its own.
pub(super) struct Bench<'a> {
    pub(super) tools: &'a Tools,
    pub(super) api: &'a str,
    /// The published document, as JSON.
    pub(super) document: PathBuf,
    /// Where the generator writes; empty at the start.
    pub(super) out: PathBuf,
    options: &'static [Choice],
    log: PathBuf,
    /// The corpus.
    corpus: PathBuf,
    server: Option<&'a Server>,
}

/// What a replay program writes, in the folder of the client.
const RESULTS: &str = "results.jsonl";

/// Why a run did not come to its end.
#[derive(Debug)]
pub(super) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl<'a> Bench<'a> {
    pub(super) fn new(tools: &'a Tools, api: &'a str, edition: Edition, generator: &Generator) -> io::Result<Self> {
        let place = |ending: &str| tools.place(generator, api, &format!("{}{ending}", edition.ending()));
        let (out, log) = (place(""), place(".log"));
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        fs::create_dir_all(&out)?;
        File::create(&log)?;
        let document = tools.document(generator.openapi, api, edition);
        let corpus = tools.corpus(api, edition);
        Ok(Self { tools, api, document, out, options: generator.options, log, corpus, server: None })
    }

    /// Replays the corpus in the client that was built, and calls the server where one is given.
    pub(super) fn replayed(
        &mut self,
        corpus: &Corpus,
        server: Option<&'a Server>,
        replay: fn(&Bench<'_>) -> Result<(), Failure>,
    ) -> Result<Tally, Failure> {
        self.server = server;
        let results = self.out.join(RESULTS);
        fs::write(self.out.join(FILE), CONTENTS)?;
        fs::write(&results, "")?;
        replay(self)?;
        let tally = Tally::of(corpus, &fs::read_to_string(&results)?, server.is_some());
        let mut log = File::options().append(true).open(&self.log)?;
        tally.failures.iter().try_for_each(|failure| writeln!(log, "{failure}"))?;
        Ok(tally)
    }

    /// Runs a replay program: it decodes the lines of `REPLAY_CORPUS` and writes a result for each to `REPLAY_RESULTS`.
    pub(super) fn replay(&self, command: &mut Command) -> Result<(), Failure> {
        command.env("REPLAY_DOCUMENT", &self.document);
        command.env("REPLAY_CORPUS", &self.corpus).env("REPLAY_RESULTS", self.out.join(RESULTS));
        if let Some(server) = self.server {
            command.env("DIFY_BASE_URL", &server.base).env("DIFY_API_KEY", &server.key);
            command.env("REPLAY_FILE", self.out.join(FILE));
        }
        self.run(command)
    }

    /// Runs a command to its end; its output goes to the log.
    pub(super) fn run(&self, command: &mut Command) -> Result<(), Failure> {
        let log = File::options().append(true).open(&self.log)?;
        let program = Path::new(command.get_program()).file_name().map(OsStr::to_string_lossy);
        let program = program.map_or_else(String::new, |name| name.into_owned());
        let status = command
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .map_err(|error| format!("{program} could not be started: {error}"))?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{program} ended with {status}: see {}", self.log.display()).into())
    }

    /// The output of the commands so far.
    pub(super) fn log(&self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(&self.log)?).into_owned())
    }

    /// Fails if the output contains this word: for generators that leave out unsupported parts with only a warning.
    pub(super) fn is_silent_of(&self, word: &str, otherwise: &str) -> Result<(), Failure> {
        if self.log()?.contains(word) {
            return Err(format!("{otherwise}: see {}", self.log.display()).into());
        }
        Ok(())
    }

    /// openapi-generator for one language, with `properties` of its own and the options that the table shows.
    pub(super) fn openapi_generator(&self, language: &str, properties: &[&str]) -> Result<(), Failure> {
        let mut command = Command::new("java");
        command.arg("-Xmx2g").arg("-jar").arg(self.tools.jar()?).args(["generate", "-g", language, "-i"]);
        command.arg(&self.document).arg("-o").arg(&self.out);
        if !properties.is_empty() {
            command.arg(format!("--additional-properties={}", properties.join(",")));
        }
        self.run(command.args(self.options()))
    }

    /// The arguments of the options that the table shows.
    pub(super) fn options(&self) -> impl Iterator<Item = &'static str> {
        self.options.iter().flat_map(|choice| choice.arguments.iter().copied())
    }

    /// Copies a replay program into the output.
    pub(super) fn take(&self, program: &str, to: &str) -> Result<(), Failure> {
        Ok(fs::copy(self.tools.helper(&format!("replay/{program}")), self.out.join(to)).map(drop)?)
    }

    /// Whether the client has the methods that are called: that of the Service API.
    pub(super) fn has_calls(&self) -> bool {
        self.api == APIS[0]
    }

    /// The components of the document that the output declares in files of this extension, by `declare`'s words.
    pub(super) fn declared(&self, extension: &str, declare: fn(&str) -> String) -> Result<Vec<String>, Failure> {
        let texts = self.files(extension)?.iter().map(fs::read_to_string).collect::<io::Result<String>>()?;
        let document: Value = serde_json::from_slice(&fs::read(&self.document)?).map_err(io::Error::from)?;
        let components = document["components"]["schemas"].as_object().into_iter().flat_map(|schemas| schemas.keys());
        Ok(components.filter(|name| texts.contains(&declare(name))).cloned().collect())
    }

    /// Every file below the output with this extension, in order.
    pub(super) fn files(&self, extension: &str) -> Result<Vec<PathBuf>, Failure> {
        let mut found = Vec::new();
        gather(&self.out, extension, &mut found)?;
        found.sort();
        if found.is_empty() {
            return Err(format!("nothing with the extension {extension} was written").to_string().into());
        }
        Ok(found)
    }
}

fn gather(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), extension, found)?;
        } else if entry.path().extension().is_some_and(|there| there == extension) {
            found.push(entry.path());
        }
    }
    Ok(())
}
