//! The source of a document, or its new source.

use super::child_chunk::ChildChunk;
use super::indexing::Fate;
use super::process_rule::ProcessRule;
use super::segment::Segment;
use super::split::{Piece, split};
use super::words::{keywords, tokens};
use crate::state::file::UploadedFile;
use crate::values::ids;

/// Of a file, at most so many bytes are read for its text; the rest is kept and given back, but not searched.
pub(crate) const READ_OF_A_FILE: usize = 1024 * 1024;

/// Words in a document's name that make its indexing end another way; the one for the index also in its text.
const UNREADABLE: &str = "unreadable";
const UNINDEXABLE: &str = "ERR_EMBED";
const HELD: &str = "PAUSED";

/// The message of an embedding model that refuses.
pub(crate) const REFUSED_EMBEDDING: &str = "embedding rate limited (fake)";

/// A text, cut and ready to be put into a knowledge base.
#[derive(Clone, Debug)]
pub(crate) struct Material {
    pub(crate) name: String,
    pub(crate) file: UploadedFile,
    pub(crate) rule: ProcessRule,
    /// Dify's name of the kind of document.
    pub(crate) form: String,
    pub(crate) language: String,
    pub(crate) fate: Fate,
    pub(crate) characters: usize,
    pub(crate) tokens: usize,
    pieces: Vec<Piece>,
}

impl Material {
    /// Cuts a text. This may take a while for a long one.
    pub(crate) fn new(name: &str, file: UploadedFile, text: &str, rule: ProcessRule, form: &str) -> Material {
        let length = usize::try_from(file.blob.length()).unwrap_or(usize::MAX);
        let characters = if length > text.len() { length } else { text.chars().count() };
        let pieces = split(text, &rule);
        let fate = fate(name, text, &rule);
        Material {
            name: name.to_owned(),
            tokens: pieces.iter().map(|piece| tokens(&piece.content)).sum(),
            file,
            rule,
            form: form.to_owned(),
            language: "English".to_owned(),
            fate,
            characters,
            pieces,
        }
    }

    /// The segments, not in any index yet.
    pub(crate) fn segments(&self, with_keywords: bool, now: i64) -> Vec<Segment> {
        let contents: Vec<(&Piece, &str, Option<&str>)> = match self.form.as_str() {
            "qa_model" => self.pieces.iter().flat_map(pairs).collect(),
            _ => self.pieces.iter().map(|piece| (piece, piece.content.as_str(), None)).collect(),
        };
        let numbered = contents.into_iter().enumerate();
        let segment = |(place, (piece, content, answer)): (usize, (&Piece, &str, Option<&str>))| {
            let mut segment = Segment::new(content, place + 1, now);
            segment.answer = answer.map(str::to_owned);
            segment.keywords = with_keywords.then(|| keywords(content));
            segment.children = children(&piece.children, now);
            segment
        };
        numbered.map(segment).collect()
    }
}

/// Child chunks that the server made.
pub(crate) fn children(contents: &[String], now: i64) -> Vec<ChildChunk> {
    let numbered = contents.iter().enumerate();
    numbered.map(|(place, content)| ChildChunk::new(content, place + 1, now)).collect()
}

/// The questions and answers of a text. A model would find them anywhere; here they are lines that begin with `Q:` and
/// `A:`.
fn pairs(piece: &Piece) -> impl Iterator<Item = (&Piece, &str, Option<&str>)> {
    let mut lines = piece.content.lines().map(str::trim);
    std::iter::from_fn(move || {
        let question = lines.find_map(|line| line.strip_prefix("Q:"))?;
        let answer = lines.next()?.strip_prefix("A:")?;
        Some((piece, question.trim(), Some(answer.trim())))
    })
}

fn fate(name: &str, text: &str, rule: &ProcessRule) -> Fate {
    if name.to_lowercase().contains(UNREADABLE) {
        let id = ids::of("unreadable", name);
        return Fate::Unreadable(format!("Error loading /tmp/tmp{}/{name}", &id[..8]));
    }
    if let Some(reason) = rule.unusable() {
        return Fate::Unreadable(reason);
    }
    if name.contains(UNINDEXABLE) || text.contains(UNINDEXABLE) {
        return Fate::Unindexable(REFUSED_EMBEDDING.to_owned());
    }
    if name.contains(HELD) { Fate::Pauses } else { Fate::Completes }
}

/// Whether a question makes the embedding model refuse.
pub(crate) fn is_refused(question: &str) -> bool {
    question.contains(UNINDEXABLE)
}
