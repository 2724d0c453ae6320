//! Keys, and the application that each opens.

/// What kind of application a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Chat,
    AgentChat,
    /// The agents of a roster, new in 1.16.
    Agent,
    AdvancedChat,
    Completion,
    Workflow,
}

impl Mode {
    /// Dify's name of the mode.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Chat => "chat",
            Mode::AgentChat => "agent-chat",
            Mode::Agent => "agent",
            Mode::AdvancedChat => "advanced-chat",
            Mode::Completion => "completion",
            Mode::Workflow => "workflow",
        }
    }

    /// The mode of a name.
    pub(crate) fn of(name: &str) -> Option<Mode> {
        [Mode::Chat, Mode::AgentChat, Mode::Agent, Mode::AdvancedChat, Mode::Completion, Mode::Workflow]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    /// Whether it is drawn as a graph of nodes.
    pub(crate) fn flows(self) -> bool {
        matches!(self, Mode::Workflow | Mode::AdvancedChat)
    }

    /// Whether people talk to it.
    pub(crate) fn talks(self) -> bool {
        !matches!(self, Mode::Completion | Mode::Workflow)
    }
}

/// A key and the application that it opens. Each key is an application of its own; a key of the workspace's
/// knowledge opens none, and its mode means nothing.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) mode: Mode,
    /// Whether its runs wait for a person.
    pub(crate) pauses: bool,
}

/// Keys by their beginning, the first that fits; any other `app-…` is a chat.
const KINDS: &[(&str, Mode, bool)] = &[
    ("app-chatflow-human", Mode::AdvancedChat, true),
    ("app-chatflow", Mode::AdvancedChat, false),
    ("app-completion", Mode::Completion, false),
    ("app-workflow", Mode::Workflow, false),
    ("app-human", Mode::Workflow, true),
    ("app-agent", Mode::AgentChat, false),
    ("app-roster", Mode::Agent, false),
    ("app-", Mode::Chat, false),
];

/// A row of the list of keys: the key, its mode, and a note.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("app-chat", "a chat application (so is any other key that starts with app-)"),
    ("app-agent", "an agent that calls a tool; streaming only"),
    ("app-roster", "an agent of the roster (mode agent, new in Dify 1.16); streaming only"),
    ("app-chatflow", "a chatflow: nodes, conversation variables, an answer"),
    ("app-chatflow-human", "a chatflow that waits for a person"),
    ("app-completion", "a text completion application"),
    ("app-workflow", "a workflow: start, llm, end"),
    ("app-human", "a workflow that waits for a person"),
    ("app-disabled", "an application whose API is switched off (403)"),
    ("app-invalid", "an unknown key (401)"),
    ("dataset-knowledge", "the workspace's knowledge, shared by all keys that start with dataset-"),
    ("dataset-disabled", "knowledge whose API is switched off (403)"),
    ("dataset-invalid", "an unknown key (401)"),
];

impl Key {
    /// Whether it belongs to an application, and not to the workspace's knowledge.
    pub(crate) fn is_app(&self) -> bool {
        self.text.starts_with("app-")
    }

    /// The key, if it opens an application.
    pub(crate) fn known(text: &str) -> Option<Key> {
        let rest = text.strip_prefix("app-")?;
        (!rest.starts_with("invalid")).then(|| Key::of(text))
    }

    /// No key: the console's routes take none.
    pub(crate) fn none() -> Key {
        Key { text: String::new(), mode: Mode::Chat, pauses: false }
    }

    pub(crate) fn of(token: &str) -> Key {
        let kind = KINDS.iter().find(|(prefix, _, _)| token.starts_with(prefix));
        let (mode, pauses) = kind.map_or((Mode::Chat, false), |(_, mode, pauses)| (*mode, *pauses));
        Key { text: token.to_owned(), mode, pauses }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_known_beginning_decides() {
        let mode = |key: &str| (Key::of(key).mode, Key::of(key).pauses);
        assert_eq!(mode("app-chat-2"), (Mode::Chat, false));
        assert_eq!(mode("app-chatflow-x"), (Mode::AdvancedChat, false));
        assert_eq!(mode("app-chatflow-human"), (Mode::AdvancedChat, true));
        assert_eq!(mode("app-6JfW"), (Mode::Chat, false));
    }
}
