//! Kinds of operations, each with one that stands for it.

/// What repeating and reading an answer means for a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Answered at once, and twice is the same as once.
    Repeatable,
    /// Answered by nothing, and twice finds nothing the second time.
    Delete,
    /// Answered at once, and done anew each time: `POST` that makes or runs something.
    Once,
    /// A file.
    Download,
    /// The events of a run that the call begins.
    Run,
    /// The events of a run that goes on anyway.
    Followed,
}

impl Class {
    pub(crate) const ALL: [Class; 6] =
        [Self::Repeatable, Self::Delete, Self::Once, Self::Download, Self::Run, Self::Followed];

    /// The head of its column.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Repeatable => "reads, `PUT`, idempotent `POST`",
            Self::Delete => "`DELETE`",
            Self::Once => "other `POST`, uploads",
            Self::Download => "downloads",
            Self::Run => "streams of a new run",
            Self::Followed => "streams of a run under way",
        }
    }

    /// May it be sent again whatever became of it?
    pub(crate) fn repeats(self) -> bool {
        !matches!(self, Self::Once | Self::Run)
    }
}

/// A kind of operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) class: Class,
    /// The method that is called.
    pub(crate) method: &'static str,
    /// The operation that the server sees.
    pub(crate) operation: &'static str,
    /// It does nothing at all.
    pub(crate) only_reads: bool,
}

impl Kind {
    /// What gives the credential that it needs; nothing where a key is there from the beginning.
    pub(crate) fn credential(&self) -> Option<&'static str> {
        match self.method.split('_').next() {
            Some("web") => Some("web_session_passport"),
            Some("console") => Some("console_account_login"),
            _ => None,
        }
    }
}

const fn kind(class: Class, method: &'static str, only_reads: bool) -> Kind {
    Kind { class, method, operation: method, only_reads }
}

pub(crate) const KINDS: &[Kind] = &[
    kind(Class::Repeatable, "app_info_get", true),
    kind(Class::Repeatable, "app_conversations_list", true),
    kind(Class::Repeatable, "app_messages_feedback", false),
    kind(Class::Repeatable, "app_annotations_update", false),
    kind(Class::Delete, "app_conversations_delete", false),
    kind(Class::Repeatable, "knowledge_datasets_list", true),
    kind(Class::Repeatable, "knowledge_datasets_retrieve", false),
    kind(Class::Repeatable, "web_info_site", true),
    kind(Class::Repeatable, "console_apps_list", true),
    kind(Class::Once, "app_chat_send", false),
    kind(Class::Once, "app_workflows_run", false),
    kind(Class::Once, "app_files_upload", false),
    kind(Class::Once, "app_annotations_create", false),
    kind(Class::Once, "knowledge_datasets_create", false),
    kind(Class::Once, "knowledge_documents_create_by_file", false),
    kind(Class::Once, "web_completion_send", false),
    kind(Class::Once, "console_apps_create", false),
    kind(Class::Download, "app_files_preview", true),
    Kind { class: Class::Run, method: "app_chat_stream", operation: "app_chat_send", only_reads: false },
    Kind { class: Class::Run, method: "app_workflows_run_stream", operation: "app_workflows_run", only_reads: false },
    Kind { class: Class::Run, method: "web_chat_stream", operation: "web_chat_send", only_reads: false },
    kind(Class::Followed, "app_workflows_events", true),
];
