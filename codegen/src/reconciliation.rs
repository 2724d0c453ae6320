//! The numbers of `spec/RECONCILIATION.md`, which descriptions cite as "(R28)" or "(R53, R54)".

use std::collections::BTreeSet;
use std::ops::Range;

/// The file, below `spec/`.
pub(crate) const FILE: &str = "RECONCILIATION.md";

/// The URL of a number's section, without the number itself.
const SECTION: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/spec/RECONCILIATION.md#r");

/// Returns the numbers that have a section of their own: headings such as `### <a id="r28"></a>R28 Blocking answers`.
pub(crate) fn sections(markdown: &str) -> BTreeSet<u32> {
    let headings = markdown.lines().filter_map(|line| line.strip_prefix("### <a id=\"r"));
    headings
        .filter_map(|heading| {
            let (anchor, title) = heading.split_once("\"></a>R")?;
            let number = title.split(' ').next()?;
            (number == anchor).then(|| number.parse().ok()).flatten()
        })
        .collect()
}

/// Returns the numbers that a description cites.
pub(crate) fn cited(text: &str) -> Vec<u32> {
    citations(text).into_iter().filter_map(|place| text.get(place)?.parse().ok()).collect()
}

/// Returns the description with a link for each number that it cites.
pub(crate) fn linked(text: &str) -> String {
    let (mut linked, mut done) = (String::new(), 0);
    for place in citations(text) {
        let number = &text[place.clone()];
        linked.push_str(&text[done..place.start - 1]);
        linked.push_str(&format!("[R{number}]({SECTION}{number})"));
        done = place.end;
    }
    linked.push_str(&text[done..]);
    linked
}

/// Returns where the digits of cited numbers are. Code spans cite nothing.
fn citations(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 0 {
            for (open, _) in part.match_indices("(R") {
                let list = part[open + 1..].split(')').next().unwrap_or_default();
                let mut at = start + open + 1;
                for item in list.split(", ") {
                    let digits = item.strip_prefix('R').unwrap_or_default();
                    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                        found.push(at + 1..at + item.len());
                    }
                    at += item.len() + 2;
                }
            }
        }
        start += part.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_a_list_becomes_a_link() {
        let link = |number: u32| format!("[R{number}]({SECTION}{number})");
        assert_eq!(linked("Renames it (R55, R57)."), format!("Renames it ({}, {}).", link(55), link(57)));
        assert_eq!(cited("Renames it (R55, R57), or not (R6)."), [55, 57, 6]);
    }

    #[test]
    fn other_text_and_links_stay_as_they_are() {
        for text in ["R28", "(Rust)", "`(R28)`", "(R)", "(R2D2)", "Ré (R", "", "é`(R1)` (Rx, y)"] {
            assert_eq!(linked(text), text);
        }
        let once = linked("é (R28)");
        assert_eq!(linked(&once), once);
    }

    #[test]
    fn sections_are_headings_with_an_anchor_of_their_number() {
        let markdown = "### <a id=\"r1\"></a>R1 Base URL\n### R2 Without\n### <a id=\"r3\"></a>R4 Wrong\ntext R5\n";
        assert_eq!(sections(markdown), BTreeSet::from([1]));
    }
}
