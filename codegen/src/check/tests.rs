//! Each rule is shown a mistake planted in a small source that has none.

mod bodies;
mod caching;
mod enums;
mod examples;
mod links;
mod messages;
mod modes;
mod names;
mod operations;
mod parameters;
mod prose;
mod references;
mod releases;
mod requests;
mod schemas;
mod vocabulary;

use crate::check::check;
use crate::source::from_texts;

const TEA: &str = "service/paths/tea.yaml";
const SCHEMAS: &str = "service/schemas/tea.yaml";
const EVENTS: &str = "common/events/tea.yaml";
const DOCUMENT: &str = "service/openapi.yaml";
const PARAMETERS: &str = "common/parameters.yaml";
const RESPONSES: &str = "common/responses.yaml";
const ERRORS: &str = "common/schemas/error.yaml";

const FIXTURE: [(&str, &str); 7] = [
    (PARAMETERS, include_str!("../../fixture/spec/common/parameters.yaml")),
    (RESPONSES, include_str!("../../fixture/spec/common/responses.yaml")),
    (ERRORS, include_str!("../../fixture/spec/common/schemas/error.yaml")),
    (EVENTS, include_str!("../../fixture/spec/common/events/tea.yaml")),
    (DOCUMENT, include_str!("../../fixture/spec/service/openapi.yaml")),
    (TEA, include_str!("../../fixture/spec/service/paths/tea.yaml")),
    (SCHEMAS, include_str!("../../fixture/spec/service/schemas/tea.yaml")),
];

/// What the linter says after replacing the first `from` in each of the files.
fn after(edits: &[(&str, &str, &str)]) -> Vec<String> {
    let texts = FIXTURE.map(|(path, text)| {
        let mut text = text.to_owned();
        for (_, from, to) in edits.iter().filter(|edit| edit.0 == path) {
            assert!(text.contains(from), "{path} has no {from:?}");
            text = text.replacen(from, to, 1);
        }
        (path, text)
    });
    let sections = [("RECONCILIATION.md", "### <a id=\"r1\"></a>R1 Steeping\n".to_owned())];
    match from_texts("spec", texts.into_iter().chain(sections)) {
        Ok(source) => check(&source).iter().map(ToString::to_string).collect(),
        Err(findings) => findings.iter().map(ToString::to_string).collect(),
    }
}

/// A test for each: what is planted where, and everything the linter says then.
macro_rules! plant {
    ($($name:ident { in $file:ident replace $from:literal by $to:literal and hear $($finding:literal;)+ })+) => {
        $(
            #[test]
            fn $name() {
                assert_eq!(super::after(&[($file, $from, $to)]), [$($finding),+]);
            }
        )+
    };
}
use plant;

#[test]
fn the_fixture_has_no_mistake() {
    assert_eq!(after(&[]), Vec::<String>::new());
}

#[test]
fn all_mistakes_come_at_once_causes_first_then_by_file() {
    let findings = after(&[
        (SCHEMAS, "Green tea.", "\"\""),
        (PARAMETERS, "description: Which page, from 1.", "summary: x"),
        (TEA, "summary: List cups.", "operationid: x"),
    ]);
    let places: Vec<_> = findings.iter().filter_map(|finding| finding.split(": ").next()).collect();
    assert_eq!(
        places,
        [
            "spec/common/parameters.yaml:5",
            "spec/service/paths/tea.yaml:4",
            "spec/common/parameters.yaml:2",
            "spec/service/paths/tea.yaml:2",
            "spec/service/schemas/tea.yaml:5",
        ]
    );
}
