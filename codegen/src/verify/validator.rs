//! Values against schemas, through compiled validators.

use std::{
    collections::HashMap,
    fmt, ptr,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::{
    Draft, JsonType, Registry, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;

use super::{
    document::{Document, Picked},
    format,
    translate::{Direction, Translator},
};

/// How deep alternatives within alternatives are looked into for the error that tells most.
const ALTERNATIVES: usize = 6;
/// How much of a message is kept.
const MESSAGE: usize = 200;

/// A schema that no validator can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a schema cannot be used: {0}")]
pub(super) struct BrokenSchema(String);

/// One thing wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The keyword of the schema, or `null` where it is null that is not taken.
    pub(super) kind: String,
    /// Pointer into the value, `*` for every array index, `/` for the value itself.
    pub(super) path: String,
    pub(super) message: String,
}

/// The validators of a document, one for each schema and direction, made when first needed.
pub(super) struct Validators {
    request: (Translator, Registry<'static>),
    response: (Translator, Registry<'static>),
    made: Mutex<HashMap<Key, Made>>,
}

/// A schema is known by its address: the document is never changed, and it owns its validators.
type Key = (usize, Direction);
type Made = Result<Arc<Validator>, BrokenSchema>;

impl fmt::Debug for Validators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validators").finish_non_exhaustive()
    }
}

impl Validators {
    pub(super) fn new(request: (Translator, Registry<'static>), response: (Translator, Registry<'static>)) -> Self {
        Self { request, response, made: Mutex::default() }
    }

    /// `schema` must be a part of the document.
    fn get(&self, schema: &Value, direction: Direction) -> Made {
        let key = (ptr::from_ref(schema) as usize, direction);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(key).or_insert_with(|| self.make(schema, direction)).clone()
    }

    fn make(&self, schema: &Value, direction: Direction) -> Made {
        let (translator, registry) = match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        };
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(registry)
            .with_keyword("format", format::keyword)
            .build(&translator.schema(schema))
            .map(Arc::new)
            .map_err(|error| BrokenSchema(error.to_string()))
    }
}

impl Document {
    pub(super) fn is_valid(&self, schema: &Value, value: &Value, direction: Direction) -> Result<bool, BrokenSchema> {
        let Picked { schema, unknown } = self.pick(schema, value);
        Ok(unknown.is_none() && self.validators.get(schema, direction)?.is_valid(value))
    }

    /// Everything wrong with a value, each kind once at each place.
    pub(super) fn problems(
        &self,
        schema: &Value,
        value: &Value,
        direction: Direction,
    ) -> Result<Vec<Problem>, BrokenSchema> {
        let Picked { schema, unknown } = self.pick(schema, value);
        let mut problems = Vec::new();
        if let Some(tag) = unknown {
            problems.push(Problem {
                kind: "discriminator".into(),
                path: String::new(),
                message: format!("no mapping for {tag}"),
            });
            return Ok(problems);
        }
        let validator = self.validators.get(schema, direction)?;
        if validator.is_valid(value) {
            return Ok(problems);
        }
        for error in validator.iter_errors(value) {
            flatten(&error, value, 0, &mut problems);
        }
        Ok(problems)
    }
}

/// An error as problems: of alternatives, the errors of the one that got furthest.
fn flatten(error: &ValidationError<'_>, root: &Value, depth: usize, problems: &mut Vec<Problem>) {
    let path = pointer(error.instance_path().as_str(), root);
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }
            if depth < ALTERNATIVES =>
        {
            let mut furthest: Option<&Vec<ValidationError<'_>>> = None;
            for branch in context.iter().filter(|branch| !branch.is_empty()) {
                // Of equals the first.
                if furthest.is_none_or(|best| promise(branch) > promise(best)) {
                    furthest = Some(branch);
                }
            }
            if let Some(branch) = furthest {
                for error in branch {
                    flatten(error, root, depth + 1, problems);
                }
                return;
            }
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let kind = inner.kind().keyword().to_owned();
            return add(problems, kind, path, inner);
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let path = format!("{}/{name}", path.trim_end_matches('/'));
            return add(problems, "required".into(), path, error);
        }
        _ => {}
    }
    let keyword = match error.kind() {
        // `additionalProperties: false` without `properties` comes as the false schema that it holds.
        ValidationErrorKind::FalseSchema => last_segment(error.schema_path().as_str()),
        kind => kind.keyword(),
    };
    let kind = match keyword {
        "type" | "enum" if error.instance().is_null() => "null",
        keyword => keyword,
    };
    add(problems, kind.to_owned(), path, error);
}

fn last_segment(location: &str) -> &str {
    location.rsplit('/').next().unwrap_or_default()
}

fn add(problems: &mut Vec<Problem>, kind: String, path: String, error: &ValidationError<'_>) {
    if problems.iter().any(|problem| problem.kind == kind && problem.path == path) {
        return;
    }
    let message = error.to_string();
    let message = match message.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    };
    problems.push(Problem { kind, path, message });
}

/// How near an alternative came: one that wants null is the last to believe in; else the deeper its shallowest error
/// and the fewer its errors, the nearer.
fn promise(errors: &[ValidationError<'_>]) -> (isize, isize, isize) {
    let wants_null = |error: &&ValidationError<'_>| {
        matches!(error.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) })
    };
    let depth = |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
    let count = |number: usize| isize::try_from(number).unwrap_or(isize::MAX);
    (
        -count(errors.iter().filter(wants_null).count()),
        count(errors.iter().map(depth).min().unwrap_or(0)),
        -count(errors.len()),
    )
}

/// The pointer with `*` for every array index; only the value knows which segments are indices.
fn pointer(location: &str, root: &Value) -> String {
    let mut out = String::new();
    let mut here = Some(root);
    for segment in location.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        out.push('/');
        here = match here {
            Some(Value::Array(items)) => {
                out.push('*');
                name.parse::<usize>().ok().and_then(|index| items.get(index))
            }
            Some(value) => {
                out.push_str(&name);
                value.get(&name)
            }
            None => {
                out.push_str(&name);
                None
            }
        };
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(schema: Value, value: Value) -> Vec<(String, String)> {
        let document = Document::new(json!({
            "openapi": "3.0.3",
            "components": {"schemas": {"S": schema, "Leaf": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}},
        }))
        .unwrap();
        let schema = document.target("S").unwrap();
        let problems = document.problems(schema, &value, Direction::Response).unwrap();
        assert_eq!(problems.is_empty(), document.is_valid(schema, &value, Direction::Response).unwrap());
        let mut found: Vec<_> = problems.into_iter().map(|p| (p.kind, p.path)).collect();
        found.sort();
        found
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(kind, path)| ((*kind).into(), (*path).into())).collect()
    }

    #[test]
    fn every_place_in_a_list_is_one_place() {
        let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}});
        let value = json!([{"id": 1}, {"id": 2}, {}, {"id": null}]);
        assert_eq!(found(schema, value), pairs(&[("null", "/*/id"), ("required", "/*/id"), ("type", "/*/id")]));
    }

    #[test]
    fn a_member_with_a_number_for_a_name_is_no_index() {
        let schema = json!({"properties": {"0": {"properties": {"a/b": {"type": "string"}}}}});
        assert_eq!(found(schema, json!({"0": {"a/b": 1}})), pairs(&[("type", "/0/a/b")]));
    }

    #[test]
    fn the_root_is_a_slash_and_its_members_follow() {
        assert_eq!(found(json!({"type": "object"}), json!([])), pairs(&[("type", "/")]));
        assert_eq!(found(json!({"required": ["a", "b"]}), json!({})), pairs(&[("required", "/a"), ("required", "/b")]));
    }

    #[test]
    fn a_nullable_reference_tells_what_is_wrong_inside_it() {
        let schema = json!({"properties": {"leaf": {"type": "object", "nullable": true, "allOf": [{"$ref": "#/components/schemas/Leaf"}]}}});
        assert_eq!(found(schema.clone(), json!({"leaf": null})), []);
        assert_eq!(found(schema, json!({"leaf": {"id": 3}})), pairs(&[("type", "/leaf/id")]));
    }

    #[test]
    fn of_alternatives_the_one_that_got_furthest_is_told() {
        let schema = json!({"oneOf": [
            {"type": "string"},
            {"type": "object", "properties": {"a": {"properties": {"b": {"type": "integer"}}}}},
        ]});
        assert_eq!(found(schema, json!({"a": {"b": "x"}})), pairs(&[("type", "/a/b")]));
    }

    #[test]
    fn two_alternatives_that_both_fit_are_a_problem() {
        let schema = json!({"oneOf": [{"type": "string"}, {"maxLength": 9}]});
        assert_eq!(found(schema, json!("x")), pairs(&[("oneOf", "/")]));
    }

    #[test]
    fn a_closed_object_is_told_by_its_keyword() {
        let closed = json!({"type": "object", "additionalProperties": false});
        let schema = json!({"properties": {"closed": closed}});
        assert_eq!(found(schema, json!({"closed": {"a": 1, "b": 2}})), pairs(&[("additionalProperties", "/closed")]));
        let schema = json!({"properties": {"a": {}}, "additionalProperties": false});
        assert_eq!(found(schema, json!({"b": 2})), pairs(&[("additionalProperties", "/")]));
    }

    #[test]
    fn a_format_is_checked_for_numbers_too() {
        let schema = json!({"type": "integer", "format": "int32"});
        assert_eq!(found(schema, json!(1_u64 << 40)), pairs(&[("format", "/")]));
    }

    #[test]
    fn a_schema_that_is_none_is_an_error() {
        let document = Document::new(json!({"components": {"schemas": {"S": {"type": "anything"}}}})).unwrap();
        let schema = document.target("S").unwrap();
        assert!(document.problems(schema, &json!(1), Direction::Response).is_err());
    }
}
