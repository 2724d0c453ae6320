//! Who is let into the console: an access token, and from 1.9.2 on the same CSRF token in a cookie and in a header.

use http::HeaderMap;

use crate::handlers::call::Headers;
use crate::state::console::session::{Purpose, TokenFault};
use crate::state::shared::Shared;
use crate::values::cookie::Cookies;
use crate::values::refusal::Refusal;

/// Admits a request, or returns the refusal.
pub(crate) fn check(server: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let cookies = Cookies::read(headers);
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let sent = Headers::of(headers);
    let by_cookies = server.options.since("1.9.2");
    let access =
        cookies.get("access_token").filter(|_| by_cookies).or_else(|| sent.bearer()).filter(|token| !token.is_empty());
    let access = access.ok_or_else(|| Refusal::unauthorized("Invalid Authorization token."))?;
    let forged = || Refusal::unauthorized("CSRF token is missing or invalid.");
    server.world(|world| {
        let sessions = &world.console.sessions;
        sessions.check(Purpose::Access, access).map_err(|fault| {
            Refusal::unauthorized(match fault {
                TokenFault::Malformed => "Invalid token.",
                TokenFault::Signature => "Invalid token signature.",
                TokenFault::Expired => "Token has expired.",
            })
        })?;
        let (sent, kept) = (text("x-csrf-token").unwrap_or_default(), cookies.get("csrf_token").unwrap_or_default());
        if !by_cookies {
            return Ok(());
        }
        if sent.is_empty() || sent != kept || sessions.check(Purpose::Csrf, sent).is_err() {
            return Err(forged());
        }
        Ok(())
    })
}
