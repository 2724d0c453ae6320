//! One attempt after the other.

use super::{Answer, Exchange, attempt, build};
use crate::{
    Error, ErrorKind,
    credentials::Generation,
    error::Context,
    retry::{Decision, Pauses, decide},
    span::Span,
    timeouts::Deadline,
};
use reqwest::StatusCode;
use std::time::Duration;
use tokio::time::Instant;

/// One attempt after the other, until one brings an answer or there is no sense in another.
pub(super) async fn attempts(exchange: &Exchange<'_>, span: &Span) -> Result<Answer, Error> {
    let mut context = Context::of(exchange.operation.clone());
    let shared = &exchange.transport.shared;
    let deadline = exchange.deadline();
    if !exchange.signed {
        shared.credentials.ready(exchange.transport, &exchange.operation).await?;
    }
    let mut pauses = exchange.retry.pauses();
    let mut pause = Duration::ZERO;
    let mut renewed = false;
    // Why it is done once more.
    let mut failure: Option<Error> = None;
    loop {
        let request = match build(exchange).await {
            Ok(request) => request,
            // What cannot be made a second time was refused at the first.
            Err(error) => return Err(failure.unwrap_or_else(|| error.during(context))),
        };
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let mut used = Generation::default();
        let kind = match attempt(exchange, request, &mut context, deadline, span, &mut used).await {
            Ok((status, headers, content)) => {
                shared.budget.succeeded();
                return Ok(Answer { status, headers, content, context });
            }
            Err(kind) => kind,
        };
        let error = Error::new(kind, context.clone());
        // Refused is not acted on: with other credentials it may be said again, once.
        if !renewed && !exchange.signed && is_refusal(error.kind()) {
            if !shared.credentials.renew(exchange.transport, &exchange.operation, used).await? {
                return Err(error);
            }
            renewed = true;
            pause = Duration::ZERO;
        } else {
            match next(exchange, &mut pauses, deadline, error.kind()) {
                Next::Attempt(after) => pause = after,
                Next::Nothing => return Err(error),
                Next::TooMany => return Err(error.beyond_the_budget()),
            }
        }
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
    if deadline.is_some_and(|deadline| Instant::now() + pause >= deadline.at) {
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
