//! Blocking answers that come as events.

use super::{Answer, Asked, Build, Call, Content, Due, Plan, Read, Running, State, answered, decode, stream_of};
use crate::{
    Error, Event, EventStream, Operation, Response, Transport,
    operation::Named,
    runs::gathered::{Reply, fold},
    transport::requests::{Built, Requests},
};
use std::sync::Arc;

/// A blocking answer, as the server chose to give it.
enum Came<T: Reply> {
    Whole(T),
    Streamed(Box<EventStream<T::Event>>),
}

impl<'a, T> Call<'a, T> {
    /// Answered by JSON, or by a stream of events that tells the same.
    pub(crate) fn reply(
        transport: &'a Transport,
        operation: &'static Operation,
        build: impl Fn(&Requests) -> Built + Send + Sync + 'a,
    ) -> Self
    where
        T: Reply,
    {
        let build = Build::Now(Arc::new(build));
        Self::plan(transport, Named::Described(operation), build, Due::Reply, |plan| {
            Box::pin(async move {
                let (came, response) = answered(plan, came::<T>).await?.split();
                let value = match came {
                    Came::Whole(value) => value,
                    Came::Streamed(events) => fold(*events).await?,
                };
                Ok(response.map(|()| value))
            })
        })
    }

    /// The blocking answer, made of the events of the call that streams.
    pub(crate) fn streamed<E: Event>(call: Call<'a, EventStream<E>>) -> Self
    where
        T: Reply<Event = E>,
    {
        let state = match call.state {
            State::Planned(plan, _) => State::Planned(plan, folded),
            State::Running(_) | State::Over => State::Over,
        };
        Self { state }
    }
}

fn came<T: Reply>(asked: Asked<'_>, answer: Answer) -> Result<Response<Came<T>>, Error> {
    if let Content::Open(_) = answer.content {
        return Ok(stream_of(asked, answer)?.map(|events| Came::Streamed(Box::new(events))));
    }
    let (answer, body) = Read::whole(answer);
    match decode(&body) {
        Ok(value) => Ok(answer.response(Came::Whole(value), Some(body))),
        Err(kind) => Err(Error::new(kind, answer.context)),
    }
}

fn folded<T: Reply>(plan: Box<Plan<'_>>) -> Running<'_, T> {
    Box::pin(async move {
        let (events, response) = answered(plan, stream_of).await?.split();
        let value = fold(events).await?;
        Ok(response.map(|()| value))
    })
}
