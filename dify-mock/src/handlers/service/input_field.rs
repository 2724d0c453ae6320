//! A field of the form that an application asks its callers to fill.

use serde_json::{Value, json};

use crate::values::python;

/// A field as `user_input_form` describes it.
pub(crate) struct InputField<'a> {
    kind: &'a str,
    value: &'a Value,
}

impl<'a> InputField<'a> {
    /// The field of an entry `{kind: {…}}`; nothing where the entry names no variable.
    pub(crate) fn of(entry: &'a Value) -> Option<Self> {
        let (kind, value) = entry.as_object()?.iter().next()?;
        value["variable"].is_string().then_some(Self { kind, value })
    }

    /// The name of the input.
    pub(crate) fn name(&self) -> &'a str {
        self.value["variable"].as_str().unwrap_or_default()
    }

    /// The input that a run gets for what the caller gave. The error is Dify's message.
    pub(crate) fn read(&self, given: &Value) -> Result<Value, String> {
        let name = self.name();
        let default = &self.value["default"];
        let given = if given.is_null() && *default != "" { default } else { given };
        if given.is_null() || *given == "" {
            let required = self.value["required"] == true;
            return if required { Err(format!("{name} is required in input form")) } else { Ok(given.clone()) };
        }
        let wrong = |what: &str| Err(format!("{name} in input form must be {what}"));
        let most = self.value["max_length"].as_u64().filter(|most| *most > 0).unwrap_or(u64::MAX);
        let exceeds = |count: usize| u64::try_from(count).is_ok_and(|count| count > most);
        match (self.kind, given) {
            ("text-input" | "paragraph", Value::String(text)) if exceeds(text.chars().count()) => {
                wrong(&format!("less than {most} characters"))
            }
            ("select", Value::String(_)) => match &self.value["options"] {
                Value::Array(options) if options.contains(given) => Ok(given.clone()),
                options => wrong(&format!("one of the following: {}", python::repr(options))),
            },
            ("text-input" | "paragraph" | "select", other) if !other.is_string() => {
                Err(format!("(type '{}') {name} in input form must be a string", self.kind))
            }
            ("number", Value::String(text)) => match number(text.trim()) {
                Some(number) => Ok(number),
                None => wrong("a valid number"),
            },
            ("file", given) if !given.is_object() => wrong("a file"),
            ("file-list", Value::Array(files)) if files.iter().all(Value::is_object) => {
                if exceeds(files.len()) {
                    wrong(&format!("less than {most} files"))
                } else {
                    Ok(given.clone())
                }
            }
            ("file-list", _) => wrong("a list of files"),
            ("json_object", given) if !given.is_object() => wrong("a dict"),
            _ => Ok(given.clone()),
        }
    }
}

/// Reads a number from text, as an integer if possible; returns nothing for other text. Blank text is null.
fn number(text: &str) -> Option<Value> {
    if text.is_empty() {
        return Some(Value::Null);
    }
    let whole = text.parse::<i64>().map(|number| json!(number));
    whole.or_else(|_| text.parse::<f64>().map(|number| json!(number))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, field: Value, given: Value) -> Result<Value, String> {
        let mut field = field;
        field["variable"] = json!("x");
        let entry = json!({kind: field});
        InputField::of(&entry).map_or(Err("no field".to_owned()), |field| field.read(&given))
    }

    fn refusal(kind: &str, field: Value, given: Value) -> String {
        read(kind, field, given).expect_err("refused")
    }

    #[test]
    fn inputs_are_refused_with_the_words_of_the_server() {
        assert_eq!(refusal("paragraph", json!({"required": true}), json!("")), "x is required in input form");
        let short = json!({"max_length": 2});
        assert_eq!(
            refusal("text-input", short.clone(), json!("äöü")),
            "x in input form must be less than 2 characters"
        );
        assert_eq!(read("text-input", short, json!("äö")), Ok(json!("äö")));
        let no_text = "(type 'text-input') x in input form must be a string";
        assert_eq!(refusal("text-input", json!({}), json!(5)), no_text);
        let colours = json!({"options": ["red", "名前"]});
        let other = "x in input form must be one of the following: ['red', '名前']";
        assert_eq!(refusal("select", colours.clone(), json!("blue")), other);
        assert_eq!(read("select", colours, json!("red")), Ok(json!("red")));
        assert_eq!(refusal("number", json!({}), json!("abc")), "x in input form must be a valid number");
        assert_eq!(read("number", json!({}), json!("2.5")), Ok(json!(2.5)));
        assert_eq!(read("number", json!({}), json!(" ")), Ok(Value::Null));
        assert_eq!(refusal("file", json!({}), json!("nope")), "x in input form must be a file");
        assert_eq!(refusal("file-list", json!({}), json!({})), "x in input form must be a list of files");
        let few = json!({"max_length": 1});
        assert_eq!(refusal("file-list", few, json!([{}, {}])), "x in input form must be less than 1 files");
        assert_eq!(refusal("json_object", json!({}), json!([1])), "x in input form must be a dict");
    }

    #[test]
    fn optional_inputs_fall_back_to_their_default() {
        assert_eq!(read("select", json!({"options": ["a"], "default": "a"}), Value::Null), Ok(json!("a")));
        assert_eq!(read("text-input", json!({"default": ""}), Value::Null), Ok(Value::Null));
    }
}
