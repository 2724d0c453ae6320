use super::{SCHEMAS, TEA, plant};

plant! {
    a_misspelt_member_is_told {
        in TEA replace
            "summary: List cups."
        by
            "sumary: List cups."
        and hear
            "spec/service/paths/tea.yaml:4: `sumary` means nothing in an operation; did you mean `summary`?";
            "spec/service/paths/tea.yaml:2: `GET /cups` has no summary; describe in one line what it does";
    }

    an_unknown_extension_is_told {
        in SCHEMAS replace
            "x-dify-tristate: true"
        by
            "x-dify-tristat: true"
        and hear
            "spec/service/schemas/tea.yaml:37: `x-dify-tristat` means nothing in a schema; did you mean `x-dify-tristate`?";
    }

    a_member_that_means_nothing_is_told {
        in SCHEMAS replace
            "minimum: 0"
        by
            "anyOf: []"
        and hear
            "spec/service/schemas/tea.yaml:53: `anyOf` means nothing in a schema; did you mean `allOf`?";
    }

    an_extension_where_none_may_stand_is_told {
        in TEA replace
            "required: true\n      description: What"
        by
            "x-dify-since: \"1.1.0\"\n      required: true\n      description: What"
        and hear
            "spec/service/paths/tea.yaml:35: `x-dify-since` means nothing in a request body; extensions have no meaning here: remove it";
    }

    an_extension_of_the_wrong_form_is_told {
        in TEA replace
            "x-dify-idempotent: true"
        by
            "x-dify-idempotent: yes please"
        and hear
            "spec/service/paths/tea.yaml:25: `x-dify-idempotent` has the wrong form; write `true` or `false`";
    }

    a_list_that_is_text_is_told {
        in TEA replace
            "x-dify-errors: [no_tea]"
        by
            "x-dify-errors: no_tea"
        and hear
            "spec/service/paths/tea.yaml:28: `x-dify-errors` has the wrong form; write a list of texts";
    }
}
