//! The floor: what the job costs at least, by hand, for this one format.
//!
//! The job is that of `floor/stream-owned-raw` in the comparison of clients: chunks in, `'static` events out, strings owned,
//! payloads kept as JSON text. No CR, no byte order mark, no fields but `data`, no limits, no errors.

use crate::tally::Tally;
use bytes::{Buf, Bytes};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::hint::black_box;

type Raw = Box<RawValue>;

#[derive(Debug, Deserialize)]
pub struct Message {
    pub conversation_id: Option<String>,
    pub message_id: String,
    pub created_at: i64,
    pub task_id: String,
    pub id: String,
    pub answer: String,
    pub from_variable_selector: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub struct MessageEnd {
    pub conversation_id: Option<String>,
    pub message_id: String,
    pub created_at: i64,
    pub task_id: String,
    pub id: String,
    pub metadata: Raw,
}

#[derive(Debug, Deserialize)]
pub struct OfRun<D> {
    pub conversation_id: Option<String>,
    pub message_id: Option<String>,
    pub task_id: String,
    pub workflow_run_id: String,
    pub data: D,
}

#[derive(Debug, Deserialize)]
pub struct RunStarted {
    pub id: String,
    pub workflow_id: String,
    pub inputs: Raw,
    pub created_at: i64,
}

#[derive(Debug, Deserialize)]
pub struct RunFinished {
    pub id: String,
    pub workflow_id: String,
    pub status: String,
    pub outputs: Option<Raw>,
    pub error: Option<String>,
    pub elapsed_time: f64,
    pub total_tokens: u64,
    pub total_steps: u64,
    pub created_at: i64,
    pub finished_at: i64,
}

#[derive(Debug, Deserialize)]
pub struct NodeStarted {
    pub id: String,
    pub node_id: String,
    pub node_type: String,
    pub title: String,
    pub index: i64,
    pub predecessor_node_id: Option<String>,
    pub inputs: Option<Raw>,
    pub created_at: i64,
}

#[derive(Debug, Deserialize)]
pub struct NodeFinished {
    pub id: String,
    pub node_id: String,
    pub node_type: String,
    pub title: String,
    pub index: i64,
    pub predecessor_node_id: Option<String>,
    pub inputs: Option<Raw>,
    pub process_data: Option<Raw>,
    pub outputs: Option<Raw>,
    pub status: String,
    pub error: Option<String>,
    pub elapsed_time: f64,
    pub execution_metadata: Option<Raw>,
    pub created_at: i64,
    pub finished_at: i64,
}

#[derive(Debug)]
pub enum Event {
    Message(Message),
    MessageEnd(MessageEnd),
    RunStarted(OfRun<RunStarted>),
    NodeStarted(OfRun<NodeStarted>),
    NodeFinished(OfRun<NodeFinished>),
    RunFinished(OfRun<RunFinished>),
    Unknown,
}

/// The events of a stream, in no more time than they need.
#[derive(Default)]
pub struct Reader {
    unfinished: Vec<u8>,
}

impl Reader {
    /// Gives `each` the events that the chunk finishes. No byte is looked at twice for its line end.
    pub fn read(&mut self, mut chunk: Bytes, mut each: impl FnMut(Event)) {
        while let Some(end) = memchr::memchr(b'\n', &chunk) {
            if self.unfinished.is_empty() {
                line(&chunk[..end], &mut each);
            } else {
                self.unfinished.extend_from_slice(&chunk[..end]);
                line(&self.unfinished, &mut each);
                self.unfinished.clear();
            }
            chunk.advance(end + 1);
        }
        self.unfinished.extend_from_slice(&chunk);
    }
}

fn line(line: &[u8], each: &mut impl FnMut(Event)) {
    if let Some(data) = line.strip_prefix(b"data: ") {
        each(event(simdutf8::basic::from_utf8(data).expect("UTF-8")));
    }
}

fn event(data: &str) -> Event {
    let rest = data.strip_prefix(r#"{"event":""#).expect("the tag is the first member");
    let end = memchr::memchr(b'"', rest.as_bytes()).expect("the tag has an end");
    read(&rest[..end], data).expect("the event's shape")
}

fn read(name: &str, data: &str) -> serde_json::Result<Event> {
    Ok(match name {
        "message" => Event::Message(serde_json::from_str(data)?),
        "message_end" => Event::MessageEnd(serde_json::from_str(data)?),
        "workflow_started" => Event::RunStarted(serde_json::from_str(data)?),
        "node_started" => Event::NodeStarted(serde_json::from_str(data)?),
        "node_finished" => Event::NodeFinished(serde_json::from_str(data)?),
        "workflow_finished" => Event::RunFinished(serde_json::from_str(data)?),
        _ => Event::Unknown,
    })
}

/// Reads a whole stream and tells what was in it.
pub fn decode(chunks: impl Iterator<Item = Bytes>) -> Tally {
    let mut tally = Tally::default();
    let mut reader = Reader::default();
    for chunk in chunks {
        reader.read(chunk, |event| {
            tally.events += 1;
            match &event {
                Event::Message(message) => tally.answer_bytes += message.answer.len() as u64,
                Event::NodeStarted(run) => tally.node_indexes += run.data.index,
                Event::NodeFinished(run) => tally.node_indexes += run.data.index,
                Event::MessageEnd(_) | Event::RunFinished(_) => tally.ends += 1,
                Event::RunStarted(_) | Event::Unknown => {}
            }
            black_box(&event);
        });
    }
    tally
}
