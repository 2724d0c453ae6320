//! Who visits: passports, and the logins that only the enterprise edition has.

use serde_json::json;

use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::passport::Visitor;
use crate::values::ids;
use crate::values::refusal::Refusal;

/// `GET /passport`: with a `user_id` for that visitor, else for a new one.
pub(crate) fn passport(call: &Call) -> Outcome {
    let code = call.headers.get("x-app-code").filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| Refusal::unauthorized("X-App-Code header is missing."))?;
    let session = call.asked("user_id").map_or_else(ids::new, str::to_owned);
    call.world(|world| {
        let routes = ["/api/passport", "/api/forgot-password", "/api/parameters"];
        let key = world.page(code).ok_or_else(|| Refusal::absent("/api/passport", &routes))?;
        let app = world.app(&key);
        let (app_id, end_user) = (app.id.clone(), app.visitor(&session));
        let token = world.passports.give(Visitor { app: key.text, session }, &app_id, &end_user);
        Ok(Reply::ok(json!({"access_token": token})))
    })
}

/// `POST /login`. Only the enterprise edition has it, and the five operations below.
pub(crate) fn login(_: &Call) -> Outcome {
    Err(Refusal::absent("/api/login", &["/api/login", "/api/logout", "/api/login/status"]))
}

/// `POST /email-code-login`.
pub(crate) fn send_login_code(_: &Call) -> Outcome {
    let routes = ["/api/email-code-login", "/console/api/email-code-login", "/api/email-code-login/validity"];
    Err(Refusal::absent(routes[0], &routes))
}

/// `POST /email-code-login/validity`.
pub(crate) fn login_with_code(_: &Call) -> Outcome {
    let routes = ["/api/email-code-login/validity", "/console/api/email-code-login/validity", "/api/email-code-login"];
    Err(Refusal::absent(routes[0], &routes))
}

/// `POST /forgot-password`.
pub(crate) fn send_reset_code(_: &Call) -> Outcome {
    let routes = ["/api/forgot-password", "/api/forgot-password/resets", "/console/api/forgot-password"];
    Err(Refusal::absent(routes[0], &routes))
}

/// `POST /forgot-password/validity`.
pub(crate) fn check_reset_code(_: &Call) -> Outcome {
    let routes = ["/api/forgot-password/validity", "/console/api/forgot-password/validity", "/api/forgot-password"];
    Err(Refusal::absent(routes[0], &routes))
}

/// `POST /forgot-password/resets`.
pub(crate) fn reset_password(_: &Call) -> Outcome {
    let routes = ["/api/forgot-password/resets", "/console/api/forgot-password/resets", "/api/forgot-password"];
    Err(Refusal::absent(routes[0], &routes))
}

/// `GET /webapp/permission`. It looks for a login and not in the header for passports, and falls over nothing there.
pub(crate) fn permission(call: &Call) -> Outcome {
    let token = login_token(call).ok_or_else(Refusal::unknown)?;
    // What signs passports signs logins too, and nothing of it is wanted outside the enterprise edition.
    call.world(|world| world.passports.holder(Some(token)))?;
    Ok(Reply::ok(json!({"result": true})))
}

/// The token of a login, from its cookie or as a bearer token.
fn login_token(call: &Call) -> Option<&str> {
    let cookies = call.headers.get("cookie").unwrap_or_default().split(';');
    let cookie = cookies.filter_map(|cookie| cookie.trim().strip_prefix("webapp_access_token=")).next();
    cookie.filter(|token| !token.is_empty()).or_else(|| call.headers.bearer())
}
