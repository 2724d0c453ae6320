//! The life of a request, from top to bottom: authorize, attempt, judge, decode, retry.

use super::{
    answer::{self, X_VERSION, fits, text},
    limits::ERROR_BODY,
};
use crate::{
    Error, ErrorKind,
    transport::{
        exchange::{Content, Exchange, Expect, Head, Ongoing, Received},
        incoming::Incoming,
        places::{Permit, Turn},
        timer,
    },
    values::media,
};

/// How many redirects a call follows.
const HOPS: u32 = 5;

impl Ongoing {
    /// Sends the request until an answer comes, or another attempt makes no sense. Another future around that of the answer, which is large, would copy it once more.
    pub(super) async fn run(mut self) -> Result<Received, Error> {
        let span = self.observation.span();
        let answer = span.hold(self.answer()).await;
        match answer {
            Ok((head, content)) => {
                let Self { exchange, context, observation, .. } = self;
                Ok(Received { exchange, head, content, context, observation })
            }
            Err(error) => {
                self.observation.failed(&error);
                Err(error)
            }
        }
    }

    async fn answer(&mut self) -> Result<(Head, Content), Error> {
        self.authorize().await.map_err(|error| error.while_waiting(&self.context))?;
        let mut request = self.request().await.map_err(|error| error.while_waiting(&self.context))?;
        loop {
            let place = self.place().await.map_err(|error| error.while_waiting(&self.context))?;
            let turn = place.as_ref().map(Permit::turn);
            match self.attempt(request, place).await {
                Ok(answer) => {
                    turn.inspect(Turn::answered);
                    self.exchange.transport.shared.budget.succeeded();
                    return Ok(answer);
                }
                Err(kind) => {
                    turn.inspect(|turn| turn.failed(&kind));
                    request = self.retry(kind).await?;
                }
            }
        }
    }

    /// Waits for the session or passport that the operation requires. A request that cannot be sent waits for none.
    async fn authorize(&self) -> Result<(), Error> {
        self.exchange.built()?;
        let Exchange { transport, operation, presigned, .. } = &*self.exchange;
        if *presigned {
            return Ok(());
        }
        match transport.shared.credentials.ready(transport, operation) {
            Some(ready) => self.in_time(ready).await,
            None => Ok(()),
        }
    }

    /// Waits until as few requests are under way as the client may make at once.
    async fn place(&self) -> Result<Option<Permit>, Error> {
        let Exchange { transport, operation, renewal, .. } = &*self.exchange;
        match &transport.shared.places {
            // Whoever holds a place may wait for these.
            Some(places) if !renewal && !operation.stops() => {
                self.in_time(async { Ok(Some(places.take().await)) }).await
            }
            _ => Ok(None),
        }
    }

    /// Makes a copy of the request for the next attempt; opens the files of an upload.
    async fn request(&self) -> Result<reqwest::Request, Error> {
        let Exchange { transport, headers, presigned, .. } = &*self.exchange;
        let mut request = self.in_time(self.exchange.built()?.copy(&transport.shared.client)).await?;
        if !presigned {
            transport.shared.settings.headers.fill_in(request.headers_mut())?;
        }
        headers.put_on(request.headers_mut())?;
        Ok(request)
    }

    /// Puts the credential on, sends the request, and takes the answer.
    async fn attempt(
        &mut self,
        mut request: reqwest::Request,
        place: Option<Permit>,
    ) -> Result<(Head, Content), ErrorKind> {
        self.put_credential_on(&mut request)?;
        self.context.secrets.sent(&request, self.exchange.presigned);
        self.context.attempts += 1;
        self.observation.attempt(self.context.attempts);
        let (head, mut incoming) = self.send(request).await?;
        incoming.place = place;
        self.judge(head, incoming).await
    }

    /// Finds out what the answer is: what was asked for, a refusal in Dify's words, or something else.
    async fn judge(&mut self, mut head: Head, incoming: Incoming) -> Result<(Head, Content), ErrorKind> {
        self.context.server_version = text(&head.headers, &X_VERSION).map(Box::from);
        self.observation.answered(head.status);
        self.observe(&head)?;
        if let Ok(request) = &self.exchange.request {
            self.observation.newer_members(&self.context, |member| request.sends(member));
        }
        self.moved = head.moved();
        self.context.secrets.mark(&mut head.headers);
        let (success, expect) = (head.status.is_success(), self.exchange.expect);
        let fits = fits(expect, &head);
        if !success || !fits {
            self.note_other_place(&head);
        }
        let end = self.deadline_of_an_error_body();
        let content = if !success {
            // Words without a code, where the description says so, are a state.
            let may_be_a_state = self.exchange.operation.may_be_a_state(head.status);
            let from_dify = self.context.server_version.is_some() && !may_be_a_state;
            match answer::refusal(&head, expect, incoming, end, from_dify).await {
                ErrorKind::Http(error) if may_be_a_state && media::is_json(&error.content_type) => {
                    Content::Whole(error.body)
                }
                refused => return Err(refused),
            }
        } else if !fits {
            return Err(answer::unexpected(&head, expect, incoming, end).await);
        } else {
            match expect {
                Expect::Events | Expect::Download => Content::Open(incoming),
                Expect::Reply if answer::streams(&head) => Content::Open(incoming),
                Expect::Nothing => Content::Whole(answer::nothing(incoming.beginning(ERROR_BODY, end).await)?),
                Expect::Reply | Expect::Json | Expect::Anything => {
                    Content::Whole(incoming.whole(self.exchange.transport.limits().body).await?)
                }
            }
        };
        if let Content::Whole(body) = &content {
            let Exchange { transport, operation, renewal, .. } = &*self.exchange;
            transport.shared.credentials.observe_body(operation, *renewal, body);
        }
        Ok((head, content))
    }
}

impl Ongoing {
    /// Returns the request of another attempt, after a pause; fails where there is none.
    async fn retry(&mut self, kind: ErrorKind) -> Result<reqwest::Request, Error> {
        let error = Error::new(kind, self.context.clone());
        let mut pause = None;
        // Refused is not acted on: with another credential it may be sent again, once.
        if !self.renewed && !self.exchange.presigned && answer::refuses_the_credential(error.kind()) {
            let Exchange { transport, operation, .. } = &*self.exchange;
            let renewal = transport.shared.credentials.renew(transport, operation, self.used, self.start);
            self.renewed = self.in_time(renewal).await.map_err(|error| error.while_waiting(&self.context))?;
            if !self.renewed {
                return Err(error);
            }
        } else if let (Some(place), Ok(request), true) =
            (self.moved.take(), &mut self.exchange.request, self.hops < HOPS)
        {
            self.hops += 1;
            request.url = place;
        } else {
            pause = self.pauses.after(error.kind(), self.exchange.operation.idempotent());
            // Where the limit ran out in the pause, it would hide what went wrong.
            if pause.is_none_or(|pause| self.ends_within(pause)) {
                return Err(error);
            }
            if !self.exchange.transport.shared.budget.take() {
                return Err(error.beyond_the_budget());
            }
        }
        self.context.may_have_acted |= error.may_have_acted();
        // What cannot be made a second time was refused at the first.
        let Ok(request) = self.request().await else {
            return Err(error);
        };
        let pause = pause.unwrap_or_default();
        self.observation.again(&error, pause);
        if !pause.is_zero() {
            timer::sleep(pause).await;
        }
        Ok(request)
    }
}
