//! Documents for one release of Dify, or for all releases of a range.

use std::collections::BTreeSet;

use contract::{Document, DocumentError, Side, before};
use serde_json::{Value, json};

use super::places::each_object;
use super::reached::{codes, drop_unreached, keep_codes, parts};
use super::united::unite_alternatives;
use super::{Object, Version, publish};
use crate::language::Language;
use crate::source::escape;

/// The releases that documents are made for: all from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    first: String,
    last: String,
}

/// A release that no documents can be made for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RangeError {
    /// It is not written like one.
    #[error("`{0}` is no release: write three numbers, such as 1.9.2")]
    Form(String),
    /// It is older than all that is described.
    #[error("{release} is too old: spec/ describes releases from {oldest} on")]
    Old {
        /// The release.
        release: String,
        /// The oldest that can be asked for.
        oldest: &'static str,
    },
    /// It is newer than all that is described.
    #[error("{release} is too new: {newest} is the newest release that spec/ {described}")]
    New {
        /// The release.
        release: String,
        /// The newest that can be asked for.
        newest: String,
        /// What spec/ does.
        described: &'static str,
    },
    /// No such release was made.
    #[error("there is no release {release} of Dify: {before} was followed by {after} (spec/upstream/releases.txt)")]
    Unknown {
        /// The release.
        release: String,
        /// The release before it.
        before: String,
        /// The release after it.
        after: String,
    },
}

/// Parts that carry the list `x-dify-new`, and where the names in it are.
const POINTS: [(&str, &str); 2] = [("x-dify-new", "/properties"), ("x-dify-final", "/discriminator/mapping")];

/// The oldest release that a document for one release can be made for: the oldest one with recordings.
const OLDEST: &str = "0.15.8";
/// The oldest release that a range may begin with.
const OLDEST_FIRST: &str = "1.0.0";

impl Range {
    /// Returns the range of one release.
    ///
    /// `released` lists the releases of Dify, the oldest first. The newest release that the bundles name also counts.
    ///
    /// # Errors
    /// Fails if the text is no release, or one that the bundles do not describe.
    pub fn one(release: &str, bundles: &[Value], released: &[&str]) -> Result<Self, RangeError> {
        let newest = bundles.iter().fold(contract_of(bundles), |newest, bundle| newest_named(bundle, newest));
        known(release, OLDEST, newest, "describes", released)?;
        Ok(Self { first: release.to_owned(), last: release.to_owned() })
    }

    /// Returns the range from a release to the one that the bundles describe.
    ///
    /// # Errors
    /// Fails if the text is no release, or one outside the range that can be asked for.
    pub fn from(release: &str, bundles: &[Value], released: &[&str]) -> Result<Self, RangeError> {
        let last = contract_of(bundles).to_owned();
        known(release, OLDEST_FIRST, &last, "takes as the contract", released)?;
        Ok(Self { first: release.to_owned(), last })
    }

    /// Returns the bundle of an API as these releases are described by it.
    ///
    /// # Errors
    /// Fails if a `$ref` of the bundle leads nowhere.
    pub fn document(&self, bundle: &Value) -> Result<Value, DocumentError> {
        let mut document = bundle.clone();
        contract::project_range(&mut document, &self.first, &self.last);
        if !self.is_one() {
            unite_alternatives(&mut document);
        }
        let codes = codes(&document);
        drop_unreached(&mut document, false);
        each_object(&mut document, &mut |object| {
            self.keep_marks_that_differ(object);
            keep_names_that_exist(object);
            keep_codes(object, &codes);
        });
        drop_empty_tags(&mut document);
        fit_examples(&mut document)?;
        self.describe(&mut document);
        Ok(document)
    }

    fn is_one(&self) -> bool {
        self.first == self.last
    }

    /// Removes marks that apply to all releases, and deprecations and deviations of other releases.
    fn keep_marks_that_differ(&self, object: &mut Object) {
        let all = |name: &str, mark: &Value| match name {
            "x-dify-since" | "since" => !before(&self.first, Some(mark)),
            "x-dify-until" | "until" => !before(mark.as_str().unwrap_or_default(), Some(&json!(self.last))),
            _ => false,
        };
        object.retain(|name, mark| !(name.starts_with("x-dify-") && all(name, mark)));
        if object.get("x-dify-deprecated").is_some_and(|since| before(&self.last, Some(since))) {
            object.shift_remove("x-dify-deprecated");
            object.shift_remove("deprecated");
        }
        for value in object.get_mut("x-extensible-enum").and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(members) = value.as_object_mut() else { continue };
            members.retain(|name, mark| !all(name, mark));
            if members.get("deprecated").is_some_and(|since| before(&self.last, Some(since))) {
                members.shift_remove("deprecated");
            }
        }
        if let Some(deviations) = object.get_mut("x-dify-deviations").and_then(Value::as_array_mut) {
            deviations.retain(|deviation| self.concern(&deviation["servers"]));
            if deviations.is_empty() {
                object.shift_remove("x-dify-deviations");
            }
        }
        object.shift_remove("x-dify-earlier");
        if let Some(streams) = object.get_mut("x-dify-stream-examples").and_then(Value::as_object_mut) {
            streams.retain(|_, stream| self.include(recorded_on(stream)));
            if streams.is_empty() {
                object.shift_remove("x-dify-stream-examples");
            }
        }
    }

    /// Whether one of them is in a list, or is the value.
    fn concern(&self, servers: &Value) -> bool {
        let servers = servers.as_array().map_or(std::slice::from_ref(servers), Vec::as_slice);
        servers.iter().filter_map(Value::as_str).any(|server| self.include(server))
    }

    fn include(&self, release: &str) -> bool {
        !before(release, Some(&json!(self.first))) && !before(&self.last, Some(&json!(release)))
    }

    /// States in `info` which releases the document describes.
    fn describe(&self, document: &mut Value) {
        let language = Language::of(document);
        let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) else { return };
        let version = if self.is_one() { self.first.clone() } else { format!("{}-{}", self.first, self.last) };
        info.insert("version".to_owned(), version.into());
        if let Some(checked) = info.get_mut("x-dify-checked").and_then(Value::as_array_mut) {
            checked.retain(|release| self.include(release.as_str().unwrap_or_default()));
            if checked.is_empty() {
                info.shift_remove("x-dify-checked");
            }
        }
        let checked = info.get("x-dify-checked").and_then(|checked| language.releases(checked));
        let Some(Value::String(description)) = info.get_mut("description") else { return };
        if let Some(end) = description.find(language.checked_marker()) {
            description.truncate(end);
        }
        description.push_str(&if self.is_one() {
            language.one(&self.first, checked.is_some())
        } else {
            language.range(&self.first, &self.last, checked.as_deref())
        });
    }
}

/// The release that the bundles describe.
fn contract_of(bundles: &[Value]) -> &str {
    bundles.iter().find_map(|bundle| bundle.pointer("/info/version")?.as_str()).unwrap_or_default()
}

/// The newest release from which on a part is there, or the one given.
fn newest_named<'v>(value: &'v Value, newest: &'v str) -> &'v str {
    match value {
        Value::Array(items) => items.iter().fold(newest, |newest, item| newest_named(item, newest)),
        Value::Object(members) => members.iter().fold(newest, |newest, (name, value)| match value {
            Value::String(release) if name == "x-dify-since" => {
                if before(newest, Some(value)) {
                    release
                } else {
                    newest
                }
            }
            value => newest_named(value, newest),
        }),
        _ => newest,
    }
}

fn known(
    release: &str,
    oldest: &'static str,
    newest: &str,
    described: &'static str,
    released: &[&str],
) -> Result<(), RangeError> {
    if !contract::is_release(release) {
        return Err(RangeError::Form(release.to_owned()));
    }
    let release = release.to_owned();
    if before(&release, Some(&oldest.into())) {
        return Err(RangeError::Old { release, oldest });
    }
    if before(newest, Some(&json!(release))) {
        return Err(RangeError::New { release, newest: newest.to_owned(), described });
    }
    if release == newest || released.contains(&release.as_str()) {
        return Ok(());
    }
    let older = released.iter().rfind(|other| before(other, Some(&json!(release))));
    let newer = released.iter().find(|other| before(&release, Some(&json!(other))));
    Err(RangeError::Unknown {
        before: (*older.unwrap_or(&oldest)).to_owned(),
        after: (*newer.unwrap_or(&newest)).to_owned(),
        release,
    })
}

/// The release of the recording of a stream: `1.16.1` of `dify-1.16.1/chat/…`.
fn recorded_on(stream: &Value) -> &str {
    let folder = stream["recorded"].as_str().and_then(|path| path.split('/').next()).unwrap_or_default();
    folder.trim_start_matches("dify-")
}

/// Removes from lists of names those that the object does not have any more.
fn keep_names_that_exist(object: &mut Object) {
    for (list, place) in POINTS {
        let Some(mut names) = object.get_mut(list).map(Value::take) else { continue };
        let whole = Value::Object(std::mem::take(object));
        let named = whole.pointer(place).and_then(Value::as_object);
        if let (Some(names), Some(named)) = (names.as_array_mut(), named) {
            names.retain(|name| name.as_str().is_some_and(|name| named.contains_key(name)));
        }
        if let Value::Object(whole) = whole {
            *object = whole;
        }
        object.insert(list.to_owned(), names);
    }
}

/// Removes the tags that no operation has any more, and groups without tags.
pub(super) fn drop_empty_tags(document: &mut Value) {
    let operations = document["paths"].as_object().into_iter().flatten().flat_map(|(_, item)| item.as_object());
    let tags = operations.flatten().filter_map(|(_, operation)| operation["tags"].as_array()).flatten();
    let used: BTreeSet<String> = tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.retain(|tag| tag["name"].as_str().is_some_and(|name| used.contains(name)));
    }
    if let Some(groups) = document.get_mut("x-tagGroups").and_then(Value::as_array_mut) {
        for tags in groups.iter_mut().filter_map(|group| group["tags"].as_array_mut()) {
            tags.retain(|tag| tag.as_str().is_some_and(|tag| used.contains(tag)));
        }
        groups.retain(|group| group["tags"].as_array().is_some_and(|tags| !tags.is_empty()));
    }
}

/// Removes from examples what their schemas do not have in these releases, and examples of another shape.
fn fit_examples(document: &mut Value) -> Result<(), DocumentError> {
    let judge = Document::new(publish(document, Version::V31), "")?;
    let mut places = Vec::new();
    places_of_examples(document, false, &mut String::new(), &mut places);
    for (place, schema) in places {
        let Some(schema) = judge.schema_at(&schema) else { continue };
        let Some(holder) = document.pointer_mut(&place).and_then(Value::as_object_mut) else { continue };
        let Some(mut example) = holder.get("example").cloned() else { continue };
        for path in schema.undocumented(&example, Side::Request) {
            let path: Vec<&str> = path.split('/').skip(1).collect();
            remove(&mut example, &path);
        }
        if schema.problems(&example, Side::Request).is_empty() {
            holder.insert("example".to_owned(), example);
        } else {
            holder.shift_remove("example");
        }
    }
    Ok(())
}

/// Adds the pointers of the objects that have an example, each with the pointer of its schema.
fn places_of_examples(value: &Value, free: bool, place: &mut String, found: &mut Vec<(String, String)>) {
    let children: Vec<(String, &Value, bool)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item, false)).collect(),
        Value::Object(members) => {
            if !free && members.contains_key("example") {
                let schema = if members.contains_key("schema") { format!("{place}/schema") } else { place.clone() };
                found.push((place.clone(), schema));
            }
            parts(free, members).map(|(name, value, free)| (escape(name), value, free)).collect()
        }
        _ => return,
    };
    for (name, child, free) in children {
        let length = place.len();
        place.push('/');
        place.push_str(&name);
        places_of_examples(child, free, place, found);
        place.truncate(length);
    }
}

/// Removes a member; `*` in its path is every item of a list, `{}` every member of a map.
fn remove(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Object(members), [name]) => {
            members.shift_remove(*name);
        }
        (Value::Array(items), ["*", rest @ ..]) => items.iter_mut().for_each(|item| remove(item, rest)),
        (Value::Object(members), [name, rest @ ..]) if members.contains_key(*name) => remove(&mut members[*name], rest),
        (Value::Object(members), ["{}", rest @ ..]) => members.values_mut().for_each(|member| remove(member, rest)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
