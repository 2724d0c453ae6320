//! The documents of one release, and the judgement of an exchange by them.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    answer,
    api::Api,
    deviation::{Answer, excuses},
    document::{Document, DocumentError, Found},
    exchange::{Exchange, Request},
    form,
    media::{essence, is_json},
    operation::Operation,
    request::{Content, Sent},
    route::decode,
    verdict::{Aside, Verdict},
};

/// Codes by which a server refuses the request itself.
const REFUSALS: [&str; 3] = ["invalid_param", "bad_request", "bad_request_key_error"];

/// Judges the exchanges of one release by one or more documents; the first that has a route decides on it.
#[derive(Debug)]
pub struct Judge {
    documents: Vec<Document>,
    release: String,
}

impl Judge {
    /// Takes bundled documents in OpenAPI 3.1, as the release is described; an empty release keeps everything.
    ///
    /// # Errors
    /// Fails if a `$ref` leads nowhere.
    pub fn new(documents: impl IntoIterator<Item = Value>, release: &str) -> Result<Self, DocumentError> {
        let documents: Result<_, _> = documents.into_iter().map(|document| Document::new(document, release)).collect();
        Ok(Self { documents: documents?, release: release.to_owned() })
    }

    /// Takes the carried documents, by default as the release that they describe.
    ///
    /// # Errors
    /// Fails if they cannot be judged by, which a test rules out.
    #[cfg(feature = "documents")]
    pub fn carried(release: Option<&str>) -> Result<Self, DocumentError> {
        let documents = Api::ALL.into_iter().map(Api::document).collect::<Result<Vec<Value>, _>>()?;
        let described = documents.first().and_then(|document| document.pointer("/info/version")?.as_str());
        let release = release.or(described).unwrap_or_default().to_owned();
        Self::new(documents, &release)
    }

    /// Returns the release whose exchanges it judges.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// Returns the documents.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Returns the operations of all documents.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.documents.iter().flat_map(Document::operations)
    }

    /// Returns what the documents have at a method and an encoded path of the server, without its query.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        let mut best = Found::Nothing;
        for document in &self.documents {
            match document.find(method, path) {
                Found::Nothing => {}
                Found::OtherMethod => best = Found::OtherMethod,
                operation @ Found::Operation(..) => return operation,
            }
        }
        best
    }

    /// Judges one exchange; `file` names it in the verdict.
    #[must_use]
    pub fn exchange(&self, file: &str, exchange: &Exchange) -> Verdict {
        let verdict = Verdict { file: file.to_owned(), status: exchange.response.status, ..Verdict::default() };
        match self.find(&exchange.request.method, exchange.request.path()) {
            Found::Operation(operation, _) => self.described(operation, exchange, verdict),
            Found::OtherMethod => self.undescribed(exchange, true, verdict),
            Found::Nothing => self.undescribed(exchange, false, verdict),
        }
    }

    fn described(&self, operation: Operation<'_>, exchange: &Exchange, mut verdict: Verdict) -> Verdict {
        let response = &exchange.response;
        verdict.operation = Some(operation.name());
        verdict.documented = true;
        let method = operation.value().get("x-dify-method").and_then(Value::as_str);
        verdict.group = method.and_then(|method| Some(method.rsplit_once('.')?.0.to_owned()));
        if response.client_disconnected && response.status == 0 {
            return verdict.set_aside(Aside::Disconnected);
        }
        let media_type = response.media_type();
        let body = text(response.bytes());
        verdict.checked = answer::judge(operation, response.status, &media_type, &body, &mut verdict);
        judge_request(operation, exchange, &body, &mut verdict);
        let answer = Answer { release: &self.release, status: response.status, media_type: &media_type };
        let mut violations = verdict.violations.iter().filter(|violation| !violation.informs()).peekable();
        if violations.peek().is_some() && violations.all(|violation| excuses(operation.value(), violation, &answer)) {
            verdict.aside = Some(Aside::Declared);
        }
        verdict
    }

    /// An exchange without an operation: out of scope, unknown to the server as well, or undocumented.
    fn undescribed(&self, exchange: &Exchange, known: bool, mut verdict: Verdict) -> Verdict {
        let (method, path, status) = (&exchange.request.method, exchange.request.path(), exchange.response.status);
        let any = |test: &dyn Fn(&Document) -> bool| self.documents.iter().any(test);
        let other = self.documents.iter().find_map(|document| document.of_another_release(method, path));
        let last = path.rsplit('/').next().unwrap_or_default();
        let is = |names: &[&str]| names.iter().any(|name| method.eq_ignore_ascii_case(name));
        let json = exchange.response.media_type() == "application/json";
        let console = any(&|document| document.prefix() == Api::Console.prefix() && document.covers(path));
        let reason = if !any(&|document| document.covers(path)) {
            Some(Aside::OutOfScope)
        } else if last.starts_with("swagger") || ["openapi.json", "docs", "redoc"].contains(&last) {
            Some(Aside::SelfDescription)
        } else if is(&["head", "options"]) && known {
            Some(Aside::Http)
        } else if other.is_some() && matches!(status, 404 | 405) {
            verdict.documented = true;
            verdict.operation.clone_from(&other);
            Some(Aside::NotYet)
        } else if status == 404 && !json || matches!(status, 405 | 301 | 308) {
            Some(Aside::NoRoute)
        } else if console && other.is_none() {
            Some(Aside::ConsoleUndescribed)
        } else {
            None
        };
        if let Some(reason) = reason {
            return verdict.set_aside(reason);
        }
        let name = format!("{} {}", method.to_uppercase(), decode(path));
        verdict.operation = Some(name.clone());
        verdict.add(if known { "method_undocumented" } else { "operation_undocumented" }, name, "");
        verdict
    }
}

/// Judges the request; the answer shows whether the server took it. One that is taken is what the document allows, and one
/// that is refused is not.
fn judge_request(operation: Operation<'_>, exchange: &Exchange, answer: &str, verdict: &mut Verdict) {
    if (200..300).contains(&exchange.response.status) {
        for finding in findings(operation, &exchange.request) {
            let place = format!("{} {}", operation.name(), finding.place());
            verdict.add(format!("request_{}", finding.kind()), place, finding.problem.message);
        }
        return;
    }
    let refusal: Value = serde_json::from_str(answer).unwrap_or_default();
    let refused = refusal["code"].as_str().is_some_and(|code| REFUSALS.contains(&code));
    if !refused || !matches!(exchange.response.status, 400 | 422) {
        return;
    }
    let findings = findings(operation, &exchange.request);
    if findings.iter().all(|finding| finding.problem.keyword == "undocumented") {
        let message: String = refusal["message"].as_str().unwrap_or_default().chars().take(160).collect();
        verdict.add("lax_request", operation.name(), message);
    }
}

/// What in a recorded request the document does not allow or does not describe.
fn findings(operation: Operation<'_>, request: &Request) -> Vec<crate::Finding> {
    let query = request.query();
    let headers: Vec<(&str, Cow<'_, str>)> =
        request.headers.keys().map(|name| (name.as_str(), request.header(name))).collect();
    let body = text(request.bytes());
    let content_type = request.header("content-type");
    let json: Option<Value> = serde_json::from_str(&body).ok();
    let media_type = essence(&content_type);
    let content = match media_type.as_str() {
        _ if body.is_empty() => Content::Empty,
        media_type if is_json(media_type) => Content::Json(json.as_ref()),
        "multipart/form-data" => Content::Form(form::fields(&body, &content_type)),
        _ => Content::Other,
    };
    let headers = headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    operation.findings(&Sent { query: &query, headers, media_type: &media_type, content })
}

/// Invalid UTF-8 gets replacement characters.
fn text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}
