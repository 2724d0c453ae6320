//! Text of others, made safe to show.

use std::{borrow::Cow, fmt};

/// The longest text that is shown, in bytes.
const LIMIT: usize = 1024;

/// The longest that a list of texts is shown, in bytes.
pub(crate) const LIST: usize = 4 * LIMIT;

/// The mark of a cut.
const CUT: char = '\u{2026}';

/// Shows text that comes from a server in one line of a log or terminal.
///
/// Control characters, ANSI sequences, line breaks, marks of writing direction and invisible characters are escaped
/// (`\n`, `\u{1b}`), and all beyond 1 KiB is cut off. `Display` shows the text alone, `Debug` puts quotes around it.
/// The errors of this crate show text of servers through it.
///
/// ```
/// use dify_api::Shown;
///
/// let title = "Report\u{202e}fdp.exe\r\nINFO all is well";
/// assert_eq!(Shown::new(title).to_string(), r"Report\u{202e}fdp.exe\r\nINFO all is well");
/// ```
#[derive(Clone, Copy)]
pub struct Shown<'t>(&'t str);

impl<'t> Shown<'t> {
    /// Borrows the text to show.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self(text)
    }

    /// The escaped and shortened text; borrowed where it is harmless and short.
    pub(crate) fn text(self) -> Cow<'t, str> {
        self.escaped(|_| false)
    }

    fn escaped(self, also: fn(char) -> bool) -> Cow<'t, str> {
        let harmful = |letter: char| is_hidden(letter) || also(letter);
        if self.0.len() <= LIMIT && !self.0.chars().any(harmful) {
            return Cow::Borrowed(self.0);
        }
        let mut shown = String::with_capacity(self.0.len().min(LIMIT));
        let room = LIMIT - CUT.len_utf8();
        let mut rest = self.0.chars();
        while let Some(letter) = rest.next() {
            let before = shown.len();
            match letter {
                '\n' | '\r' | '\t' => shown.extend(letter.escape_default()),
                '"' | '\\' if also(letter) => shown.extend(['\\', letter]),
                letter if harmful(letter) => shown.extend(letter.escape_unicode()),
                letter => shown.push(letter),
            }
            if shown.len() > room && (shown.len() > LIMIT || !rest.as_str().is_empty()) {
                shown.truncate(before);
                shown.push(CUT);
                break;
            }
        }
        Cow::Owned(shown)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escaped(|letter| matches!(letter, '"' | '\\')))
    }
}

/// Characters that move the cursor, end a line, turn the direction of writing, or show nothing.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Shows a body by its size: what it contains belongs to users.
#[derive(Clone, Copy)]
pub(crate) struct Size(pub(crate) usize);

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}

/// Cuts the text written through it after so many bytes, for texts of many parts.
pub(crate) struct Bounded<W> {
    to: W,
    left: usize,
}

impl<W: fmt::Write> Bounded<W> {
    pub(crate) fn new(to: W, limit: usize) -> Self {
        Self { to, left: limit }
    }
}

impl<W: fmt::Write> fmt::Write for Bounded<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() <= self.left {
            self.left -= text.len();
            return self.to.write_str(text);
        }
        if self.left > 0 {
            let end = (0..=self.left).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            self.to.write_str(&text[..end])?;
            self.to.write_char(CUT)?;
            self.left = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn what_moves_a_cursor_or_hides_is_escaped() {
        let text = "a\u{1b}[2J\r\n\0\u{7f}\u{9b}b\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{200b}\u{feff}\u{e0041}";
        let shown = Shown::new(text).to_string();
        assert!(shown.is_ascii() && !shown.chars().any(char::is_control), "{shown}");
        assert!(shown.starts_with(r"a\u{1b}[2J\r\n\u{0}\u{7f}\u{9b}b\u{202e}"), "{shown}");
        assert_eq!(format!("{:?}", Shown::new("a\"b\\\n")), r#""a\"b\\\n""#);
    }

    #[test]
    fn writing_of_all_peoples_is_shown_as_it_is() {
        for text in ["Überraschung", "一个应用", "नमस्ते", "مرحبا", "é", "a\\b\"c"] {
            assert!(matches!(Shown::new(text).text(), Cow::Borrowed(shown) if shown == text));
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        for text in ["x".repeat(1 << 20), "\u{202e}".repeat(5000), "汉".repeat(400), "x".repeat(LIMIT + 1)] {
            let shown = Shown::new(&text).to_string();
            assert!(shown.len() <= LIMIT && shown.len() > LIMIT - 16 && shown.ends_with(CUT), "{}", shown.len());
        }
        assert_eq!(Shown::new(&"x".repeat(LIMIT)).to_string().len(), LIMIT);
    }

    #[test]
    fn many_parts_are_cut_together() {
        let mut text = String::new();
        let mut bounded = Bounded::new(&mut text, 5);
        for _ in 0..3 {
            bounded.write_str("äb").expect("text");
        }
        assert_eq!(text, "äb\u{e4}\u{2026}");
    }
}
