//! The type of a value, and what it is in Rust.

use super::schema::last_segment;
use super::text;
use serde_json::Value;
use std::collections::BTreeMap;

/// Components that the runtime writes by hand, because Dify leaves their content open.
const RUNTIME: [(&str, &str); 3] =
    [("AnyValue", "crate::RawJson"), ("OpenObject", "crate::RawJson"), ("Inputs", "crate::Inputs")];

/// The type of a member, a parameter or a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Text,
    /// Text of events that is stored in place.
    Short,
    Integer,
    Number,
    Boolean,
    /// The bytes of a file, in a form.
    Binary,
    /// Any JSON, without a name.
    Any,
    /// An object with any members, without a name.
    Open,
    Named(String),
    List(Box<Type>),
    Map(Box<Type>),
    /// An element that may be null.
    Nullable(Box<Type>),
    /// An object written in place, which the linter forbids: it has no name in Rust.
    Inline,
}

impl Type {
    pub(super) fn is_inline(&self) -> bool {
        match self {
            Self::Inline => true,
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.is_inline(),
            _ => false,
        }
    }

    /// The type a schema describes; whether it may be null is the member's business.
    pub(crate) fn read(schema: &Value) -> Self {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return Self::Named(last_segment(reference));
        }
        if let Some(only) = schema.pointer("/allOf/0") {
            return Self::read(only);
        }
        match text(schema, "type") {
            "string" if text(schema, "format") == "binary" => Self::Binary,
            // Text that is JSON: it decodes like the JSON that other releases send in its place.
            "string" if text(schema, "format") == "json" => Self::Named("AnyValue".to_owned()),
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::List(Box::new(Self::element(schema.get("items")))),
            "object" if schema.get("properties").is_some() => Self::Inline,
            "object" => match schema.get("additionalProperties") {
                Some(Value::Object(inner)) if !inner.is_empty() => {
                    Self::Map(Box::new(Self::element(schema.get("additionalProperties"))))
                }
                _ => Self::Open,
            },
            _ => Self::Any,
        }
    }

    pub(super) fn element(schema: Option<&Value>) -> Self {
        let Some(schema) = schema else { return Self::Any };
        let ty = Self::read(schema);
        match schema.get("nullable") {
            Some(Value::Bool(true)) => Self::Nullable(Box::new(ty)),
            _ => ty,
        }
    }

    /// The type in Rust, as it is written in the generated files.
    pub(crate) fn rust(&self) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Short => "crate::ShortText".to_owned(),
            Self::Integer => "i64".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Binary => "crate::Upload".to_owned(),
            Self::Any => "serde_json::Value".to_owned(),
            Self::Open => "serde_json::Map<String, serde_json::Value>".to_owned(),
            Self::Named(name) => runtime(name).map_or_else(|| name.clone(), str::to_owned),
            Self::List(inner) => format!("Vec<{}>", inner.rust()),
            Self::Map(inner) => format!("std::collections::BTreeMap<String, {}>", inner.rust()),
            Self::Nullable(inner) => format!("Option<{}>", inner.rust()),
            Self::Inline => "()".to_owned(),
        }
    }

    /// Replaces aliases by their types.
    pub(super) fn resolve(&mut self, aliases: &BTreeMap<String, Self>) {
        match self {
            Self::Named(name) => {
                if let Some(ty) = aliases.get(name) {
                    *self = ty.clone();
                    self.resolve(aliases);
                }
            }
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.resolve(aliases),
            _ => {}
        }
    }

    /// The components it names.
    pub(crate) fn names(&self, found: &mut Vec<String>) {
        match self {
            Self::Named(name) => found.push(name.clone()),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.names(found),
            _ => {}
        }
    }
}

/// The hand-written Rust type of a component, when it has one.
pub(super) fn runtime(name: &str) -> Option<&'static str> {
    RUNTIME.iter().find(|(n, _)| *n == name).map(|(_, rust)| *rust)
}
