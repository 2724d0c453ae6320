use super::{EVENTS, PARAMETERS, SCHEMAS, TEA, plant};

plant! {
    an_inline_object_is_told {
        in SCHEMAS replace
            "fat:\n      type: number\n      format: double"
        by
            "fat:\n      type: object\n      properties: {}"
        and hear
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /milk/fat: 1.5 is not of type \"object\"; mend the example, or the schema if it is wrong";
            "spec/service/schemas/tea.yaml:49: an object is written inline; make it a named component and refer to it";
    }

    an_inline_open_object_is_told {
        in SCHEMAS replace
            "      type: number\n      format: double\n      description: Fat, in per cent.\n      minimum: 0"
        by
            "      type: object\n      description: Fat.\n      additionalProperties: true"
        and hear
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /milk/fat: 1.5 is not of type \"object\"; mend the example, or the schema if it is wrong";
            "spec/service/schemas/tea.yaml:49: an open object is written inline; refer to `OpenObject` (or `Inputs`) in common/schemas/json.yaml";
    }

    an_inline_enum_is_told {
        in SCHEMAS replace
            "type: number\n      format: double\n      description: Fat, in per cent.\n      minimum: 0"
        by
            "type: string\n      description: Fat.\n      enum: [low]"
        and hear
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /milk/fat: 1.5 is not of type \"string\"; mend the example, or the schema if it is wrong";
            "spec/service/paths/tea.yaml:47: the example does not fit its schema at /milk/fat: 1.5 is not one of \"low\"; mend the example, or the schema if it is wrong";
            "spec/service/schemas/tea.yaml:49: an enum is written inline; make it a named component and refer to it";
    }

    an_inline_enum_in_a_parameter_is_told {
        in TEA replace
            "schema: {type: string}"
        by
            "schema: {type: string, enum: [cup-1]}"
        and hear
            "spec/service/paths/tea.yaml:69: an enum is written inline; make it a named component and refer to it";
    }

    a_title_is_told {
        in SCHEMAS replace
            "description: Milk for tea."
        by
            "description: Milk for tea.\n  title: Milk"
        and hear
            "spec/service/schemas/tea.yaml:48: a schema has a `title`, which generators take for its name; state it in the description";
    }

    a_schema_without_a_type_is_told {
        in SCHEMAS replace
            "type: number\n      format: double\n      "
        by
            ""
        and hear
            "spec/service/schemas/tea.yaml:49: a schema has no `type`; add it, or refer to `AnyValue` in common/schemas/json.yaml";
    }

    a_type_that_is_none_is_told {
        in SCHEMAS replace
            "type: number\n      format: double"
        by
            "type: float"
        and hear
            "spec/service/schemas/tea.yaml:50: this is no type of OpenAPI 3.0; write one of string, integer, number, boolean, array, object; null is expressed by `nullable: true`";
    }

    an_integer_without_a_size_is_told {
        in PARAMETERS replace
            "format: int64, "
        by
            ""
        and hear
            "spec/common/parameters.yaml:6: a number has no size; add `format: int64`";
    }

    a_number_without_a_size_is_told {
        in SCHEMAS replace
            "      format: double\n"
        by
            ""
        and hear
            "spec/service/schemas/tea.yaml:50: a number has no size; add `format: double`";
    }

    an_integer_of_a_format_that_is_no_size_is_told {
        in PARAMETERS replace
            "int64"
        by
            "uint"
        and hear
            "spec/common/parameters.yaml:6: a number has no size; add `format: int64`";
    }

    a_list_of_nothing_said_is_told {
        in SCHEMAS replace
            "      items:\n        $ref: \"#/Cup\"\n"
        by
            ""
        and hear
            "spec/service/schemas/tea.yaml:81: a list does not define its items; add `items`";
    }

    an_object_of_nothing_said_is_told {
        in SCHEMAS replace
            "  additionalProperties: true\n"
        by
            ""
        and hear
            "spec/service/schemas/tea.yaml:40: an object does not define its members; add `properties`, or refer to `OpenObject` in common/schemas/json.yaml";
    }

    required_that_is_no_property_is_told {
        in SCHEMAS replace
            "required: [id, kind, milk]"
        by
            "required: [id, kind, milk, tea]"
        and hear
            "spec/service/schemas/tea.yaml:58: `required` names `tea`, which is no property here; correct the name, or describe the property";
    }

    required_named_twice_is_told {
        in SCHEMAS replace
            "required: [id, kind, milk]"
        by
            "required: [id, kind, milk, id]"
        and hear
            "spec/service/schemas/tea.yaml:58: `required` names `id` twice; name it once";
    }

    a_property_without_description_is_told {
        in SCHEMAS replace
            "      description: Fat, in per cent.\n"
        by
            ""
        and hear
            "spec/service/schemas/tea.yaml:49: `fat` has no description; describe its meaning, its unit or format, and when it is absent or null";
    }

    a_component_without_description_is_told {
        in SCHEMAS replace
            "  description: Milk for tea.\n"
        by
            ""
        and hear
            "spec/service/schemas/tea.yaml:45: `Milk` has no description; describe its meaning, its unit or format, and when it is absent or null";
    }

    all_of_several_is_told {
        in SCHEMAS replace
            "- $ref: \"#/Milk\"\n      x-dify"
        by
            "- $ref: \"#/Milk\"\n        - $ref: \"#/Options\"\n      x-dify"
        and hear
            "spec/service/schemas/tea.yaml:32: `allOf` puts several schemas together, which generators do in different ways; write the members out in one component";
    }

    all_of_for_nothing_is_told {
        in SCHEMAS replace
            "      nullable: true\n      allOf:\n        - $ref: \"#/Milk\"\n      description: The milk"
        by
            "      allOf:\n        - $ref: \"#/Milk\"\n      description: The milk"
        and hear
            "spec/service/paths/tea.yaml:17: the example does not fit its schema at /data/0/milk: null is not of type \"object\"; mend the example, or the schema if it is wrong";
            "spec/service/paths/tea.yaml:51: the example does not fit its schema at /cup/milk: null is not of type \"object\"; mend the example, or the schema if it is wrong";
            "spec/service/schemas/tea.yaml:65: `allOf` around a reference adds nothing; write the `$ref` alone; the component's description counts";
    }

    nullable_without_a_type_is_told {
        in SCHEMAS replace
            "      type: object\n      nullable: true\n      allOf:\n        - $ref: \"#/Milk\"\n      x"
        by
            "      nullable: true\n      allOf:\n        - $ref: \"#/Milk\"\n      x"
        and hear
            "spec/service/schemas/tea.yaml:32: `nullable` without a `type` does nothing; add `type: object`";
    }

    a_nullable_reference_of_another_type_is_told {
        in SCHEMAS replace
            "type: object\n      nullable: true"
        by
            "type: string\n      nullable: true"
        and hear
            "spec/service/schemas/tea.yaml:32: `type: string` around a reference to type object; write `type: object`";
    }

    a_default_in_a_body_is_told {
        in SCHEMAS replace
            "minimum: 0"
        by
            "default: 0"
        and hear
            "spec/service/schemas/tea.yaml:53: a `default` in a body would always be sent; state it in the description";
    }

    a_union_that_nothing_tells_apart_is_told {
        in EVENTS replace
            "  x-dify-final: [poured]\n  discriminator:\n    propertyName: event\n    mapping:\n      boiling: \"#/BoilingEvent\"\n      poured: \"#/PouredEvent\"\n"
        by
            ""
        and hear
            "spec/common/events/tea.yaml:5: two branches of this union are of type object; add a `discriminator`, or merge the two";
            "spec/service/paths/tea.yaml:48: the schema of a stream is no union of events; refer to a union with a `discriminator` in common/events/";
    }

    a_stream_whose_end_nobody_can_tell_is_told {
        in EVENTS replace
            "  x-dify-final: [poured]\n"
        by
            ""
        and hear
            "spec/common/events/tea.yaml:1: this union of events does not list the events that end a stream; list them under `x-dify-final`";
    }

    a_final_event_that_is_none_is_told {
        in EVENTS replace
            "[poured]"
        by
            "[poured, drunk]"
        and hear
            "spec/common/events/tea.yaml:6: `drunk` is no event of this union; name one of its `mapping`";
    }

    final_events_of_what_has_none_are_told {
        in EVENTS replace
            "PouredEvent:\n"
        by
            "PouredEvent:\n  x-dify-final: [poured]\n"
        and hear
            "spec/common/events/tea.yaml:23: only a union with a `discriminator` has final events; remove `x-dify-final`";
    }

    a_branch_that_no_name_leads_to_is_told {
        in EVENTS replace
            "      boiling: \"#/BoilingEvent\"\n"
        by
            ""
        and hear
            "spec/common/events/tea.yaml:4: no value of `event` leads to `BoilingEvent`; add it to `mapping`";
    }

    a_name_that_leads_to_no_branch_is_told {
        in EVENTS replace
            "    - $ref: \"#/BoilingEvent\"\n"
        by
            ""
        and hear
            "spec/common/events/tea.yaml:9: `boiling` leads to `BoilingEvent`, which is no branch; list it under `oneOf`";
    }

    a_branch_without_its_tag_is_told {
        in EVENTS replace
            "required: [event, cup]"
        by
            "required: [cup]"
        and hear
            "spec/common/events/tea.yaml:22: `PouredEvent` is distinguished by `event`, which it does not require; describe `event` and list it in `required`";
    }
}
