use super::{SCHEMAS, TEA, plant};

plant! {
    a_word_to_avoid_is_a_finding {
        in SCHEMAS replace "Green tea." by "What is green."
        and hear
            "spec/service/schemas/tea.yaml:6: a text uses \"what is\"; write a noun, such as `the value`";
    }

    a_word_to_avoid_in_a_summary_is_a_finding {
        in TEA replace "summary: List cups." by "summary: Tells of cups."
        and hear
            "spec/service/paths/tea.yaml:4: a text uses \"tells\"; write report, return, show or state";
    }

    a_number_without_a_section_is_a_finding {
        in SCHEMAS replace "Green tea." by "Green tea (R1, R999)."
        and hear
            "spec/service/schemas/tea.yaml:6: R999 has no section in RECONCILIATION.md; correct the number, or add the section with its anchor";
    }
}
