use super::{PARAMETERS, SCHEMAS, TEA, after, plant};

plant! {
    an_example_of_the_wrong_type_is_told {
        in TEA replace
            "{id: cup-1, kind: green, milk: {fat: 1.5}}"
        by
            "{id: 1, kind: green, milk: {fat: 1.5}}"
        and hear
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /id: 1 is not of type \"string\"; mend the example, or the schema if it is wrong";
    }

    an_example_that_lacks_a_member_is_told {
        in TEA replace
            "{id: cup-1, kind: green, milk: {fat: 1.5}}"
        by
            "{id: cup-1, milk: {fat: 1.5}}"
        and hear
            "spec/service/paths/tea.yaml:47: the example does not fit its schema: \"kind\" is a required property; mend the example, or the schema if it is wrong";
    }

    an_example_with_a_member_too_many_is_told {
        in TEA replace
            "{id: cup-1, kind: green, milk: {fat: 1.5}}"
        by
            "{id: cup-1, kind: green, milk: {fat: 1.5, sugar: 1}}"
        and hear
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /milk: Additional properties are not allowed ('sugar' was unexpected); mend the example, or the schema if it is wrong";
    }

    an_example_with_a_value_unknown_to_its_enum_is_told {
        in TEA replace
            "{kind: green, options"
        by
            "{kind: red, options"
        and hear
            "spec/service/paths/tea.yaml:40: the example does not fit its schema at /kind: \"red\" is not one of \"green\" or \"black\"; mend the example, or the schema if it is wrong";
    }

    an_example_event_with_a_wrong_member_is_told {
        in TEA replace
            "{event: poured, cup: {id: cup-1,"
        by
            "{event: poured, cup: {id: null,"
        and hear
            "spec/service/paths/tea.yaml:51: the example does not fit its schema at /cup/id: null is not of type \"string\"; mend the example, or the schema if it is wrong";
    }

    an_example_event_of_no_name_is_told {
        in TEA replace
            "{event: poured"
        by
            "{event: spilt"
        and hear
            "spec/service/paths/tea.yaml:51: the example does not fit its schema at /event: \"spilt\" is not one of \"boiling\" or \"poured\"; mend the example, or the schema if it is wrong";
    }

    an_example_of_a_parameter_is_told {
        in PARAMETERS replace
            "example: 2"
        by
            "example: 0"
        and hear
            "spec/common/parameters.yaml:7: the example does not fit its schema: 0 is less than the minimum of 1; mend the example, or the schema if it is wrong";
    }

    an_example_of_a_component_is_told {
        in SCHEMAS replace
            "example: green"
        by
            "example: pink"
        and hear
            "spec/service/schemas/tea.yaml:10: the example does not fit its schema: \"pink\" is not one of \"green\" or \"black\"; mend the example, or the schema if it is wrong";
    }

    a_name_given_twice_in_a_mapping_is_told {
        in SCHEMAS replace
            "      minimum: 0"
        by
            "      minimum: 0\n      minimum: 1"
        and hear
            "spec/service/schemas/tea.yaml:54: `minimum` occurs already, on line 53; remove or rename one of the two";
    }

    a_word_that_parsers_read_differently_is_told {
        in SCHEMAS replace
            "example: green"
        by
            "example: no"
        and hear
            "spec/service/schemas/tea.yaml:10: YAML parsers disagree on what `no` without quotes is; put it in quotes, or write the number plainly";
            "spec/service/schemas/tea.yaml:10: the example does not fit its schema: \"no\" is not one of \"green\" or \"black\"; mend the example, or the schema if it is wrong";
    }
}

#[test]
fn an_example_is_checked_beside_a_schema_without_a_validator() {
    let unusable = (SCHEMAS, "`small` or `large`.\n", "`small` or `large`.\n  pattern: \"(\"\n  example: huge\n");
    let findings = after(&[unusable, (PARAMETERS, "example: 2", "example: 0")]);
    assert_eq!(
        findings,
        [
            "spec/common/parameters.yaml:7: the example does not fit its schema: 0 is less than the minimum of 1; mend the example, or the schema if it is wrong"
        ]
    );
}
