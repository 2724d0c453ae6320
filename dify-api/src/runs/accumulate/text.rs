//! Which variable each piece of a text comes from.

use std::collections::BTreeMap;

/// The pieces of a text: how long each is, and which variable it is of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pieces {
    selectors: Vec<String>,
    /// Place of the selector, and bytes. Neighbours of one variable are one piece.
    pieces: Vec<(usize, usize)>,
}

impl Pieces {
    /// Adds a piece of so many bytes.
    pub(super) fn add(&mut self, selector: &[String], bytes: usize) {
        let is_it = |known: &str| known.split('.').eq(selector.iter().flat_map(|part| part.split('.')));
        if let Some((_, length)) = self.pieces.last_mut().filter(|(place, _)| is_it(&self.selectors[*place])) {
            *length += bytes;
            return;
        }
        let place = self.selectors.iter().position(|known| is_it(known)).unwrap_or_else(|| {
            self.selectors.push(selector.join("."));
            self.selectors.len() - 1
        });
        self.pieces.push((place, bytes));
    }

    /// The text is another one, and nothing shows which variables it is of.
    pub(super) fn replace(&mut self, bytes: usize) {
        *self = Self::default();
        self.add(&[], bytes);
    }

    /// The text of each variable.
    pub(super) fn of(&self, text: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::<String, String>::new();
        let mut start = 0;
        for (place, bytes) in &self.pieces {
            // The text is public, so that somebody may have changed it.
            let piece = text.get(start..start + bytes).unwrap_or_default();
            texts.entry(self.selectors[*place].clone()).or_default().push_str(piece);
            start += bytes;
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    #[test]
    fn pieces_of_parallel_branches_are_separated_by_their_selectors() {
        let mut pieces = Pieces::default();
        let text = ["a1", "b1", "b2", "a2", ""];
        let (a, b) = (["a".to_owned(), "text".to_owned()], ["b".to_owned(), "text".to_owned()]);
        for (piece, selector) in text.iter().zip([&a[..], &b, &b, &a, &[]]) {
            pieces.add(selector, piece.len());
        }
        let expected = [("", ""), ("a.text", "a1a2"), ("b.text", "b1b2")];
        assert!(pieces.of(&text.concat()).iter().map(|(key, text)| (&**key, &**text)).eq(expected));
        assert_eq!(pieces.of("a1b")["b.text"], "", "a text that was shortened is no panic");
        pieces.replace(5);
        assert_eq!(pieces.of("other")[""], "other");
    }
}
