//! Operations that some releases refuse although nothing is wrong with the request.

use super::call::Outcome;
use crate::described::Operation;
use crate::state::shared::Options;
use crate::values::refusal::Refusal;

/// The releases from one on and before another, the operations, and how they are refused.
type Fault = (&'static str, &'static str, &'static [&'static str], fn() -> Refusal);

static REFUSED: &[Fault] = &[
    ("1.8.0", "1.9.0", &["knowledge_child_chunks_update"], || Refusal::not_found("Segment not found.")),
    ("1.8.0", "1.9.0", &["knowledge_child_chunks_delete"], || Refusal::not_found("Document not found.")),
    ("1.9.0", "1.10.0", &["app_annotations_list", "app_annotations_create", "app_annotations_set_reply"], || {
        Refusal::invalid("current_user must be an Account instance")
    }),
    ("1.9.0", "1.10.0", &["app_annotations_update", "app_annotations_delete"], || Refusal::unknown()),
    (
        "1.9.0",
        "1.11.0",
        &[
            "knowledge_tags_list",
            "knowledge_tags_create",
            "knowledge_tags_update",
            "knowledge_tags_delete",
            "knowledge_tags_bind",
            "knowledge_tags_unbind",
        ],
        || Refusal::not_found("Dataset not found."),
    ),
];

/// The refusal of every request to an operation.
pub(crate) fn refusal(options: &Options, operation: Operation) -> Option<Refusal> {
    let is = |(first, next, ids, _): &&Fault| options.between(first, next) && ids.contains(&operation.id());
    REFUSED.iter().find(is).map(|(.., refusal)| refusal())
}

/// What becomes of an answer: those of tags do not pass these releases' own check. What was asked for is done.
pub(crate) fn checked(options: &Options, operation: Operation, outcome: Outcome) -> Outcome {
    let lists_tags = operation.path() == "/datasets/tags" && options.between("1.12.0", "1.15.0");
    match outcome {
        Ok(reply)
            if lists_tags && reply.json().is_some_and(|(.., value)| value.to_string().contains("binding_count")) =>
        {
            let message = "1 validation error for DataSetTag\nbinding_count\n  Input should be a valid string \
                [type=string_type, input_value=0, input_type=int]\n    For further information visit \
                https://errors.pydantic.dev/2.11/v/string_type";
            Err(Refusal::invalid(message))
        }
        outcome => outcome,
    }
}
