//! The life of a request, from top to bottom: authorize, attempt, judge, decode, retry.

use super::{
    answer::{self, X_VERSION, fits, text},
    limits::ERROR_BODY,
};
use crate::{
    Error, ErrorKind,
    transport::{
        exchange::{Content, Exchange, Expect, Head, Ongoing},
        incoming::Incoming,
        places::{Permit, Turn},
        timer,
    },
    values::media,
};

/// How many redirects a call follows.
const HOPS: u32 = 5;

impl Ongoing {
    /// Sends the request until an answer comes, or another attempt makes no sense.
    pub(super) async fn answer(&mut self) -> Result<(Head, Content), Error> {
        self.authorize().await.map_err(|error| error.while_waiting(&self.context))?;
        let mut request = self.request().await.map_err(|error| error.while_waiting(&self.context))?;
        loop {
            let place = self.place().await.map_err(|error| error.while_waiting(&self.context))?;
            let turn = place.as_ref().map(Permit::turn);
            let received = match self.attempt(request) {
                Ok(sent) => self.head(sent).await,
                Err(kind) => Err(kind),
            };
            let answer = match received {
                Ok((mut head, mut incoming)) => {
                    incoming.place = place;
                    let whole = self.take(&mut head, &mut incoming).await;
                    whole.map(|whole| (head, whole.unwrap_or(Content::Open(incoming))))
                }
                Err(kind) => Err(kind),
            };
            match answer {
                Ok(answer) => {
                    turn.inspect(Turn::answered);
                    self.exchange.transport.shared.budget.succeeded();
                    return Ok(answer);
                }
                Err(kind) => {
                    turn.inspect(|turn| turn.failed(&kind));
                    request = Box::pin(self.retry(kind)).await?;
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
                self.in_time(Box::pin(async { Ok(Some(places.take().await)) })).await
            }
            _ => Ok(None),
        }
    }

    /// Makes a copy of the request for the next attempt; opens the files of an upload.
    async fn request(&self) -> Result<reqwest::Request, Error> {
        let Exchange { transport, headers, presigned, .. } = &*self.exchange;
        let request = self.exchange.built()?;
        let mut request = match request.form() {
            Some(form) => self.in_time(Box::pin(request.copy_with(form, &transport.shared.client))).await?,
            None => request.copy(),
        };
        if !presigned {
            transport.shared.settings.headers.fill_in(request.headers_mut())?;
        }
        headers.put_on(request.headers_mut())?;
        Ok(request)
    }

    /// Takes the answer to an attempt. Returns the body, unless it is read later.
    async fn take(&mut self, head: &mut Head, incoming: &mut Incoming) -> Result<Option<Content>, ErrorKind> {
        self.observe_head(head)?;
        let content = self.judge(head, incoming).await?;
        if let Some(Content::Whole(body)) = &content {
            let Exchange { transport, operation, renewal, .. } = &*self.exchange;
            transport.shared.credentials.observe_body(operation, *renewal, body);
        }
        Ok(content)
    }

    /// Takes what each answer brings, whatever it is.
    fn observe_head(&mut self, head: &mut Head) -> Result<(), ErrorKind> {
        self.context.server_version = text(&head.headers, &X_VERSION).map(Box::from);
        self.observation.answered(head.status);
        self.observe(head)?;
        if let Ok(request) = &self.exchange.request {
            self.observation.newer_members(&self.context, |member| request.sends(member));
        }
        self.moved = head.moved();
        self.context.secrets.mark(&mut head.headers);
        Ok(())
    }

    /// Finds out what the answer is: what was asked for, a refusal in Dify's words, or something else. Returns the body,
    /// unless it is read later.
    async fn judge(&mut self, head: &Head, incoming: &mut Incoming) -> Result<Option<Content>, ErrorKind> {
        let (success, expect) = (head.status.is_success(), self.exchange.expect);
        let fits = fits(expect, head);
        if !success || !fits {
            self.note_other_place(head);
            incoming.ends_by(self.deadline_of_an_error_body());
        }
        if !success {
            // Words without a code, where the description says so, are a state.
            let may_be_a_state = self.exchange.operation.may_be_a_state(head.status);
            let from_dify = self.context.server_version.is_some() && !may_be_a_state;
            return match answer::refusal(head, expect, incoming, from_dify).await {
                ErrorKind::Http(error) if may_be_a_state && media::is_json(&error.content_type) => {
                    Ok(Some(Content::Whole(error.body)))
                }
                refused => Err(refused),
            };
        }
        if !fits {
            return Err(answer::unexpected(head, expect, incoming).await);
        }
        match expect {
            Expect::Events | Expect::Download => Ok(None),
            Expect::Reply if answer::streams(head) => Ok(None),
            Expect::Nothing => {
                incoming.ends_by(self.deadline_of_an_error_body());
                answer::nothing(incoming.beginning(ERROR_BODY).await).map(|body| Some(Content::Whole(body)))
            }
            Expect::Reply | Expect::Json | Expect::Anything => {
                incoming.whole(self.exchange.transport.limits().body).await.map(|body| Some(Content::Whole(body)))
            }
        }
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
