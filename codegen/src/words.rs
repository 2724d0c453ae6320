//! The words that text of this project avoids, each with what to write instead.
//!
//! The linter applies the list to descriptions in `spec/`; `codegen/tests/words.rs` applies it to the markdown files, and to
//! documentation and messages in the code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Each word or phrase in all its forms, and its replacements.
pub const WORDS: [(&[&str], &str); 12] = [
    (&["tell", "tells", "telling", "told"], "report, return, show or state"),
    (&["say", "says", "saying", "said"], "state, specify, report or define"),
    (&["hold", "holds", "holding", "held"], "contain, store, apply or be true"),
    (&["stand", "stands", "standing", "stood"], "be, appear or represent"),
    (&["go on", "goes on", "going on", "went on"], "continue"),
    (&["know", "knows", "knowing", "knew"], "support, recognize, define or have"),
    (&["nobody"], "no one, no user or no account"),
    (&["what is"], "a noun, such as `the value`"),
    (&["bring in", "brings in", "bringing in", "brought in"], "import, add or introduce"),
    (&["ask after", "asks after", "asked after"], "poll, query or request"),
    (&["shall"], "must or will"),
    (&["anew"], "again"),
];

/// The forms by their first word: the word itself, what must follow it, and the replacements.
static FORMS: LazyLock<BTreeMap<&str, Vec<Form>>> = LazyLock::new(|| {
    let mut forms: BTreeMap<&str, Vec<Form>> = BTreeMap::new();
    for (words, instead) in WORDS {
        for word in words {
            let (first, second) = word.split_once(' ').map_or((*word, None), |(first, second)| (first, Some(second)));
            forms.entry(first).or_default().push(Form { word, second, instead });
        }
    }
    forms
});

struct Form {
    word: &'static str,
    second: Option<&'static str>,
    instead: &'static str,
}

/// One use of a word to avoid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The byte at which it begins.
    pub at: usize,
    /// The word, in the form of the list.
    pub word: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

/// Returns the uses of words to avoid in a text.
///
/// Code spans, quotations, URLs and targets of links are not part of the text: they belong to someone else. A word with a
/// hyphen, such as "stand-alone", is a word of its own.
#[must_use]
pub fn avoided(text: &str) -> Vec<Use> {
    let words = words(text);
    let mut found = Vec::new();
    for (index, &(at, word)) in words.iter().enumerate() {
        let Some(forms) = FORMS.get(word.to_ascii_lowercase().as_str()) else { continue };
        let next = words.get(index + 1).filter(|(next, _)| text[at + word.len()..*next].trim().is_empty());
        let follows = |second: &str| next.is_some_and(|(_, next)| next.eq_ignore_ascii_case(second));
        let used = forms.iter().filter(|form| form.second.is_none_or(follows));
        found.extend(used.map(|form| Use { at, word: form.word, instead: form.instead }));
    }
    found
}

/// Returns the words of a text, each with the byte at which it begins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let skipped = foreign(rest);
        if skipped > 0 {
            at += skipped;
            continue;
        }
        let length =
            rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '’' | '_')).unwrap_or(rest.len());
        if length > 0 {
            words.push((at, &rest[..length]));
        }
        at += if length > 0 { length } else { rest.chars().next().map_or(1, char::len_utf8) };
    }
    words
}

/// Returns how many bytes at the beginning of a text belong to someone else.
fn foreign(text: &str) -> usize {
    for (open, close) in [("`", "`"), ("\"", "\""), ("“", "”"), ("](", ")")] {
        if let Some(rest) = text.strip_prefix(open) {
            // An opening mark without its counterpart in the paragraph is an ordinary character.
            let paragraph = rest.split("\n\n").next().unwrap_or(rest);
            return paragraph.find(close).map_or(0, |end| open.len() + end + close.len());
        }
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return text.find(|c: char| c.is_whitespace() || matches!(c, '>' | ')')).unwrap_or(text.len());
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &'static str)> {
        avoided(text).into_iter().map(|found| (found.at, found.word)).collect()
    }

    #[test]
    fn words_and_phrases_are_found_in_any_case_and_across_lines() {
        assert_eq!(found("It Tells what\n  is new."), [(3, "tells"), (9, "what is")]);
        assert_eq!(found("Nobody goes on, holds"), [(0, "nobody"), (7, "goes on"), (16, "holds")]);
        assert_eq!(found("é — says"), [(7, "says")]);
    }

    #[test]
    fn longer_words_and_interrupted_phrases_are_not_found() {
        for text in
            ["a threshold, understood, known", "stand-alone know-how", "go, on", "What (is)", "it's standing_by"]
        {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn code_quotations_and_addresses_are_not_text() {
        for text in
            ["`say`", "\"hold on\"", "“tell”", "[a](tell.md)", "https://example.org/say/tell", "<https://a.b/say>"]
        {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(found("a ` says"), [(4, "says")]);
        assert_eq!(found("5\" says\n\n\"x\""), [(3, "says")]);
    }
}
