//! Objects: their members, and members of free names.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::comparison::{At, Comparison};
use super::rule;
use super::schemas::SchemaShape;

impl Comparison<'_> {
    pub(super) fn members(&mut self, old: &Value, new: &Value, at: &At) {
        let (before, after) = (&old["properties"], &new["properties"]);
        let names: BTreeSet<&String> =
            [before, after].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names {
            let here = &at.below(format_args!(".{name}"));
            let (was, is) = (required(old, name), required(new, name));
            match (&before[name], &after[name]) {
                (Value::Null, _) if is => self.find(rule::MEMBER_ADDED_REQUIRED, here, "is new and required"),
                (Value::Null, _) => self.find(rule::MEMBER_ADDED, here, "is new and optional"),
                (_, Value::Null) => self.find(rule::MEMBER_REMOVED, here, "is gone"),
                (one, other) => {
                    // The crate has one `Option` for what may be absent and for what may be null.
                    let stays_option =
                        (!was || SchemaShape::of(one).nullable) && (!is || SchemaShape::of(other).nullable);
                    let (required, optional) = match stays_option {
                        true => (rule::MEMBER_REQUIRED_NULLABLE, rule::MEMBER_OPTIONAL_NULLABLE),
                        false => (rule::MEMBER_REQUIRED, rule::MEMBER_OPTIONAL),
                    };
                    match (was, is) {
                        (false, true) => self.find(required, here, "became required"),
                        // A server's model with a default sends the member all the same.
                        (true, false) if other.get("default").is_some() => {
                            self.find(optional, here, "became optional, with a default");
                        }
                        (true, false) => self.find(optional, here, "became optional"),
                        _ => {}
                    }
                    self.schema(one, other, here, stays_option);
                }
            }
        }
    }

    pub(super) fn additional(&mut self, old: &Value, new: &Value, at: &At) {
        let here = &at.below("{}");
        let (before, after) = (Free::of(old), Free::of(new));
        match (before, after) {
            (Free::None, Free::None) | (Free::Any, Free::Any) => {}
            (Free::Typed(one), Free::Typed(other)) => self.schema(one, other, here, false),
            (_, Free::None) => self.find(rule::MAP_CLOSED, here, "other members are refused"),
            (Free::None, _) => self.find(rule::MAP_OPENED, here, "other members are allowed"),
            (Free::Any, Free::Typed(_)) => self.find(rule::MAP_TYPED, here, "other members have a type"),
            (Free::Typed(_), Free::Any) => self.find(rule::MAP_UNTYPED, here, "other members may be anything"),
        }
    }
}

/// What members that are not named may be.
enum Free<'d> {
    None,
    Any,
    Typed(&'d Value),
}

impl<'d> Free<'d> {
    fn of(schema: &'d Value) -> Self {
        match &schema["additionalProperties"] {
            Value::Bool(false) => Self::None,
            Value::Object(members) if !members.is_empty() => Self::Typed(&schema["additionalProperties"]),
            _ => Self::Any,
        }
    }
}

fn required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|other| other == name))
}
