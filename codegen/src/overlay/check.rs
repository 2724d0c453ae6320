//! Whether an overlay translates every text, as it is now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{ENGLISH, Overlay, Text, TranslatedText, fingerprint, texts};
use crate::bundle::plain;
use crate::diagnostic::{Finding, Findings};
use crate::publish::leave_out;
use crate::reconciliation::cited;
use crate::source::Source;

/// Returns the texts of `spec/` that an overlay does not translate or whose English has changed, the targets that are gone,
/// and the translations that leave out code or a cited number.
#[must_use]
pub fn check(overlay: &Overlay, source: &Source) -> Findings {
    let mut findings = Findings::new();
    let documents: Vec<(&str, Value)> = overlay.apis.iter().map(|api| (api.as_str(), published(source, api))).collect();
    for (api, _) in documents.iter().filter(|(_, document)| document.is_null()) {
        findings.push(Finding::new(&overlay.file, 0, format!("there is no API `{api}`"), "correct `x-dify-apis`"));
    }
    let borrowed: Vec<(&str, &Value)> = documents.iter().map(|(api, document)| (*api, document)).collect();
    let all = texts(&borrowed);
    let by_place: BTreeMap<_, &Text> =
        all.iter().map(|text| ((text.api.as_str(), text.pointer.as_str(), text.field), text)).collect();
    let mut covered = BTreeSet::new();
    for action in &overlay.actions {
        let mut report = |line: usize, message: String, fix: &str| {
            findings.push(Finding::new(&overlay.file, line, message, fix));
        };
        let places: Vec<(&str, String)> = borrowed
            .iter()
            .flat_map(|(api, document)| action.select(document).into_iter().map(|pointer| (*api, pointer)))
            .collect();
        if places.is_empty() {
            let message =
                format!("`{}` selects nothing in the documents of {}", action.written, overlay.apis.join(", "));
            report(action.line, message, "remove the action, or correct its target");
            continue;
        }
        for (field, line) in &action.lone {
            let message = format!("`{ENGLISH}` has `{field}`, and `update` has not");
            report(*line, message, "add the text, or remove the fingerprint");
        }
        // Other members are facts about the translation, not translations.
        for translated in action.texts.iter().filter(|translated| is_translation(&translated.field)) {
            let field = translated.field.as_str();
            let found = places.iter().filter_map(|(api, pointer)| by_place.get(&(*api, pointer.as_str(), field)));
            let mut english = BTreeSet::new();
            for text in found {
                if !covered.insert((text.api.as_str(), text.pointer.as_str(), field)) {
                    let message = format!("another action translates `{field}` of this target");
                    report(translated.line, message, "remove one of them");
                }
                english.insert(text.english.as_str());
            }
            if english.is_empty() {
                let message = format!("what the target selects has no `{field}` in English");
                report(translated.line, message, "remove the text, or correct the target");
            }
            for english in english {
                compare(translated, english, &mut report);
            }
        }
    }
    let missing = all.iter().filter(|text| !covered.contains(&(text.api.as_str(), text.pointer.as_str(), text.field)));
    let mut targets = BTreeSet::new();
    for text in missing.filter(|text| targets.insert((&text.target, text.field))) {
        findings.push(missing_text(overlay, source, text));
    }
    findings.sorted()
}

/// The texts that published documents have.
fn published(source: &Source, api: &str) -> Value {
    let mut document = plain(source, api);
    if !document.is_null() {
        leave_out(&mut document);
    }
    document
}

fn is_translation(field: &str) -> bool {
    field == "x-displayName" || !field.starts_with("x-")
}

/// Compares a text with the English one: its fingerprint, its code and the numbers that it cites.
fn compare(translated: &TranslatedText, english: &str, report: &mut impl FnMut(usize, String, &str)) {
    let (field, now) = (&translated.field, fingerprint(english));
    if translated.english.as_ref() != Some(&now) {
        let fix = format!("translate that, then set `{field}: '{now}'` below `{ENGLISH}`");
        let message = match translated.english {
            Some(_) => format!("the English text of `{field}` has changed to {english:?}"),
            None => format!("`{field}` has no fingerprint of its English text {english:?}"),
        };
        report(translated.line, message, &fix);
        return;
    }
    if translated.text.trim().is_empty() {
        report(translated.line, format!("`{field}` is empty"), "translate the text");
    }
    for code in code(english).difference(&code(&translated.text)) {
        report(translated.line, format!("`{field}` leaves out the code `{code}`"), "add it");
    }
    let numbers = |text: &str| cited(text).into_iter().collect::<BTreeSet<u32>>();
    if numbers(english) != numbers(&translated.text) {
        let fix = "cite the same numbers as the English text, such as \"(R28)\"";
        report(translated.line, format!("`{field}` does not cite what the English text does"), fix);
    }
}

/// The code spans of a text.
fn code(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn missing_text(overlay: &Overlay, source: &Source, text: &Text) -> Finding {
    let action = serde_json::json!({
        "target": text.target,
        "update": {text.field: "…"},
        ENGLISH: {text.field: fingerprint(&text.english)},
    });
    let message = format!("`{}` {:?} is not translated", text.field, text.english);
    let fix = format!("add the action {action} to {}", overlay.file);
    match source.locate_in(&text.api, &format!("{}/{}", text.pointer, text.field)) {
        Some(place) => source.finding(place, message, fix),
        None => Finding::new(&overlay.file, 0, message, fix),
    }
}
