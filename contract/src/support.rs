//! What recordings prove of a release, by resource group.

use std::collections::BTreeMap;

use crate::{
    corpus::{Corpus, CorpusError},
    report::Report,
};

/// The proof of one release.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// The release.
    pub release: String,
    /// How good the evidence is, as `index.json` states it; `recorded` without one.
    pub grade: String,
    /// The counts by client and resource group, for instance `app.conversations`.
    pub groups: BTreeMap<String, Tally>,
}

/// How many exchanges were judged, and how many of them conform strictly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Exchanges that were judged.
    pub judged: usize,
    /// Those of them that conform strictly.
    pub conforming: usize,
}

impl Support {
    /// Counts the judged exchanges of a server. Exchanges that are set aside do not count.
    ///
    /// # Errors
    /// Fails if the release of the recordings is not known.
    pub fn new(corpus: &Corpus, report: &Report) -> Result<Self, CorpusError> {
        let mut groups: BTreeMap<String, Tally> = BTreeMap::new();
        for verdict in report.judged() {
            let tally = groups.entry(verdict.group.clone().unwrap_or_default()).or_default();
            tally.judged += 1;
            tally.conforming += usize::from(verdict.conforms_strictly());
        }
        let grade = corpus.index.as_ref().map_or_else(|| "recorded".to_owned(), |index| index.grade.clone());
        Ok(Self { release: corpus.release()?, grade, groups })
    }

    /// Returns the counts of a client, such as `app`, or of one of its groups, such as `app.conversations`.
    #[must_use]
    pub fn of(&self, name: &str) -> Tally {
        let within =
            |group: &str| group.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let tallies = self.groups.iter().filter(|(group, _)| within(group)).map(|(_, tally)| tally);
        tallies.fold(Tally::default(), |sum, tally| Tally {
            judged: sum.judged + tally.judged,
            conforming: sum.conforming + tally.conforming,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Exchange, Judge};
    use serde_json::json;

    #[test]
    fn exchanges_are_counted_by_client_and_group() {
        let operation = |method: &str| json!({"get": {"x-dify-method": method, "responses": {"200": {}}}});
        let document = json!({"paths": {"/a": operation("app.tea.get"), "/b": operation("app.cups.get"), "/c": operation("web.tea.get")}});
        let judge = Judge::new([document], "1.9.0").expect("a judge");
        let exchange = |path: &str, status: u16| -> Exchange {
            let response = json!({"status": status, "headers": {"X-Version": "1.9.0"}});
            serde_json::from_value(json!({"request": {"method": "GET", "path": path}, "response": response}))
                .expect("one")
        };
        let recordings = [("/a", 200), ("/a", 500), ("/b", 200), ("/c", 200), ("/d", 404)];
        let recordings = recordings.map(|(path, status)| (String::new(), exchange(path, status))).to_vec();
        let corpus = Corpus { path: "dify-1.9.0".into(), index: None, recordings, unreadable: Vec::new() };
        let support = Support::new(&corpus, &corpus.judged(&judge)).expect("a release");
        assert_eq!((support.release.as_str(), support.grade.as_str()), ("1.9.0", "recorded"));
        let counts = |name: &str| (support.of(name).judged, support.of(name).conforming);
        assert_eq!(["app", "app.tea", "web", "console", "ap"].map(counts), [(3, 2), (2, 1), (1, 1), (0, 0), (0, 0)]);
    }
}
