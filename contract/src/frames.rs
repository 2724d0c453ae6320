//! The blocks of a recorded stream of events.

use serde_json::Value;

/// One block of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) event: Option<String>,
    pub(crate) data: Option<String>,
}

/// Takes a recorded stream apart; comments are dropped. The end of the recording ends a block as well.
pub(crate) fn frames(text: &str) -> Vec<Frame> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let blocks = text.split("\n\n").map(|block| {
        let (mut event, mut data, mut any) = (None, Vec::new(), false);
        for line in block.split('\n').filter(|line| !line.starts_with(':')) {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => event = Some(value.to_owned()),
                "data" => data.push(value),
                "id" | "retry" => {}
                _ => continue,
            }
            any = true;
        }
        any.then(|| Frame { event, data: (!data.is_empty()).then(|| data.join("\n")) })
    });
    blocks.flatten().collect()
}

/// Returns the JSON data of a recorded stream, one value an event; data of other kinds is left out.
#[must_use]
pub fn events(text: &str) -> Vec<Value> {
    frames(text).into_iter().filter_map(|frame| serde_json::from_str(&frame.data?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_of_a_stream_are_its_json_data() {
        assert_eq!(events("data: {\"a\":1}\n\nevent: ping\n\ndata: [DONE]\n\n"), [serde_json::json!({"a": 1})]);
    }

    #[test]
    fn lines_end_in_any_way_and_data_may_have_several() {
        assert_eq!(
            frames("event: a\r\ndata: 1\r\ndata:2\r\n\r\n: comment\r\rid: 1\n\n\n\nother: x"),
            [Frame { event: Some("a".into()), data: Some("1\n2".into()) }, Frame { event: None, data: None }]
        );
    }
}
