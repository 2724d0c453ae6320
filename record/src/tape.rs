//! An answer's body on its way: passed on at once, noted with its times, and handed over when it has ended.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::BoxStream;
use tokio::sync::mpsc;

use crate::unscrubbed::{Answer, Asked, Ending, Unscrubbed};

/// The body, as the client reads it.
pub(crate) struct Tape {
    body: BoxStream<'static, reqwest::Result<Bytes>>,
    /// Gone when it was handed over.
    exchange: Option<(Asked, Answer)>,
    records: mpsc::UnboundedSender<Unscrubbed>,
}

impl Tape {
    pub(crate) fn new(
        body: BoxStream<'static, reqwest::Result<Bytes>>,
        asked: Asked,
        answer: Answer,
        records: mpsc::UnboundedSender<Unscrubbed>,
    ) -> Self {
        Self { body, exchange: Some((asked, answer)), records }
    }

    fn hand_over(&mut self, ending: Ending) {
        if let Some((asked, mut answer)) = self.exchange.take() {
            answer.end(ending);
            // The shelf is gone only when the recording is over.
            let _ = self.records.send(Unscrubbed { asked, answer });
        }
    }
}

impl Stream for Tape {
    type Item = reqwest::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.body.as_mut().poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(chunk))) => {
                if let Some((_, answer)) = &mut self.exchange {
                    answer.take(chunk);
                }
            }
            Poll::Ready(Some(Err(_))) => self.hand_over(Ending::ServerGone),
            Poll::Ready(None) => self.hand_over(Ending::Whole),
            Poll::Pending => {}
        }
        polled
    }
}

/// The client closed the connection. The server's connection goes with the body.
impl Drop for Tape {
    fn drop(&mut self) {
        let whole = self.exchange.as_ref().is_some_and(|(_, answer)| answer.is_whole());
        self.hand_over(if whole { Ending::Whole } else { Ending::ClientGone });
    }
}
