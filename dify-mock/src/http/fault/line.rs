//! A connection that a fault can take over.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::Ending;

/// A connection as both see it: the HTTP library, and a fault that writes past it.
///
/// While a request is answered, the library waits and writes nothing: only then does a fault write. Afterwards the line
/// is over, and the library learns that from its next read or write.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<Socket>);

#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    over: AtomicBool,
}

impl Line {
    fn new(stream: TcpStream) -> Line {
        // Each event goes out at once, instead of waiting for the one before to be acknowledged.
        // A connection that is gone already notices soon enough.
        let _ = stream.set_nodelay(true);
        Line(Arc::new(Socket { stream, over: AtomicBool::new(false) }))
    }

    /// Sends all of it, past the library.
    pub(crate) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.0.stream.writable().await?;
            match self.0.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ends the connection, unless that is done already. A reset goes out when the library lets go of it, which it does at once.
    pub(crate) fn end(&self, how: Ending) {
        if self.0.over.swap(true, Ordering::AcqRel) {
            return;
        }
        // Where the client has gone already, neither can nor need be done.
        let _ = match how {
            Ending::Reset => self.0.stream.set_zero_linger(),
            Ending::Close => socket2::SockRef::from(&self.0.stream).shutdown(std::net::Shutdown::Write),
        };
    }

    fn is_over(&self) -> bool {
        self.0.over.load(Ordering::Acquire)
    }

    /// Writes when the socket is ready, for the library.
    fn poll_write_with(
        &self,
        context: &mut Context<'_>,
        mut write: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            if self.is_over() {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            std::task::ready!(self.0.stream.poll_write_ready(context))?;
            match write(&self.0.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.is_over() {
                return Poll::Ready(Ok(()));
            }
            std::task::ready!(self.0.stream.poll_read_ready(context))?;
            match self.0.stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write_vectored(parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.end(Ending::Close);
        Poll::Ready(Ok(()))
    }
}

/// Takes connections as lines.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) TcpListener);

impl Listener for Lines {
    type Io = Line;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Line, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Line::new(stream), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Line {
        stream.io().clone()
    }
}
