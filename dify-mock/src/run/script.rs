//! What an answer will be: decided from the question alone, so that the same question has the same answer.

use std::time::Duration;

/// An answer in pieces, and what goes wrong on the way.
#[derive(Clone, Debug)]
pub(crate) struct AnswerScript {
    pub(crate) pieces: Vec<String>,
    pub(crate) pace: Duration,
    pub(crate) failure: Option<Failure>,
    /// Moderation puts this in the place of the answer.
    pub(crate) replacement: Option<&'static str>,
}

/// A model that refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    /// After so many pieces.
    pub(crate) after: usize,
    /// The content of an event.
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) message: &'static str,
}

const RATE: Failure =
    Failure { after: 0, code: "rate_limit_error", status: 429, message: "Rate limit reached for the embedded model" };
const OVERLOADED: Failure = Failure {
    after: 0,
    code: "completion_request_error",
    status: 400,
    message: "The embedded model's server is overloaded",
};

impl AnswerScript {
    /// The answer to a question, which is the `turn`-th of its conversation.
    pub(crate) fn new(question: &str, turn: usize, images: usize, pace: Duration) -> AnswerScript {
        let text = if question.contains("UNICODE") {
            "你好，世界 😀 \"quoted\" back\\slash tab\there <b>&amp;</b> \u{2028}separated\u{0085}twice, éè end."
                .to_owned()
        } else {
            let seen = match images {
                0 => String::new(),
                1 => " I have looked at your file.".to_owned(),
                some => format!(" I have looked at your {some} files."),
            };
            format!(
                "You said: {question}{} This is answer {turn} of our conversation.{seen} I am the embedded server, so \
                 the same question always gets the same answer.",
                if question.ends_with(['.', '!', '?']) { "" } else { "." }
            )
        };
        AnswerScript::of(question, &text, pace)
    }

    /// An answer of this text, with the detours that the question asks for.
    pub(crate) fn of(question: &str, text: &str, pace: Duration) -> AnswerScript {
        let pieces = pieces(text);
        let count = u32::try_from(pieces.len().max(1)).unwrap_or(u32::MAX);
        let pace = slow(question).map_or(pace, |seconds| Duration::from_secs(seconds) / count);
        let failure = if question.contains("ERR_RATE_MID") {
            Some(Failure { after: 3, ..RATE })
        } else if question.contains("ERR_RATE") {
            Some(RATE)
        } else {
            question.contains("ERR_SERVER").then_some(OVERLOADED)
        };
        let replacement = question.contains("BADWORD").then_some("This answer was replaced by moderation.");
        AnswerScript { pieces, pace, failure, replacement }
    }
}

/// Word by word, each with the space that follows it.
pub(crate) fn pieces(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

/// The seconds of `SLOW12`.
fn slow(question: &str) -> Option<u64> {
    let (_, rest) = question.split_once("SLOW")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// A title for a conversation that begins with this question.
pub(crate) fn title(question: &str) -> String {
    let words: Vec<&str> = question.split_whitespace().take(6).collect();
    let title = words.join(" ").trim_end_matches(['.', '?', '!', ',']).to_owned();
    if title.is_empty() { "New conversation".to_owned() } else { title }
}

/// The first letters of a question, for a conversation without a generated title.
pub(crate) fn beginning(question: &str) -> String {
    match question.char_indices().nth(20) {
        Some((end, _)) => format!("{}…", &question[..end]),
        None => question.to_owned(),
    }
}

/// Questions that somebody might ask next.
pub(crate) fn suggestions(question: &str) -> [String; 3] {
    let about = title(question);
    [
        format!("What else is there to say about \"{about}\"?"),
        format!("Can you give an example for \"{about}\"?"),
        "How does this work with streaming?".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_decides_text_pace_and_mishap() {
        let plain = AnswerScript::new("Hello", 1, 0, Duration::from_millis(3));
        assert!(plain.pieces.concat().starts_with("You said: Hello. This is answer 1"));
        assert!(plain.failure.is_none() && plain.pace == Duration::from_millis(3));
        let slow = AnswerScript::new("SLOW5 please", 1, 0, Duration::ZERO);
        assert_eq!((slow.pace * u32::try_from(slow.pieces.len()).unwrap_or(0)).as_secs_f64().round(), 5.0);
        assert_eq!(
            AnswerScript::new("ERR_RATE_MID", 1, 0, Duration::ZERO).failure.map(|failure| failure.after),
            Some(3)
        );
        assert_eq!(title("  What is   Rust? "), "What is Rust");
        assert_eq!(
            (beginning("Hello web"), beginning("é".repeat(21).as_str())),
            ("Hello web".to_owned(), "é".repeat(20) + "…")
        );
    }
}
