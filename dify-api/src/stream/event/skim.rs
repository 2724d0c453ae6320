//! Finds one text in JSON that another reads as a whole.

use memchr::{memchr, memchr2};

/// Passes over members without checking them, which costs a fraction of reading them.
pub(super) struct Skim<'d> {
    data: &'d str,
    at: usize,
}

/// Escapes, or no JSON: the reader decides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear;

impl<'d> Skim<'d> {
    pub(super) fn new(data: &'d str) -> Self {
        Self { data, at: 0 }
    }

    /// Returns the text of a member of a member; nothing where it is missing or not a text.
    pub(super) fn text_at(mut self, path: &[&str]) -> Result<Option<&'d str>, Unclear> {
        for name in path {
            match self.next() {
                Some(b'{') if self.enter(name)? => {}
                Some(_) => return Ok(None),
                None => return Err(Unclear),
            }
        }
        match self.next() {
            Some(b'"') => self.text().map(Some),
            Some(_) => Ok(None),
            None => Err(Unclear),
        }
    }

    /// Goes to the value of the first member of this name; `false` where the object has none.
    fn enter(&mut self, name: &str) -> Result<bool, Unclear> {
        self.take(b'{')?;
        if self.next() == Some(b'}') {
            return Ok(false);
        }
        loop {
            let found = self.text()? == name;
            self.take(b':')?;
            if found {
                return Ok(true);
            }
            self.pass()?;
            match self.next() {
                Some(b',') => self.at += 1,
                Some(b'}') => return Ok(false),
                _ => return Err(Unclear),
            }
        }
    }

    /// Returns the byte after white space.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.data.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    fn take(&mut self, byte: u8) -> Result<(), Unclear> {
        if self.next() != Some(byte) {
            return Err(Unclear);
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a text without escapes.
    fn text(&mut self) -> Result<&'d str, Unclear> {
        self.take(b'"')?;
        let rest = self.data.get(self.at..).ok_or(Unclear)?;
        let length = memchr2(b'"', b'\\', rest.as_bytes()).ok_or(Unclear)?;
        self.at += length + 1;
        if rest.as_bytes()[length] == b'"' { Ok(&rest[..length]) } else { Err(Unclear) }
    }

    /// Passes over a value.
    fn pass(&mut self) -> Result<(), Unclear> {
        let mut depth = 0_usize;
        loop {
            match self.next().ok_or(Unclear)? {
                b'"' => self.pass_text()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Unclear)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                _ => self.pass_word()?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn pass_text(&mut self) -> Result<(), Unclear> {
        loop {
            self.at += 1;
            let rest = self.data.as_bytes().get(self.at..).ok_or(Unclear)?;
            let quote = memchr(b'"', rest).ok_or(Unclear)?;
            self.at += quote;
            // An odd number of backslashes before it makes it a part of the text.
            let backslashes = rest[..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
            if backslashes % 2 == 0 {
                self.at += 1;
                return Ok(());
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn pass_word(&mut self) -> Result<(), Unclear> {
        let rest = self.data.as_bytes().get(self.at..).ok_or(Unclear)?;
        let word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = rest.iter().take_while(word).count();
        self.at += length;
        if length > 0 { Ok(()) } else { Err(Unclear) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Skim, Unclear};
    use crate::values::decode::Reader;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// What the reader finds.
    fn read(data: &str, path: &[&'static str]) -> Option<String> {
        let mut reader = Reader::new(data);
        let found = path.iter().all(|member| reader.find(member).unwrap_or(false));
        found.then(|| reader.string().ok().map(|text| text.into_owned())).flatten()
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-c\"\\\\{}\\[\\],:\u{e9} \n]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let name = prop_oneof![Just("a".to_owned()), Just("b".to_owned()), "[a-c\"\\\\:]{0,2}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..5).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_skim_finds_what_a_reader_finds(value in value(), pretty in any::<bool>()) {
            let data = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let data = data.expect("JSON");
            for path in [&["a"][..], &["b"], &["a", "b"], &["b", "a"]] {
                if let Ok(found) = Skim::new(&data).text_at(path) {
                    prop_assert_eq!(found.map(str::to_owned), read(&data, path), "{:?} in {}", path, data);
                }
            }
        }
    }

    #[test]
    fn a_skim_leaves_escapes_and_fragments_to_the_reader() {
        for data in [
            "",
            "{",
            r#"{"x"#,
            r#"{"x":1,"a"#,
            r#"{"x":"y\""#,
            r#"{"\u0061":"b"}"#,
            r#"{"a":"\u0061"}"#,
            r#"{"x":[1}}"#.trim_end_matches('}'),
            r#"{"x" 1,"a":"b"}"#,
            r#"{"x":,"a":"b"}"#,
        ] {
            assert_eq!(Skim::new(data).text_at(&["a"]), Err(Unclear), "{data}");
        }
        for data in [r#"{"x":"\"}],:{","a":"b"}"#, r#" { "x" : [ { "a" : "c" } , -1.5e+3 ] , "a" : "b" } "#] {
            assert_eq!(Skim::new(data).text_at(&["a"]), Ok(Some("b")), "{data}");
        }
    }
}
