//! The rich document made into the narrow one that progenitor 0.15 accepts.
//!
//! Each rule is one function, named for what it does, with the reason and the upstream issue in its comment. It returns how
//! often it matched; a rule that matched nothing is a finding, so that dead workarounds leave.

mod operations;
mod schemas;

use crate::diagnostic::{Finding, Findings};
use serde_json::Value;

/// One change of the document. Returns how many places it changed.
pub(crate) struct LoweringRule {
    pub(crate) name: &'static str,
    pub(crate) apply: fn(&mut Value) -> usize,
}

macro_rules! rules {
    ($($module:ident :: $rule:ident),* $(,)?) => {
        &[$(LoweringRule { name: stringify!($rule), apply: $module::$rule }),*]
    };
}

/// The rules, in the order in which they are applied.
pub(crate) const RULES: &[LoweringRule] = rules![
    operations::drop_parameters_the_body_carries,
    operations::leave_the_user_to_the_client,
    operations::split_json_from_event_stream,
    operations::drop_text_beside_json,
    operations::send_multipart_as_bytes,
    operations::answer_raw,
    schemas::drop_integer_bounds,
    schemas::drop_string_formats,
    schemas::drop_string_limits,
    schemas::drop_defaults,
];

/// Apply every rule; the findings name those that matched nothing.
pub(crate) fn lower(document: Value, rules: &[LoweringRule]) -> (Value, Findings) {
    let mut lowered = document;
    let mut unused = Findings::new();
    for rule in rules {
        if (rule.apply)(&mut lowered) == 0 {
            unused.push(Finding::new(
                "codegen/src/lower.rs",
                0,
                format!("the lowering rule `{}` matched nothing", rule.name),
                "the spec no longer needs it: remove it",
            ));
        }
    }
    (lowered, unused)
}

/// Call `change` on every operation; its path is given. Returns the sum of what it returns.
fn for_each_operation(document: &mut Value, mut change: impl FnMut(&str, &str, &mut Value) -> usize) -> usize {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return 0;
    };
    let mut count = 0;
    for (path, item) in paths.iter_mut() {
        for verb in crate::model::VERBS {
            if let Some(operation) = item.get_mut(verb) {
                count += change(path, verb, operation);
            }
        }
    }
    count
}

/// Call `change` on every schema of the document: components, their parts, and those of parameters.
fn for_each_schema(
    document: &mut Value,
    mut change: impl FnMut(&mut serde_json::Map<String, Value>) -> usize,
) -> usize {
    fn walk(schema: &mut Value, change: &mut dyn FnMut(&mut serde_json::Map<String, Value>) -> usize) -> usize {
        let Some(object) = schema.as_object_mut() else { return 0 };
        let mut count = change(object);
        if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
            count += properties.values_mut().map(|p| walk(p, change)).sum::<usize>();
        }
        for part in ["items", "additionalProperties"] {
            count += object.get_mut(part).map_or(0, |p| walk(p, change));
        }
        for parts in ["allOf", "oneOf", "anyOf"] {
            let parts = object.get_mut(parts).and_then(Value::as_array_mut);
            count += parts.into_iter().flatten().map(|p| walk(p, change)).sum::<usize>();
        }
        count
    }
    fn parameters(
        of: Option<&mut Value>,
        change: &mut dyn FnMut(&mut serde_json::Map<String, Value>) -> usize,
    ) -> usize {
        let parameters: Vec<&mut Value> = match of {
            Some(Value::Array(list)) => list.iter_mut().collect(),
            Some(Value::Object(named)) => named.values_mut().collect(),
            _ => Vec::new(),
        };
        parameters.into_iter().filter_map(|p| p.get_mut("schema")).map(|s| walk(s, change)).sum()
    }
    let mut count = 0;
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        count += schemas.values_mut().map(|s| walk(s, &mut change)).sum::<usize>();
    }
    count += parameters(document.pointer_mut("/components/parameters"), &mut change);
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for item in paths.values_mut() {
            count += parameters(item.get_mut("parameters"), &mut change);
        }
    }
    count + for_each_operation(document, |_, _, operation| parameters(operation.get_mut("parameters"), &mut change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_rule_says_when_it_matched_nothing() {
        let (lowered, unused) = lower(json!({"paths": {}, "components": {"schemas": {}}}), RULES);
        assert_eq!(lowered, json!({"paths": {}, "components": {"schemas": {}}}));
        assert_eq!(unused.len(), RULES.len());
        for rule in RULES {
            assert!(unused.to_string().contains(&format!("`{}` matched nothing", rule.name)));
        }
    }
}
