//! A schema of a document, and the validators that are made of schemas.

use std::{
    collections::HashMap,
    fmt, ptr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jsonschema::{Draft, Keyword, Registry, ValidationError, Validator, paths::Location};
use serde_json::{Map, Number, Value, json};

use crate::{document::Document, problem::Problem};

/// Where the validators find the components.
const COMPONENTS: &str = "urn:components";

/// Which way a value travels. A value that an extensible enum does not list is a mistake in a request, and progress in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// From a client.
    Request,
    /// From a server.
    Answer,
}

/// A schema of a document.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'d> {
    pub(crate) document: &'d Document,
    source: &'d Value,
}

impl<'d> Schema<'d> {
    /// Takes a schema that is a part of the document.
    #[must_use]
    pub fn new(document: &'d Document, source: &'d Value) -> Self {
        Self { document, source }
    }

    /// Returns the schema that references and discriminators lead to for a value. None if the value's tag is unknown.
    #[must_use]
    pub fn picked(self, value: &Value) -> Option<Self> {
        self.document.pick(self.source, value).ok().map(|picked| Self::new(self.document, picked))
    }

    /// Returns the document that the schema is a part of.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// Returns the schema as it is in the document.
    #[must_use]
    pub fn source(self) -> &'d Value {
        self.source
    }

    /// Returns the schema that references lead to.
    #[must_use]
    pub fn value(self) -> &'d Value {
        self.document.follow(self.source)
    }

    /// Returns the name of the component that the schema refers to.
    #[must_use]
    pub fn name(self) -> Option<&'d str> {
        self.source.get("$ref")?.as_str()?.rsplit('/').next()
    }

    /// Returns everything that is wrong with a value.
    #[must_use]
    pub fn problems(self, value: &Value, side: Side) -> Vec<Problem> {
        let picked = match self.document.pick(self.source, value) {
            Ok(picked) => picked,
            Err(tag) => return vec![Problem::rule("discriminator", format!("no mapping for {tag}"))],
        };
        let validator = match self.document.validators.get(self.document.root(), picked, side) {
            Ok(validator) => validator,
            Err(broken) => return vec![Problem::rule("schema", format!("the schema cannot be used: {broken}"))],
        };
        let mut problems = Vec::new();
        if !validator.is_valid(value) {
            validator.iter_errors(value).for_each(|error| Problem::collect(&error, value, &mut problems));
        }
        problems
    }

    /// Whether a value fits.
    #[must_use]
    pub fn accepts(self, value: &Value, side: Side) -> bool {
        let Ok(picked) = self.document.pick(self.source, value) else { return false };
        self.document
            .validators
            .get(self.document.root(), picked, side)
            .is_ok_and(|validator| validator.is_valid(value))
    }

    /// Returns what the text of a parameter means: a value of the schema's type, or the text where it means none.
    #[must_use]
    pub fn coerce(self, text: &str) -> Value {
        let schema = self.value();
        let kinds = schema.get("type").map(|kind| kind.as_array().map_or(std::slice::from_ref(kind), Vec::as_slice));
        let kind = kinds.into_iter().flatten().filter_map(Value::as_str).find(|kind| *kind != "null");
        let read = match kind {
            Some("integer") => text.trim().parse::<i64>().ok().map(Value::from),
            Some("number") => text.trim().parse().ok().and_then(Number::from_f64).map(Value::Number),
            Some("boolean") => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "y" | "on" | "t" => Some(Value::Bool(true)),
                "false" | "0" | "no" | "n" | "off" | "f" => Some(Value::Bool(false)),
                _ => None,
            },
            Some("array") => {
                let items = schema.get("items").map(|items| Self::new(self.document, items));
                Some(
                    text.split(',').map(|item| items.map_or_else(|| item.into(), |items| items.coerce(item))).collect(),
                )
            }
            Some("object") => serde_json::from_str(text).ok(),
            _ => None,
        };
        read.unwrap_or_else(|| text.into())
    }
}

/// A validator, or why the schema has none.
type Made = Result<Arc<Validator>, String>;

/// The validators of a document, one for each schema and side, made when first needed.
#[derive(Default)]
pub(crate) struct Validators {
    components: OnceLock<Result<Registry<'static>, String>>,
    /// By the address of the schema: the document is never changed, and it owns its validators.
    made: Mutex<HashMap<(usize, Side), Made>>,
}

impl fmt::Debug for Validators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validators").finish_non_exhaustive()
    }
}

impl Validators {
    /// `schema` must be a part of the document `root`.
    fn get(&self, root: &Value, schema: &Value, side: Side) -> Made {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || self.make(root, schema, side).map(Arc::new);
        made.entry((ptr::from_ref(schema) as usize, side)).or_insert_with(make).clone()
    }

    fn make(&self, root: &Value, schema: &Value, side: Side) -> Result<Validator, String> {
        let components = || {
            let schemas = root.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
            let schemas: Map<_, _> = schemas.map(|(name, schema)| (name.clone(), translated(schema))).collect();
            let components = json!({"components": {"schemas": schemas}});
            let registry = Registry::new().add(COMPONENTS, components).and_then(|registry| registry.prepare());
            registry.map_err(|error| error.to_string())
        };
        let registry = self.components.get_or_init(components).as_ref().map_err(Clone::clone)?;
        let mut options =
            jsonschema::options().with_draft(Draft::Draft202012).with_registry(registry).should_validate_formats(true);
        if side == Side::Request {
            options = options.with_keyword(EXTENSIBLE_ENUM, ExtensibleEnum::keyword);
        }
        options.build(&translated(schema)).map_err(|error| error.to_string())
    }
}

/// The schema with references into the registered components, without annotations.
fn translated(schema: &Value) -> Value {
    let members = match schema {
        Value::Object(members) => members,
        Value::Array(schemas) => return schemas.iter().map(translated).collect(),
        other => return other.clone(),
    };
    let mut out = Map::new();
    for (name, value) in members {
        let value = match (name.as_str(), value) {
            ("$ref", Value::String(reference)) => format!("{COMPONENTS}{reference}").into(),
            ("properties", Value::Object(members)) => {
                members.iter().map(|(name, member)| (name.clone(), translated(member))).collect()
            }
            ("enum" | "const" | EXTENSIBLE_ENUM, data) => data.clone(),
            ("examples" | "discriminator" | "description" | "default", _) => continue,
            (name, _) if name.starts_with("x-") => continue,
            (_, value) => translated(value),
        };
        out.insert(name.clone(), value);
    }
    Value::Object(out)
}

const EXTENSIBLE_ENUM: &str = "x-extensible-enum";

/// The values that an extensible enum lists.
struct ExtensibleEnum(Value);

impl ExtensibleEnum {
    #[expect(clippy::unnecessary_wraps, reason = "the validator asks for it")]
    fn keyword<'a>(
        _: &'a Map<String, Value>,
        values: &'a Value,
        _: Location,
    ) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
        let values = values.as_array().into_iter().flatten();
        Ok(Box::new(Self(values.map(|value| value["value"].clone()).collect())))
    }
}

impl<'i> Keyword<'i> for ExtensibleEnum {
    /// The message is the list of values: [`Problem`] returns them as the expected values.
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) { Ok(()) } else { Err(ValidationError::custom(self.0.to_string())) }
    }

    /// Whether null is taken, the type decides.
    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.is_null() || self.0.as_array().is_some_and(|values| values.contains(instance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(schema: Value) -> Document {
        let leaf = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
        Document::new(json!({"components": {"schemas": {"S": schema, "Leaf": leaf}}}), "").expect("a document")
    }

    fn keywords(schema: Value, value: Value, side: Side) -> Vec<String> {
        let document = document(schema);
        let schema = document.component("S").expect("a component");
        let problems = schema.problems(&value, side);
        assert_eq!(problems.is_empty(), schema.accepts(&value, side));
        problems.into_iter().map(|problem| problem.keyword).collect()
    }

    #[test]
    fn an_extensible_enum_is_closed_in_requests_only() {
        let schema = json!({"properties": {"mode": {
            "type": ["string", "null"], "x-extensible-enum": [{"value": "a"}, {"value": "b"}],
        }}});
        assert_eq!(keywords(schema.clone(), json!({"mode": "c"}), Side::Answer), Vec::<String>::new());
        assert_eq!(keywords(schema.clone(), json!({"mode": "c"}), Side::Request), ["extensible_enum"]);
        assert_eq!(keywords(schema, json!({"mode": null}), Side::Request), Vec::<String>::new());
    }

    #[test]
    fn members_named_like_words_of_schemas_are_members() {
        let text = || json!({"type": "string"});
        let schema = json!({"properties": {"enum": text(), "examples": text(), "x-y": text(), "$ref": text()}});
        for name in ["enum", "examples", "x-y", "$ref"] {
            assert_eq!(keywords(schema.clone(), json!({name: 1}), Side::Answer), ["type"], "{name}");
        }
    }

    #[test]
    fn formats_of_text_are_checked() {
        for (format, good, bad) in [
            ("uuid", "0f8fad5b-d9cb-469f-a165-70867728950e", "x"),
            ("date", "2026-01-02", "2026-13-02"),
            ("date-time", "2026-01-02T03:04:05.6+08:00", "2026-01-02"),
            ("uri", "https://a/b", "/files/1"),
        ] {
            let schema = json!({"type": "string", "format": format});
            assert_eq!(keywords(schema.clone(), json!(good), Side::Answer), Vec::<String>::new(), "{format}");
            assert_eq!(keywords(schema, json!(bad), Side::Answer), ["format"], "{format}");
        }
    }

    #[test]
    fn a_schema_that_is_none_is_a_problem() {
        assert_eq!(keywords(json!({"type": "anything"}), json!(1), Side::Answer), ["schema"]);
    }

    #[test]
    fn a_text_is_read_by_the_type_of_its_schema() {
        let coerced = |text: &str, schema: Value| document(schema).component("S").expect("a component").coerce(text);
        assert_eq!(coerced(" 10 ", json!({"type": ["integer", "null"]})), json!(10));
        assert_eq!(coerced("1.5", json!({"type": "integer"})), json!("1.5"));
        assert_eq!(coerced("1.5", json!({"type": "number"})), json!(1.5));
        assert_eq!(coerced("TRUE", json!({"type": "boolean"})), json!(true));
        assert_eq!(coerced("maybe", json!({"type": "boolean"})), json!("maybe"));
        assert_eq!(coerced("1,x", json!({"type": "array", "items": {"type": "integer"}})), json!([1, "x"]));
        assert_eq!(coerced("{\"a\":1}", json!({"type": "object"})), json!({"a": 1}));
    }
}
