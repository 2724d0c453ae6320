//! Where things are, and the server that the jobs over the loopback talk to.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub struct Place {
    /// The folder `benches`.
    pub benches: PathBuf,
    /// The address of the server.
    pub url: String,
    programs: PathBuf,
    server: Child,
}

impl Place {
    /// Finds the programs beside this one, and starts the server.
    pub fn find() -> Result<Self, String> {
        let here = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
        let programs = here.parent().unwrap_or(Path::new(".")).to_owned();
        let mut command = Command::new(programs.join("server"));
        let mut server = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("the server: {error}"))?;
        let mut url = String::new();
        if let Some(printed) = server.stdout.take() {
            BufReader::new(printed).read_line(&mut url).map_err(|error| format!("the server: {error}"))?;
        }
        let url = url.trim().to_owned();
        Ok(Self { benches: PathBuf::from(env!("CARGO_MANIFEST_DIR")), url, programs, server })
    }

    /// A program of the benches.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// The compiler, as `cargo xtask` builds it.
    pub fn compiler(&self) -> PathBuf {
        self.benches.join("../target/debug/dify-codegen")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What a program prints when it succeeds.
pub fn printed(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let run = Command::new(program).args(arguments).output();
    let run = run.map_err(|error| format!("{}: {error}", program.display()))?;
    if !run.status.success() {
        let message = String::from_utf8_lossy(&run.stderr);
        return Err(format!("{} {} fails: {message}", program.display(), arguments.join(" ")));
    }
    Ok(String::from_utf8_lossy(&run.stdout).trim().to_owned())
}

/// The number behind `mark` in what a program printed.
pub fn number(text: &str, mark: &str) -> Result<f64, String> {
    let rest = text.split_once(mark).map(|(_, rest)| rest.trim_start()).unwrap_or_default();
    let end = rest.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').parse().map_err(|_| format!("no number behind `{mark}`: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_ends_where_its_digits_end() {
        let text = "first event, µs: bare 190.4, dify-api 201.0, ratio 1.056";
        assert_eq!(number(text, "bare"), Ok(190.4));
        assert_eq!(number(text, "dify-api"), Ok(201.0));
        assert_eq!(number(text, "ratio"), Ok(1.056));
        assert_eq!(number("18.02 KiB per stream", ""), Ok(18.02));
        assert!(number(text, "none").is_err());
    }
}
