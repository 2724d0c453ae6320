//! One attempt after the other.

use super::{Answer, Exchange, Trace, attempt, build};
use crate::{
    Error, ErrorKind,
    error::Context,
    transport::{
        retry::{Decision, Pauses, decide},
        span::Span,
        timeouts::{Deadline, after},
    },
};
use reqwest::StatusCode;
use std::time::Duration;
use tokio::time::Instant;

/// How many redirects a call follows.
const HOPS: u32 = 5;

/// One attempt after the other, until one brings an answer or there is no sense in another.
pub(super) async fn attempts(exchange: &Exchange<'_>, span: &Span) -> Result<Answer, Error> {
    let secrets = exchange.transport.secrets().and(&exchange.secrets);
    let mut context = Context { situation: exchange.situation(), ..Context::of(exchange.operation.clone(), secrets) };
    let shared = &exchange.transport.shared;
    let (start, deadline) = (Instant::now(), exchange.deadline());
    if !exchange.signed {
        let ready = shared.credentials.ready(exchange.transport, &exchange.operation);
        Deadline::bound(exchange.deadline_of_waiting(deadline), ready)
            .await
            .map_err(|error| error.while_waiting(&context))?;
    }
    let mut pauses = exchange.retry.pauses();
    let mut pause = Duration::ZERO;
    let mut renewed = false;
    let mut hops = 0;
    let mut place = None;
    // Why it is done once more.
    let mut failure: Option<Error> = None;
    loop {
        let mut request = match Deadline::bound(exchange.deadline_of_waiting(deadline), build(exchange)).await {
            Ok(request) => request,
            // What cannot be made a second time was refused at the first.
            Err(error) => return Err(failure.unwrap_or_else(|| error.while_waiting(&context))),
        };
        if let Some(place) = &place {
            *request.url_mut() = Clone::clone(place);
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let mut trace = Trace::default();
        let kind = match attempt(exchange, request, &mut context, deadline, span, &mut trace).await {
            Ok((status, headers, content)) => {
                shared.budget.succeeded();
                return Ok(Answer { status, headers, content, context });
            }
            Err(kind) => kind,
        };
        let error = Error::new(kind, context.clone());
        pause = Duration::ZERO;
        // Refused is not acted on: with other credentials it may be said again, once.
        if !renewed && !exchange.signed && is_refusal(error.kind()) {
            let renewal = shared.credentials.renew(exchange.transport, &exchange.operation, trace.used, start);
            let renewed_in_time = Deadline::bound(exchange.deadline_of_waiting(deadline), renewal).await;
            if !renewed_in_time.map_err(|error| error.while_waiting(&context))? {
                return Err(error);
            }
            renewed = true;
        } else if let Some(moved) = trace.moved.filter(|_| hops < HOPS) {
            hops += 1;
            place = Some(moved);
        } else {
            match next(exchange, &mut pauses, deadline, error.kind()) {
                Next::Attempt(after) => pause = after,
                Next::Nothing => return Err(error),
                Next::TooMany => return Err(error.beyond_the_budget()),
            }
        }
        span.again(&error, pause);
        context.may_have_acted |= error.may_have_acted();
        failure = Some(error);
    }
}

/// What comes after a failure.
enum Next {
    /// Another attempt, after this pause.
    Attempt(Duration),
    Nothing,
    /// Another attempt would be one more than the client may make.
    TooMany,
}

fn next(exchange: &Exchange<'_>, pauses: &mut Pauses, deadline: Option<Deadline>, kind: &ErrorKind) -> Next {
    let Decision::Again(asked) = decide(kind, exchange.operation.idempotent()) else {
        return Next::Nothing;
    };
    let Some(pause) = pauses.next(asked) else {
        return Next::Nothing;
    };
    // The limit would run out in the pause, and hide what went wrong.
    if deadline.is_some_and(|deadline| after(Instant::now(), pause) >= deadline.at) {
        return Next::Nothing;
    }
    if exchange.transport.shared.budget.take() { Next::Attempt(pause) } else { Next::TooMany }
}

fn is_refusal(kind: &ErrorKind) -> bool {
    let status = match kind {
        ErrorKind::Api(error) => error.status,
        ErrorKind::Http(error) => error.status,
        _ => return false,
    };
    status == StatusCode::UNAUTHORIZED
}
