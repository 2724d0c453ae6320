//! A request, built once and sent by each attempt.

use crate::{Error, ErrorKind, files::Form, values::decode::Reader};
use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Serialize;
use std::fmt::Display;
#[cfg(feature = "cache")]
use std::hash::{Hash, Hasher};

/// A request, or why it cannot be built.
pub(crate) type Built = Result<Request, String>;

/// What each attempt sends a copy of.
#[derive(Clone)]
pub(crate) struct Request {
    method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    body: Option<Body>,
}

#[derive(Clone)]
enum Body {
    Bytes(Bytes),
    /// Its files are opened by each attempt.
    Form(Form),
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None }
    }

    /// Sets the body, and its media type where no header has it.
    pub(crate) fn set_body(&mut self, body: Bytes, media_type: Option<&'static str>) {
        if let Some(media_type) = media_type {
            self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
        }
        self.body = Some(Body::Bytes(body));
    }

    /// Returns whether it sends a form, whose files take as long as their bytes flow.
    pub(crate) fn uploads(&self) -> bool {
        self.form().is_some()
    }

    /// Returns whether the query, a JSON body or a form has this member.
    pub(crate) fn sends(&self, member: &str) -> bool {
        let in_body = || match &self.body {
            Some(Body::Bytes(body)) => {
                std::str::from_utf8(body).is_ok_and(|json| Reader::new(json).find(member).unwrap_or(false))
            }
            Some(Body::Form(form)) => form.has(member),
            None => false,
        };
        self.url.query_pairs().any(|(name, _)| name == member) || in_body()
    }

    /// Adds all that is sent to a hash, except for the files of a form.
    #[cfg(feature = "cache")]
    pub(super) fn identify(&self, into: &mut impl Hasher) {
        self.method.hash(into);
        self.url.hash(into);
        self.headers.len().hash(into);
        for (name, value) in &self.headers {
            (name.as_str(), value.as_bytes()).hash(into);
        }
        if let Some(Body::Bytes(body)) = &self.body {
            body.hash(into);
        }
    }

    /// Returns a copy to send, without a form.
    pub(crate) fn copy(&self) -> reqwest::Request {
        let mut copy = reqwest::Request::new(self.method.clone(), self.url.clone());
        copy.headers_mut().clone_from(&self.headers);
        if let Some(Body::Bytes(bytes)) = &self.body {
            *copy.body_mut() = Some(bytes.clone().into());
        }
        copy
    }

    /// Returns a copy with a form. Opens its files.
    pub(crate) async fn copy_with(&self, form: &Form, client: &reqwest::Client) -> Result<reqwest::Request, Error> {
        let form = form.open().await.map_err(|error| Error::outside(error.into()))?;
        let builder = reqwest::RequestBuilder::from_parts(client.clone(), self.copy());
        builder.multipart(form).build().map_err(|error| Error::outside(ErrorKind::unbuilt(error)))
    }

    /// Returns the form that each copy sends.
    pub(crate) fn form(&self) -> Option<&Form> {
        match &self.body {
            Some(Body::Form(form)) => Some(form),
            _ => None,
        }
    }
}

/// A request while a generated builder puts it together; the first thing that does not fit is kept.
pub(crate) struct Draft(Built);

impl Draft {
    pub(crate) fn new(method: Method, url: Result<Url, String>) -> Self {
        Self(url.map(|url| Request::new(method, url)))
    }

    /// Adds a parameter to the query, if it has a value.
    pub(crate) fn query(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.pair(name, &value.to_string()),
            None => self,
        }
    }

    /// Adds a parameter to the query once for each value.
    pub(crate) fn queries<'v>(self, name: &str, values: impl IntoIterator<Item = &'v str>) -> Self {
        values.into_iter().fold(self, |draft, value| draft.pair(name, value))
    }

    fn pair(mut self, name: &str, value: &str) -> Self {
        if let Ok(request) = &mut self.0 {
            request.url.query_pairs_mut().append_pair(name, value);
        }
        self
    }

    pub(crate) fn accept(self, media_types: &'static str) -> Self {
        self.insert(ACCEPT, Ok(HeaderValue::from_static(media_types)))
    }

    /// Sets a header, if it has a value. The name is in small letters.
    pub(crate) fn header(self, name: &'static str, value: Option<&str>) -> Self {
        let Some(value) = value else { return self };
        let value = HeaderValue::from_str(value);
        let value = value.map_err(|_| format!("`{name}` contains characters that are not allowed in an HTTP header"));
        self.insert(HeaderName::from_static(name), value)
    }

    fn insert(self, name: HeaderName, value: Result<HeaderValue, String>) -> Self {
        Self(self.0.and_then(|mut request| {
            request.headers.insert(name, value?);
            Ok(request)
        }))
    }

    /// Sets the body: this value as JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Self {
        self.bytes(serde_json::to_vec(value))
    }

    /// Sets the body: this object as JSON, with its response mode. One request type serves two operations, the blocking
    /// and the streaming one, and cannot contradict the method that it is given to.
    pub(crate) fn json_in_mode(self, value: &impl Serialize, mode: &'static str) -> Self {
        self.bytes(serde_json::to_vec(value).map(|json| in_mode(json, mode)))
    }

    fn bytes(self, json: serde_json::Result<Vec<u8>>) -> Self {
        Self(self.0.and_then(|mut request| {
            let json = json.map_err(|error| format!("the body has no JSON form: {error}"))?;
            request.set_body(json.into(), Some("application/json"));
            Ok(request)
        }))
    }

    /// Sets the body: this form.
    pub(crate) fn multipart(self, form: Result<Form, String>) -> Self {
        Self(self.0.and_then(|mut request| {
            request.body = Some(Body::Form(form?));
            Ok(request)
        }))
    }

    pub(crate) fn build(self) -> Built {
        self.0
    }
}

/// Adds `response_mode` to an object.
fn in_mode(mut object: Vec<u8>, mode: &str) -> Vec<u8> {
    object.pop();
    if object.len() > 1 {
        object.push(b',');
    }
    object.extend_from_slice(br#""response_mode":""#);
    object.extend_from_slice(mode.as_bytes());
    object.extend_from_slice(br#""}"#);
    object
}

/// Refuses a value that is unset or empty, where the server would answer for no user or with a refusal.
pub(crate) fn needed(name: &str, value: Option<&str>) -> Result<(), String> {
    if value.is_some_and(|value| !value.is_empty()) {
        return Ok(());
    }
    let whole = if name == "user" { ", or use the client's `as_user(…)` for all its requests" } else { "" };
    Err(format!("`{name}` is not set: Dify finds nothing without it; set it by `.{name}(…)` on the request{whole}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawJson;

    #[derive(Serialize)]
    struct Asked {
        query: &'static str,
        inputs: RawJson,
    }

    #[derive(Serialize)]
    struct Nothing {}

    fn draft() -> Draft {
        Draft::new(Method::POST, Ok("http://x/y".parse().expect("URL")))
    }

    fn text(draft: Draft) -> String {
        match draft.build().map(|request| request.body) {
            Ok(Some(Body::Bytes(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => panic!("no bytes"),
        }
    }

    #[test]
    fn a_mode_stands_beside_members_and_raw_json_stays_raw() {
        let body = Asked { query: "hi", inputs: RawJson::from_json(r#"{"a": 1.0}"#).expect("JSON") };
        let json = text(draft().json_in_mode(&body, "streaming"));
        assert_eq!(json, r#"{"query":"hi","inputs":{"a": 1.0},"response_mode":"streaming"}"#);
        assert_eq!(text(draft().json_in_mode(&Nothing {}, "blocking")), r#"{"response_mode":"blocking"}"#);
        assert_eq!(text(draft().json(&Nothing {})), "{}");
    }

    #[test]
    fn a_query_has_the_values_that_are_set_in_form_encoding() {
        let request = draft()
            .query("limit", Some(20))
            .query("page", None::<i64>)
            .query("all", Some(true))
            .query("keyword", Some("a&b=c d\u{e9}"))
            .queries("ids", ["1", "2"])
            .queries("tags", None::<&str>)
            .build()
            .expect("a request");
        assert_eq!(request.url.as_str(), "http://x/y?limit=20&all=true&keyword=a%26b%3Dc+d%C3%A9&ids=1&ids=2");
        assert_eq!(draft().query("page", None::<i64>).build().expect("a request").url.as_str(), "http://x/y");
    }

    #[test]
    fn a_draft_keeps_the_first_thing_that_does_not_fit() {
        let draft = Draft::new(Method::GET, Err("first".to_owned())).header("x-a", Some("a\nb")).accept("a/b");
        assert_eq!(draft.query("a", Some(1)).build().err().as_deref(), Some("first"));
        let problem = self::draft().header("x-app-code", Some("a\nb")).build().err().expect("refused");
        assert!(problem.starts_with("`x-app-code` "), "{problem}");
    }

    #[test]
    fn every_copy_of_a_request_is_the_same() {
        let request = draft().query("a", Some(1)).accept("a/b").json(&Nothing {}).build().expect("a request");
        for _ in 0..2 {
            let copy = request.copy();
            assert_eq!((copy.method(), copy.url().as_str()), (&Method::POST, "http://x/y?a=1"));
            assert_eq!(
                (&copy.headers()[ACCEPT], &copy.headers()[CONTENT_TYPE]),
                (&HeaderValue::from_static("a/b"), &HeaderValue::from_static("application/json"))
            );
            assert_eq!(copy.body().and_then(reqwest::Body::as_bytes), Some(&b"{}"[..]));
        }
    }
}
