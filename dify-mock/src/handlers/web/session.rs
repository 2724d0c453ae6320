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
        let key = world.page(code).ok_or_else(Refusal::absent)?;
        let app = world.app(&key);
        let (app_id, end_user) = (app.id.clone(), app.end_user(&session, true));
        let token = world.passports.give(Visitor { app: key.text, session }, &app_id, &end_user);
        Ok(Reply::ok(json!({"access_token": token})))
    })
}

/// What only the enterprise edition has.
pub(crate) fn absent(_: &Call) -> Outcome {
    Err(Refusal::absent())
}

/// `GET /webapp/permission`. It looks for a login and not in the header for passports, and falls over nothing there.
pub(crate) fn permission(call: &Call) -> Outcome {
    let token =
        call.cookies.get("webapp_access_token").or_else(|| call.headers.bearer()).ok_or_else(Refusal::unknown)?;
    // What signs passports signs logins too, and nothing of it is wanted outside the enterprise edition.
    call.world(|world| world.passports.holder(Some(token)))?;
    Ok(Reply::ok(json!({"result": true})))
}
