//! An HTTP/1.1 answer written by hand, so that it can be wrong.

use std::io;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::response::Parts;
use tokio::time::sleep;

use super::{Ending, Line};

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// The answer has no body, whatever its handler gave.
    Bodiless,
    Length(u64),
    Chunked,
}

/// The way of an answer to its client. Every answer that goes this way is the last of its connection.
#[derive(Debug)]
pub(crate) struct Wire {
    line: Line,
    framing: Framing,
}

impl Wire {
    pub(crate) fn new(line: Line, framing: Framing) -> Wire {
        Wire { line, framing }
    }

    /// Status and headers; with a pause, byte by byte.
    pub(crate) async fn head(&self, parts: &Parts, pause: Option<Duration>) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
        let framing = [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION];
        for (name, value) in parts.headers.iter().filter(|(name, _)| !framing.contains(name)) {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        match self.framing {
            Framing::Bodiless => {}
            Framing::Length(length) => head.extend_from_slice(format!("content-length: {length}\r\n").as_bytes()),
            Framing::Chunked => head.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        }
        head.extend_from_slice(b"connection: close\r\n\r\n");
        let Some(pause) = pause else { return self.line.write_all(&head).await };
        for byte in head {
            sleep(pause).await;
            self.line.write_all(&[byte]).await?;
        }
        Ok(())
    }

    /// A piece of the body, as one chunk where there are chunks.
    pub(crate) async fn send(&self, piece: &[u8]) -> io::Result<()> {
        self.send_part(piece, piece.len()).await?;
        if self.framing == Framing::Chunked && !piece.is_empty() { self.line.write_all(b"\r\n").await } else { Ok(()) }
    }

    /// The beginning of a piece that is announced whole.
    pub(crate) async fn send_part(&self, piece: &[u8], sent: usize) -> io::Result<()> {
        if self.framing == Framing::Bodiless || piece.is_empty() {
            return Ok(());
        }
        let part = &piece[..sent.min(piece.len())];
        if self.framing == Framing::Chunked {
            let head = format!("{:x}\r\n", piece.len());
            return self.line.write_all(&[head.as_bytes(), part].concat()).await;
        }
        self.line.write_all(part).await
    }

    /// The rest of a piece whose beginning went before.
    pub(crate) async fn send_rest(&self, rest: &[u8]) -> io::Result<()> {
        if self.framing == Framing::Bodiless {
            return Ok(());
        }
        self.line.write_all(rest).await?;
        if self.framing == Framing::Chunked { self.line.write_all(b"\r\n").await } else { Ok(()) }
    }

    /// The regular end.
    pub(crate) async fn finish(&self) -> io::Result<()> {
        if self.framing == Framing::Chunked {
            self.line.write_all(b"0\r\n\r\n").await?;
        }
        self.line.end(Ending::Close);
        Ok(())
    }
}
