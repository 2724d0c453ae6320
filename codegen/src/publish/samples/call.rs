//! The request that an operation's example describes.

use serde_json::Value;

/// One request.
pub(super) struct SampleCall {
    pub(super) method: String,
    /// With the examples of its parameters.
    pub(super) url: String,
    pub(super) headers: Vec<SampleHeader>,
    pub(super) body: Option<SampleBody>,
    pub(super) answer: SampleAnswer,
}

/// A header; `{}` in its value is the content of an environment variable.
pub(super) struct SampleHeader {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) variable: Option<&'static str>,
}

pub(super) enum SampleBody {
    Json(Value),
    /// Text parts, and files.
    Form(Vec<(String, String)>, Vec<SampleFile>),
}

/// A part of a form with a file.
pub(super) struct SampleFile {
    pub(super) part: String,
    pub(super) name: &'static str,
    /// The media type, where the server takes only some.
    pub(super) media: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleAnswer {
    Json,
    Empty,
    Stream,
    Bytes,
}

impl SampleCall {
    /// The call of an operation; nothing for operations that the described release does not have.
    pub(super) fn of(document: &Value, path: &str, item: &Value, method: &str) -> Option<Self> {
        let operation = item.get(method)?;
        if operation.get("x-dify-until").is_some() || good(document, operation).next().is_none() {
            return None;
        }
        let server = document["servers"][0]["url"].as_str()?;
        let (mut path, mut query, mut headers) = (path.to_owned(), Vec::new(), authorization(document, operation));
        let lists = [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array);
        for parameter in lists.flatten().map(|parameter| contract::follow(document, parameter)) {
            let (Some(name), Some(place)) = (parameter["name"].as_str(), parameter["in"].as_str()) else { continue };
            let needs = operation["x-dify-needs"].as_array().is_some_and(|needs| needs.contains(&parameter["name"]));
            if parameter["required"] != true && !needs {
                continue;
            }
            let value = text(&parameter["example"]);
            match place {
                "path" => path = path.replace(&format!("{{{name}}}"), &encoded(&value)),
                "query" => query.push(format!("{name}={}", encoded(&value))),
                "header" if !headers.iter().any(|header| header.name == name) => {
                    headers.push(SampleHeader { name: name.to_owned(), value, variable: None });
                }
                _ => {}
            }
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let body = operation.get("requestBody").and_then(|body| body_of(document, contract::follow(document, body)));
        let streams = matches!(&body, Some(SampleBody::Json(example)) if example["response_mode"] != "blocking");
        let url = format!("{server}{path}{query}");
        Some(Self {
            method: method.to_uppercase(),
            url,
            headers,
            body,
            answer: answer(good(document, operation), streams),
        })
    }
}

/// The headers of the first way in that an operation has.
fn authorization(document: &Value, operation: &Value) -> Vec<SampleHeader> {
    let ways = operation.get("security").unwrap_or(&document["security"]);
    let header = |name: &str, value: &str, variable: &'static str| SampleHeader {
        name: name.to_owned(),
        value: value.to_owned(),
        variable: Some(variable),
    };
    let schemes = ways[0].as_object().into_iter().flat_map(|way| way.keys());
    let headers = schemes.flat_map(|scheme| match scheme.as_str() {
        "appKey" => vec![header("Authorization", "Bearer {}", "DIFY_API_KEY")],
        "datasetKey" => vec![header("Authorization", "Bearer {}", "DIFY_DATASET_API_KEY")],
        "passport" => {
            vec![header("X-App-Passport", "{}", "DIFY_PASSPORT"), header("X-App-Code", "{}", "DIFY_APP_CODE")]
        }
        _ => Vec::new(),
    });
    headers.collect()
}

fn body_of(document: &Value, body: &Value) -> Option<SampleBody> {
    if let Some(example) = body.pointer("/content/application~1json/example") {
        return Some(SampleBody::Json(example.clone()));
    }
    let form = body.pointer("/content/multipart~1form-data")?;
    let properties = &contract::follow(document, &form["schema"])["properties"];
    let (mut texts, mut files) = (Vec::new(), Vec::new());
    for (name, value) in form["example"].as_object()? {
        if properties[name]["format"] == "binary" {
            // The first of those that the server takes.
            let media = form["encoding"][name]["contentType"].as_str().and_then(|types| types.split(',').next());
            let is_sound = media.is_some_and(|media| media.starts_with("audio/"));
            let file = if is_sound { "question.mp3" } else { "notes.txt" };
            files.push(SampleFile {
                part: name.clone(),
                name: file,
                media: media.filter(|_| is_sound).map(str::to_owned),
            });
        } else {
            texts.push((name.clone(), text(value)));
        }
    }
    Some(SampleBody::Form(texts, files))
}

/// The successes that the described release answers.
fn good<'d>(document: &'d Value, operation: &'d Value) -> impl Iterator<Item = &'d Value> {
    let answers = operation["responses"].as_object().into_iter().flatten();
    let answers = answers.filter(|(status, _)| status.starts_with('2'));
    let answers = answers.map(|(_, answer)| contract::follow(document, answer));
    answers.filter(|answer| answer.get("x-dify-until").is_none())
}

/// `streams` is whether a stream is preferred where there is JSON too.
fn answer<'d>(good: impl Iterator<Item = &'d Value>, streams: bool) -> SampleAnswer {
    let contents: Vec<&Value> = good.map(|answer| &answer["content"]).collect();
    let media = || contents.iter().filter_map(|content| content.as_object()).flatten().map(|(media, _)| media.as_str());
    // A file may be JSON beside its own type, and JSON may be text beside its own.
    match (media().next(), media().any(|it| !matches!(it, "application/json" | "text/event-stream" | "text/plain"))) {
        (None, _) => SampleAnswer::Empty,
        (_, true) => SampleAnswer::Bytes,
        _ if !(streams && media().any(|it| it == "text/event-stream"))
            && media().any(|it| it == "application/json") =>
        {
            SampleAnswer::Json
        }
        _ => SampleAnswer::Stream,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value in a path or a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
