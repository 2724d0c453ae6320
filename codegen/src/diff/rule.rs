//! The rules: every kind of change, and what it asks of callers.

use super::level::{Level, Weights};

/// Who has what the other lacks, for [`drift`](crate::drift).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The new document has it, the old one lacks it.
    New,
    /// The old document has it, the new one lacks it.
    Old,
    /// Both have it, each in another way.
    Both,
    /// It is words, or our own vocabulary: no server's document can agree or disagree.
    Words,
}

/// One kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in reports.
    pub id: &'static str,
    /// What it asks of those who use the document.
    pub document: Weights,
    /// What it asks of those who use the crate.
    pub bindings: Weights,
    /// Which of two documents has what the other lacks.
    pub side: Side,
    /// Why it weighs what it weighs.
    pub why: &'static str,
}

const fn both(level: Level) -> Weights {
    Weights { sent: level, received: level }
}

const fn ways(sent: Level, received: Level) -> Weights {
    Weights { sent, received }
}

const B: Weights = both(Level::Breaking);
const A: Weights = both(Level::Additive);
const D: Weights = both(Level::Documentation);
/// Harmless to send, dangerous to receive: the set of values grew.
const WIDER: Weights = ways(Level::Additive, Level::Breaking);
/// Dangerous to send, harmless to receive: the set of values shrank.
const NARROWER: Weights = ways(Level::Breaking, Level::Additive);

macro_rules! rules {
    ($($name:ident = $id:literal, $document:expr, $bindings:expr, $side:ident, $why:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $why)]
            pub const $name: Rule =
                Rule { id: $id, document: $document, bindings: $bindings, side: Side::$side, why: $why };
        )*
        /// All of them.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    API_ADDED = "api-added", A, A, New, "No caller relied on it.";
    API_REMOVED = "api-removed", B, B, Old, "Every call of it fails.";
    INFO_CHANGED = "info-changed", D, D, Words, "It is about the document.";
    SERVER_ADDED = "server-added", A, D, Words, "The other addresses stay; the crate is given its address.";
    SERVER_REMOVED = "server-removed", B, D, Words, "Generated clients that send there fail; the crate is given its address.";
    SCHEME_ADDED = "security-scheme-added", A, D, Words, "Only an operation that asks for it changes anything.";
    SCHEME_REMOVED = "security-scheme-removed", B, B, Words, "Its holders have no way in.";
    SCHEME_CHANGED = "security-scheme-changed", B, B, Words, "Credentials travel another way.";

    OPERATION_ADDED = "operation-added", A, A, New, "No caller relied on it.";
    OPERATION_REMOVED = "operation-removed", B, B, Old, "Every call of it fails.";
    OPERATION_MOVED = "operation-moved", B, D, Both, "Calls of the old route fail; the crate's method keeps its name.";
    OPERATION_RENAMED = "operation-renamed", D, B, Words, "The route is the same; the method in the crate is not.";
    STREAM_METHOD_ADDED = "stream-method-added", D, A, Words, "The crate gets one method more.";
    STREAM_METHOD_REMOVED = "stream-method-removed", D, B, Words, "The crate loses a method, or its name.";
    PATH_PARAMETER_RENAMED = "path-parameter-renamed", D, D, Words, "The route is the same, and the crate takes it by place.";
    TAG_CHANGED = "tag-changed", D, D, Words, "It orders pages.";
    LINKS_CHANGED = "links-changed", D, D, Words, "Calls work as before.";
    DEPRECATION_CHANGED = "deprecation-changed", D, D, Words, "It continues to work.";
    SECURITY_ADDED = "security-alternative-added", A, B, Words, "The other ways in stay; the crate gives operations to clients by their key.";
    SECURITY_CHANGED = "security-changed", B, B, Words, "A credential that opened the operation does so no more.";

    PARAMETER_ADDED_REQUIRED = "parameter-added-required", B, B, New, "Calls without it are refused.";
    PARAMETER_ADDED = "parameter-added-optional", A, A, New, "Calls without it still work.";
    PARAMETER_ADDED_FIRST = "parameter-added-first", A, B, New, "Calls without it still work; the crate's method gets an argument for parameters.";
    PARAMETER_REMOVED = "parameter-removed", B, B, Old, "Those who send it are not heard.";
    PARAMETER_MOVED = "parameter-moved", B, B, Both, "It is not found where it was.";
    PARAMETER_REQUIRED = "parameter-became-required", B, B, Both, "Calls without it are refused.";
    PARAMETER_OPTIONAL = "parameter-became-optional", A, B, Both, "Calls with it still work; in the crate it leaves the constructor.";
    PARAMETER_STYLE = "parameter-style-changed", B, D, Both, "The same value is written in another way; the crate writes it for its caller.";

    BODY_ADDED_REQUIRED = "request-body-added-required", B, B, New, "Calls without it are refused.";
    BODY_ADDED = "request-body-added-optional", A, B, New, "Calls without it still work; the crate's method gets an argument.";
    BODY_REMOVED = "request-body-removed", B, B, Old, "The server does not read it any more.";
    BODY_REQUIRED = "request-body-became-required", B, B, Both, "Calls without it are refused.";
    BODY_OPTIONAL = "request-body-became-optional", A, B, Both, "Calls with it still work; the crate's argument changes.";
    ENCODING_CHANGED = "encoding-changed", B, D, Words, "A part of a form is written in another way; the crate writes it for its caller.";
    MEDIA_ADDED = "media-type-added", A, A, New, "The others stay.";
    MEDIA_REMOVED = "media-type-removed", B, B, Old, "It is not taken, or not sent, any more.";
    FRAMING_CHANGED = "framing-changed", B, B, Words, "The body is read in another way.";

    SUCCESS_ADDED = "status-added-success", A, A, New, "The other answers stay, and callers take any 2xx for success.";
    SUCCESS_REMOVED = "status-removed-success", B, B, Old, "Callers who wait for it wait in vain.";
    REFUSAL_ADDED = "status-added-refusal", A, A, New, "Callers expect that an operation may refuse.";
    REFUSAL_REMOVED = "status-removed-refusal", A, A, Old, "Callers who mind it have less to mind.";
    STATE_CHANGED = "state-changed", A, B, Words, "The bytes are the same; the crate returns an error or a reply.";
    REPLY_ADDED = "response-body-added", A, B, New, "No caller read it; the crate's method returns another type.";
    REPLY_REMOVED = "response-body-removed", B, B, Old, "Readers find nothing.";
    HEADER_ADDED = "header-added", A, D, New, "No caller read it.";
    HEADER_REMOVED = "header-removed", B, D, Old, "Readers find nothing; the crate hands out any header.";
    HEADER_PROMISED = "header-became-required", A, D, Words, "It is there for sure.";
    HEADER_LOOSENED = "header-became-optional", B, D, Words, "It may be missing.";

    ERROR_CODE_ADDED = "error-code-added", A, A, New, "Codes are open: callers expect others.";
    ERROR_CODE_REMOVED = "error-code-removed", A, A, Words, "Callers who mind it have less to mind.";
    IDEMPOTENT_ADDED = "idempotent-added", A, A, Words, "Sending it again became safe.";
    IDEMPOTENT_REMOVED = "idempotent-removed", B, D, Words, "Sending it again is not safe any more; the crate stops doing so by itself.";
    CACHEABLE_ADDED = "cacheable-added", A, A, Words, "Its answers may be kept.";
    CACHEABLE_REMOVED = "cacheable-removed", B, B, Words, "Its answers may not be kept any more; the crate refuses to.";
    PAGING_ADDED = "paging-added", A, A, Words, "The list can be walked.";
    PAGING_REMOVED = "paging-removed", B, B, Words, "Walkers of the list have nothing to go by.";
    PAGING_EXTENDED = "paging-extended", A, A, Words, "The description of the list still applies; it has more members.";
    PAGING_CHANGED = "paging-changed", B, D, Words, "Clients page through the list in another way; the crate's names stay.";
    VERSIONS_CHANGED = "versions-changed", D, D, Words, "It names the releases that have it.";
    DEVIATIONS_CHANGED = "deviations-changed", D, D, Words, "It excuses recordings.";
    NEW_CHANGED = "new-changed", D, B, Words, "The constructor in the crate takes other arguments.";
    SEND_DEFAULT_CHANGED = "send-default-changed", D, B, Words, "The crate sends something else by itself.";
    TRISTATE_CHANGED = "tristate-changed", D, B, Words, "The member has another type in the crate.";
    EXTENSION_CHANGED = "extension-changed", D, D, Words, "No rule of ours reads it.";

    SCHEMA_RENAMED = "schema-renamed", D, B, Words, "The bytes are the same; the type in the crate is not.";
    REFERENCE_CHANGED = "reference-changed", D, B, Words, "A part has another type in the crate, whatever its bytes.";
    MEMBER_ADDED_REQUIRED = "member-added-required", NARROWER, NARROWER, New, "Requests without it are refused; answers only have more.";
    MEMBER_ADDED = "member-added-optional", A, A, New, "Requests without it still work; answers only have more.";
    MEMBER_REMOVED = "member-removed", B, B, Old, "Those who send it are not heard; those who read it find nothing.";
    MEMBER_REQUIRED = "member-became-required", NARROWER, B, Both, "Requests without it are refused; in answers it is there for sure. Its type in the crate changes.";
    MEMBER_OPTIONAL = "member-became-optional", WIDER, B, Both, "Requests with it still work; readers may not find it. Its type in the crate changes.";
    MEMBER_REQUIRED_NULLABLE = "member-became-required-nullable", NARROWER, D, Both, "Requests without it are refused; in answers it is there for sure. The crate reads null as absent.";
    MEMBER_OPTIONAL_NULLABLE = "member-became-optional-nullable", WIDER, D, Both, "Requests with it still work; readers may not find it. The crate reads absent as null.";
    NULL_ALLOWED = "null-allowed", WIDER, B, Both, "Senders need not use it; readers may meet it.";
    NULL_ALLOWED_OPTIONAL = "null-allowed-optional", WIDER, D, Both, "Senders need not use it; readers may meet it. The crate reads null as absent.";
    NULL_FORBIDDEN = "null-forbidden", NARROWER, B, Both, "Senders of it are refused; readers do not meet it any more.";
    NULL_FORBIDDEN_OPTIONAL = "null-forbidden-optional", NARROWER, D, Both, "Senders of it are refused; readers do not meet it any more. The crate leaves it out.";
    TYPE_CHANGED = "type-changed", B, B, Both, "Neither side understands the other.";
    TYPE_WIDENED = "type-widened", WIDER, B, Both, "More is taken, and more may come.";
    TYPE_NARROWED = "type-narrowed", NARROWER, B, Both, "Less is taken, and less comes.";
    FORMAT_ADDED = "format-added", NARROWER, D, Both, "Fewer texts are taken, and fewer come.";
    FORMAT_REMOVED = "format-removed", WIDER, D, Both, "More texts are taken, and more may come.";
    FORMAT_CHANGED = "format-changed", B, B, Both, "Other values are meant.";
    FORMAT_HINT = "format-hint-changed", D, D, Words, "It asks to hide the value, not for another one.";
    OPEN_VALUE_ADDED = "open-value-added", A, A, New, "The enum is open: readers expect unknown values.";
    VALUE_ADDED = "value-added", WIDER, A, New, "Senders need not use it; readers of a closed enum do not define it. The crate's enums are open.";
    VALUE_REMOVED = "value-removed", NARROWER, B, Old, "Senders of it are refused; the crate loses its name.";
    VALUE_WORDS = "value-words-changed", D, D, Words, "The value is the same.";
    ENUM_OPENED = "enum-opened", A, D, Words, "Other values may come; the crate's enums are open anyway.";
    ENUM_CLOSED = "enum-closed", NARROWER, D, Words, "Other values are refused; the crate's enums are open anyway.";
    ENUM_ADDED = "enum-added", NARROWER, B, Both, "Any text was good; now few are, and the crate has a type for them.";
    ENUM_REMOVED = "enum-removed", WIDER, B, Both, "Few texts were good; now any is, and the crate loses a type.";
    LIMIT_TIGHTENED = "limit-tightened", NARROWER, D, Both, "Less is taken, and less comes; the crate does not measure.";
    LIMIT_LOOSENED = "limit-loosened", WIDER, D, Both, "More is taken, and more may come; the crate does not measure.";
    LIMIT_CHANGED = "limit-changed", B, D, Both, "Other values are meant; the crate does not measure.";
    DEFAULT_CHANGED = "default-changed", ways(Level::Breaking, Level::Documentation), D, Both, "Those who leave it out get something else.";
    DEFAULT_DESCRIBED = "default-described", D, D, Words, "The default is described, or not any more; its value did not change.";
    MAP_CLOSED = "additional-members-forbidden", NARROWER, D, Words, "Unknown members are refused; the crate sends none.";
    MAP_OPENED = "additional-members-allowed", A, D, Words, "Readers ignore unknown members.";
    MAP_TYPED = "additional-members-typed", NARROWER, B, Words, "Values of free names got a type.";
    MAP_UNTYPED = "additional-members-untyped", WIDER, B, Words, "Values of free names lost their type.";
    EVENT_ADDED = "event-added", A, A, New, "Streams grow: readers expect unknown events.";
    EVENT_REMOVED = "event-removed", B, B, Old, "Those who wait for it wait in vain; the crate loses a variant.";
    CHOICE_ADDED = "choice-added", WIDER, A, New, "Senders need not use it; readers may not define it.";
    CHOICE_REMOVED = "choice-removed", NARROWER, B, Old, "Senders of it are refused; the crate loses a variant.";
    TAG_MEMBER_CHANGED = "discriminator-changed", B, B, Both, "Readers distinguish the choices by another member.";
    PART_ADDED = "part-added", NARROWER, B, Both, "More is asked of the value.";
    PART_REMOVED = "part-removed", WIDER, B, Both, "Less is promised of the value.";
    KEYWORD_CHANGED = "keyword-changed", B, B, Both, "No rule of ours reads it: see for yourself.";
    WORDS_CHANGED = "words-changed", D, D, Words, "Only what people read is different.";
    EXAMPLE_CHANGED = "example-changed", D, D, Words, "Only what people read is different.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_reason() {
        let names: BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|rule| rule.why.ends_with('.')));
    }

    #[test]
    fn growing_harms_readers_and_shrinking_harms_senders() {
        assert_eq!((WIDER.sent, WIDER.received), (Level::Additive, Level::Breaking));
        assert_eq!((NARROWER.sent, NARROWER.received), (Level::Breaking, Level::Additive));
    }
}
