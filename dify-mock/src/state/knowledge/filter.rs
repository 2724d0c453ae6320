//! Conditions on the metadata of documents.

use std::cmp::Ordering;

use serde_json::Value;

/// Which documents to search.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    any: bool,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    name: String,
    operator: String,
    value: Value,
}

impl Filter {
    /// Reads the conditions of a request; nothing when there are none. Those that compare with nothing are passed over.
    pub(crate) fn read(value: &Value) -> Option<Filter> {
        let given = value["conditions"].as_array().into_iter().flatten();
        let read = given.filter_map(|condition| {
            let operator = condition["comparison_operator"].as_str()?;
            let asks = !condition["value"].is_null() || matches!(operator, "empty" | "not empty");
            asks.then(|| Condition {
                name: condition["name"].as_str().unwrap_or_default().to_owned(),
                operator: operator.to_owned(),
                value: condition["value"].clone(),
            })
        });
        let filter = Filter { any: value["logical_operator"] == "or", conditions: read.collect() };
        Some(filter).filter(|filter| !filter.conditions.is_empty())
    }

    /// Whether a document with these values is to be searched.
    pub(crate) fn lets_in(&self, value_of: impl Fn(&str) -> Option<Value>) -> bool {
        let holds = |condition: &Condition| condition.holds(value_of(&condition.name).filter(|value| !value.is_null()));
        if self.any { self.conditions.iter().any(holds) } else { self.conditions.iter().all(holds) }
    }
}

impl Condition {
    /// A missing value matches no comparison, not even one with `not`.
    fn holds(&self, found: Option<Value>) -> bool {
        let Some(found) = found else { return self.operator == "empty" };
        let (text, asked) = (text(&found), text(&self.value));
        match self.operator.as_str() {
            "empty" => false,
            "not empty" => true,
            "contains" => text.contains(&asked),
            "not contains" => !text.contains(&asked),
            "start with" => text.starts_with(&asked),
            "end with" => text.ends_with(&asked),
            "in" => self.choices().contains(&text),
            "not in" => !self.choices().contains(&text),
            "is" | "=" => self.same(&found),
            "is not" | "≠" => !self.same(&found),
            other => match (number(&found), number(&self.value)) {
                (Some(found), Some(asked)) => orders(other, found.partial_cmp(&asked)),
                _ => false,
            },
        }
    }

    fn same(&self, found: &Value) -> bool {
        match (number(found), number(&self.value)) {
            (Some(found), Some(asked)) => found.total_cmp(&asked) == Ordering::Equal,
            _ => text(found) == text(&self.value),
        }
    }

    /// A list, or a text with commas.
    fn choices(&self) -> Vec<String> {
        match &self.value {
            Value::Array(values) => values.iter().map(text).collect(),
            other => text(other).split(',').map(|choice| choice.trim().to_owned()).collect(),
        }
    }
}

fn orders(operator: &str, order: Option<Ordering>) -> bool {
    match operator {
        ">" | "after" => order == Some(Ordering::Greater),
        "<" | "before" => order == Some(Ordering::Less),
        "≥" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "≤" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        _ => false,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(operator: &str, asked: Value, found: Value) -> bool {
        let conditions = json!({"conditions": [{"name": "f", "comparison_operator": operator, "value": asked}]});
        let filter = Filter::read(&conditions).expect("a condition");
        filter.lets_in(|name| (name == "f").then(|| found.clone()))
    }

    #[test]
    fn each_comparison_holds_where_it_should_and_not_elsewhere() {
        for (operator, asked, good, bad) in [
            ("contains", json!("nn"), json!("Ann"), json!("Bob")),
            ("not contains", json!("nn"), json!("Bob"), json!("Ann")),
            ("start with", json!("A"), json!("Ann"), json!("Bob")),
            ("end with", json!("b"), json!("Bob"), json!("Ann")),
            ("is", json!("Ann"), json!("Ann"), json!("ann")),
            ("is not", json!("Ann"), json!("Bob"), json!("Ann")),
            ("in", json!(["Ann", "Bob"]), json!("Bob"), json!("Cy")),
            ("in", json!("Ann, Bob"), json!("Bob"), json!("Cy")),
            ("not in", json!(["Ann"]), json!("Bob"), json!("Ann")),
            ("=", json!(5), json!(5.0), json!(6)),
            ("≠", json!(5), json!(6), json!(5)),
            (">", json!(5), json!(6), json!(5)),
            ("<", json!(5), json!(4), json!(5)),
            ("≥", json!(5), json!(5), json!(4)),
            ("≤", json!(5), json!(5), json!(6)),
            ("before", json!(1_700_000_000), json!("1600000000.0"), json!(1_800_000_000)),
            ("after", json!(1_700_000_000), json!(1_800_000_000), json!(1_700_000_000)),
            ("not empty", json!(null), json!("x"), json!(null)),
            ("empty", json!(null), json!(null), json!("x")),
        ] {
            assert!(holds(operator, asked.clone(), good.clone()), "{good} {operator} {asked}");
            assert!(!holds(operator, asked.clone(), bad.clone()), "{bad} {operator} {asked}");
        }
        assert!(!holds("not contains", json!("x"), json!(null)));
    }

    #[test]
    fn several_conditions_go_together() {
        let condition = |value: i64| json!({"name": "f", "comparison_operator": "=", "value": value});
        let mut both = json!({"conditions": [condition(1), condition(2)]});
        let lets_in = |filter: &Value| Filter::read(filter).is_some_and(|filter| filter.lets_in(|_| Some(json!(1))));
        assert!(!lets_in(&both));
        both["logical_operator"] = json!("or");
        assert!(lets_in(&both));
        assert_eq!(Filter::read(&json!({"conditions": []})), None);
    }
}
