//! Finds the frames in the bytes.

use super::{DEFAULT_LIMIT, Frame, FrameError};
use bytes::Bytes;
use std::{collections::VecDeque, ops::Range, time::Duration};

mod field;
mod unfinished;

use field::{Field, LONGEST_NAME, data_value};
use unfinished::{Data, FrameSize};

/// Buffers that grew beyond this are given back after the frame that needed them.
const KEPT_CAPACITY: usize = 64 << 10;

/// The longest chunk that is not worth keeping.
const FEW_BYTES: usize = 64;

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Takes the bytes of an event stream and gives its frames.
pub struct Decoder {
    limit: usize,
    /// The chunk being read, and where.
    chunk: Bytes,
    at: usize,
    /// Chunks that came before the one above was read to its end.
    waiting: VecDeque<Bytes>,
    /// How much of a byte order mark the stream began with; `None` when that question is settled.
    mark: Option<usize>,
    /// The last line ended in CR: a LF that follows belongs to it.
    after_cr: bool,
    /// The beginning of a line that an earlier chunk left unfinished.
    line: Vec<u8>,
    /// The data of the frame in the making.
    data: Data,
    buffer: Vec<u8>,
    event: String,
    /// The data of the frame that is lent, where it was not UTF-8 as it came.
    repaired: String,
    size: FrameSize,
    /// The last frame was lent: its parts are cleared away when the next is asked for.
    lent: bool,
    id: String,
    /// An id the frame in the making has set; it counts from the frame's end.
    next_id: Option<String>,
    retry: Option<Duration>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the beginning of a stream, for events of up to [`DEFAULT_LIMIT`] bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// A decoder for events of up to `limit` bytes, as they come: U+FFFD in place of a byte that is not UTF-8 takes three.
    /// It bounds what the decoder keeps, too.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            chunk: Bytes::new(),
            at: 0,
            waiting: VecDeque::new(),
            mark: Some(0),
            after_cr: false,
            line: Vec::new(),
            data: Data::None,
            buffer: Vec::new(),
            event: String::new(),
            repaired: String::new(),
            size: FrameSize::Fits,
            lent: false,
            id: String::new(),
            next_id: None,
            retry: None,
        }
    }

    /// Takes the next bytes of the stream, however many.
    pub fn push(&mut self, chunk: impl Into<Bytes>) {
        let chunk = chunk.into();
        if self.is_read() {
            if self.continues_line(&chunk) {
                return;
            }
            // The range of a frame may point into the old chunk; `next_frame` has copied it before it ran dry.
            self.chunk = chunk;
            self.at = 0;
        } else {
            self.waiting.push_back(chunk);
        }
    }

    /// The next whole frame in the bytes pushed so far; `None` when it takes more bytes.
    ///
    /// An event that the end of the stream leaves without its blank line is none: the standard drops it.
    ///
    /// # Errors
    /// About this frame; the next call continues with the next one.
    pub fn next_frame(&mut self) -> Option<Result<Frame<'_>, FrameError>> {
        self.let_go();
        while !self.is_read() {
            if self.find_frame() {
                return Some(self.lend());
            }
            self.keep_unfinished();
            if self.size == FrameSize::Exceeded {
                return Some(self.lend());
            }
            self.at = 0;
            self.chunk = self.waiting.pop_front().unwrap_or_default();
        }
        None
    }

    /// All bytes pushed so far were read.
    fn is_read(&self) -> bool {
        self.at == self.chunk.len() && self.waiting.is_empty()
    }

    /// Adds a few bytes to the line that an earlier chunk left unfinished, where they do not end it: cheaper than to keep
    /// the chunk until it is read.
    #[inline]
    fn continues_line(&mut self, bytes: &[u8]) -> bool {
        let continues = bytes.len() <= FEW_BYTES
            && !self.line.is_empty()
            && self.size == FrameSize::Fits
            && self.fits(self.line.len() + bytes.len())
            && !bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        if continues {
            self.line.extend_from_slice(bytes);
        }
        continues
    }

    /// Clears away the frame that was lent. Gives back a chunk that is read, which may keep a much larger buffer.
    pub(crate) fn let_go(&mut self) {
        if std::mem::take(&mut self.lent) {
            self.begin_frame();
        }
        if self.after_cr && self.chunk.get(self.at) == Some(&b'\n') {
            (self.after_cr, self.at) = (false, self.at + 1);
        }
        if self.at > 0 && self.is_read() {
            (self.chunk, self.at) = (Bytes::new(), 0);
        }
    }

    /// The last `id` the stream has set; empty when there was none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    /// Returns how long a client should wait before it connects again, if the server sent it.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Has the stream begun an event that it has not finished? At its end this means that something is missing.
    #[must_use]
    pub fn is_mid_event(&self) -> bool {
        let begun = self.data != Data::None || !self.event.is_empty() || self.size != FrameSize::Fits;
        (begun && !self.lent) || !self.line.is_empty() || self.at < self.chunk.len()
    }

    /// Reads lines up to the end of a frame that has something to lend; false at the end of the chunk.
    fn find_frame(&mut self) -> bool {
        if self.mark.is_some() {
            self.skip_byte_order_mark();
        }
        loop {
            if self.after_cr && self.at < self.chunk.len() {
                self.after_cr = false;
                if self.chunk[self.at] == b'\n' {
                    self.at += 1;
                }
            }
            let start = self.at;
            let Some(length) = memchr::memchr2(b'\n', b'\r', &self.chunk[start..]) else {
                return false;
            };
            let end = start + length;
            self.at = end + 1;
            self.after_cr = self.chunk[end] == b'\r';
            let dispatch = if !self.line.is_empty() {
                self.extend_line(start..end);
                self.field_in_line();
                false
            } else if start < end {
                self.field_in_chunk(start..end);
                false
            } else {
                self.end_frame()
            };
            if dispatch || self.size == FrameSize::Exceeded {
                return true;
            }
        }
    }

    /// The blank line: is there a frame to lend?
    fn end_frame(&mut self) -> bool {
        if let Some(id) = self.next_id.take() {
            self.id = id;
        }
        if self.data == Data::None || self.size == FrameSize::PassedOver {
            self.begin_frame();
            return false;
        }
        true
    }

    fn begin_frame(&mut self) {
        self.event.clear();
        self.repaired = String::new();
        self.data = Data::None;
        self.size = FrameSize::Fits;
        if self.buffer.capacity() > KEPT_CAPACITY {
            self.buffer = Vec::new();
        }
    }

    /// Lends the finished frame, or returns its error.
    fn lend(&mut self) -> Result<Frame<'_>, FrameError> {
        if self.size == FrameSize::Exceeded {
            self.size = FrameSize::PassedOver;
            return Err(FrameError::TooLarge { limit: self.limit });
        }
        self.lent = true;
        let bytes = match self.data.clone() {
            Data::None => &[][..],
            Data::InChunk(range) => &self.chunk[range],
            Data::InBuffer(start) => &self.buffer[start..],
        };
        let data = match simdutf8::basic::from_utf8(bytes) {
            Ok(data) => data,
            Err(_) => {
                self.repaired = String::from_utf8_lossy(bytes).into_owned();
                &self.repaired
            }
        };
        let event = if self.event.is_empty() { "message" } else { &self.event };
        Ok(Frame { event, data, id: &self.id })
    }

    /// A line that lies inside the chunk.
    fn field_in_chunk(&mut self, line: Range<usize>) {
        if self.size != FrameSize::Fits {
            return;
        }
        if let Some(value) = data_value(&self.chunk[line.clone()]) {
            self.add_data_in_chunk(line.start + value..line.end);
        } else if self.fits(line.len()) {
            let line = self.chunk.slice(line);
            self.other_field(&line);
        } else {
            self.exceed();
        }
    }

    /// A line whose beginning came with an earlier chunk.
    fn field_in_line(&mut self) {
        match data_value(&self.line) {
            // The first data line changes places with the buffer instead of being copied there.
            Some(value) if self.data == Data::None && self.line.len() - value <= self.limit => {
                std::mem::swap(&mut self.line, &mut self.buffer);
                self.data = Data::InBuffer(value);
            }
            Some(value) => {
                let line = std::mem::take(&mut self.line);
                self.add_data(&line[value..]);
                self.line = line;
            }
            None => {
                let line = std::mem::take(&mut self.line);
                self.other_field(&line);
                self.line = line;
            }
        }
        self.line.clear();
        if self.line.capacity() > KEPT_CAPACITY {
            self.line = Vec::new();
        }
    }

    fn add_data_in_chunk(&mut self, value: Range<usize>) {
        if value.len() > self.limit {
            self.exceed();
        } else if self.data == Data::None {
            self.data = Data::InChunk(value);
        } else {
            let chunk = self.chunk.clone();
            self.add_data(&chunk[value]);
        }
    }

    /// A data line after the first, or one that is too large.
    fn add_data(&mut self, value: &[u8]) {
        self.move_data_to_buffer();
        if self.held() + 1 + value.len() > self.limit {
            self.exceed();
            return;
        }
        self.buffer.push(b'\n');
        self.buffer.extend_from_slice(value);
    }

    /// The chunk goes away, the data stays.
    fn move_data_to_buffer(&mut self) {
        if let Data::InChunk(range) = self.data.clone() {
            self.buffer.clear();
            self.buffer.extend_from_slice(&self.chunk[range]);
            self.data = Data::InBuffer(0);
        }
    }

    fn held(&self) -> usize {
        match &self.data {
            Data::None => 0,
            Data::InChunk(range) => range.len(),
            Data::InBuffer(start) => self.buffer.len() - start,
        }
    }

    /// May the frame take a line of this length? Its value is measured when the line is whole.
    fn fits(&self, line: usize) -> bool {
        self.held() + line <= self.limit.saturating_add(LONGEST_NAME)
    }

    fn exceed(&mut self) {
        if self.size == FrameSize::Fits {
            self.size = FrameSize::Exceeded;
        }
        self.data = Data::None;
        self.buffer = Vec::new();
    }

    fn other_field(&mut self, line: &[u8]) {
        match Field::read(line) {
            Field::Event(name) => {
                self.event.clear();
                self.event.push_str(&name);
            }
            Field::Id(id) => self.next_id = Some(id.into_owned()),
            Field::Retry(pause) => self.retry = Some(pause),
            Field::Ignored => {}
        }
    }

    /// The chunk is read to its end: what it leaves unfinished is copied out of it.
    fn keep_unfinished(&mut self) {
        self.move_data_to_buffer();
        self.extend_line(self.at..self.chunk.len());
        self.at = self.chunk.len();
    }

    fn extend_line(&mut self, part: Range<usize>) {
        if self.size == FrameSize::Fits && self.fits(self.line.len() + part.len()) {
            self.line.extend_from_slice(&self.chunk[part]);
        } else if !part.is_empty() {
            self.exceed();
            // An empty comment stands for the line: its end must not look like the frame's.
            self.line = vec![b':'];
        }
    }

    /// At most one, at the beginning of the stream, even if it comes byte by byte.
    fn skip_byte_order_mark(&mut self) {
        while let Some(matched) = self.mark {
            let Some(&byte) = self.chunk.get(self.at) else {
                return;
            };
            if byte == BYTE_ORDER_MARK[matched] {
                self.at += 1;
                self.mark = (matched < 2).then_some(matched + 1);
            } else {
                // Not a mark after all: these bytes begin the first line.
                self.line.extend_from_slice(&BYTE_ORDER_MARK[..matched]);
                self.mark = None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
