//! Streams as Dify 1.16 sends them, made anew each time: same kind and number, same bytes, on every machine.
//!
//! The sizes and the mix are those of the comparison of clients, so that the numbers can be compared. What its events lack
//! and Dify's have is here as well: `reason` of a run, `agent_strategy` of a node, the source of a retrieved passage.

use std::fmt::Write;

/// What a stream is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A chat: a word or three per event.
    Small,
    /// Runs of a chatflow, whose nodes carry 1 to 20 KB of inputs and outputs.
    Mixed,
}

impl Kind {
    pub fn named(name: &str) -> Kind {
        match name {
            "small" => Self::Small,
            "mixed" => Self::Mixed,
            other => panic!("a stream is `small` or `mixed`, not `{other}`"),
        }
    }
}

/// A stream of so many events; pings are no events.
pub fn stream(kind: Kind, events: usize) -> Vec<u8> {
    let mut writer = Writer { dice: Dice(0x5851_F42D_4C95_7F2D), out: String::new(), left: events };
    match kind {
        Kind::Small => writer.chat(),
        Kind::Mixed => while writer.chatflow().is_some() {},
    }
    writer.out.into_bytes()
}

/// Pieces of text, escaped as in JSON; half of it is not ASCII, as in most answers of Dify's users.
const PIECES: [&str; 28] = [
    " an",
    " answer",
    " is",
    " written",
    " word",
    " by",
    " word",
    "今天",
    "天气",
    "很好",
    "，",
    "。",
    "、",
    "工作流",
    "知识库",
    "应用程序",
    "参数设置",
    "正在生成",
    "模型回答",
    " 42.5",
    "\\n",
    "\\n\\n",
    " \\\"so\\\"",
    "🦀",
    " naïve",
    " client",
    " stream",
    "请稍等",
];

/// xorshift64*: small, and good enough to vary sizes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        for (left, by) in [(false, 12), (true, 25), (false, 27)] {
            self.0 ^= if left { self.0 << by } else { self.0 >> by };
        }
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, sides: usize) -> usize {
        (self.roll() >> 33) as usize % sides
    }

    fn id(&mut self) -> String {
        let (a, b) = (self.roll(), self.roll());
        format!(
            "{:08x}-{:04x}-4{:03x}-9{:03x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }

    fn text(&mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 16);
        while text.len() < bytes {
            text.push_str(PIECES[self.below(PIECES.len())]);
        }
        text
    }

    /// An object of about so many bytes, of all that JSON has.
    fn payload(&mut self, bytes: usize) -> String {
        let mut json = String::from("{");
        for member in 0.. {
            if json.len() >= bytes {
                break;
            }
            if member > 0 {
                json.push(',');
            }
            let _ = match self.below(5) {
                0 => write!(json, "\"number_{member}\":{}.{}", self.below(100), self.below(99_999)),
                1 => {
                    let numbers: Vec<_> = (0..8).map(|_| self.below(100_000).to_string()).collect();
                    write!(json, "\"list_{member}\":[{}]", numbers.join(","))
                }
                2 => {
                    let (id, title) = (self.id(), self.text(120));
                    write!(
                        json,
                        r#""document_{member}":{{"id":"{id}","title":"{title}","place":{member},"hit":true,"parent":null}}"#
                    )
                }
                _ => {
                    let length = 40 + self.below(400);
                    let text = self.text(length);
                    write!(json, "\"text_{member}\":\"{text}\"")
                }
            };
        }
        json.push('}');
        json
    }

    /// 1 to 20 KB, more often small than large.
    fn payload_size(&mut self) -> usize {
        let part = self.below(1000) as f64 / 1000.0;
        1024 + (part * part * 19_000.0) as usize
    }
}

/// Whose answer it is.
struct Answer {
    conversation: String,
    message: String,
    task: String,
}

impl Answer {
    /// What every event of an answer begins with, its name aside.
    fn head(&self) -> String {
        let Self { conversation, message, task } = self;
        format!(
            r#""conversation_id":"{conversation}","message_id":"{message}","created_at":1795228922,"task_id":"{task}""#
        )
    }
}

struct Writer {
    dice: Dice,
    out: String,
    left: usize,
}

impl Writer {
    /// One event, or nothing when there were enough.
    fn event(&mut self, json: &str) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        let _ = write!(self.out, "data: {json}\n\n");
        Some(())
    }

    fn ping(&mut self) {
        self.out.push_str("event: ping\n\n");
    }

    fn answer(&mut self) -> Answer {
        Answer { conversation: self.dice.id(), message: self.dice.id(), task: self.dice.id() }
    }

    fn chat(&mut self) {
        let mut answer = self.answer();
        for number in 1..=self.left {
            if number % 500 == 0 {
                self.message_end(&answer);
                answer = self.answer();
            } else {
                self.message(&answer);
            }
            if number % 200 == 0 {
                self.ping();
            }
        }
    }

    fn message(&mut self, answer: &Answer) -> Option<()> {
        let words = 1 + self.dice.below(3);
        let text: String = (0..words).map(|_| PIECES[self.dice.below(PIECES.len())]).collect();
        let (head, id) = (answer.head(), &answer.message);
        self.event(&format!(
            r#"{{"event":"message",{head},"id":"{id}","answer":"{text}","from_variable_selector":null}}"#
        ))
    }

    fn message_end(&mut self, answer: &Answer) -> Option<()> {
        let (head, id) = (answer.head(), &answer.message);
        let (dataset, document, segment) = (self.dice.id(), self.dice.id(), self.dice.id());
        let usage = USAGE;
        self.event(&format!(
            r#"{{"event":"message_end",{head},"id":"{id}","metadata":{{"retriever_resources":[{{"position":1,"dataset_id":"{dataset}","dataset_name":"知识库","document_id":"{document}","document_name":"手册.pdf","data_source_type":"upload_file","segment_id":"{segment}","retriever_from":"api","score":0.98457545,"content":"正文 text"}}],"usage":{usage}}},"files":[]}}"#
        ))
    }

    /// A run of twelve nodes, three words after each.
    fn chatflow(&mut self) -> Option<()> {
        let answer = self.answer();
        let (run, workflow) = (self.dice.id(), self.dice.id());
        let head = format!(r#"{},"workflow_run_id":"{run}""#, answer.head());
        let inputs = self.dice.payload(300);
        self.event(&format!(
            r#"{{"event":"workflow_started",{head},"data":{{"id":"{run}","workflow_id":"{workflow}","inputs":{inputs},"created_at":1795228922,"reason":"initial"}}}}"#
        ))?;
        let mut before = String::from("null");
        for index in 1..=12 {
            let (execution, node) = (self.dice.id(), self.dice.id());
            let size = self.dice.payload_size() / 4;
            let inputs = self.dice.payload(size);
            let which = format!(
                r#""id":"{execution}","node_id":"{node}","node_type":"llm","title":"模型 {index}","index":{index},"predecessor_node_id":{before}"#
            );
            self.event(&format!(
                r#"{{"event":"node_started",{head},"data":{{{which},"inputs":{inputs},"inputs_truncated":false,"created_at":1795228922,"extras":{{}},"iteration_id":null,"loop_id":null,"agent_strategy":null}}}}"#
            ))?;
            for _ in 0..3 {
                self.message(&answer)?;
            }
            let size = self.dice.payload_size();
            let inputs = self.dice.payload(size / 4);
            let process = self.dice.payload(size / 2);
            let outputs = self.dice.payload(size / 4);
            self.event(&format!(
                r#"{{"event":"node_finished",{head},"data":{{{which},"inputs":{inputs},"inputs_truncated":false,"process_data":{process},"process_data_truncated":false,"outputs":{outputs},"outputs_truncated":false,"status":"succeeded","error":null,"elapsed_time":1.324,"execution_metadata":{{"total_tokens":4096,"total_price":"2.378","currency":"USD"}},"created_at":1795228922,"finished_at":1795228924,"files":[],"iteration_id":null,"loop_id":null}}}}"#
            ))?;
            before = format!("\"{node}\"");
            self.ping();
        }
        let outputs = self.dice.payload(600);
        let user = self.dice.id();
        self.event(&format!(
            r#"{{"event":"workflow_finished",{head},"data":{{"id":"{run}","workflow_id":"{workflow}","status":"succeeded","outputs":{outputs},"error":null,"elapsed_time":12.5,"total_tokens":49152,"total_steps":12,"created_by":{{"id":"{user}","user":"user-1"}},"created_at":1795228922,"finished_at":1795228935,"exceptions_count":0,"files":[]}}}}"#
        ))?;
        self.message_end(&answer)
    }
}

/// What an answer cost.
pub const USAGE: &str = r#"{"prompt_tokens":1033,"prompt_unit_price":"0.15","prompt_price_unit":"0.000001","prompt_price":"0.0001550","completion_tokens":135,"completion_unit_price":"0.60","completion_price_unit":"0.000001","completion_price":"0.0000810","total_tokens":1168,"total_price":"0.0002360","currency":"USD","latency":1.381760165997548,"time_to_first_token":0.041,"time_to_generate":1.34}"#;
