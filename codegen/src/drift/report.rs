//! Drift for people and for programs.

use std::fmt;

use serde_json::{Value, json};

use super::Drift;
use crate::diff::Change;

impl Drift {
    /// Everything, for programs.
    pub fn to_json(&self) -> Value {
        let changes = |changes: &[Change]| changes.iter().map(Change::to_json).collect::<Vec<_>>();
        let explained = |(known, count): &(super::Known, usize)| {
            let mut value = known.to_json();
            value["count"] = json!(count);
            value
        };
        json!({
            "api": self.api,
            "release": self.release,
            "they_have_we_lack": changes(&self.theirs),
            "we_have_they_lack": changes(&self.ours),
            "differs": changes(&self.differs),
            "known": self.explained.iter().map(explained).collect::<Vec<_>>(),
            "miscounted": self.miscounted.iter().map(explained).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Compared with Dify {}.\n", self.release)?;
        let parts = [
            ("THEY HAVE, WE LACK", &self.theirs),
            ("WE HAVE, THEY LACK", &self.ours),
            ("DIFFERS (ours → theirs)", &self.differs),
        ];
        for (title, changes) in parts {
            if changes.is_empty() {
                continue;
            }
            writeln!(f, "{title} ({})", changes.len())?;
            for change in changes {
                writeln!(f, "  {}: {} ({})", change.place, change.text, change.rule.id)?;
            }
            writeln!(f)?;
        }
        if !self.explained.is_empty() {
            let total: usize = self.explained.iter().map(|(_, count)| count).sum();
            writeln!(f, "KNOWN ({total})")?;
            for (known, count) in &self.explained {
                writeln!(f, "  {count:>4}  {}", known.reason)?;
            }
            writeln!(f)?;
        }
        if !self.miscounted.is_empty() {
            writeln!(f, "KNOWN, BUT ANOTHER NUMBER ({})", self.miscounted.len())?;
            for (known, count) in &self.miscounted {
                let wanted = known.count.unwrap_or_default();
                writeln!(f, "  {} explains {count}, not {wanted}: {}", known.places.join(", "), known.reason)?;
            }
            writeln!(f)?;
        }
        let (they, we, differs) = (self.theirs.len(), self.ours.len(), self.differs.len());
        writeln!(f, "{they} they have and we lack, {we} we have and they lack, {differs} that differ.")
    }
}
