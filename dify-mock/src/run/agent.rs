//! Agents: thoughts, a tool, an answer.

use serde_json::{Value, json};

use super::chat::{Came, Speech};
use super::script::pieces;
use crate::state::feed::Turn;
use crate::values::{clock, ids};

const TOOL: &str = "current_time";

/// A step of an agent. The event repeats with the same id while it grows.
#[derive(Default)]
struct Thought {
    id: String,
    position: u32,
    thought: String,
    tool: &'static str,
    input: String,
    observation: String,
}

impl Thought {
    fn new(position: u32) -> Thought {
        Thought { id: ids::new(), position, ..Thought::default() }
    }

    fn labels(&self) -> Value {
        if self.tool.is_empty() {
            return json!({});
        }
        json!({TOOL: {
            "zh_Hans": "获取当前时间", "en_US": "Current Time", "pt_BR": "Current Time", "ja_JP": "Current Time",
        }})
    }

    fn tell(&self, speech: &Speech) {
        let more = json!({
            "id": self.id, "position": self.position, "thought": self.thought, "observation": self.observation,
            "tool": self.tool, "tool_labels": self.labels(), "tool_input": self.input, "message_files": [],
        });
        speech.push("agent_thought", more, Turn::Goes);
    }

    /// As the history has it.
    fn keep(&self, speech: &Speech) {
        let value = json!({
            "id": self.id, "chain_id": null, "message_id": speech.message, "position": self.position,
            "thought": self.thought, "answer": self.thought, "tool": self.tool, "tool_labels": self.labels(),
            "tool_input": self.input, "created_at": clock::now(), "observation": self.observation, "files": [],
        });
        speech.remember(|message| message.thoughts.push(value));
    }
}

/// An agent that looks at the clock before it answers.
pub(crate) async fn with_tool(speech: &mut Speech) {
    if let Some(failure) = speech.script.failure.filter(|failure| failure.after == 0) {
        speech.end(String::new(), Came::Failed(failure));
        return;
    }
    let mut first = Thought::new(1);
    first.tell(speech);
    let (said, came) = speech.say("agent_message", &pieces("Let me look at the clock.")).await;
    if !matches!(came, Came::Through) {
        first.keep(speech);
        speech.end(said, came);
        return;
    }
    first.thought.clone_from(&said);
    first.tool = TOOL;
    first.input = json!({TOOL: {}}).to_string();
    first.tell(speech);
    let time = clock::iso(clock::now()).replace('T', " ");
    first.observation = json!({TOOL: time}).to_string();
    first.tell(speech);
    first.keep(speech);

    let mut second = Thought::new(2);
    second.tell(speech);
    let mut words = pieces(&format!("The clock says {time}. "));
    words.extend(speech.script.pieces.clone());
    let (answer, came) = speech.say("agent_message", &words).await;
    if matches!(came, Came::Through) {
        second.thought.clone_from(&answer);
        second.tell(speech);
    }
    second.keep(speech);
    speech.end(format!("{said}\n{answer}"), came);
}

/// An agent of the roster: its deltas are followed by one message with everything once more.
pub(crate) async fn of_roster(speech: &mut Speech) {
    let mut thought = Thought::new(1);
    thought.tell(speech);
    let words = speech.script.pieces.clone();
    let (said, came) = speech.say("agent_message", &words).await;
    if matches!(came, Came::Through) {
        speech.tell("message", json!({"answer": said, "from_variable_selector": []}), Turn::Goes);
    }
    thought.thought.clone_from(&said);
    thought.keep(speech);
    speech.end(said, came);
}
