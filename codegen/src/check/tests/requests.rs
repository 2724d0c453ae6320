use super::{SCHEMAS, plant};

plant! {
    a_constructor_argument_that_is_no_member_is_told {
        in SCHEMAS replace
            "x-dify-new: [kind]"
        by
            "x-dify-new: [kind, sugar]"
        and hear
            "spec/service/schemas/tea.yaml:21: `x-dify-new` names `sugar`, which is no member here; correct the name, or describe the member";
    }

    a_constructor_that_leaves_something_out_is_told {
        in SCHEMAS replace
            "x-dify-new: [kind]"
        by
            "x-dify-new: []"
        and hear
            "spec/service/schemas/tea.yaml:21: `x-dify-new` leaves out `kind`, which is required; add it, or give the member `x-dify-send-default`";
    }

    a_constructor_of_what_is_only_received_is_told {
        in SCHEMAS replace
            "CupPage:\n  type: object"
        by
            "CupPage:\n  x-dify-new: []\n  type: object"
        and hear
            "spec/service/schemas/tea.yaml:77: `x-dify-new` in what callers never send; remove it, or use the schema in a request";
            "spec/service/schemas/tea.yaml:77: `x-dify-new` leaves out `data`, which is required; add it, or give the member `x-dify-send-default`";
            "spec/service/schemas/tea.yaml:77: `x-dify-new` leaves out `has_more`, which is required; add it, or give the member `x-dify-send-default`";
    }

    a_value_always_sent_for_an_optional_member_is_told {
        in SCHEMAS replace
            "required: [kind, options]"
        by
            "required: [kind]"
        and hear
            "spec/service/schemas/tea.yaml:28: `options` has a value to send always, but is not required; list it in `required`, or remove `x-dify-send-default`";
    }

    a_tristate_that_cannot_be_absent_is_told {
        in SCHEMAS replace
            "required: [kind, options]\n  x-dify-new: [kind]"
        by
            "required: [kind, options, milk]\n  x-dify-new: [kind, milk]"
        and hear
            "spec/service/schemas/tea.yaml:37: `milk` cannot be both absent and null; make it optional and `nullable: true`, or remove `x-dify-tristate`";
    }
}
