use super::*;

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn answer(schema: Value, example: Value) -> Value {
    json!({"200": {"description": "Tea.", "content": {"application/json": {"schema": schema, "example": example}}}})
}

/// Two operations, of which one came with 1.9.0, with a component of its own.
fn bundle() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Tea", "version": "1.16.1", "x-dify-checked": ["1.9.0", "1.16.1"],
            "description": "Serves tea. Checked against recordings of real servers, Dify 1.9.0 and 1.16.1; marks follow.",
        },
        "tags": [{"name": "tea"}, {"name": "cups"}],
        "paths": {
            "/tea": {"get": {
                "tags": ["tea"],
                "x-dify-errors": ["cold", "spilt"],
                "x-dify-deviations": [{"servers": ["1.9.0"], "status": 500, "note": "It spills."}],
                "responses": answer(reference("Tea"), json!({"kind": "green", "cups": [{"size": 1}], "old": "x"})),
            }},
            "/cups": {"get": {
                "tags": ["cups"], "x-dify-since": "1.9.0", "deprecated": true, "x-dify-deprecated": "1.15.0",
                "responses": answer(reference("Cup"), json!({"size": 1})),
            }},
        },
        "components": {
            "schemas": {
                "Tea": {
                    "type": "object", "required": ["kind", "cups"], "x-dify-new": ["kind", "cups"],
                    "properties": {
                        "kind": {"type": "object", "x-dify-earlier": [
                            {"until": "1.12.1", "schema": {"type": "string", "nullable": true}},
                        ]},
                        "cups": {"type": "array", "x-dify-since": "1.9.0", "items": reference("Cup")},
                        "old": {"type": "string", "x-dify-until": "1.15.0"},
                    },
                },
                "Cup": {"type": "object", "properties": {"size": {"type": "integer"}, "example": {"type": "string"}}},
                "ErrorCode": {"type": "string", "x-extensible-enum": [
                    {"value": "cold"}, {"value": "spilt", "since": "1.9.0"},
                ]},
            },
        },
    })
}

const RELEASED: [&str; 6] = ["1.0.0", "1.7.2", "1.9.0", "1.9.2", "1.13.0", "1.16.1"];

fn one(release: &str) -> Value {
    let bundle = bundle();
    let range = Range::one(release, std::slice::from_ref(&bundle), &RELEASED).expect("a release");
    range.document(&bundle).expect("a document")
}

#[test]
fn a_document_of_one_release_has_nothing_of_others() {
    let old = one("1.7.2");
    assert!(old["paths"].get("/cups").is_none());
    assert_eq!(old["tags"], json!([{"name": "tea"}]));
    let schemas = old["components"]["schemas"].as_object().expect("schemas");
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Tea"], "Cup is not reached any more");
    assert_eq!(
        schemas["Tea"],
        json!({
            "type": "object", "required": ["kind"], "x-dify-new": ["kind"],
            "properties": {"kind": {"type": "string", "nullable": true}, "old": {"type": "string"}},
        })
    );
    let operation = &old["paths"]["/tea"]["get"];
    assert!(operation.get("x-dify-deviations").is_none());
    // `kind` has another shape in the example.
    let content = json!({"schema": reference("Tea"), "example": {"kind": "green", "old": "x"}});
    assert_eq!(operation["responses"]["200"]["content"]["application/json"], content);
    assert_eq!(old["info"]["version"], "1.7.2");
    assert!(old["info"].get("x-dify-checked").is_none());
    let description = "Serves tea. Describes Dify 1.7.2 only, of which there are no recordings.";
    assert_eq!(old["info"]["description"], description);
}

#[test]
fn an_example_of_another_shape_is_left_out_and_marks_are_gone() {
    let new = one("1.16.1");
    assert!(new["paths"]["/tea"]["get"]["responses"]["200"]["content"]["application/json"].get("example").is_none());
    assert_eq!(new["paths"]["/cups"]["get"]["x-dify-deprecated"], "1.15.0");
    for word in ["x-dify-since", "x-dify-until", "x-dify-earlier", "\"since\""] {
        assert!(!new.to_string().contains(word), "{word}");
    }
    let middle = one("1.9.0");
    let cups = &middle["paths"]["/cups"]["get"];
    assert!(cups.get("deprecated").is_none() && cups.get("x-dify-deprecated").is_none());
    assert_eq!(middle["paths"]["/tea"]["get"]["x-dify-deviations"][0]["status"], 500);
    assert_eq!(middle["info"]["x-dify-checked"], json!(["1.9.0"]));
    let description = "Serves tea. Describes Dify 1.9.0 only. Checked against recordings of this release.";
    assert_eq!(middle["info"]["description"], description);
}

#[test]
fn error_codes_of_other_releases_are_not_listed() {
    let errors = |release: &str| one(release)["paths"]["/tea"]["get"]["x-dify-errors"].take();
    assert_eq!(errors("1.7.2"), json!(["cold"]));
    assert_eq!(errors("1.9.0"), json!(["cold", "spilt"]));
}

#[test]
fn a_document_of_a_range_takes_what_each_release_sends() {
    let bundle = bundle();
    let range = Range::from("1.0.0", std::slice::from_ref(&bundle), &RELEASED).expect("a range");
    let document = range.document(&bundle).expect("a document");
    let tea = &document["components"]["schemas"]["Tea"];
    assert_eq!(tea["required"], json!(["kind"]));
    let shapes = json!({"anyOf": [{"type": "object", "nullable": true}, {"type": "string"}], "nullable": true});
    assert_eq!(tea["properties"]["kind"], shapes);
    assert_eq!(tea["properties"]["old"], json!({"type": "string", "x-dify-until": "1.15.0"}));
    assert_eq!(tea["properties"]["cups"]["x-dify-since"], "1.9.0");
    assert!(
        document["paths"]["/cups"]["get"]["x-dify-since"] == "1.9.0" && tea["x-dify-new"] == json!(["kind", "cups"])
    );
    assert_eq!(document["info"]["version"], "1.0.0-1.16.1");
    let judge = Document::new(publish(&document, Version::V31), "").expect("a document");
    let tea = judge.component("Tea").expect("a component");
    for body in [json!({"kind": null, "old": ""}), json!({"kind": {}, "cups": []}), json!({"kind": "green"})] {
        assert!(tea.problems(&body, Side::Answer).is_empty(), "{body}");
    }
    assert!(!tea.problems(&json!({"cups": []}), Side::Answer).is_empty());
}

#[test]
fn a_release_that_cannot_be_described_is_refused_with_a_reason() {
    let mut bundle = bundle();
    bundle["paths"]["/next"] = json!({"get": {"x-dify-since": "1.17.0"}});
    let bundles = [bundle];
    let one = |release: &str| Range::one(release, &bundles, &RELEASED).map_err(|error| error.to_string());
    let from = |release: &str| Range::from(release, &bundles, &RELEASED).map_err(|error| error.to_string());
    assert!(one("1.17.0").is_ok() && one("1.9.2").is_ok() && from("1.16.1").is_ok());
    for (refused, reason) in [
        (one("main"), "`main` is no release: write three numbers, such as 1.9.2"),
        (one("1.9"), "`1.9` is no release: write three numbers, such as 1.9.2"),
        (one("0.14.0"), "0.14.0 is too old: spec/ describes releases from 0.15.8 on"),
        (one("1.18.0"), "1.18.0 is too new: 1.17.0 is the newest release that spec/ describes"),
        (one("1.9.7"), "there is no release 1.9.7 of Dify: 1.9.2 was followed by 1.13.0 (spec/upstream/releases.txt)"),
        (from("0.15.8"), "0.15.8 is too old: spec/ describes releases from 1.0.0 on"),
        (from("1.17.0"), "1.17.0 is too new: 1.16.1 is the newest release that spec/ takes as the contract"),
    ] {
        assert_eq!(refused.expect_err(reason), reason);
    }
}
