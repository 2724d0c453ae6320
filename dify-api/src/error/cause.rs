//! Messages of other libraries about a failure.

use crate::{
    Shown,
    values::{decode::without_value, redactor::Redactor},
};
use std::{error::Error, fmt};

/// The cause of an error, as text: the message of the HTTP client or the JSON decoder, and their causes.
///
/// Text instead of the library's own error, because those quote what a server sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

/// A chain of causes longer than this is cut off.
const DEPTH: usize = 8;

impl Cause {
    /// The same in words, with its own causes.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let text = error.to_string();
        let source = causes(error).take(DEPTH).map(ToString::to_string).collect::<Vec<_>>().into_iter();
        let source = source.rev().fold(None, |source, text| Some(Box::new(Self { text, source })));
        Self { text, source }
    }

    /// The message of the decoder, without the value that it quotes: that belongs to users, or is a secret.
    pub(crate) fn of_json(error: &serde_json::Error) -> Self {
        Self { text: without_value(error), source: None }
    }

    /// What our decoder found, which quotes no value.
    pub(crate) fn of_text(text: String) -> Self {
        Self { text, source: None }
    }

    pub(super) fn redact(&mut self, redactor: &Redactor) {
        redactor.text(&mut self.text);
        if let Some(source) = &mut self.source {
            source.redact(redactor);
        }
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |error: &&'e (dyn Error + 'static)| (**error).source())
}

/// The causes of an error, in one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in causes(error).take(DEPTH) {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
    }
    text
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Shown::new(&self.text), f)
    }
}

/// All causes, in one line.
impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cause({:?})", Shown::new(&chain(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoders_words_quote_no_value() {
        fn told<T: serde::de::DeserializeOwned + fmt::Debug>(json: &str) -> String {
            Cause::of_json(&serde_json::from_str::<T>(json).expect_err("unfit")).to_string()
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code, reason = "nothing decodes")]
        enum Closed {
            One,
        }
        for (text, expected) in [
            (told::<u8>(r#""s, expected 5ecret""#), "invalid type: string, expected u8 at line 1 column 20"),
            (told::<Closed>(r#""5ecret""#), "unknown variant, expected `One` at line 1 column 8"),
            (told::<u8>("300"), "invalid value: integer `300`, expected u8 at line 1 column 3"),
            (told::<u8>("{"), "invalid type: map, expected u8 at line 1 column 0"),
        ] {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn causes_keep_their_own_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        let cause = Cause::of(&Outer(std::io::Error::other("in\nner")));
        assert_eq!(cause.to_string(), "outer");
        assert_eq!(cause.source().map(ToString::to_string).as_deref(), Some(r"in\nner"));
        assert_eq!(chain(&cause), r"outer: in\nner");
    }
}
