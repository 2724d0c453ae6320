//! What goes out.

use axum::body::Body;
use axum::response::Response;
use http::header::SET_COOKIE;

use crate::handlers::reply::Reply;
use crate::values::json_text;
use crate::values::refusal::Refusal;

const NOT_FOUND_PAGE: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
    <p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and \
    try again.</p>\n";

impl Refusal {
    pub(super) fn into_response(self) -> Response {
        let (status, media, body) = match self.json() {
            None => (404, "text/html; charset=utf-8", NOT_FOUND_PAGE.as_bytes().to_vec()),
            Some((status, body)) => (status, "application/json", json_text::plain(&body)),
        };
        let mut response = Response::builder().status(status).header("content-type", media);
        if status == 401 {
            response = response.header("www-authenticate", "Bearer realm=\"api\"");
        }
        // Status and headers are all ours and valid; the fallback only keeps this free of panics.
        response.body(Body::from(body)).unwrap_or_default()
    }
}

impl Reply {
    pub(super) fn into_response(self) -> Response {
        let builder = Response::builder();
        let response = match self {
            Reply::Json(status, value) => {
                let builder = builder.status(status).header("content-type", "application/json");
                builder.body(Body::from(json_text::plain(&value)))
            }
            Reply::Spaced { charset, value } => {
                let media = if charset { "application/json; charset=utf-8" } else { "application/json" };
                builder.header("content-type", media).body(Body::from(json_text::spaced(&value)))
            }
            // Dify names a media type even here.
            Reply::Nothing => builder.status(204).header("content-type", "application/json").body(Body::empty()),
            Reply::Events(events) => return events.into_response(),
            Reply::File { media, disposition, cache, blob } => {
                let mut builder = builder
                    .header("content-type", media)
                    .header("content-length", blob.length())
                    .header("cache-control", cache);
                if let Some(disposition) = disposition {
                    builder = builder.header("content-disposition", disposition);
                }
                builder.body(Body::from_stream(blob.stream()))
            }
            Reply::Audio(parts) => {
                let parts = parts.into_iter().map(Ok::<_, std::convert::Infallible>);
                let body = Body::from_stream(futures_util::stream::iter(parts));
                builder.header("content-type", "audio/mpeg").body(body)
            }
            Reply::WithCookies { cookies, reply } => {
                let mut response = reply.into_response();
                for cookie in cookies {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                return response;
            }
            Reply::Other { status, media, body } => {
                let builder = builder.status(status);
                let builder = if media.is_empty() { builder } else { builder.header("content-type", media) };
                builder.body(Body::from(body))
            }
        };
        // A media type that an upload made up may be no header value.
        response.unwrap_or_else(|_| Refusal::unknown().into_response())
    }
}
