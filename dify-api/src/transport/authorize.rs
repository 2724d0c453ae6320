//! The credential of a request: put on where it belongs, and kept up to date by the answers.

use super::{
    answer::{X_VERSION, text},
    origin::{origin, same_origin},
};
use crate::{
    ErrorKind,
    transport::{
        credentials::Seen,
        exchange::{Exchange, Head, Ongoing},
    },
};
use reqwest::header::AUTHORIZATION;

impl Ongoing {
    /// Puts the credential on, once it is certain that the request goes to the server that it belongs to.
    pub(super) fn put_credential_on(&mut self, request: &mut reqwest::Request) -> Result<(), ErrorKind> {
        let Exchange { transport, presigned, bearer, .. } = &*self.exchange;
        if !presigned {
            let base = transport.base();
            if !same_origin(request.url(), base) {
                let text = format!("it would go to another server than {}", origin(base));
                return Err(ErrorKind::InvalidRequest(text));
            }
            self.used = transport.shared.credentials.put_on(request);
        }
        if let Some(bearer) = bearer {
            let bearer = bearer.clone().ok_or_else(|| {
                let text = "the token contains characters that are not allowed in an HTTP header";
                ErrorKind::InvalidRequest(text.to_owned())
            })?;
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        Ok(())
    }

    /// Takes what the answer brings for the credential. Our own client follows no redirect to another server; one of the
    /// caller's may.
    pub(super) fn observe(&self, head: &Head) -> Result<(), ErrorKind> {
        let Exchange { transport, operation, presigned, renewal, .. } = &*self.exchange;
        if *presigned {
            return Ok(());
        }
        let base = transport.base();
        if !same_origin(&head.url, base) {
            return Err(ErrorKind::Config(format!(
                "the HTTP client was set up to follow redirects, and followed one from {} to {}: give it \
                 `redirect::Policy::none()`",
                origin(base),
                origin(&head.url)
            )));
        }
        if let Some(version) = text(&head.headers, &X_VERSION) {
            transport.is_of_release(version);
        }
        transport.shared.credentials.observe(&Seen {
            operation,
            renewal: *renewal,
            status: head.status,
            headers: &head.headers,
            used: self.used,
        });
        Ok(())
    }
}
