//! An error, its place, and its fix.

use std::fmt;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Whether it may follow from another. The first member, because the order of a report begins with it.
    consequence: bool,
    /// The file, as a person at the workspace root would write it; or, with line 0, a JSON pointer into the bundled document.
    pub file: String,
    /// The line, from 1; 0 where only the place in the bundled document is known.
    pub line: usize,
    /// The error.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

impl Finding {
    /// A mistake at a line of a file.
    pub fn new(file: impl Into<String>, line: usize, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { consequence: true, file: file.into(), line, message: message.into(), fix: fix.into() }
    }

    /// One from which others may follow.
    #[must_use]
    pub fn cause(mut self) -> Self {
        self.consequence = false;
        self
    }

    /// A mistake found late, in the bundled document: `pointer` is a JSON pointer such as `#/components/schemas/Usage`.
    /// [`crate::run()`] replaces it by the file and line of the source where it can.
    pub fn in_document(pointer: impl Into<String>, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(pointer, 0, message, fix)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.fix.is_empty() {
            write!(f, "; {}", self.fix)?;
        }
        Ok(())
    }
}

/// All mistakes found at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Add one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// `Ok` when there is none.
    pub fn none(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// In the order a person mends them: causes first, then file by file and top to bottom, each once.
    pub fn sorted(mut self) -> Self {
        self.0.sort();
        self.0.dedup();
        self
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.clone().sorted().0 {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.0.extend(findings);
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self(findings.into_iter().collect())
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_file_line_message_and_fix() {
        let finding = Finding::new("spec/a.yaml", 7, "`x` is wrong", "write `y`");
        assert_eq!(finding.to_string(), "spec/a.yaml:7: `x` is wrong; write `y`");
    }

    #[test]
    fn findings_print_by_file_and_line_each_once() {
        let findings: Findings = [
            Finding::new("b", 1, "m", ""),
            Finding::new("a", 10, "m", ""),
            Finding::new("a", 2, "m", ""),
            Finding::new("a", 2, "m", ""),
            Finding::new("c", 1, "m", "").cause(),
        ]
        .into_iter()
        .collect();
        assert_eq!(findings.to_string(), "c:1: m\na:2: m\na:10: m\nb:1: m\n");
    }
}
