//! Differences that are known, each with its reason.

use serde_json::{Value, json};

use crate::diagnostic::Findings;
use crate::diff::{Change, rule};
use crate::source;

/// A list of known differences that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It is not YAML.
    #[error("{0}")]
    Text(#[from] Findings),
    /// An entry is wrong.
    #[error("{file}, entry {number}: {problem}")]
    Entry {
        /// The list.
        file: String,
        /// Which entry, counted from 1.
        number: usize,
        /// The error, and its fix.
        problem: String,
    },
}

/// One known difference, or several of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The rules whose findings it explains.
    pub rules: Vec<String>,
    /// Of this API only.
    pub api: Option<String>,
    /// At one of these places only; `*` matches any text.
    pub places: Vec<String>,
    /// With one of these texts only; `*` matches any text.
    pub texts: Vec<String>,
    /// How many differences of one API it explains: another number is reported.
    pub count: Option<usize>,
    /// Why it is as it is.
    pub reason: String,
}

impl Known {
    /// Reads a list: `rule`, `reason`, and perhaps `api`, `place` and `text` of each.
    ///
    /// # Errors
    /// The file is not YAML, or an entry has no rule, no reason or an unknown rule.
    pub fn read(file: &str, text: &str) -> Result<Vec<Self>, KnownError> {
        let value = source::value(file, text)?;
        let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let entry = |(index, entry): (usize, &Value)| {
            Self::entry(entry).map_err(|problem| KnownError::Entry {
                file: file.to_owned(),
                number: index + 1,
                problem,
            })
        };
        entries.iter().enumerate().map(entry).collect()
    }

    fn entry(entry: &Value) -> Result<Self, String> {
        let texts = |name: &str| -> Vec<String> {
            match &entry[name] {
                Value::String(text) => vec![text.clone()],
                Value::Array(texts) => texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            }
        };
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        for name in entry.as_object().into_iter().flatten().map(|(name, _)| name) {
            if !["rule", "api", "place", "text", "count", "reason"].contains(&name.as_str()) {
                return Err(format!("`{name}` means nothing here: use rule, api, place, text, count and reason"));
            }
        }
        let known = Self {
            rules: texts("rule"),
            api: text("api"),
            places: texts("place"),
            texts: texts("text"),
            count: entry["count"].as_u64().and_then(|count| count.try_into().ok()),
            reason: text("reason").filter(|reason| !reason.trim().is_empty()).ok_or("it gives no `reason`")?,
        };
        if known.rules.is_empty() {
            return Err("it names no `rule`".to_owned());
        }
        if known.count.is_some() && known.api.is_none() {
            return Err("a `count` is of one `api`: name it".to_owned());
        }
        match known.rules.iter().find(|id| rule::ALL.iter().all(|rule| rule.id != id.as_str())) {
            Some(id) => Err(format!("there is no rule `{id}`")),
            None => Ok(known),
        }
    }

    pub(super) fn is_of(&self, api: &str) -> bool {
        // A reason that names no API is about documents that spec/ describes.
        self.api.as_deref().map_or(api != super::OPENAPI, |own| own == api)
    }

    pub(super) fn explains(&self, api: &str, change: &Change) -> bool {
        self.is_of(api)
            && self.rules.iter().any(|rule| rule == change.rule.id)
            && (self.places.is_empty() || self.places.iter().any(|place| matches(place, &change.place)))
            && (self.texts.is_empty() || self.texts.iter().any(|text| matches(text, &change.text)))
    }

    /// The entry for programs.
    pub fn to_json(&self) -> Value {
        json!({
            "rules": self.rules, "api": self.api, "places": self.places, "texts": self.texts, "count": self.count, "reason": self.reason,
        })
    }
}

/// Returns whether a text matches a pattern, in which `*` matches any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(start) => rest = &rest[start + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("GET /a*", "GET /a/b") && matches("*.x", "A.x") && matches("a*b*c", "a1b2c"));
        assert!(matches("plain", "plain") && matches("*", ""));
        assert!(!matches("plain", "plainer") && !matches("a*b", "ab c") && !matches("aa*aa", "aaa"));
    }

    #[test]
    fn an_entry_that_cannot_hold_is_named_by_its_number() {
        let error = |text: &str| Known::read("k.yaml", text).expect_err("refused").to_string();
        assert_eq!(error("- {rule: type-changed}\n"), "k.yaml, entry 1: it gives no `reason`");
        assert_eq!(error("- {reason: x}\n"), "k.yaml, entry 1: it names no `rule`");
        assert_eq!(error("- {rule: none, reason: x}\n"), "k.yaml, entry 1: there is no rule `none`");
        assert!(error("- {rule: type-changed, reason: x, places: y}\n").contains("`places` means nothing here"));
    }
}
