use super::{SCHEMAS, after, plant};

const OWNER: &str = "      x-dify-since: \"1.1.0\"\n      description: Whose it is.\n";

/// What the linter reports of a member with this `x-dify-earlier`.
fn earlier(shapes: &str) -> Vec<String> {
    after(&[(SCHEMAS, OWNER, &format!("      description: Whose it is.\n      x-dify-earlier:\n{shapes}"))])
}

#[test]
fn earlier_shapes_in_order_pass() {
    let shapes = "        - {until: \"0.9.0\", schema: {type: integer, format: int64}, note: An id.}\n        \
        - {until: \"1.0.0\", schema: {type: string, nullable: true}}\n        \
        - {until: \"1.0.1\", schema: {allOf: [{$ref: \"#/TeaKind\"}]}}\n        \
        - until: \"1.0.2\"\n          schema:\n            oneOf:\n              - {type: integer, format: int64}\n              \
          - {type: object, required: [a], properties: {a: {type: string}}, additionalProperties: false}\n";
    assert_eq!(earlier(shapes), Vec::<String>::new());
}

#[test]
fn malformed_earlier_shapes_are_refused() {
    for (shape, message) in [
        ("{until: \"1.0.0\", schema: {type: string}}", "the earlier shape is the one that follows"),
        ("{until: \"1.0.0\"}", "an earlier shape has no `until`, or no `schema`"),
        ("{schema: {type: integer, format: int64}}", "an earlier shape has no `until`, or no `schema`"),
        ("{until: \"1.0\", schema: {type: integer, format: int64}}", "`until` names no release"),
        (
            "{until: \"1.0.0\", shape: 1, schema: {type: integer, format: int64}}",
            "`shape` means nothing in an entry of",
        ),
        ("{until: \"1.0.0\", schema: {typ: integer}}", "`typ` means nothing in a schema"),
        ("{until: \"1.0.0\", schema: {$ref: \"#/Gone\"}}", "leads nowhere"),
        (
            "{until: \"1.0.0\", schema: {type: object, required: [b], properties: {}}}",
            "names `b`, which is no property",
        ),
        (
            "{until: \"1.0.0\", schema: {type: integer, format: int64}}\n        - {until: \"1.0.0\", schema: {type: number, format: double}}",
            "not in order",
        ),
        ("{until: \"1.0.0\", schema: {type: string, x-dify-since: 1}}", "wrong form"),
    ] {
        let found = earlier(&format!("        - {shape}\n"));
        assert!(found.iter().any(|finding| finding.contains(message)), "{shape}\n{found:?}");
    }
    assert!(earlier("        []\n").iter().any(|finding| finding.contains("lists no shape")));
    let since = after(&[(
        SCHEMAS,
        OWNER,
        &format!("{OWNER}      x-dify-earlier: [{{until: \"1.0.0\", schema: {{type: integer, format: int64}}}}]\n"),
    )]);
    assert!(since.iter().any(|finding| finding.contains("before `x-dify-since`")), "{since:?}");
}

#[test]
fn a_part_that_ends_before_it_begins_is_refused() {
    let found = after(&[(SCHEMAS, OWNER, &format!("      x-dify-until: \"1.0.0\"\n{OWNER}"))]);
    assert!(found.iter().any(|finding| finding.contains("`x-dify-until` is before `x-dify-since`")), "{found:?}");
}

#[test]
fn a_required_member_is_one_of_the_newest_checked_release() {
    let required = ("required: [id, kind, milk]", "required: [id, kind, milk, owner]");
    let reported = |fact: &str| {
        let found = after(&[(SCHEMAS, required.0, required.1), (SCHEMAS, "x-dify-since: \"1.1.0\"", fact)]);
        found.iter().any(|finding| finding.contains("excludes the newest checked release"))
    };
    let facts = [("since", "1.1.0"), ("since", "1.1.1"), ("until", "1.1.0"), ("until", "1.0.0")];
    assert_eq!(
        facts.map(|(fact, release)| reported(&format!("x-dify-{fact}: \"{release}\""))),
        [false, true, false, true]
    );
}

#[test]
fn required_members_need_no_second_description() {
    let reported = |with: &str, required: &str| {
        let owner = format!("{OWNER}      x-dify-required-until: \"1.1.0\"\n");
        let cup = format!("required: {required}{with}");
        let found = after(&[(SCHEMAS, OWNER, &owner), (SCHEMAS, "required: [id, kind, milk]", &cup)]);
        found.iter().any(|finding| finding.contains("is required already"))
    };
    let shapes = "\n  x-dify-earlier: [{until: \"1.0.0\", schema: {type: string}}]";
    let cups = [("", "[id, kind, milk]"), (shapes, "[id, kind, milk]"), ("", "[id, kind, milk, owner]")];
    assert_eq!(cups.map(|(with, required)| reported(with, required)), [false, true, true]);
}

#[test]
fn documented_parts_are_newer_than_recordings_and_optional() {
    let reported = |facts: &str, required: &str| {
        let owner = format!("      {facts}\n      description: Whose it is.\n");
        let found = after(&[
            (SCHEMAS, OWNER, &owner),
            (SCHEMAS, "required: [id, kind, milk]", &format!("required: {required}")),
        ]);
        ["names no grade", "not newer than", "but documented only"]
            .map(|message| found.iter().any(|finding| finding.contains(message)))
    };
    let later = "x-dify-since: \"9.9.0\"\n      x-dify-evidence: documented";
    assert_eq!(reported(later, "[id, kind, milk]"), [false, false, false]);
    assert_eq!(reported(later, "[id, kind, milk, owner]"), [false, false, true]);
    assert_eq!(reported("x-dify-evidence: documented", "[id, kind, milk]"), [false, true, false]);
    let recorded = "x-dify-since: \"1.1.0\"\n      x-dify-evidence: recorded";
    assert_eq!(reported(recorded, "[id, kind, milk]"), [true, true, false]);
}

#[test]
fn a_documented_component_is_refused() {
    let cup = "  x-dify-since: \"9.9.0\"\n  x-dify-evidence: documented\n  required: [id, kind, milk]";
    let found = after(&[(SCHEMAS, "  required: [id, kind, milk]", cup)]);
    assert!(found.iter().any(|finding| finding.contains("is a component")), "{found:?}");
}

plant! {
    a_version_that_is_no_release_is_told {
        in SCHEMAS replace
            "since: \"1.1.0\""
        by
            "since: \"v1.1\""
        and hear
            "spec/service/schemas/tea.yaml:9: `since` names no release; write it as \"1.16.1\", in quotes";
    }

    a_version_without_quotes_is_told {
        in SCHEMAS replace
            "x-dify-since: \"1.1.0\""
        by
            "x-dify-since: 1.1"
        and hear
            "spec/service/schemas/tea.yaml:73: `x-dify-since` has the wrong form; write one text, in quotes if it is a number";
            "spec/service/schemas/tea.yaml:73: `x-dify-since` names no release; write it as \"1.16.1\", in quotes";
    }
}
