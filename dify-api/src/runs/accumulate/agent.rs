//! The text of an agent, step by step.

/// Where the steps of an agent begin and end in its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// How many steps began since the last piece of text.
    begun: usize,
    /// Where the last piece begins, where an empty one came before it.
    last: Option<usize>,
    /// The piece before was empty.
    gap: bool,
    /// A thought has repeated the text since it came.
    thought: bool,
}

impl PartialEq for Steps {
    /// It serves to make the text, which is compared.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Steps {
    /// A step begins after another.
    pub(super) fn begin(&mut self) {
        self.begun += 1;
    }

    /// A thought has repeated the text of its step, as it does for agents that call functions.
    pub(super) fn thinks(&mut self) {
        self.thought = true;
    }

    /// Adds a piece. The server joins the steps by line feeds, and strips the whole of them.
    pub(super) fn add(&mut self, text: &mut String, piece: &str) {
        if piece.is_empty() {
            self.gap = true;
            return;
        }
        let feeds = std::mem::take(&mut self.begun);
        if !text.is_empty() {
            text.extend(std::iter::repeat_n('\n', feeds));
        }
        self.last = std::mem::take(&mut self.gap).then_some(text.len());
        self.thought = false;
        text.push_str(piece);
    }

    /// Where the answer of a ReAct agent begins: it comes in one piece, after an empty one, and no thought repeats it. All
    /// text before it is thinking.
    pub(super) fn answer(&self) -> Option<usize> {
        self.last.filter(|_| !self.thought)
    }
}
