use super::{ERRORS, EVENTS, SCHEMAS, TEA, plant};

plant! {
    a_component_name_twice_is_told {
        in EVENTS replace
            "PouredEvent:\n  type"
        by
            "Milk:\n  type: string\n  description: Not that.\n\nPouredEvent:\n  type"
        and hear
            "spec/common/events/tea.yaml:22: nothing uses `Milk`; refer to it or delete it";
            "spec/service/schemas/tea.yaml:45: `Milk` is the name of a component at spec/common/events/tea.yaml:22 already; use that one, or give this one another name";
    }

    a_component_name_not_in_pascal_case_is_told {
        in ERRORS replace
            "ErrorCode:"
        by
            "Error_code:"
        and hear
            "spec/common/schemas/error.yaml:7: `$ref: #/ErrorCode` leads nowhere; did you mean `Error_code`?";
            "spec/common/schemas/error.yaml:9: `Error_code` is not in Pascal case; write `ErrorCode`";
            "spec/common/schemas/error.yaml:9: nothing uses `Error_code`; refer to it or delete it";
    }

    component_names_that_meet_are_told {
        in SCHEMAS replace
            "Options:\n"
        by
            "milk:\n  type: object\n  description: More milk.\n  additionalProperties: true\n\nOptions:\n"
        and hear
            "spec/service/schemas/tea.yaml:40: `milk` is not in Pascal case; write `Milk`";
            "spec/service/schemas/tea.yaml:40: nothing uses `milk`; refer to it or delete it";
            "spec/service/schemas/tea.yaml:50: `milk` and `Milk` both become `Milk`; give one another name";
    }

    a_component_named_like_the_prelude_is_told {
        in SCHEMAS replace
            "Options:\n"
        by
            "Option:\n  type: string\n  description: Taken.\n\nOptions:\n"
        and hear
            "spec/service/schemas/tea.yaml:40: nothing uses `Option`; refer to it or delete it";
            "spec/service/schemas/tea.yaml:40: the name `Option` is taken by Rust or our crate; give the component a more precise name";
    }

    a_component_named_like_a_handle_is_told {
        in SCHEMAS replace
            "Options:\n"
        by
            "Tea:\n  type: string\n  description: Taken.\n\nOptions:\n"
        and hear
            "spec/service/schemas/tea.yaml:40: nothing uses `Tea`; refer to it or delete it";
            "spec/service/schemas/tea.yaml:40: the name `Tea` is taken by the handle of the group `tea`; give the component a more precise name";
    }

    members_that_become_one_field_are_told {
        in SCHEMAS replace
            "    owner:\n"
        by
            "    ID:\n      type: string\n      description: Again.\n    owner:\n"
        and hear
            "spec/service/schemas/tea.yaml:71: `id` and `ID` both become the field `id`; keep the one the server sends, or describe the object with `additionalProperties`";
    }

    a_setter_that_meets_our_own_is_told {
        in SCHEMAS replace
            "    size:\n"
        by
            "    new:\n"
        and hear
            "spec/service/schemas/tea.yaml:30: the setter of `new` would meet our own function of this name; report it to the owner of codegen: the setter needs another name";
    }

    a_method_of_the_wrong_form_is_told {
        in TEA replace
            "x-dify-method: app.tea.list"
        by
            "x-dify-method: tea.list"
        and hear
            "spec/service/paths/tea.yaml:3: `tea.list` is not of the form `client.group.method`; write for instance `app.chat.send`";
    }

    a_method_that_is_a_keyword_is_told {
        in TEA replace
            "x-dify-stream-method: stream"
        by
            "x-dify-stream-method: yield"
        and hear
            "spec/service/paths/tea.yaml:24: `yield` is no name for a method; use small letters, digits and `_`, no keyword";
    }

    a_method_twice_is_told {
        in TEA replace
            "x-dify-stream-method: stream"
        by
            "x-dify-stream-method: list"
        and hear
            "spec/service/paths/tea.yaml:24: another operation is `app.tea.list` already; give one another name";
    }

    an_operation_without_a_method_is_told {
        in TEA replace
            "    x-dify-method: app.tea.list\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:2: `GET /cups` has no `x-dify-method`; name the client, the group and the method: `app.chat.send`";
    }

    a_parameter_twice_is_told {
        in TEA replace
            "    responses:"
        by
            "      - $ref: \"../../common/parameters.yaml#/PageQuery\"\n    responses:"
        and hear
            "spec/service/paths/tea.yaml:10: the parameter `page` occurs twice; remove one";
    }
}
