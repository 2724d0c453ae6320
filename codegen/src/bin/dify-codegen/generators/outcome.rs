//! What came of a generator on a document, kept until the document changes: a whole run takes an hour.

use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

use super::Generator;
use super::tools::Tools;

/// What came of one generator on one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Compiles,
    /// It fails by the bug that it is listed with.
    Bug,
    Fails(String),
    Skipped(String),
}

/// Keep it beside the output.
pub(super) fn keep(tools: &Tools, generator: &Generator, api: &str, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
    let mut value = outcome.to_json();
    value["of"] = of(tools, generator, api)?.into();
    let path = tools.place(generator, api, ".json");
    fs::create_dir_all(path.parent().unwrap_or(&path))?;
    Ok(fs::write(path, format!("{value:#}\n"))?)
}

/// The outcome that was kept, where it is of this very document and these tools.
pub(super) fn kept(tools: &Tools, generator: &Generator, api: &str) -> Result<Option<Outcome>, Box<dyn Error>> {
    let Ok(text) = fs::read_to_string(tools.place(generator, api, ".json")) else {
        return Ok(None);
    };
    let value: Value = serde_json::from_str(&text)?;
    let fresh = value["of"] == of(tools, generator, api)?;
    Ok(Outcome::from_json(&value).filter(|_| fresh))
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

/// A sign of what the outcome depends on: the document, the pinned tools and the options.
fn of(tools: &Tools, generator: &Generator, api: &str) -> Result<String, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    fs::read(tools.document(generator, api))?.hash(&mut hasher);
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
        for outcome in [Outcome::Compiles, Outcome::Bug, Outcome::Fails("a".into()), Outcome::Skipped("b".into())] {
            assert_eq!(Outcome::from_json(&outcome.to_json()), Some(outcome));
        }
        assert_eq!(Outcome::from_json(&json!({"outcome": "else"})), None);
    }
}
