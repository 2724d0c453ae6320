//! What came of a generator on a document, kept until the document changes: a whole run takes an hour.

use std::error::Error;
use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

use super::replay::Tally;
use super::tools::Tools;
use super::{Edition, Generator};

/// What came of one generator on one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Compiles,
    /// It fails by the bug that it is listed with.
    Bug,
    Fails(String),
    Skipped(String),
}

/// What came of replaying the recordings in the client that one generator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Works {
    /// Everything decodes: how many lines of the contract's release, and of all releases.
    All(Counts),
    /// Something does not, by the faults that the generator is listed with.
    Faults(Counts),
    Fails(String),
    /// There is no replay program, or no client.
    NotTried,
}

/// The recorded lines that decoded, of how many, for each edition of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts(pub(super) Vec<(usize, usize)>);

impl Counts {
    pub(super) fn add(&mut self, tally: &Tally) {
        self.0.push((tally.decoded, tally.of));
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (decoded, of)) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{decoded} of {of}")?;
        }
        Ok(())
    }
}

/// Both columns of a generator and an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) builds: Outcome,
    pub(super) works: Works,
    /// Whether an unknown event is decoded; None where no stream was replayed.
    pub(super) unknown_event: Option<bool>,
}

/// Keep it beside the output.
pub(super) fn keep(tools: &Tools, generator: &Generator, api: &str, row: &Row) -> Result<(), Box<dyn Error>> {
    let mut value = row.to_json();
    value["of"] = of(tools, generator, api)?.into();
    let path = tools.place(generator, api, ".json");
    fs::create_dir_all(path.parent().unwrap_or(&path))?;
    Ok(fs::write(path, format!("{value:#}\n"))?)
}

/// The outcome that was kept, where it is of this very document and these tools.
pub(super) fn kept(tools: &Tools, generator: &Generator, api: &str) -> Result<Option<Row>, Box<dyn Error>> {
    let Ok(text) = fs::read_to_string(tools.place(generator, api, ".json")) else {
        return Ok(None);
    };
    let value: Value = serde_json::from_str(&text)?;
    let fresh = value["of"] == of(tools, generator, api)?;
    Ok(Row::from_json(&value).filter(|_| fresh))
}

impl Outcome {
    fn to_json(&self) -> Value {
        match self {
            Self::Compiles => json!({"outcome": "compiles"}),
            Self::Bug => json!({"outcome": "bug"}),
            Self::Fails(why) => json!({"outcome": "fails", "why": why}),
            Self::Skipped(why) => json!({"outcome": "skipped", "why": why}),
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        let why = || value["why"].as_str().map(str::to_owned);
        match value["outcome"].as_str()? {
            "compiles" => Some(Self::Compiles),
            "bug" => Some(Self::Bug),
            "fails" => why().map(Self::Fails),
            "skipped" => why().map(Self::Skipped),
            _ => None,
        }
    }
}

impl Works {
    fn to_json(&self) -> Value {
        match self {
            Self::All(counts) => json!({"outcome": "all", "counts": counts.0}),
            Self::Faults(counts) => json!({"outcome": "faults", "counts": counts.0}),
            Self::Fails(why) => json!({"outcome": "fails", "why": why}),
            Self::NotTried => json!({"outcome": "not tried"}),
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        let counts = || serde_json::from_value(value["counts"].clone()).ok().map(Counts);
        match value["outcome"].as_str()? {
            "all" => counts().map(Self::All),
            "faults" => counts().map(Self::Faults),
            "fails" => value["why"].as_str().map(|why| Self::Fails(why.to_owned())),
            "not tried" => Some(Self::NotTried),
            _ => None,
        }
    }
}

impl Row {
    fn to_json(&self) -> Value {
        json!({"builds": self.builds.to_json(), "works": self.works.to_json(), "unknown_event": self.unknown_event})
    }

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            builds: Outcome::from_json(&value["builds"])?,
            works: Works::from_json(&value["works"])?,
            unknown_event: value["unknown_event"].as_bool(),
        })
    }
}

/// A sign of what the outcome depends on: the documents, the pinned tools and the options.
fn of(tools: &Tools, generator: &Generator, api: &str) -> Result<String, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    for edition in Edition::ALL {
        fs::read(tools.document(generator.openapi, api, edition))?.hash(&mut hasher);
    }
    for pins in ["requirements.txt", "package-lock.json"] {
        fs::read(tools.helper(pins))?.hash(&mut hasher);
    }
    for choice in generator.options {
        choice.arguments.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_read_as_it_was_kept() {
        let builds = [Outcome::Compiles, Outcome::Bug, Outcome::Fails("a".into()), Outcome::Skipped("b".into())];
        let counts = Counts(vec![(1, 2), (3, 4)]);
        let works = [Works::All(counts.clone()), Works::Faults(counts), Works::Fails("a".into()), Works::NotTried];
        for (builds, works) in builds.into_iter().zip(works) {
            for unknown_event in [None, Some(true)] {
                let row = Row { builds: builds.clone(), works: works.clone(), unknown_event };
                assert_eq!(Row::from_json(&row.to_json()), Some(row));
            }
        }
        assert_eq!(Outcome::from_json(&json!({"outcome": "else"})), None);
        assert_eq!(Works::from_json(&json!({"outcome": "all", "counts": "none"})), None);
    }
}
