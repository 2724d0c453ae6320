//! A file on its way to the caller.

use crate::{
    Call, Error, ErrorKind, Operation, Response, Shown, Transport,
    error::Context as Circumstances,
    files::unfinished::Unfinished,
    telemetry::Observation,
    transport::{
        exchange::{Content, Exchange, Expect, Received},
        incoming::Incoming,
        pending::Finished,
        request::Built,
    },
};
use bytes::Bytes;
use futures_core::Stream;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use std::{
    fmt,
    future::poll_fn,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

/// A file that the server sends, read piece by piece, whole, or into a file.
///
/// ```no_run
/// # async fn run(mut download: dify_api::Download) -> Result<(), dify_api::Error> {
/// println!("{:?}, {:?} bytes", download.content_type(), download.content_length());
/// let written = download.save_to("preview.png").await?;
/// # Ok(()) }
/// ```
#[must_use = "a download does nothing unless it is read"]
pub struct Download {
    /// Nothing after the end, so that the connection goes back at once.
    incoming: Option<Incoming>,
    content_type: Option<String>,
    content_length: Option<u64>,
    file_name: Option<String>,
    circumstances: Circumstances,
    observation: Observation,
    limit: usize,
}

impl Call<Download> {
    /// Answered by a file.
    pub(crate) fn download(transport: &Transport, operation: &'static Operation, request: Built) -> Self {
        Self::download_of(Exchange::described(transport, operation, request, Expect::Download))
    }

    pub(crate) fn download_of(exchange: Exchange) -> Self {
        Self::of(exchange, |answer| {
            let Received { exchange, head, content, context, observation } = answer;
            let attempts = context.attempts;
            let limit = exchange.transport.limits().body;
            let value = Download::new(content, &head.headers, context, observation, limit);
            Finished::Now(Ok(Response {
                value,
                status: head.status,
                headers: head.headers,
                body: None,
                attempts,
                substitutions: 0,
            }))
        })
    }
}

impl Download {
    fn new(
        content: Content,
        headers: &HeaderMap,
        circumstances: Circumstances,
        observation: Observation,
        limit: usize,
    ) -> Self {
        let incoming = match content {
            Content::Open(incoming) => Some(incoming),
            Content::Whole(_) => None,
        };
        let text = |name| Some(headers.get(name)?.to_str().ok()?.to_owned());
        Self {
            content_type: text(&CONTENT_TYPE),
            content_length: incoming.as_ref().and_then(Incoming::remaining),
            file_name: headers
                .get(&CONTENT_DISPOSITION)
                .and_then(|value| file_name(&String::from_utf8_lossy(value.as_bytes()))),
            incoming,
            circumstances,
            observation,
            limit,
        }
    }

    /// The media type, as the server names it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the total number of bytes, if the server reports it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// The name the server gives the file, made safe as the last part of a path on every system.
    ///
    /// Folders and drive letters are left out, as are marks of writing direction, and dots and spaces around the name.
    /// Characters that Windows refuses become `_`, device names (`NUL`, `COM1`) get one in front, and a name of more than
    /// 255 bytes is cut before its extension. `None` when the server gives no name, or one with control characters.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_next_piece(cx)).await
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] beyond the client's `body_limit`; what can happen to a connection.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let body = match self.incoming.take() {
            None => Bytes::new(),
            Some(mut incoming) => incoming.whole(self.limit).await.map_err(|kind| self.fail(kind))?,
        };
        self.observation.received(body.len());
        self.observation.succeeded();
        Ok(body)
    }

    /// Writes the file to `path` and returns how many bytes it has.
    ///
    /// The bytes go into a new file with a random name (`.….part`) in the same folder, which is synced and renamed when
    /// all of them are there. It is removed on failure, and when the future is dropped. A file at `path` is replaced and
    /// keeps its permissions; of several saves to one path, the last to end wins. A symbolic link to a file, or to nothing,
    /// is replaced itself, and what it leads to stays as it is. [`file_name`](Self::file_name) is a safe last part of the
    /// path.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when the file cannot be written: the folder does not exist or is read-only, or `path` is a
    /// folder, a device, a pipe or a read-only file. What can happen to a connection.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let mut file = Unfinished::new(path).await.map_err(|source| self.unwritten(path, source))?;
        let mut written = 0;
        while let Some(piece) = poll_fn(|cx| self.poll_piece(cx)).await.transpose()? {
            file.write(&piece).await.map_err(|source| self.unwritten(path, source))?;
            written += piece.len() as u64;
        }
        file.finish().await.map_err(|source| self.unwritten(path, source))?;
        self.observation.succeeded();
        Ok(written)
    }

    fn unwritten(&mut self, path: &Path, source: std::io::Error) -> Error {
        self.fail(ErrorKind::File { path: path.display().to_string(), source })
    }

    fn poll_next_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let piece = std::task::ready!(self.poll_piece(cx));
        if piece.is_none() {
            self.observation.succeeded();
        }
        Poll::Ready(piece)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        let piece = std::task::ready!(incoming.poll_chunk(cx));
        match &piece {
            Some(Ok(bytes)) => self.observation.received(bytes.len()),
            Some(Err(_)) => {}
            None => self.incoming = None,
        }
        Poll::Ready(piece.map(|piece| piece.map_err(|kind| self.fail(kind))))
    }

    fn fail(&mut self, kind: ErrorKind) -> Error {
        self.incoming = None;
        let error = Error::new(kind, self.circumstances.clone());
        self.observation.failed(&error);
        error
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        // Who leaves after the last byte has read all of it.
        if self.incoming.as_ref().is_some_and(|incoming| incoming.remaining() == Some(0)) {
            self.observation.succeeded();
        }
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_piece(cx)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type.as_deref().map(Shown::new))
            .field("content_length", &self.content_length)
            .field("file_name", &self.file_name.as_deref().map(Shown::new))
            .field("ended", &self.incoming.is_none())
            .finish_non_exhaustive()
    }
}

/// The file name of a `Content-Disposition`, RFC 6266: `filename*` before `filename`.
fn file_name(disposition: &str) -> Option<String> {
    let mut plain = None;
    let mut extended = None;
    for (name, value) in parameters(disposition) {
        if name.eq_ignore_ascii_case("filename*") {
            extended = extended_value(&value);
        } else if name.eq_ignore_ascii_case("filename") {
            plain = Some(value);
        }
    }
    crate::files::file_name::safe(&extended.or(plain)?)
}

/// The `; name=value` of a header, quotes and escapes taken off.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Some((_, mut rest)) = header.split_once(';') else {
        return found;
    };
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim().trim_start_matches(';').trim().to_owned();
        let after = after.trim_start();
        if let Some(quoted) = after.strip_prefix('"') {
            let mut value = String::new();
            let mut letters = quoted.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '"' => break,
                    '\\' => value.extend(letters.next()),
                    letter => value.push(letter),
                }
            }
            rest = letters.as_str();
            found.push((name, value));
        } else {
            let (value, after) = after.split_once(';').unwrap_or((after, ""));
            found.push((name, value.trim().to_owned()));
            rest = after;
        }
    }
    found
}

/// `UTF-8''na%C3%AFve.txt`, RFC 8187.
fn extended_value(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push((high * 16 + low) as u8);
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
