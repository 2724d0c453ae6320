//! Which version comes next.

use std::fmt;

use super::level::Level;

/// A version that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version: write it as 1.2.3, with or without `+…`")]
pub struct VersionError(String);

/// The version that a change asks for, by the rules of semantic versioning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The version before.
    pub from: String,
    /// The version to give out.
    pub to: String,
    /// Why.
    pub why: &'static str,
}

impl Advice {
    /// What to do after a change of this weight; `None`: nothing changed.
    ///
    /// # Errors
    /// When `from` is no version.
    pub fn new(from: &str, level: Option<Level>) -> Result<Self, VersionError> {
        let bad = || VersionError(from.to_owned());
        let plain = from.split(['+', '-']).next().unwrap_or_default();
        let numbers: Vec<u64> = plain.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
        let [major, minor, patch] = numbers[..] else { return Err(bad()) };
        let ((major, minor, patch), why) = match (level, major) {
            (None, _) => ((major, minor, patch), "nothing changed"),
            (Some(Level::Breaking), 0) => ((0, minor + 1, 0), "something breaks: before 1.0 the second number rises"),
            (Some(Level::Breaking), _) => ((major + 1, 0, 0), "something breaks: the first number rises"),
            (Some(Level::Additive), 0) => {
                ((0, minor, patch + 1), "what worked continues to work: before 1.0 the third number rises")
            }
            (Some(Level::Additive), _) => {
                ((major, minor + 1, 0), "what worked continues to work: the second number rises")
            }
            (Some(Level::Documentation), _) => {
                ((major, minor, patch + 1), "only words changed: the third number rises")
            }
        };
        Ok(Self { from: from.to_owned(), to: format!("{major}.{minor}.{patch}"), why })
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {} ({})", self.from, self.to, self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_one_a_break_raises_the_second_number_and_after_it_the_first() {
        let to = |from: &str, level| Advice::new(from, level).unwrap().to;
        assert_eq!(to("0.1.4", Some(Level::Breaking)), "0.2.0");
        assert_eq!(to("0.1.4", Some(Level::Additive)), "0.1.5");
        assert_eq!(to("0.1.4", Some(Level::Documentation)), "0.1.5");
        assert_eq!(to("1.2.3+dify.1.16.1", Some(Level::Breaking)), "2.0.0");
        assert_eq!(to("1.2.3", Some(Level::Additive)), "1.3.0");
        assert_eq!(to("1.2.3", Some(Level::Documentation)), "1.2.4");
        assert_eq!(to("1.2.3", None), "1.2.3");
    }

    #[test]
    fn what_is_no_version_is_named() {
        assert!(Advice::new("one", None).unwrap_err().to_string().starts_with("`one` is no version"));
        assert!(Advice::new("1.2", None).is_err());
    }
}
