use super::{DOCUMENT, TEA, plant};

plant! {
    an_operation_id_in_the_source_is_refused {
        in TEA replace
            "    x-dify-method: app.tea.list\n"
        by
            "    x-dify-method: app.tea.list\n    operationId: app_tea_list\n"
        and hear
            "spec/service/paths/tea.yaml:4: `operationId` means nothing in an operation; remove it: the bundler derives it from `x-dify-method`";
    }

    a_tag_in_the_source_is_refused {
        in TEA replace
            "    x-dify-method: app.tea.list\n"
        by
            "    x-dify-method: app.tea.list\n    tags: [tea]\n"
        and hear
            "spec/service/paths/tea.yaml:4: `tags` means nothing in an operation; remove it: the bundler derives it from `x-dify-method`";
    }

    a_tag_that_nothing_describes_is_told {
        in DOCUMENT replace
            "  - name: tea\n"
        by
            "  - name: coffee\n"
        and hear
            "spec/service/paths/tea.yaml:3: openapi.yaml does not describe the tag `tea`; list it under `tags` there, with a description";
            "spec/service/paths/tea.yaml:23: openapi.yaml does not describe the tag `tea`; list it under `tags` there, with a description";
            "spec/service/paths/tea.yaml:59: openapi.yaml does not describe the tag `tea`; list it under `tags` there, with a description";
    }

    a_client_with_another_key_is_told {
        in TEA replace
            "    summary: List cups."
        by
            "    security: [{datasetKey: []}]\n    summary: List cups."
        and hear
            "spec/service/paths/tea.yaml:3: the client `app` has `appKey`, but this operation requires `datasetKey`; correct the client, or the operation's `security`";
    }

    a_security_scheme_that_is_none_is_told {
        in DOCUMENT replace
            "    appKey:\n      type"
        by
            "    appkey:\n      type"
        and hear
            "spec/service/paths/tea.yaml:2: openapi.yaml has no security scheme `appKey`; correct the name, or describe it there";
            "spec/service/paths/tea.yaml:22: openapi.yaml has no security scheme `appKey`; correct the name, or describe it there";
            "spec/service/paths/tea.yaml:58: openapi.yaml has no security scheme `appKey`; correct the name, or describe it there";
    }

    an_operation_without_summary_is_told {
        in TEA replace
            "    summary: List cups.\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:2: `GET /cups` has no summary; describe in one line what it does";
    }

    an_operation_without_description_is_told {
        in TEA replace
            "    description: All cups, the newest first.\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:2: `GET /cups` has no description; describe what a caller needs";
    }

    a_common_error_not_documented_is_told {
        in TEA replace
            "      \"401\": {$ref: \"../../common/responses.yaml#/Refused\"}\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:2: `GET /cups` does not document 401; add `\"401\": {$ref: \"../../common/responses.yaml#/Unauthorized\"}`";
    }

    a_status_class_is_told {
        in TEA replace
            "\"500\""
        by
            "5XX"
        and hear
            "spec/service/paths/tea.yaml:2: `GET /cups` does not document 500; add `\"500\": {$ref: \"../../common/responses.yaml#/ServerError\"}`";
            "spec/service/paths/tea.yaml:21: `5XX` is no exact status; list each status that was seen";
    }

    idempotent_where_it_is_no_news_is_told {
        in TEA replace
            "    summary: Pour"
        by
            "    x-dify-idempotent: true\n    summary: Pour"
        and hear
            "spec/service/paths/tea.yaml:60: DELETE is idempotent by itself; remove `x-dify-idempotent`";
    }

    a_post_that_is_said_not_to_be_idempotent_is_told {
        in TEA replace
            "x-dify-idempotent: true"
        by
            "x-dify-idempotent: false"
        and hear
            "spec/service/paths/tea.yaml:25: POST is not idempotent by itself; remove `x-dify-idempotent`";
    }

    a_need_that_is_no_optional_parameter_is_told {
        in TEA replace
            "    x-dify-paging"
        by
            "    x-dify-needs: [page, user]\n    x-dify-paging"
        and hear
            "spec/service/paths/tea.yaml:6: `user` is no optional query parameter or member of the body of `GET /cups`; name one, or remove it: required members are needed anyway";
    }

    a_stream_method_without_a_stream_is_told {
        in TEA replace
            "    x-dify-paging"
        by
            "    x-dify-stream-method: watch\n    x-dify-paging"
        and hear
            "spec/service/paths/tea.yaml:6: `GET /cups` does not answer both JSON and a stream; remove `x-dify-stream-method`, or describe both bodies";
    }

    a_stream_without_a_method_is_told {
        in TEA replace
            "    x-dify-stream-method: stream\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:22: `POST /cups` answers JSON and a stream, but the stream's method has no name; add `x-dify-stream-method: stream`";
    }

    paging_in_no_known_style_is_told {
        in TEA replace
            "style: page"
        by
            "style: offset"
        and hear
            "spec/service/paths/tea.yaml:6: `style` is neither `cursor` nor `page`; write one of the two";
    }

    paging_by_a_parameter_that_is_none_is_told {
        in TEA replace
            "parameter: page"
        by
            "parameter: last_id"
        and hear
            "spec/service/paths/tea.yaml:6: `last_id` is no query parameter of `GET /cups`; name the one that asks for the next page";
    }

    paging_through_what_is_no_list_is_told {
        in TEA replace
            "items: /data"
        by
            "items: /cups"
        and hear
            "spec/service/paths/tea.yaml:6: `items` does not lead to a list in the answer; write a JSON pointer such as `/data`";
    }

    paging_on_what_is_no_boolean_is_told {
        in TEA replace
            "more: /has_more"
        by
            "more: /data"
        and hear
            "spec/service/paths/tea.yaml:6: `/data` is no boolean in the answer; write a JSON pointer such as `/has_more`, or leave it out";
    }

    paging_by_cursor_without_an_id_is_told {
        in TEA replace
            "style: page"
        by
            "style: cursor"
        and hear
            "spec/service/paths/tea.yaml:6: paging by cursor needs `id`; name where an item's id is: `id: /id`";
    }

    paging_by_cursor_without_an_order_is_told {
        in TEA replace
            "style: page"
        by
            "style: cursor, id: /id"
        and hear
            "spec/service/paths/tea.yaml:6: paging by cursor needs `order`; name the order of the list: `order: [/created_at]`";
    }

    paging_by_an_order_that_items_lack_is_told {
        in TEA replace
            "style: page"
        by
            "style: cursor, id: /id, order: [/id, /brewed_at]"
        and hear
            "spec/service/paths/tea.yaml:6: an item has no `/brewed_at`; write a JSON pointer into an item, such as `/id`";
    }

    paging_from_neither_end_is_told {
        in TEA replace
            "style: page"
        by
            "style: page, from: last"
        and hear
            "spec/service/paths/tea.yaml:6: `from` is not `first`; write `first`, or leave it out for the last item";
    }

    paging_by_a_total_that_is_no_number_is_told {
        in TEA replace
            "more: /has_more"
        by
            "total: /data"
        and hear
            "spec/service/paths/tea.yaml:6: `/data` is no integer in the answer; write a JSON pointer such as `/total`, or leave it out";
    }

    a_deviation_of_a_version_never_checked_is_told {
        in TEA replace
            "servers: [\"1.0.0\"]"
        by
            "servers: [\"0.9.0\"]"
        and hear
            "spec/service/paths/tea.yaml:30: a deviation does not name checked versions; write `servers: [\"1.13.0\"]`, in quotes";
    }

    a_deviation_without_note_is_told {
        in TEA replace
            "        note: The milk is missing.\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:30: a deviation has no note; describe the defect of the server";
    }

    a_deviation_of_a_documented_status_is_told {
        in TEA replace
            "        where: /milk\n"
        by
            ""
        and hear
            "spec/service/paths/tea.yaml:30: 200 is documented, so it is no deviation; name `where` in the body, or `media`, or remove one of the two";
    }

    a_deviation_within_an_undocumented_status_is_told {
        in TEA replace
            "status: 200"
        by
            "status: 400"
        and hear
            "spec/service/paths/tea.yaml:30: a deviation within 400, which is not documented; document the status, or drop `where` and `media`: the status itself is the deviation";
    }
}
