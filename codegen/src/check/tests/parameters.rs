use super::{PARAMETERS, RESPONSES, TEA, plant};

plant! {
    a_path_parameter_not_described_is_told {
        in TEA replace
            "- name: cup_id\n        in: path"
        by
            "- name: cup_id\n        in: query"
        and hear
            "spec/service/paths/tea.yaml:58: `DELETE /cups/{cup_id}` does not describe its path parameter `cup_id`; add it to `parameters`";
    }

    a_path_parameter_not_in_the_path_is_told {
        in TEA replace
            "- name: cup_id"
        by
            "- name: cup"
        and hear
            "spec/service/paths/tea.yaml:58: `DELETE /cups/{cup_id}` does not describe its path parameter `cup_id`; add it to `parameters`";
            "spec/service/paths/tea.yaml:65: the path `/cups/{cup_id}` has no `{cup}`; correct the parameter's name, or remove it";
    }

    a_path_parameter_not_required_is_told {
        in TEA replace
            "in: path\n        required: true"
        by
            "in: path\n        required: false"
        and hear
            "spec/service/paths/tea.yaml:65: the path parameter `cup_id` is not required; write `required: true`";
    }

    a_cookie_is_told {
        in PARAMETERS replace
            "in: query"
        by
            "in: cookie"
        and hear
            "spec/common/parameters.yaml:2: the parameter `page` is in no place that clients support; write `in: path`, `in: query` or `in: header`";
            "spec/service/paths/tea.yaml:6: `page` is no query parameter of `GET /cups`; name the one that asks for the next page";
    }

    a_header_that_openapi_ignores_is_told {
        in TEA replace
            "    parameters:\n"
        by
            "    parameters:\n      - {name: Accept, in: header, description: What., schema: {type: string}}\n"
        and hear
            "spec/service/paths/tea.yaml:9: OpenAPI ignores the header parameter `Accept`; express it by the bodies' media types or by `security`";
    }

    a_parameter_without_description_is_told {
        in PARAMETERS replace
            "  description: Which page, from 1.\n"
        by
            ""
        and hear
            "spec/common/parameters.yaml:2: the parameter `page` has no description; describe its meaning, its unit or format, and its default";
    }

    a_parameter_without_schema_is_told {
        in PARAMETERS replace
            "  schema: {type: integer, format: int64, minimum: 1, default: 1}\n"
        by
            ""
        and hear
            "spec/common/parameters.yaml:2: the parameter `page` has no schema; add `schema: {type: …}`";
    }

    a_header_without_description_is_told {
        in RESPONSES replace
            "      description: Which house.\n"
        by
            ""
        and hear
            "spec/common/responses.yaml:4: the header `X-House` has no description; describe its meaning, its unit or format, and its default";
    }
}
