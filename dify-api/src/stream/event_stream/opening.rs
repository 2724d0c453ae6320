//! From a call to the stream that answers it.

use super::EventStream;
use crate::{
    Call, Event, Operation, Response, Transport,
    transport::{
        exchange::{Exchange, Expect, Received},
        pending::Finished,
        request::Built,
    },
};

impl<E: Event> Call<EventStream<E>> {
    /// Answered by events, as they happen.
    pub(crate) fn events(transport: &Transport, operation: &'static Operation, request: Built) -> Self {
        Self::events_of(Exchange::described(transport, operation, request, Expect::Events))
    }

    pub(crate) fn events_of(exchange: Exchange) -> Self {
        Self::of(exchange, |answer| Finished::Now(Ok(EventStream::of(answer))))
    }
}

impl<E: Event> EventStream<E> {
    /// The events that an answer brings.
    pub(crate) fn of(answer: Received) -> Response<Self> {
        let Received { exchange, head, content, context, mut observation } = answer;
        let Exchange { transport, timeouts, stopping, .. } = *exchange;
        let attempts = context.attempts;
        observation.streams();
        let value = Self::new(content, context, transport, timeouts, stopping, observation);
        Response { value, status: head.status, headers: head.headers, body: None, attempts, substitutions: 0 }
    }
}
