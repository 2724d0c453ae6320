//! Segments of documents.

use serde_json::{Value, json};

use super::dataset;
use super::documents::not_found as no_document;
use crate::handlers::call::{Call, Outcome};
use crate::handlers::reply::Reply;
use crate::state::World;
use crate::state::knowledge::dataset::Dataset;
use crate::state::knowledge::document::Document;
use crate::state::knowledge::indexing::Stage;
use crate::state::knowledge::material::children;
use crate::state::knowledge::segment::Segment;
use crate::state::knowledge::split;
use crate::state::knowledge::words::keywords;
use crate::values::clock;
use crate::values::refusal::Refusal;

pub(super) fn not_found() -> Refusal {
    Refusal::not_found("Segment not found.")
}

/// A part of the document of the path; the first check that fails names what is missing.
pub(super) fn in_document<T>(
    world: &mut World,
    call: &Call,
    work: impl FnOnce(&Dataset, &Document) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let dataset = dataset(world, call)?;
    let document = dataset.documents.get(call.at("document_id")).ok_or_else(no_document)?;
    work(dataset, document)
}

/// The segments that a document shows: none before its text was cut.
fn visible(document: &Document, now: i64) -> &[Segment] {
    if document.progress(now).is_split() { &document.segments } else { &[] }
}

/// The segment of the path, where it can be seen.
pub(super) fn find<'a>(document: &'a Document, call: &Call) -> Result<&'a Segment, Refusal> {
    let segments = visible(document, clock::micros()).iter();
    segments.into_iter().find(|segment| segment.id == call.at("segment_id")).ok_or_else(not_found)
}

fn value(dataset: &Dataset, document: &Document, segment: &Segment) -> Value {
    let progress = document.progress(clock::micros());
    segment.value(document.around(&progress, dataset))
}

/// `GET …/segments`.
pub(crate) fn list(call: &Call) -> Outcome {
    let (page, limit) = (call.number("page", 1).max(1), call.number("limit", 20).min(super::LONGEST_PAGE));
    let states: Vec<&str> = call.all("status").flat_map(|states| states.split(',')).collect();
    let word = call.asked("keyword").map(str::to_lowercase);
    let now = clock::micros();
    call.world(|world| {
        in_document(world, call, |dataset, document| {
            let progress = document.progress(now);
            let fits = |segment: &&Segment| {
                word.as_ref().is_none_or(|word| segment.content.to_lowercase().contains(word))
                    && (states.is_empty() || states.contains(&segment.status(&progress)))
            };
            let found: Vec<&Segment> = visible(document, now).iter().filter(fits).collect();
            let shown = found.iter().skip((page - 1).saturating_mul(limit)).take(limit);
            let around = document.around(&progress, dataset);
            let data: Vec<Value> = shown.map(|segment| segment.value(around)).collect();
            let more = data.len() == limit;
            let total = found.len();
            let form = &document.form;
            Ok(Reply::ok(
                json!({"data": data, "doc_form": form, "total": total, "has_more": more, "limit": limit, "page": page}),
            ))
        })
    })
}

/// `POST …/segments`: at the end of the document.
pub(crate) fn create(call: &Call) -> Outcome {
    let now = clock::micros();
    let given = call.member("segments").as_array().map(Vec::as_slice).unwrap_or_default();
    check(given)?;
    call.world(|world| {
        let (id, form, last) = in_document(world, call, |_, document| {
            if document.progress(now).stage != Stage::Completed {
                return Err(Refusal::not_found("Document is not completed."));
            }
            if !document.enabled {
                return Err(Refusal::not_found("Document is disabled."));
            }
            let last = document.segments.iter().map(|segment| segment.position).max().unwrap_or_default();
            Ok((document.id.clone(), document.form.clone(), last))
        })?;
        let made: Result<Vec<Segment>, Refusal> =
            given.iter().enumerate().map(|(place, given)| made(given, last + place + 1, &form)).collect();
        let dataset = dataset(world, call)?;
        let mut ids = Vec::new();
        for mut segment in made? {
            let keyless = segment.keywords.as_ref().is_none_or(Vec::is_empty);
            if keyless && !dataset.counts_tokens() {
                segment.keywords = Some(keywords(&segment.content));
            }
            dataset.index(&id, &mut segment);
            ids.push(segment.id.clone());
            if let Some(document) = dataset.documents.get_mut(&id) {
                document.grow((segment.word_count(), 0), (segment.tokens(), 0));
                document.segments.push(segment);
            }
        }
        in_document(world, call, |dataset, document| {
            let new = document.segments.iter().filter(|segment| ids.contains(&segment.id));
            let data: Vec<Value> = new.map(|segment| value(dataset, document, segment)).collect();
            Ok(Reply::ok(json!({"data": data, "doc_form": form})))
        })
    })
}

/// What the document of the API has in words only. The server refuses it with nothing but a text.
fn check(given: &[Value]) -> Result<(), Refusal> {
    let refusal = |at: &str, text: &str, kind: &str, input: &str| {
        let more = format!("For further information visit https://errors.pydantic.dev/2.12/v/{kind}");
        let input = format!("[type={kind}, {input}]");
        let error = format!("1 validation error for SegmentCreatePayload\n{at}\n  {text} {input}\n    {more}");
        Refusal::Shaped { status: 400, body: json!({"error": error}) }
    };
    if given.is_empty() {
        let text = "List should have at least 1 item after validation, not 0";
        return Err(refusal("segments", text, "too_short", "input_value=[], input_type=list"));
    }
    match given.iter().position(|segment| segment["content"] == "") {
        None => Ok(()),
        Some(place) => {
            let (at, text) = (format!("segments.{place}.content"), "String should have at least 1 character");
            Err(refusal(&at, text, "string_too_short", "input_value='', input_type=str"))
        }
    }
}

fn made(given: &Value, position: usize, form: &str) -> Result<Segment, Refusal> {
    let content = given["content"].as_str().unwrap_or_default();
    let answer = given["answer"].as_str().filter(|_| form == "qa_model");
    if form == "qa_model" && answer.is_none_or(str::is_empty) {
        return Err(Refusal::invalid("Answer is required"));
    }
    if content.trim().is_empty() {
        return Err(Refusal::invalid("Content is empty"));
    }
    let now = clock::now();
    let mut segment = Segment::new(content, position, now);
    let words = given["keywords"].as_array().into_iter().flatten().filter_map(Value::as_str);
    segment.keywords = Some(words.map(str::to_owned).collect());
    segment.answer = answer.map(str::to_owned);
    segment.indexed_at = Some(now);
    Ok(segment)
}

/// `GET …/segments/{segment_id}`.
pub(crate) fn get(call: &Call) -> Outcome {
    call.world(|world| in_document(world, call, |dataset, document| shown(dataset, document, find(document, call)?)))
}

fn shown(dataset: &Dataset, document: &Document, segment: &Segment) -> Outcome {
    Ok(Reply::ok(json!({"data": value(dataset, document, segment), "doc_form": document.form})))
}

/// `POST …/segments/{segment_id}`.
pub(crate) fn update(call: &Call) -> Outcome {
    let change = call.member("segment");
    let now = clock::micros();
    call.world(|world| {
        let (rule, form) = in_document(world, call, |_, document| {
            let segment = find(document, call)?;
            if segment.status(&document.progress(now)) != "completed" {
                return Err(Refusal::invalid("Segment is indexing, please try again later"));
            }
            if !segment.enabled && change["enabled"] != true && change["enabled"] != false {
                return Err(Refusal::invalid("Can't update disabled segment"));
            }
            Ok((document.rule.clone(), document.form.clone()))
        })?;
        let dataset = dataset(world, call)?;
        let reads = dataset.counts_tokens();
        let changed = dataset.amend(call.at("document_id"), call.at("segment_id"), |segment| {
            let now = clock::now();
            (segment.updated_at, segment.touched) = (now, true);
            if change["enabled"] == false {
                segment.enabled = false;
                segment.disabled_at = segment.disabled_at.or(Some(now));
                return;
            }
            (segment.enabled, segment.disabled_at, segment.indexed_at) = (true, None, Some(now));
            let content = change["content"].as_str().filter(|content| !content.trim().is_empty());
            let new_text = content.is_some_and(|content| content != segment.content);
            if let Some(content) = content {
                content.clone_into(&mut segment.content);
            }
            if let Some(answer) = change["answer"].as_str().filter(|_| form == "qa_model") {
                segment.answer = Some(answer.to_owned());
            }
            if let Some(words) = change["keywords"].as_array().filter(|_| !new_text || !reads) {
                segment.keywords = Some(words.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            } else if new_text && !reads {
                segment.keywords = Some(keywords(&segment.content));
            }
            if let Some(summary) = change["summary"].as_str() {
                segment.summary = Some(summary.to_owned());
            }
            if change["regenerate_child_chunks"] == true {
                segment.children = children(&split::children(&segment.content, &rule), now);
            }
        });
        changed.ok_or_else(not_found)?;
        in_document(world, call, |dataset, document| shown(dataset, document, find(document, call)?))
    })
}

/// `DELETE …/segments/{segment_id}`.
pub(crate) fn delete(call: &Call) -> Outcome {
    call.world(|world| {
        let gone = in_document(world, call, |_, document| find(document, call).cloned())?;
        let dataset = dataset(world, call)?;
        dataset.unindex(&gone);
        if let Some(document) = dataset.documents.get_mut(call.at("document_id")) {
            document.segments.retain(|segment| segment.id != gone.id);
            document.grow((0, gone.word_count()), (0, gone.tokens()));
        }
        Ok(Reply::Nothing)
    })
}
