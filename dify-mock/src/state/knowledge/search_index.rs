//! What searches look in.

use std::collections::HashMap;
use std::fmt;

use bm25::{Embedder, EmbedderBuilder, Scorer};

use super::words::Words;

/// The length of an ordinary unit, in words: longer ones count less for the same word, shorter ones more.
const ORDINARY_LENGTH: f32 = 60.0;
/// The number of no unit: the question itself, while it is asked.
const QUESTION: u64 = 0;

/// The units of a knowledge base, scored by BM25. A unit is a segment, or a child chunk where a segment has some.
pub(crate) struct SearchIndex {
    embedder: Embedder<u32, Words>,
    scorer: Scorer<u64>,
    places: HashMap<u64, UnitPlace>,
    last: u64,
}

/// Where a unit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitPlace {
    pub(crate) document: String,
    pub(crate) segment: String,
    pub(crate) child: Option<String>,
}

/// A unit that has words of the question.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) place: UnitPlace,
    /// From 0 to 1: how near the unit comes to the question itself.
    pub(crate) score: f64,
}

impl Default for SearchIndex {
    fn default() -> SearchIndex {
        SearchIndex {
            embedder: EmbedderBuilder::with_avgdl(ORDINARY_LENGTH).build(),
            scorer: Scorer::new(),
            places: HashMap::new(),
            last: QUESTION,
        }
    }
}

impl SearchIndex {
    /// Puts a unit in and gives its number.
    pub(crate) fn add(&mut self, text: &str, place: UnitPlace) -> u64 {
        self.last += 1;
        self.scorer.upsert(&self.last, self.embedder.embed(text));
        self.places.insert(self.last, place);
        self.last
    }

    pub(crate) fn remove(&mut self, unit: u64) {
        self.scorer.remove(&unit);
        self.places.remove(&unit);
    }

    /// The units with words of the question, the best first; those that are alike in the order in which they came.
    pub(crate) fn search(&mut self, question: &str) -> Vec<Hit> {
        let asked = self.embedder.embed(question);
        // The question is the best unit there could be: it gives the measure.
        self.scorer.upsert(&QUESTION, asked.clone());
        let best = self.scorer.score(&QUESTION, &asked).unwrap_or_default();
        let mut found = self.scorer.matches(&asked);
        self.scorer.remove(&QUESTION);
        found.sort_by(|one, two| two.score.total_cmp(&one.score).then(one.id.cmp(&two.id)));
        let hit = |scored: bm25::ScoredDocument<u64>| {
            let place = self.places.get(&scored.id)?.clone();
            Some(Hit { place, score: f64::from(scored.score / best).clamp(0.0, 1.0) })
        };
        found.into_iter().filter_map(hit).collect()
    }
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex").field("units", &self.places.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_more_of_the_question_comes_first_and_what_has_none_not_at_all() {
        let mut index = SearchIndex::default();
        let mut add = |text: &str| {
            let place = UnitPlace { document: text.to_owned(), segment: String::new(), child: None };
            index.add(text, place)
        };
        let rust = add("Rust has ownership and borrowing.");
        add("Rust is a language, as Python is, and as many others are that have no such thing.");
        add("Vacation is thirty days.");
        let found = index.search("Rust ownership");
        let documents: Vec<&str> = found.iter().map(|hit| &hit.place.document[..8]).collect();
        assert_eq!(documents, ["Rust has", "Rust is "]);
        assert!(found[0].score > 0.8 && found[1].score < 0.5, "{found:?}");
        assert!(index.search("How many days of vacation?")[0].score > 0.8);
        assert!((index.search("Vacation is thirty days.")[0].score - 1.0).abs() < 1e-6);
        index.remove(rust);
        assert_eq!(index.search("ownership").len(), 0);
        assert_eq!(index.search("").len(), 0);
    }
}
