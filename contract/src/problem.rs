//! The errors of a value.

use std::fmt;

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;

/// How deep alternatives within alternatives are searched for the error that explains most.
const ALTERNATIVES: usize = 6;
/// The characters of a message that are kept.
const MESSAGE: usize = 200;

/// One thing wrong with a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// The keyword of JSON Schema that refuses the value; `extensible_enum` where a request has a value that the document does
    /// not list, `undocumented` for a member that no schema names.
    pub keyword: String,
    /// JSON pointer to the value, `/` for the whole. The pointer of a missing member ends in its name.
    pub pointer: String,
    /// The same, with `*` for every index.
    pub path: String,
    /// What the keyword asks for, where it is a limit, a list, a name or types.
    pub expected: Value,
    /// The value that is refused.
    pub found: Value,
    /// The error.
    pub message: String,
}

impl Problem {
    /// Returns the keyword, or `null` where null is refused for its type or value.
    #[must_use]
    pub fn kind(&self) -> &str {
        let null = self.found.is_null() && matches!(self.keyword.as_str(), "type" | "enum" | "const");
        if null { "null" } else { &self.keyword }
    }

    /// A problem that a rule beside the schemas finds.
    pub(crate) fn rule(keyword: &str, message: impl Into<String>) -> Self {
        Self {
            keyword: keyword.to_owned(),
            pointer: String::new(),
            path: String::new(),
            expected: Value::Null,
            found: Value::Null,
            message: message.into(),
        }
    }

    /// A member that no schema names.
    pub(crate) fn undocumented(path: String) -> Self {
        Self { pointer: path.clone(), path, ..Self::rule("undocumented", "not documented") }
    }

    /// Adds an error to the problems; of alternatives, the errors of the one that got furthest.
    pub(crate) fn collect(error: &ValidationError<'_>, root: &Value, problems: &mut Vec<Self>) {
        flatten(error, root, 0, problems);
    }

    fn new(error: &ValidationError<'_>, root: &Value) -> Self {
        let mut pointer = error.instance_path().as_str().to_owned();
        let mut path = with_wildcards(&pointer, root);
        let (keyword, expected) = described(error);
        if let (ValidationErrorKind::Required { .. }, Some(name)) = (error.kind(), expected.as_str()) {
            for place in [&mut pointer, &mut path] {
                place.push('/');
                place.push_str(name);
            }
        }
        for place in [&mut pointer, &mut path] {
            if place.is_empty() {
                place.push('/');
            }
        }
        let mut message = match error.kind() {
            ValidationErrorKind::Custom { message, .. } => format!("{} is not one of {message}", error.instance()),
            _ => error.to_string(),
        };
        if let Some((end, _)) = message.char_indices().nth(MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        Self { keyword, pointer, path, expected, found: error.instance().clone().into_owned(), message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

fn flatten(error: &ValidationError<'_>, root: &Value, depth: usize, problems: &mut Vec<Problem>) {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        && depth < ALTERNATIVES
    {
        // Of equals the first.
        let branches = context.iter().filter(|branch| !branch.is_empty()).rev();
        if let Some(furthest) = branches.max_by_key(|branch| promise(branch)) {
            return furthest.iter().for_each(|error| flatten(error, root, depth + 1, problems));
        }
    }
    problems.push(Problem::new(error, root));
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

/// The keyword that failed, and what it asks for.
fn described(error: &ValidationError<'_>) -> (String, Value) {
    use ValidationErrorKind as Kind;
    let expected = match error.kind() {
        Kind::Custom { message, .. } => serde_json::from_str(message).unwrap_or_default(),
        Kind::Required { property } => property.clone(),
        Kind::Type { kind: TypeKind::Single(kind) } => kind.to_string().into(),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => kinds.iter().map(|kind| kind.to_string()).collect(),
        Kind::Enum { options } => options.as_ref().clone(),
        Kind::Constant { expected_value } => expected_value.as_ref().clone(),
        Kind::Minimum { limit } | Kind::Maximum { limit } => limit.clone(),
        Kind::ExclusiveMinimum { limit } | Kind::ExclusiveMaximum { limit } => limit.clone(),
        Kind::MinLength { limit } | Kind::MaxLength { limit } | Kind::MinItems { limit } | Kind::MaxItems { limit } => {
            (*limit).into()
        }
        _ => Value::Null,
    };
    let keyword = match error.kind() {
        // `additionalProperties: false` without `properties` comes as the false schema that it holds.
        Kind::FalseSchema => error.schema_path().as_str().rsplit('/').next().unwrap_or_default(),
        // The only keyword of ours.
        Kind::Custom { .. } => "extensible_enum",
        kind => kind.keyword(),
    };
    (keyword.to_owned(), expected)
}

/// The pointer with `*` for every array index; only the value decides which segments are indices.
fn with_wildcards(pointer: &str, root: &Value) -> String {
    let mut out = String::new();
    let mut here = Some(root);
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        let index = here.and_then(Value::as_array).map(|items| (items, name.parse::<usize>().ok()));
        out.push('/');
        out.push_str(if index.is_some() { "*" } else { &name });
        here = match index {
            Some((items, index)) => index.and_then(|index| items.get(index)),
            None => here.and_then(|value| value.get(&name)),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Side};
    use serde_json::json;

    fn problems(schema: Value, value: Value) -> Vec<Problem> {
        let leaf = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
        let document = json!({"components": {"schemas": {"S": schema, "Leaf": leaf}}});
        let document = Document::new(document, "").expect("a document");
        document.component("S").expect("a component").problems(&value, Side::Answer)
    }

    fn found(schema: Value, value: Value) -> Vec<(String, String)> {
        let mut found: Vec<_> = problems(schema, value).into_iter().map(|p| (p.kind().to_owned(), p.path)).collect();
        found.sort();
        found
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(kind, path)| ((*kind).into(), (*path).into())).collect()
    }

    #[test]
    fn every_place_in_a_list_has_one_path() {
        let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}});
        let value = json!([{"id": 1}, {}, {"id": null}]);
        assert_eq!(
            found(schema.clone(), value.clone()),
            pairs(&[("null", "/*/id"), ("required", "/*/id"), ("type", "/*/id")])
        );
        assert_eq!(problems(schema, value)[1].pointer, "/1/id");
    }

    #[test]
    fn a_member_with_a_number_for_a_name_is_no_index() {
        let schema = json!({"properties": {"0": {"properties": {"a/b": {"type": "string"}}}}});
        assert_eq!(found(schema, json!({"0": {"a/b": 1}})), pairs(&[("type", "/0/a/b")]));
    }

    #[test]
    fn the_whole_value_is_a_slash_and_its_members_follow() {
        assert_eq!(found(json!({"type": "object"}), json!([])), pairs(&[("type", "/")]));
        assert_eq!(found(json!({"required": ["a", "b"]}), json!({})), pairs(&[("required", "/a"), ("required", "/b")]));
    }

    #[test]
    fn a_nullable_reference_shows_the_problem_inside_it() {
        let leaf = json!({"$ref": "#/components/schemas/Leaf"});
        let schema = json!({"properties": {"leaf": {"anyOf": [leaf, {"type": "null"}]}}});
        assert_eq!(found(schema.clone(), json!({"leaf": null})), []);
        assert_eq!(found(schema, json!({"leaf": {"id": 3}})), pairs(&[("type", "/leaf/id")]));
    }

    #[test]
    fn of_alternatives_the_one_that_got_furthest_is_shown() {
        let schema = json!({"oneOf": [
            {"type": "string"},
            {"type": "object", "properties": {"a": {"properties": {"b": {"type": "integer"}}}}},
        ]});
        assert_eq!(found(schema, json!({"a": {"b": "x"}})), pairs(&[("type", "/a/b")]));
        let schema = json!({"oneOf": [{"type": "string"}, {"maxLength": 9}]});
        assert_eq!(found(schema, json!("x")), pairs(&[("oneOf", "/")]));
    }

    #[test]
    fn a_closed_object_is_named_by_its_keyword() {
        let closed = json!({"type": "object", "additionalProperties": false});
        let schema = json!({"properties": {"closed": closed}});
        assert!(
            found(schema, json!({"closed": {"a": 1}})).contains(&("additionalProperties".into(), "/closed".into()))
        );
        let schema = json!({"properties": {"a": {}}, "additionalProperties": false});
        assert_eq!(found(schema, json!({"b": 2})), pairs(&[("additionalProperties", "/")]));
    }

    #[test]
    fn a_problem_keeps_what_was_asked_for_and_what_was_found() {
        let problem = problems(json!({"type": ["integer", "null"]}), json!("x")).remove(0);
        assert_eq!((problem.expected, problem.found), (json!(["null", "integer"]), json!("x")));
        let problem = problems(json!({"maximum": 9}), json!(10)).remove(0);
        assert_eq!((problem.keyword.as_str(), problem.expected), ("maximum", json!(9)));
    }
}
