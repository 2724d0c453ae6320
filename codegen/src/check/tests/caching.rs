use super::{SCHEMAS, TEA, after, plant};

plant! {
    a_cacheable_operation_that_writes_is_refused {
        in TEA replace
            "    summary: Pour"
        by
            "    x-dify-cacheable: true\n    summary: Pour"
        and hear
            "spec/service/paths/tea.yaml:60: `DELETE /cups/{cup_id}` is no read: a `GET`, or a `POST` with `x-dify-idempotent: true`; remove `x-dify-cacheable`";
    }

    a_cacheable_operation_that_streams_is_refused {
        in TEA replace
            "    x-dify-idempotent: true"
        by
            "    x-dify-idempotent: true\n    x-dify-cacheable: true"
        and hear
            "spec/service/paths/tea.yaml:26: `POST /cups` does not answer JSON alone; remove `x-dify-cacheable`";
    }

    a_cacheable_get_that_is_not_idempotent_is_refused {
        in TEA replace
            "    summary: List cups."
        by
            "    x-dify-idempotent: false\n    x-dify-cacheable: true\n    summary: List cups."
        and hear
            "spec/service/paths/tea.yaml:5: `GET /cups` is no read: a `GET`, or a `POST` with `x-dify-idempotent: true`; remove `x-dify-cacheable`";
    }
}

#[test]
fn a_cacheable_operation_that_answers_a_credential_is_refused() {
    let cacheable = (TEA, "    summary: List cups.", "    x-dify-cacheable: true\n    summary: List cups.");
    assert_eq!(after(&[cacheable]), Vec::<String>::new());
    let secret =
        (SCHEMAS, "      description: The cup's id.", "      x-dify-secret: value\n      description: The cup's id.");
    assert_eq!(
        after(&[cacheable, secret]),
        [
            "spec/service/paths/tea.yaml:4: `GET /cups` answers a credential (`x-dify-secret: value`); remove `x-dify-cacheable`"
        ]
    );
}

#[test]
fn a_cacheable_operation_that_uploads_is_refused() {
    let findings = after(&[
        (TEA, "    x-dify-idempotent: true", "    x-dify-idempotent: true\n    x-dify-cacheable: true"),
        (
            TEA,
            "        application/json:\n          schema: {$ref: \"../schemas/tea.yaml#/CupOrder\"}",
            "        multipart/form-data:\n          schema: {$ref: \"../schemas/tea.yaml#/CupOrder\"}",
        ),
    ]);
    let refusal = "spec/service/paths/tea.yaml:26: `POST /cups` uploads a form; remove `x-dify-cacheable`";
    assert!(findings.iter().any(|finding| finding == refusal), "{findings:?}");
}
