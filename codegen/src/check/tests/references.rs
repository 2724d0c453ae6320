use super::{DOCUMENT, EVENTS, SCHEMAS, TEA, plant};

plant! {
    a_reference_to_nowhere_is_told {
        in SCHEMAS replace
            "$ref: \"#/Milk\""
        by
            "$ref: \"#/Mlik\""
        and hear
            "spec/service/schemas/tea.yaml:36: `$ref: #/Mlik` leads nowhere; write `#/Name` for this file or `../schemas/file.yaml#/Name`, relative to this file, with a name that is there";
    }

    a_mapping_to_nowhere_is_told {
        in EVENTS replace
            "poured: \"#/PouredEvent\""
        by
            "poured: \"#/Poured\""
        and hear
            "spec/common/events/tea.yaml:5: no value of `event` leads to `PouredEvent`; add it to `mapping`";
            "spec/common/events/tea.yaml:11: `$ref: #/Poured` leads nowhere; write `#/Name` for this file or `../schemas/file.yaml#/Name`, relative to this file, with a name that is there";
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
            "spec/common/parameters.yaml:1: nothing uses `PageQuery`; refer to it or delete it";
            "spec/service/paths/tea.yaml:8: `page` is no query parameter of `GET /cups`; name the one that asks for the next page";
            "spec/service/paths/tea.yaml:11: `Refused` is not a parameter; refer to a parameter, or move it to a file for these";
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
            "spec/service/paths/tea.yaml:61: no openapi.yaml lists `/cups/{cup_id}`; list it under `paths` there, or delete it";
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
