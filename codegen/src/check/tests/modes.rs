use super::{DOCUMENT, ERRORS, TEA, after};

/// A document whose cups are listed for applications of a mode, and refused with a code.
fn listing(members: &str) -> Vec<String> {
    after(&[
        (TEA, "    summary: List cups.", &format!("{members}    summary: List cups.")),
        (TEA, "x-dify-errors: []", "x-dify-errors: [not_chat_app]"),
        (
            ERRORS,
            "  x-extensible-enum:\n",
            "  x-extensible-enum:\n    - value: not_chat_app\n      description: 400. Another mode.\n",
        ),
    ])
}

#[test]
fn an_operation_that_refuses_by_mode_lists_its_modes() {
    assert_eq!(listing("    x-dify-modes: [chat]\n"), Vec::<String>::new());
    let findings = listing("");
    let refusal = "`GET /cups` refuses applications by mode; list the modes that it serves in `x-dify-modes`";
    assert!(findings.len() == 1 && findings[0].ends_with(refusal), "{findings:?}");
}

#[test]
fn a_mode_that_is_no_value_is_refused() {
    let enumerated = "  x-extensible-enum:\n    - value: chat\n      description: A chat.\n";
    let findings = after(&[
        (
            ERRORS,
            "ErrorCode:\n",
            &format!("AppMode:\n  type: string\n  description: A mode.\n{enumerated}ErrorCode:\n"),
        ),
        (TEA, "    summary: List cups.", "    x-dify-modes: [chta]\n    summary: List cups."),
    ]);
    assert!(
        findings
            .iter()
            .any(|finding| finding.contains("the mode `chta` is not a value of `AppMode`; did you mean `chat`?")),
        "{findings:?}"
    );
}

#[test]
fn tags_and_their_groups_agree() {
    let groups = |tag: &str, listed: &str| {
        let tags = format!(
            "  - name: tea\n{tag}    description: Order tea and talk about it.\nx-tagGroups:\n  - name: Drinks\n    tags: {listed}\n"
        );
        after(&[(DOCUMENT, "  - name: tea\n    description: Order tea and talk about it.\n", &tags)])
    };
    assert_eq!(groups("    x-displayName: Tea\n", "[tea]"), Vec::<String>::new());
    let findings = groups("", "[coffee]");
    let expected = [
        "the tag `tea` is in 0 groups",
        "the tag `tea` has no name for people",
        "`coffee` is not a tag of this document",
    ];
    for expected in expected {
        assert!(findings.iter().any(|finding| finding.contains(expected)), "{findings:?}");
    }
}
