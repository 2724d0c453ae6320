//! A comparison for people and for programs.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use super::Diff;
use super::change::Change;
use super::level::Level;
use super::version::Advice;

/// So many operations are named; more are counted.
const NAMED: usize = 3;

impl Diff {
    /// Everything, with the advice for the document and for the crate.
    pub fn to_json(&self, document: Option<&Advice>, bindings: Option<&Advice>) -> Value {
        let count = |of: fn(&Change) -> Level| -> Value {
            let number = |level: Level| self.changes.iter().filter(|change| of(change) == level).count();
            Level::ALL.into_iter().map(|level| (level.name().to_owned(), json!(number(level)))).collect()
        };
        let advice = |level: Option<Level>, advice: Option<&Advice>| {
            json!({
                "level": level.map(Level::name),
                "from": advice.map(|advice| &advice.from),
                "to": advice.map(|advice| &advice.to),
            })
        };
        json!({
            "document": advice(self.document(), document),
            "crate": advice(self.bindings(), bindings),
            "counts": {"document": count(Change::document), "crate": count(Change::bindings)},
            "changes": self.changes.iter().map(Change::to_json).collect::<Vec<_>>(),
            "changelog": self.changelog(),
        })
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return writeln!(f, "Nothing changed.");
        }
        for level in Level::ALL {
            let of_level: Vec<_> = self.changes.iter().filter(|change| change.level() == level).collect();
            if of_level.is_empty() {
                continue;
            }
            writeln!(f, "{} ({})", level.name().to_uppercase(), of_level.len())?;
            for change in of_level {
                writeln!(f, "  {}: {}", change.place, change.text)?;
                writeln!(f, "      {}: {}", change.rule.id, change.rule.why)?;
                let (document, bindings) = (change.document(), change.bindings());
                if document != bindings {
                    writeln!(f, "      document: {document}, crate: {bindings}")?;
                }
                if let Some(reach) = reach(change) {
                    writeln!(f, "      {reach}")?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The operations that a change reaches, if its place does not show them.
fn reach(change: &Change) -> Option<String> {
    let operations = change.operations();
    let own = operations.len() == 1 && operations.iter().any(|name| name.ends_with(place_route(&change.place)));
    if operations.is_empty() || own {
        return None;
    }
    let directions: Vec<_> = change.directions().iter().map(|direction| direction.name()).collect();
    let mut text = format!("{} of ", directions.join(" and "));
    let named: Vec<_> = operations.iter().take(NAMED).copied().collect();
    let _ = write!(text, "{}", named.join(", "));
    if operations.len() > NAMED {
        let _ = write!(text, " and {} more", operations.len() - NAMED);
    }
    Some(text)
}

fn place_route(place: &str) -> &str {
    place.split(',').next().unwrap_or(place)
}
