//! Words: how many tokens a text has, what it is found by, what it is about.

use std::collections::HashMap;

use bm25::Tokenizer;

/// A word of so many letters is one token; longer ones are more.
const LETTERS_OF_A_TOKEN: usize = 12;

/// Words without meaning for the topic of a text.
const EMPTY_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "how",
    "i", "in", "is", "it", "its", "many", "my", "of", "on", "or", "that", "the", "their", "there", "this", "to", "was",
    "what", "when", "where", "which", "who", "why", "will", "with", "you", "your",
];

/// How the index takes texts apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Words;

impl Tokenizer for Words {
    fn tokenize(&self, text: &str) -> Vec<String> {
        let words = split(text).map(|word| stem(&word.to_lowercase()));
        words.filter(|word| !EMPTY_WORDS.contains(&word.as_str())).collect()
    }
}

/// Counts the tokens of a text, letter by letter: a word, a mark or an ideograph each count for one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counter {
    pub(crate) count: usize,
    letters: usize,
}

impl Counter {
    pub(crate) fn push(&mut self, c: char) {
        if c.is_alphanumeric() && !is_ideograph(c) {
            self.count += usize::from(self.letters.is_multiple_of(LETTERS_OF_A_TOKEN));
            self.letters += 1;
        } else {
            self.letters = 0;
            self.count += usize::from(!c.is_whitespace());
        }
    }
}

/// The length of a text in tokens.
pub(crate) fn tokens(text: &str) -> usize {
    let mut counter = Counter::default();
    text.chars().for_each(|c| counter.push(c));
    counter.count
}

/// The most frequent words that mean something, at most ten, as the way of `economy` notes them.
pub(crate) fn keywords(text: &str) -> Vec<String> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (place, word) in split(text).enumerate() {
        if word.chars().count() > 1 && !EMPTY_WORDS.contains(&word.to_lowercase().as_str()) {
            counts.entry(word).or_insert((0, place)).0 += 1;
        }
    }
    let mut found: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
    found.sort_by_key(|(_, (count, place))| (std::cmp::Reverse(*count), *place));
    found.into_iter().take(10).map(|(word, _)| word.to_owned()).collect()
}

/// The words of a text; each ideograph is one, for nothing separates them.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let end =
                if is_ideograph(first) { first.len_utf8() } else { rest.find(is_ideograph).unwrap_or(rest.len()) };
            let (word, after) = rest.split_at(end);
            rest = after;
            Some(word)
        })
    })
}

/// Chinese, Japanese and Korean write without spaces.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// One form for singular and plural; more than that would need a language.
fn stem(word: &str) -> String {
    let plural = word.len() > 3 && word.is_ascii() && word.ends_with('s') && !word.ends_with("ss");
    word[..word.len() - usize::from(plural)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_as_recorded() {
        assert_eq!(tokens("Rust is a systems programming language. It has ownership."), 11);
        assert_eq!(tokens("Python is dynamic. It is popular."), 8);
        assert_eq!(tokens("你好 x"), 3);
    }

    #[test]
    fn singular_and_plural_meet_and_ideographs_are_words() {
        assert_eq!(Words.tokenize("How many Cards? 知识库 card"), ["card", "知", "识", "库", "card"]);
        assert_eq!(keywords("updated file content about Rust, Rust"), ["Rust", "updated", "file", "content"]);
    }
}
