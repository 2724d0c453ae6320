//! An exclusive bound is a number of its own in JSON Schema.

use serde_json::Value;

use super::{places, replaced};

/// `minimum: 1` with `exclusiveMinimum: true` becomes `exclusiveMinimum: 1`; the same for the maximum.
pub(super) fn make_exclusive_bounds_numbers(document: &mut Value) {
    places::each_schema(document, &mut |schema| {
        for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            let Some(Value::Bool(exclusive)) = schema.get(flag) else { continue };
            let exclusive = *exclusive;
            schema.shift_remove(flag);
            if let (true, Some(limit)) = (exclusive, schema.get(bound).cloned()) {
                replaced(schema, bound, [(flag, limit)]);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_flag_takes_over_the_number_beside_it_and_false_goes() {
        let mut document = json!({"components": {"schemas": {"A": {
            "minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false, "type": "number",
        }}}});
        make_exclusive_bounds_numbers(&mut document);
        assert_eq!(
            document["components"]["schemas"]["A"].to_string(),
            json!({"exclusiveMinimum": 1, "maximum": 9, "type": "number"}).to_string()
        );
    }
}
