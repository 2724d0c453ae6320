//! Reads the strings of a JSON text.

use super::{Read, Reader, Stop};
use std::borrow::Cow;

impl<'j> Reader<'j> {
    /// Reads a string; borrowed where it has no escapes.
    pub(crate) fn string(&mut self) -> Result<Cow<'j, str>, Stop> {
        self.byte(b'"', "a string")?;
        let begin = self.at;
        self.at += plain(self.rest());
        if self.rest().first() == Some(&b'"') {
            let text = self.slice(begin, self.at);
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = self.slice(begin, self.at).to_owned();
        self.rest_of_string(&mut text)?;
        Ok(Cow::Owned(text))
    }

    /// Reads a string of 36 plain bytes, as ids are; reads nothing of others.
    #[inline]
    pub(crate) fn uuid(&mut self) -> Option<&'j [u8; 36]> {
        self.peek();
        let (quote, rest) = self.rest().split_first()?;
        let (text, rest) = rest.split_first_chunk()?;
        if *quote != b'"' || rest.first() != Some(&b'"') || !is_plain(text) {
            return None;
        }
        self.at += text.len() + 2;
        Some(text)
    }

    /// Reads a string in place of another one, whose memory it takes over.
    pub(super) fn text(&mut self, text: &mut String) -> Read {
        self.byte(b'"', "a string")?;
        let begin = self.at;
        self.at += plain(self.rest());
        let run = self.slice(begin, self.at);
        if text.capacity() < run.len() {
            *text = run.to_owned();
        } else {
            text.clear();
            text.push_str(run);
        }
        if self.rest().first() == Some(&b'"') {
            self.at += 1;
            return Ok(());
        }
        self.rest_of_string(text)
    }

    /// Reads a string from its first escape on.
    fn rest_of_string(&mut self, text: &mut String) -> Read {
        loop {
            match self.rest().first() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return Err(self.fail("control character in a string")),
                None => return Err(self.fail("the text ends in a string")),
            }
            let begin = self.at;
            self.at += plain(self.rest());
            text.push_str(self.slice(begin, self.at));
        }
    }

    /// Reads an escape behind its backslash.
    fn escape(&mut self) -> Result<char, Stop> {
        let escape = self.rest().first().copied();
        self.at += 1;
        Ok(match escape {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fail_at(self.at - 1, "invalid escape")),
        })
    }

    /// Reads the four digits of `\u`, and those of the other half of a pair.
    fn unicode(&mut self) -> Result<char, Stop> {
        let begin = self.at;
        let first = self.hex()?;
        let code = if (0xD800..0xDC00).contains(&first) && self.rest().starts_with(b"\\u") {
            self.at += 2;
            let second = self.hex()?;
            match second.checked_sub(0xDC00) {
                Some(low) if low < 0x400 => 0x1_0000 + ((first - 0xD800) << 10) + low,
                _ => first,
            }
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.fail_at(begin, "lone surrogate in a string"))
    }

    fn hex(&mut self) -> Result<u32, Stop> {
        let digits = self.rest().first_chunk::<4>();
        let code = digits.and_then(|digits| {
            digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
        });
        let code = code.ok_or_else(|| self.fail("invalid escape"))?;
        self.at += 4;
        Ok(code)
    }
}

/// How many bytes a string has before its end, an escape or a control character. 32 or eight at a time.
fn plain(bytes: &[u8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word & HIGH;
    let (mut at, mut left) = (0, bytes);
    while let Some((chunk, rest)) = left.split_first_chunk::<32>() {
        if !is_plain(chunk) {
            break;
        }
        (at, left) = (at + 32, rest);
    }
    while let Some((eight, rest)) = left.split_first_chunk() {
        let word = u64::from_le_bytes(*eight);
        let quote = below(word ^ (EACH * u64::from(b'"')), 1);
        let escape = below(word ^ (EACH * u64::from(b'\\')), 1);
        let found = quote | escape | below(word, 0x20);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        (at, left) = (at + 8, rest);
    }
    at + left.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(left.len())
}

/// Without a branch, so that the compiler compares many bytes at once.
#[inline]
fn is_plain<const LENGTH: usize>(bytes: &[u8; LENGTH]) -> bool {
    let special = |byte: &u8| (*byte == b'"') | (*byte == b'\\') | (*byte < 0x20);
    !bytes.iter().fold(false, |found, byte| found | special(byte))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_end_of_a_plain_run_is_found_at_any_place() {
        for special in ["\"", "\\", "\n", "\u{1f}", "\0"] {
            for before in 0..40 {
                for letter in ["a", " ", "!", "#", "[", "\u{7f}", "ä", "汉"] {
                    let run = letter.repeat(before);
                    let text = format!("{run}{special}\"\\\n{run}");
                    assert_eq!(plain(text.as_bytes()), run.len(), "{text:?}");
                    assert_eq!(plain(run.as_bytes()), run.len());
                }
            }
        }
    }
}
