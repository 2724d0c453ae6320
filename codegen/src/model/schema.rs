//! Components, their members and types, and what each is in Rust.

use super::need::OLDEST;
use super::ty::{Type, runtime};
use super::{Need, members, text, texts};
use crate::diagnostic::{Finding, Findings};
use contract::{before, follow};
use heck::ToSnakeCase;
use serde_json::Value;

/// A named schema.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) shape: Shape,
    /// The type of the map of members without a name, beside those with one.
    pub(crate) extra: Option<Type>,
    /// The arguments of the constructor (`x-dify-new`), when given.
    pub(crate) new: Option<Vec<String>>,
}

/// What a component is.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// An object with members.
    Object(Vec<Member>),
    /// An object that is sent as a multipart form.
    Form(Vec<Member>),
    /// Named text, open to new values.
    Enum(Vec<EnumValue>),
    /// One of several objects, distinguished by a tag.
    Union {
        tag: String,
        variants: Vec<Variant>,
        /// The values after which a stream may end.
        finals: Vec<String>,
    },
    /// One of several types, distinguished only by their form; each with its description.
    Choice {
        choices: Vec<(Type, String)>,
        /// Whether null is one of them.
        null: bool,
    },
    /// A name for a map, an array or a scalar; it has no type of its own in Rust.
    Alias(Type),
    /// Written by hand in the runtime; its Rust type.
    Runtime(&'static str),
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub(crate) struct EnumValue {
    pub(crate) value: String,
    pub(crate) description: String,
    pub(crate) since: Option<String>,
}

/// A variant of a union: the tag's value and the component it announces.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) value: String,
    pub(crate) component: String,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    /// The name on the wire.
    pub(crate) name: String,
    /// The name in Rust.
    pub(crate) rust: String,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    /// Absent, null and a value mean three things.
    pub(crate) tristate: bool,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    /// Some release left it out of an object of another shape (`x-dify-earlier`).
    pub(crate) was_absent: bool,
    /// In a form: a file whose content type must be one of sound (the media type's `encoding`).
    pub(crate) audio: bool,
    pub(crate) secret: Secret,
    /// Always sent with this value unless set.
    pub(crate) send_default: Option<Value>,
    /// Whether nothing can replace it (`x-dify-essential`), if the description decides that.
    pub(crate) essential: Option<bool>,
    /// Some release sent it as another type (`x-dify-earlier`).
    pub(crate) loose: bool,
    /// Some release sent null for it (`x-dify-earlier`).
    pub(crate) was_null: bool,
    /// The contract requires it and allows null: `None` is written as null.
    pub(crate) written_null: bool,
    /// What the client does where an answer lacks it.
    pub(crate) need: Need,
}

/// The part of a value that must not be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Secret {
    #[default]
    No,
    /// `format: password`, or `x-dify-secret: value` where it is no text.
    Value,
    /// `x-dify-secret: content`: it may contain one, among much that is none.
    Content,
    /// `x-dify-secret: query`: a signed URL.
    Query,
}

impl Secret {
    pub(crate) fn read(schema: &Value) -> Self {
        match (text(schema, "format"), text(schema, "x-dify-secret")) {
            (_, "query") => Self::Query,
            (_, "content") => Self::Content,
            ("password", _) | (_, "value") => Self::Value,
            _ => Self::No,
        }
    }
}

impl Component {
    pub(super) fn read(document: &Value, name: &str, schema: &Value, findings: &mut Findings) -> Self {
        let shape = Self::shape(document, name, schema).unwrap_or_else(|| {
            findings.push(Finding::in_document(
                format!("#/components/schemas/{name}"),
                format!("`{name}` has no type, no enum and no choices"),
                "give it a `type`; for any JSON, refer to `AnyValue`",
            ));
            Shape::Object(Vec::new())
        });
        if nullable(schema) && !matches!(shape, Shape::Choice { .. } | Shape::Runtime(_)) {
            findings.push(Finding::in_document(
                format!("#/components/schemas/{name}"),
                format!("`{name}` is nullable as a whole, which no struct or enum can be"),
                "write `nullable: true` where it is used, around `allOf: [$ref]`",
            ));
        }
        if let Shape::Object(members) = &shape {
            Self::check(name, members, findings);
        }
        Self {
            name: name.to_owned(),
            description: text(schema, "description").to_owned(),
            shape,
            extra: Self::extra(schema),
            new: schema.get("x-dify-new").map(|_| texts(schema, "x-dify-new")),
        }
    }

    /// What the linter refuses as well: documents may come past it.
    fn check(name: &str, members: &[Member], findings: &mut Findings) {
        for (at, member) in members.iter().enumerate() {
            let place = format!("#/components/schemas/{name}/properties/{}", member.name);
            if member.ty.is_inline() {
                let message = format!("`{name}.{}` is an object written in place", member.name);
                findings.push(Finding::in_document(place.clone(), message, "make it a component and refer to it"));
            }
            if members.iter().take(at).any(|other| other.rust == member.rust) {
                let message = format!("`{name}` has two members that become `{}` in Rust", member.rust);
                findings.push(Finding::in_document(place, message, "give one another name"));
            }
        }
        if members.len() > MOST_MEMBERS {
            let message = format!("`{name}` has more than {MOST_MEMBERS} members");
            let fix = "the decoder keeps one bit for each: widen it in dify-api/src/values/decode/object.rs";
            findings.push(Finding::in_document(format!("#/components/schemas/{name}"), message, fix));
        }
    }

    /// `additionalProperties: {}` beside `properties`.
    fn extra(schema: &Value) -> Option<Type> {
        schema.get("properties")?;
        match schema.get("additionalProperties")? {
            Value::Object(any) if any.is_empty() => Some(Type::Open),
            Value::Object(_) => Some(Type::Map(Box::new(Type::element(schema.get("additionalProperties"))))),
            _ => None,
        }
    }

    fn shape(document: &Value, name: &str, schema: &Value) -> Option<Shape> {
        if let Some(rust) = runtime(name) {
            return Some(Shape::Runtime(rust));
        }
        if let Some(mapping) = schema.pointer("/discriminator/mapping") {
            let tag = schema.pointer("/discriminator/propertyName")?.as_str()?.to_owned();
            let variants = members(Some(mapping))
                .filter_map(|(value, target)| {
                    Some(Variant { value: value.clone(), component: last_segment(target.as_str()?) })
                })
                .collect();
            return Some(Shape::Union { tag, variants, finals: texts(schema, "x-dify-final") });
        }
        let values = schema.get("x-extensible-enum").or_else(|| schema.get("enum"));
        if let Some(values) = values.and_then(Value::as_array) {
            return Some(Shape::Enum(values.iter().filter_map(EnumValue::read).collect()));
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            let choice = |c: &Value| (Type::read(c), text(c, "description").to_owned());
            return Some(Shape::Choice { choices: choices.iter().map(choice).collect(), null: nullable(schema) });
        }
        if schema.get("type")? != "object" {
            return Some(Shape::Alias(Type::read(schema)));
        }
        Some(match schema.get("additionalProperties") {
            _ if schema.get("properties").is_some() => Shape::Object(Member::read_all(document, schema)),
            Some(Value::Bool(false)) => Shape::Object(Vec::new()),
            _ => Shape::Alias(Type::read(schema)),
        })
    }
}

impl EnumValue {
    fn read(value: &Value) -> Option<Self> {
        let described = value.get("value").unwrap_or(value);
        Some(Self {
            value: described.as_str()?.to_owned(),
            description: text(value, "description").to_owned(),
            since: version(value, "since"),
        })
    }
}

impl Member {
    fn read_all(document: &Value, schema: &Value) -> Vec<Self> {
        let required = texts(schema, "required");
        // An object that was another object up to some release may have lacked any member.
        let lacking: Vec<Vec<String>> = earlier(document, schema)
            .filter(|shape| shape.get("properties").is_some())
            .map(|shape| texts(shape, "required"))
            .collect();
        members(schema.get("properties"))
            .map(|(name, property)| Self {
                name: name.clone(),
                rust: rust_name(name),
                required: required.contains(name),
                nullable: nullable(property),
                tristate: property.get("x-dify-tristate") == Some(&Value::Bool(true)),
                ty: Type::read(property),
                description: text(property, "description").to_owned(),
                since: version(property, "x-dify-since"),
                until: version(property, "x-dify-until"),
                was_absent: lacking.iter().any(|required| !required.contains(name)),
                audio: false,
                secret: Secret::read(property),
                send_default: property.get("x-dify-send-default").cloned(),
                essential: property.get("x-dify-essential").and_then(Value::as_bool),
                loose: earlier(document, property).flat_map(kinds).any(|kind| Some(kind) != property.get("type")),
                written_null: false,
                was_null: earlier(document, property).any(nullable),
                need: Need::default(),
            })
            .collect()
    }
}

/// The JSON types that a schema names: its own, or those of its branches.
fn kinds(schema: &Value) -> impl Iterator<Item = &Value> {
    let branches = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    schema.get("type").into_iter().chain(branches.filter_map(|branch| branch.get("type")))
}

/// The most members that an object may have: the bits of `seen` in the decoder.
const MOST_MEMBERS: usize = 64;

/// The shapes that a schema had in earlier releases of those that the client decodes.
fn earlier<'d>(document: &'d Value, schema: &'d Value) -> impl Iterator<Item = &'d Value> {
    let earlier = schema.get("x-dify-earlier").and_then(Value::as_array).into_iter().flatten();
    let decoded = |entry: &&Value| !before(text(entry, "until"), Some(&OLDEST.into()));
    earlier.filter(decoded).filter_map(|entry| Some(follow(document, entry.get("schema")?)))
}

/// Whether a schema allows null.
fn nullable(schema: &Value) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
}

/// A version in a member of the document.
pub(super) fn version(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The component a reference points at.
pub(super) fn last_segment(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or(reference).to_owned()
}

/// The Rust name of a member, and of a parameter as progenitor makes it.
pub(crate) fn rust_name(wire: &str) -> String {
    let snake = wire.replace(|c: char| !c.is_alphanumeric() && c != '_', "-").to_snake_case();
    if syn::parse_str::<syn::Ident>(&snake).is_ok() {
        snake
    } else if snake.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{snake}")
    } else {
        format!("{snake}_")
    }
}

#[cfg(test)]
mod tests;
