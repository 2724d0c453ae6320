//! The web pages of applications.

use serde_json::json;

use super::{app, refusal};
use crate::contract::Complaint;
use crate::http::call::{Call, Outcome};
use crate::http::reply::Reply;

/// Languages that the console has.
const LANGUAGES: &[&str] = &[
    "en-US", "zh-Hans", "zh-Hant", "pt-BR", "es-ES", "fr-FR", "de-DE", "ja-JP", "ko-KR", "ru-RU", "it-IT", "uk-UA",
    "vi-VN", "ro-RO", "pl-PL", "hi-IN", "tr-TR", "fa-IR", "sl-SI", "th-TH", "id-ID", "ar-TN", "nl-NL",
];

/// `POST /apps/{app_id}/site`: what is given.
pub(crate) fn update(call: &Call) -> Outcome {
    if let Some(language) = call.text("default_language").filter(|language| !LANGUAGES.contains(language)) {
        let text = format!("{language} is not a valid language.");
        return Err(refusal::wrong(
            "AppSiteUpdatePayload",
            Complaint::value("default_language", &text, &json!(language)),
        ));
    }
    call.world(|world| {
        let app = app(world, call)?;
        app.profile.site.change(&call.members());
        Ok(Reply::ok(app.profile.site.settings(&app.id)))
    })
}

/// `POST /apps/{app_id}/site/access-token-reset`.
pub(crate) fn reset(call: &Call) -> Outcome {
    call.world(|world| {
        let app = app(world, call)?;
        app.profile.site.reset();
        Ok(Reply::ok(app.profile.site.settings(&app.id)))
    })
}
