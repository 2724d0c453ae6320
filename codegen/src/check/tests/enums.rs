use super::{SCHEMAS, TEA, plant};

plant! {
    an_open_enum_value_without_description_is_told {
        in SCHEMAS replace
            "    - value: green\n      description: Green tea.\n"
        by
            "    - value: green\n"
        and hear
            "spec/service/schemas/tea.yaml:5: the value `green` has no description; describe its meaning";
    }

    an_open_enum_value_twice_is_told {
        in SCHEMAS replace
            "value: black"
        by
            "value: green"
        and hear
            "spec/service/schemas/tea.yaml:7: the value `green` occurs twice; remove one";
    }

    an_open_enum_that_is_not_text_is_told {
        in SCHEMAS replace
            "TeaKind:\n  type: string"
        by
            "TeaKind:\n  type: integer"
        and hear
            "spec/service/paths/tea.yaml:17: the example does not fit its schema at /data/0/kind: \"green\" is not of type \"integer\"; mend the example, or the schema if it is wrong";
            "spec/service/paths/tea.yaml:40: the example does not fit its schema at /kind: \"green\" is not of type \"integer\"; mend the example, or the schema if it is wrong";
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /kind: \"green\" is not of type \"integer\"; mend the example, or the schema if it is wrong";
            "spec/service/paths/tea.yaml:51: the example does not fit its schema at /cup/kind: \"green\" is not of type \"integer\"; mend the example, or the schema if it is wrong";
            "spec/service/schemas/tea.yaml:2: a number has no size; add `format: int64`";
            "spec/service/schemas/tea.yaml:4: an open enum is `type: string` without `enum`; write `type: string` and remove `enum`";
            "spec/service/schemas/tea.yaml:10: the example does not fit its schema: \"green\" is not of type \"integer\"; mend the example, or the schema if it is wrong";
    }

    a_closed_enum_value_that_is_not_text_is_told {
        in SCHEMAS replace
            "enum: [small, large]"
        by
            "enum: [small, large, 3]"
        and hear
            "spec/service/schemas/tea.yaml:15: a value of an enum is not text; put it in quotes; null is expressed by `nullable: true`";
    }

    a_closed_enum_that_the_server_sends_is_told {
        in SCHEMAS replace
            "    owner:\n      type: string\n      x-dify-since: \"1.1.0\"\n      description: Whose it is."
        by
            "    size:\n      $ref: \"#/CupSize\""
        and hear
            "spec/service/schemas/tea.yaml:15: the server sends `CupSize`, and its enums grow; write `x-extensible-enum: [{value: …, description: …}]`";
    }

    enum_values_of_one_name_are_told {
        in SCHEMAS replace
            "enum: [small, large]"
        by
            "enum: [small, Small]"
        and hear
            "spec/service/schemas/tea.yaml:15: the values `small` and `Small` both become `Small`; describe the member as a string instead and list the values in its description";
    }

    an_enum_value_of_symbols_is_told {
        in SCHEMAS replace
            "enum: [small, large]"
        by
            "enum: [small, \"==\"]"
        and hear
            "spec/service/schemas/tea.yaml:15: the value `==` gives no usable name for a variant; describe the member as a string instead and list the values in its description";
    }

    an_unknown_error_code_is_told {
        in TEA replace
            "x-dify-errors: [no_tea]"
        by
            "x-dify-errors: [no_coffee]"
        and hear
            "spec/service/paths/tea.yaml:28: the error code `no_coffee` is not a value of `ErrorCode`; correct it, or describe it in common/schemas/error.yaml";
    }

    no_error_codes_is_told {
        in TEA replace
            "    x-dify-errors: [no_tea]\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:22: `POST /cups` does not list its errors; add `x-dify-errors: [code…]`, empty where there are only the common ones";
    }
}
