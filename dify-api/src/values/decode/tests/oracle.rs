//! The reader accepts what serde_json accepts, and reads the same.

use super::{Decode, Kind, Read, Reader, decode};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Any JSON, read by every part of the reader.
#[derive(Debug, PartialEq)]
enum Tree {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Object(BTreeMap<String, Tree>),
}

impl Decode for Tree {
    fn blank() -> Self {
        Self::Null
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        *self = match reader.kind() {
            Some(Kind::Null) => reader.null().map(|_| Self::Null)?,
            Some(Kind::Boolean) => Self::Boolean(reader.value()?),
            Some(Kind::Number) => {
                // A number that is no integer is read again as what it is.
                let raw: crate::RawJson = reader.value()?;
                match decode::<i64>(raw.as_str()) {
                    Ok((integer, _)) => Self::Integer(integer),
                    Err(_) => {
                        let number = decode::<f64>(raw.as_str());
                        Self::Number(number.map_err(|_| reader.unexpected("a number"))?.0)
                    }
                }
            }
            Some(Kind::Text) => Self::Text(reader.value()?),
            Some(Kind::List) => Self::List(reader.value()?),
            Some(Kind::Object) => Self::Object(reader.value()?),
            None => return Err(reader.unexpected("a value")),
        };
        Ok(())
    }
}

fn is_same(tree: &Tree, value: &Value) -> bool {
    match (tree, value) {
        (Tree::Null, Value::Null) => true,
        (Tree::Boolean(one), Value::Bool(other)) => one == other,
        // serde_json reads `-0` as a float.
        (Tree::Integer(one), Value::Number(other)) => {
            other.as_i64().map_or(other.as_f64() == Some(*one as f64), |other| *one == other)
        }
        // serde_json is off by one unit in the last place at times.
        (Tree::Number(one), Value::Number(other)) => {
            other.as_f64().is_some_and(|other| (one - other).abs() <= one.abs() * f64::EPSILON)
        }
        (Tree::Text(one), Value::String(other)) => one == other,
        (Tree::List(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Tree::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| is_same(one, other)))
        }
        _ => false,
    }
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    match (decode::<Tree>(text), serde_json::from_str::<Value>(text)) {
        (Ok((tree, _)), Ok(value)) => prop_assert!(is_same(&tree, &value), "{text}: {tree:?}, {value}"),
        (Err(_), Err(_)) => {}
        (ours, theirs) => prop_assert!(false, "{text}: {ours:?}, {theirs:?}"),
    }
    Ok(())
}

/// Strings as they may be written: with every kind of escape, whole and broken.
fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -~]{0,12}".prop_map(|text| text.replace(['"', '\\'], "")),
        2 => "\\PC{0,4}".prop_map(|text| text.replace(['"', '\\'], "")),
        1 => prop::sample::select(vec![
            r"\n", r"\\", r#"\""#, r"\/", r"\b", r"\f", r"\r", r"\t", r"\u0041", r"\u00E9", r"\ud83d\ude00", r"\uD83D",
            r"\ude00", r"\ud83d\u0041", r"\ud83dx", r"\u12", r"\x", "\n", "\u{1f}", "\u{7f}", r"\u+123", r"\udbff\udfff",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(|number| format!("{number:?}")),
        "-?[0-9]{1,22}(\\.[0-9]{0,4})?([eE][+-]?[0-9]{0,3})?",
    ]
}

fn json() -> impl Strategy<Value = String> {
    let space = || prop::sample::select(vec!["", "", "", " ", "\n\t", "\r "]);
    let leaf = prop_oneof![
        number(),
        string(),
        prop::sample::select(vec!["null", "true", "false", "nul", "True", "NaN"]).prop_map(str::to_owned)
    ];
    let tree = leaf.prop_recursive(5, 40, 5, move |inner| {
        let member = (string(), inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        prop_oneof![
            (prop::collection::vec(inner, 0..5), space())
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},")))),
            (prop::collection::vec(member, 0..5), space())
                .prop_map(|(members, space)| format!("{{{space}{}{space}}}", members.join(&format!(",{space}")))),
        ]
    });
    (space(), tree, space()).prop_map(|(before, tree, after)| format!("{before}{tree}{after}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_json_reads_as_serde_json_reads_it(text in json()) {
        agree(&text)?;
    }

    #[test]
    fn damaged_json_is_refused_as_serde_json_refuses_it(text in json(), at in any::<prop::sample::Index>(), by in "[\\[\\]{}:,\"\\\\0-9a-z.eE+ -]{0,2}") {
        let letters: Vec<char> = text.chars().collect();
        let at = at.index(letters.len() + 1);
        let (before, after) = letters.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let damaged: String = before.iter().copied().chain(by.chars()).chain(after.iter().copied()).collect();
        agree(&damaged)?;
    }

    #[test]
    fn any_text_is_refused_or_read_without_a_panic(text in "\\PC{0,40}") {
        agree(&text)?;
    }
}
