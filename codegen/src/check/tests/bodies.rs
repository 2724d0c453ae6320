use super::{RESPONSES, TEA, plant};

plant! {
    a_response_without_a_body_is_told {
        in RESPONSES replace
            "  content:\n    application/json:\n      schema: {$ref: \"schemas/error.yaml#/ErrorBody\"}\n      example: {code: no_tea}\n"
        by
            ""
        and hear
            "spec/common/responses.yaml:1: the response `Refused` does not describe its body; add `content` with the media type, schema and example";
            "spec/common/schemas/error.yaml:1: nothing uses `ErrorBody`; refer to it or delete it";
            "spec/common/schemas/error.yaml:9: nothing uses `ErrorCode`; refer to it or delete it";
    }

    a_body_without_schema_is_told {
        in TEA replace
            "            schema: {$ref: \"../schemas/tea.yaml#/CupPage\"}\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:14: the body `application/json` has no schema; add `schema: {$ref: …}`";
            "spec/service/schemas/tea.yaml:76: nothing uses `CupPage`; refer to it or delete it";
    }

    a_body_without_example_is_told {
        in TEA replace
            "          example: {kind: green, options: {}, milk: null}\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:38: the body `application/json` has no example; add one `example` that looks real, with invented data";
    }

    a_request_with_two_media_types_is_told {
        in TEA replace
            "      content:\n        application/json:\n          schema: {$ref: \"../schemas/tea.yaml#/CupOrder\"}"
        by
            "      content:\n        application/xml:\n          schema: {$ref: \"../schemas/tea.yaml#/CupSize\"}\n          example: small\n        application/json:\n          schema: {$ref: \"../schemas/tea.yaml#/CupOrder\"}"
        and hear
            "spec/service/paths/tea.yaml:34: the request of `POST /cups` has 2 media types; keep the one that clients should send";
    }

    an_optional_request_body_is_told {
        in TEA replace
            "requestBody:\n      required: true"
        by
            "requestBody:\n      required: false"
        and hear
            "spec/service/paths/tea.yaml:34: the body of `POST /cups` is not required; write `required: true`: generated methods always send one";
    }

    a_stream_without_framing_is_told {
        in TEA replace
            "            x-dify-framing: sse\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:48: a stream does not define the framing of its events; add `x-dify-framing: sse`";
    }

    a_stream_of_no_union_is_told {
        in TEA replace
            "common/events/tea.yaml#/TeaEvent"
        by
            "common/events/tea.yaml#/PouredEvent"
        and hear
            "spec/common/events/tea.yaml:1: nothing uses `TeaEvent`; refer to it or delete it";
            "spec/common/events/tea.yaml:13: nothing uses `BoilingEvent`; refer to it or delete it";
            "spec/service/paths/tea.yaml:48: the schema of a stream is no union of events; refer to a union with a `discriminator` in common/events/";
    }
}
