//! Login, refresh and logout, and the account.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::setup;
use crate::described::Complaint;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::console::account::{Account, Login};
use crate::state::console::session::{REFRESH, Tokens};
use crate::values::cookie::SetCookie;
use crate::values::refusal::Refusal;

/// The cookies of a session: access, refresh, CSRF.
fn cookies(call: &Call, tokens: Tokens) -> [SetCookie; 3] {
    let lasts = call.server.options.session_time;
    [
        SetCookie::new("access_token", tokens.access, lasts, true),
        SetCookie::new("refresh_token", tokens.refresh, REFRESH, true),
        // Pages must read this one, to send it in a header.
        SetCookie::new("csrf_token", tokens.csrf, lasts, false),
    ]
}

/// The answer that gives the tokens of a session: up to 1.9.1 in its body, without any against forged requests.
fn opened(call: &Call, tokens: Tokens) -> Outcome {
    if call.server.options.since("1.9.2") {
        return with_cookies(cookies(call, tokens).into());
    }
    let data = json!({"access_token": tokens.access, "refresh_token": tokens.refresh});
    Ok(Reply::ok(json!({"result": "success", "data": data})))
}

fn with_cookies(cookies: Vec<SetCookie>) -> Outcome {
    let cookies = cookies.iter().filter_map(SetCookie::header).collect();
    Ok(Reply::WithCookies { cookies, reply: Box::new(Reply::success()) })
}

/// `POST /login`.
pub(crate) fn login(call: &Call) -> Outcome {
    let (email, password) = (call.text("email").unwrap_or_default(), call.text("password").unwrap_or_default());
    if !setup::is_email(email) {
        let text = format!("{email} is not a valid email.");
        return Err(Complaint::value("email", &text, &json!(email), "LoginPayload"));
    }
    let options = &call.server.options;
    let failed = |message: &str| {
        if options.since("1.8.0") {
            return Refusal::new(401, "authentication_failed", message);
        }
        Refusal::new(400, "email_or_password_mismatch", "The email or password is mismatched.")
    };
    let time = options.session_time;
    let tokens = call.world(|world| {
        let Some(account) = &mut world.console.account else {
            let message = "Dify has not been initialized and installed yet. Please proceed with the initialization \
                and installation process first.";
            return Err(Refusal::new(401, "not_setup", message));
        };
        // Not for secrecy: so that it passes filters that look for words.
        let decoded = || STANDARD.decode(password).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let plain = if options.since("1.11.2") { decoded() } else { Some(password.to_owned()) };
        let plain = plain.ok_or_else(|| failed("Invalid encrypted data"))?;
        match account.log_in(email, &plain) {
            Login::LetsIn => {}
            Login::Wrong => return Err(failed("Invalid email or password.")),
            Login::Locked => {
                let message = "Too many incorrect password attempts. Please try again later.";
                return Err(Refusal::new(429, "email_code_login_limit", message));
            }
        }
        Ok(world.console.sessions.begin(time))
    })?;
    opened(call, tokens)
}

/// `POST /refresh-token`: the token works once, and another one takes its place.
pub(crate) fn refresh(call: &Call) -> Outcome {
    let failed = |message: &str| Ok(Reply::Json(401, json!({"result": "fail", "message": message})));
    let by_cookies = call.server.options.since("1.9.2");
    let token = if by_cookies { call.cookies.get("refresh_token") } else { call.text("refresh_token") };
    let Some(token) = token else { return failed("No refresh token provided") };
    let time = call.server.options.session_time;
    let tokens = call.world(|world| {
        let sessions = &mut world.console.sessions;
        sessions.redeem(token).then(|| sessions.begin(time))
    });
    let Some(tokens) = tokens else { return failed("Invalid refresh token") };
    if !by_cookies {
        return opened(call, tokens);
    }
    let [access, refresh, csrf] = cookies(call, tokens);
    with_cookies(vec![csrf, access, refresh])
}

/// `POST /logout`: the access token stays good until its time is over.
pub(crate) fn logout(call: &Call) -> Outcome {
    if let Some(token) = call.cookies.get("refresh_token") {
        call.world(|world| world.console.sessions.redeem(token));
    }
    if !call.server.options.since("1.9.2") {
        return Ok(Reply::success());
    }
    with_cookies(vec![
        SetCookie::cleared("access_token", true),
        SetCookie::cleared("refresh_token", true),
        SetCookie::cleared("csrf_token", false),
    ])
}

/// `GET /account/profile`.
pub(crate) fn profile(call: &Call) -> Outcome {
    call.world(|world| world.console.account.as_ref().map(Account::value).map(Reply::ok).ok_or_else(Refusal::unknown))
}
