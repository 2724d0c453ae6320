//! The translations on the real source: complete, up to date, and of texts alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use codegen::bundle::bundle;
use codegen::language::Language;
use codegen::overlay;
use codegen::publish::{Range, Version, publish};
use codegen::source::{self, Source};
use serde_json::Value;

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn source() -> Source {
    source::load(&workspace("spec")).unwrap_or_else(|findings| panic!("{findings}"))
}

fn chinese() -> overlay::Overlay {
    overlay::load(&workspace("spec"), Language::Chinese.tag()).unwrap_or_else(|findings| panic!("{findings}"))
}

/// Members whose texts a translation may replace.
const TEXTS: [&str; 5] = ["title", "summary", "description", "x-displayName", "name"];

/// Whether a place is in the data of an example. Examples with a name have texts of their own.
fn is_data(place: &str) -> bool {
    let in_examples =
        place.split_once("/examples/").is_some_and(|(_, rest)| match rest.split('/').collect::<Vec<_>>()[..] {
            [name, "summary" | "description"] => name.bytes().all(|byte| byte.is_ascii_digit()),
            _ => true,
        });
    in_examples || ["/example/", "/x-dify-deviations/"].iter().any(|part| place.contains(part))
}

/// Compares a document with its translation: only texts may differ. Adds the places of English texts.
fn compare(english: &Value, chinese: &Value, place: &str, untranslated: &mut Vec<String>) {
    match (english, chinese) {
        (Value::Object(one), Value::Object(other)) => {
            assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{place}");
            for (name, value) in one {
                compare(value, &other[name], &format!("{place}/{name}"), untranslated);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            assert_eq!(one.len(), other.len(), "{place}");
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(one, other, &format!("{place}/{index}"), untranslated);
            }
        }
        (Value::String(one), Value::String(other)) => {
            let data = is_data(place);
            let is_text = TEXTS[..4].iter().any(|text| place.ends_with(&format!("/{text}"))) && !data;
            if one != other {
                assert!(
                    TEXTS.iter().any(|text| place.ends_with(&format!("/{text}"))) && !data,
                    "{place}: {one}, {other}"
                );
            }
            // Names such as "Dify Web API" are the same in all languages.
            if is_text && one == other && one.split(' ').count() > 3 {
                untranslated.push(format!("{place}: {other}"));
            }
        }
        _ => assert_eq!(english, chinese, "{place}"),
    }
}

/// Both forms of each document that is translated, by API.
fn documents() -> Vec<(String, Value, Value)> {
    let (source, overlay) = (source(), chinese());
    let pair = |api: &String| (api.clone(), bundle(&source, api), overlay::translated(&source, api, &overlay));
    overlay.apis().iter().map(pair).collect()
}

/// Removes the name of the language, which only a translation has.
fn without_language(mut document: Value) -> Value {
    document["info"].as_object_mut().expect("info").shift_remove("x-dify-language");
    document
}

#[test]
fn every_text_is_translated_and_up_to_date() {
    let (source, overlays) = (source(), overlay::all(&workspace("spec")).expect("overlays"));
    assert_eq!(overlays.len(), Language::ALL.len() - 1);
    for overlay in overlays {
        let findings = overlay::check(&overlay, &source);
        assert!(findings.is_empty(), "{findings}");
    }
}

#[test]
fn published_translations_differ_in_texts_alone() {
    let documents = documents();
    assert_eq!(documents.iter().map(|(api, ..)| api.as_str()).collect::<Vec<_>>(), ["service", "web"]);
    for (api, english, chinese) in documents {
        for version in Version::ALL {
            let (english, chinese) = (publish(&english, version), publish(&chinese, version));
            assert_eq!(chinese["info"]["x-dify-language"], "zh");
            let mut untranslated = Vec::new();
            compare(&english, &without_language(chinese), &api, &mut untranslated);
            assert!(untranslated.is_empty(), "{version:?}: {untranslated:#?}");
        }
    }
}

#[test]
fn translations_of_other_releases_are_complete() {
    let released = fs::read_to_string(workspace("spec/upstream/releases.txt")).expect("a list");
    let released: Vec<&str> = released.lines().collect();
    let documents = documents();
    let bundles: Vec<Value> = documents.iter().map(|(_, english, _)| english.clone()).collect();
    for range in [
        Range::one("1.0.1", &bundles, &released),
        Range::one("1.9.2", &bundles, &released),
        Range::from("1.0.0", &bundles, &released),
    ] {
        let range = range.expect("a range");
        for (api, english, chinese) in &documents {
            let document = |value: &Value| publish(&range.document(value).expect("a document"), Version::V31);
            let (english, chinese) = (document(english), without_language(document(chinese)));
            let mut untranslated = Vec::new();
            compare(&english, &chinese, api, &mut untranslated);
            assert!(untranslated.is_empty(), "{range:?}: {untranslated:#?}");
            // The sentence on the contract's releases is replaced in each language.
            let description = chinese["info"]["description"].as_str().unwrap_or_default();
            assert!(description.contains("本文档"), "{description}");
            assert_eq!(description.matches("真实服务器").count(), usize::from(range == from(&bundles, &released)));
        }
    }
}

fn from(bundles: &[Value], released: &[&str]) -> Range {
    Range::from("1.0.0", bundles, released).expect("a range")
}

#[test]
fn targets_select_the_texts_of_one_api_or_shared_ones() {
    let documents = documents();
    let english: Vec<(&str, &Value)> = documents.iter().map(|(api, english, _)| (api.as_str(), english)).collect();
    let texts = overlay::texts(&english);
    let mut by_target = std::collections::BTreeMap::new();
    for text in &texts {
        by_target.entry((&text.target, text.field)).or_insert_with(BTreeSet::new).insert(&text.english);
    }
    assert!(by_target.len() > 3000, "{}", by_target.len());
    let several: Vec<_> = by_target.iter().filter(|(_, texts)| texts.len() > 1).collect();
    assert!(several.is_empty(), "{several:#?}");
}
