//! Blocking answers that come as events.

use super::accumulate::{Reply, fold};
use crate::{
    Call, Event, EventStream, Operation, Response, Transport,
    transport::{
        exchange::{Content, Exchange, Expect, Received},
        pending::Finished,
        request::Built,
    },
};

impl<T> Call<T> {
    /// Answered by JSON, or by a stream of events with the same content.
    pub(crate) fn reply(transport: &Transport, operation: &'static Operation, request: Built) -> Self
    where
        T: Reply,
    {
        let exchange = Exchange::described(transport, operation, request, Expect::Reply);
        Self::of(exchange, |answer| match answer.content {
            Content::Whole(_) => Finished::Now(answer.decode_reporting(T::report)),
            Content::Open(_) => T::of_stream(answer),
        })
    }

    /// The blocking answer, made of the events of the call that streams.
    pub(crate) fn streamed<E: Event>(call: Call<EventStream<E>>) -> Self
    where
        T: Reply<Event = E>,
    {
        call.finished_by(T::of_stream)
    }
}

pub(super) fn folded<T: Reply>(answer: Received) -> Finished<T> {
    let (mut events, response) = EventStream::<T::Event>::of(answer).split();
    events.source_mut().folded = true;
    Finished::Later(Box::pin(async move {
        let outcome = fold(&mut events).await;
        let observation = &mut events.source_mut().observation;
        let value = outcome.inspect_err(|error| observation.failed(error))?;
        observation.succeeded();
        Ok(Response { substitutions: events.substitutions(), ..response.map(|()| value) })
    }))
}
