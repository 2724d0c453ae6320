use super::{DOCUMENT, EVENTS, SCHEMAS, TEA, after, plant};

const MILK: &str = "Milk:\n  type: object\n";

// Guards a past bug: rules that follow references did not come to an end.
#[test]
fn references_that_lead_in_a_circle_are_told() {
    for milk in [
        "Milk:\n  $ref: \"#/Milk\"\nOld:\n  type: object\n",
        "Milk:\n  $ref: \"../../common/schemas/error.yaml#/Cream\"\nOld:\n  type: object\n",
        "Milk:\n  allOf: [{$ref: \"#/Milk\"}]\nOld:\n  type: object\n",
        "Milk:\n  oneOf: [{type: string}, {$ref: \"#/Milk\"}]\nOld:\n  type: object\n",
        "Milk:\n  type: array\n  items: {$ref: \"#/Milk\"}\nOld:\n  type: object\n",
        "Milk:\n  additionalProperties: {allOf: [{$ref: \"#/Milk\"}]}\nOld:\n  type: object\n",
    ] {
        let cream = "Cream:\n  $ref: \"../../service/schemas/tea.yaml#/Milk\"\nErrorBody:";
        let told = after(&[(SCHEMAS, MILK, milk), (super::ERRORS, "ErrorBody:", cream)]);
        let circles = |line: &&String| line.contains("`Milk` leads back to itself and nowhere else");
        assert_eq!(told.iter().filter(circles).count(), 1, "{milk}\n{told:?}");
    }
}

#[test]
fn a_chain_of_thousands_of_components_is_followed() {
    let link = |number: usize| {
        format!(
            "Milk{number}:\n  type: object\n  description: Milk.\n  properties:\n    next:\n      $ref: \"#/Milk{}\"\n",
            number + 1
        )
    };
    let links: String = (0..3_000).map(link).collect();
    let milk = format!("Milk:\n  allOf: [{{$ref: \"#/Milk0\"}}]\n{links}Milk3000:\n  type: object\n");
    let told = after(&[(SCHEMAS, MILK, &milk)]);
    assert!(!told.iter().any(|line| line.contains("itself")), "{told:?}");
}

#[test]
fn an_object_in_itself_is_told_and_a_list_of_itself_is_not() {
    let with = |member: &str| {
        format!("{MILK}  description: Milk.\n  properties:\n    inner:\n      {member}\nOld:\n  type: object\n")
    };
    let told = after(&[(SCHEMAS, MILK, &with("$ref: \"#/Milk\""))]);
    assert!(told.iter().any(|line| line.contains("`Milk` is a member of itself")), "{told:?}");
    let told =
        after(&[(SCHEMAS, MILK, &with("type: array\n      description: More.\n      items: {$ref: \"#/Milk\"}"))]);
    assert!(!told.iter().any(|line| line.contains("itself")), "{told:?}");
}

plant! {
    a_reference_to_nowhere_is_told {
        in SCHEMAS replace
            "$ref: \"#/Milk\""
        by
            "$ref: \"#/Mlik\""
        and hear
            "spec/service/schemas/tea.yaml:36: `$ref: #/Mlik` leads nowhere; did you mean `Milk`?";
    }

    a_mapping_to_nowhere_is_told {
        in EVENTS replace
            "poured: \"#/PouredEvent\""
        by
            "poured: \"#/Poured\""
        and hear
            "spec/common/events/tea.yaml:11: `$ref: #/Poured` leads nowhere; write `#/Name` for this file or `../schemas/file.yaml#/Name`, relative to this file, with a name that is there";
            "spec/common/events/tea.yaml:5: no value of `event` leads to `PouredEvent`; add it to `mapping`";
    }

    a_reference_into_the_wrong_file_is_told {
        in SCHEMAS replace
            "$ref: \"#/Milk\""
        by
            "$ref: \"../../common/schemas/error.yaml#/Milk\""
        and hear
            "spec/service/schemas/tea.yaml:36: `$ref: ../../common/schemas/error.yaml#/Milk` leads nowhere; `Milk` is not in ../../common/schemas/error.yaml: correct the path, relative to this file";
    }

    a_mapping_by_another_name_than_the_events_is_told {
        in EVENTS replace
            "Always `boiling`"
        by
            "Always `boils`"
        and hear
            "spec/common/events/tea.yaml:10: `boiling` leads to `BoilingEvent`, whose `event` is always `boils`; write `boils` here, or correct the other";
    }

    something_beside_a_reference_is_told {
        in SCHEMAS replace
            "$ref: \"#/CupSize\""
        by
            "$ref: \"#/CupSize\"\n      description: Big."
        and hear
            "spec/service/schemas/tea.yaml:31: `description` beside a `$ref` is ignored; remove it, or wrap the reference: `allOf: [{$ref: …}]`";
    }

    a_reference_to_a_part_of_another_kind_is_told {
        in TEA replace
            "$ref: \"../../common/parameters.yaml#/PageQuery\""
        by
            "$ref: \"../../common/responses.yaml#/Refused\""
        and hear
            "spec/service/paths/tea.yaml:9: `Refused` is not a parameter; refer to a parameter, or move it to a file for these";
            "spec/common/parameters.yaml:1: nothing uses `PageQuery`; refer to it or delete it";
            "spec/service/paths/tea.yaml:6: `page` is no query parameter of `GET /cups`; name the one that asks for the next page";
    }

    a_path_listed_under_another_name_is_told {
        in DOCUMENT replace
            "/cups: {"
        by
            "/mugs: {"
        and hear
            "spec/service/openapi.yaml:16: `/mugs` leads to `/cups`; give the path one name in both files";
    }

    a_path_not_listed_is_told {
        in DOCUMENT replace
            "  /cups/{cup_id}: {$ref: \"paths/tea.yaml#/~1cups~1{cup_id}\"}\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:57: no openapi.yaml lists `/cups/{cup_id}`; list it under `paths` there, or delete it";
    }

    a_path_written_out_in_the_document_is_told {
        in DOCUMENT replace
            "components:\n"
        by
            "  /x: {description: X}\ncomponents:\n"
        and hear
            "spec/service/openapi.yaml:18: `/x` is written out here; move it to a file in paths/ and refer to it";
    }

    an_unused_component_is_told {
        in SCHEMAS replace
            "CupSize:"
        by
            "Kettle:\n  type: string\n  description: Boils.\n\nCupSize:"
        and hear
            "spec/service/schemas/tea.yaml:12: nothing uses `Kettle`; refer to it or delete it";
    }
}
