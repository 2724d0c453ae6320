//! What is wrong with a request, in the words that Dify's validation (pydantic) has for it.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, JsonTypeSet};
use serde_json::Value;

use crate::values::python;

/// One mistake.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    /// Names and positions that lead to the mistake.
    at: Vec<String>,
    /// What should be there.
    text: String,
    /// pydantic's name of the mistake.
    kind: &'static str,
    /// What is there instead.
    input: Option<Value>,
}

impl Complaint {
    /// A member that must be there and is not, in an object with these members.
    pub(crate) fn missing(name: &str, object: &Value) -> Complaint {
        Complaint {
            at: vec![name.to_owned()],
            text: "Field required".to_owned(),
            kind: "missing",
            input: Some(object.clone()),
        }
    }

    pub(crate) fn other(text: String) -> Complaint {
        Complaint { at: Vec::new(), text: format!("Value error, {text}"), kind: "value_error", input: None }
    }

    /// A mistake in one value that only a handler knows.
    pub(crate) fn value(name: &str, text: &str, input: &Value) -> Complaint {
        Complaint { input: Some(input.clone()), ..Complaint::other(text.to_owned()).under(name) }
    }

    /// Whether something is not there that must be.
    pub(crate) fn is_missing(&self) -> bool {
        self.kind == "missing"
    }

    /// What was found.
    pub(crate) fn input(&self) -> &Value {
        self.input.as_ref().unwrap_or(&Value::Null)
    }

    pub(crate) fn no_integer(text: &str) -> Complaint {
        let wrong = "Input should be a valid integer, unable to parse string as an integer";
        Complaint { at: Vec::new(), text: wrong.to_owned(), kind: "int_parsing", input: Some(text.into()) }
    }

    pub(crate) fn no_number(text: &str) -> Complaint {
        let wrong = "Input should be a valid number, unable to parse string as a number";
        Complaint { at: Vec::new(), text: wrong.to_owned(), kind: "float_parsing", input: Some(text.into()) }
    }

    pub(crate) fn no_boolean(text: &str) -> Complaint {
        let wrong = "Input should be a valid boolean, unable to interpret input";
        Complaint { at: Vec::new(), text: wrong.to_owned(), kind: "bool_parsing", input: Some(text.into()) }
    }

    pub(crate) fn from_schema(error: &ValidationError<'_>) -> Complaint {
        let mut at: Vec<String> =
            error.instance_path().as_str().split('/').skip(1).map(|word| word.replace("~1", "/")).collect();
        let (text, kind) = match error.kind() {
            ValidationErrorKind::Required { property } => {
                at.push(python::str(property));
                ("Field required".to_owned(), "missing")
            }
            ValidationErrorKind::Type { kind } => typed(wanted(kind)),
            ValidationErrorKind::Enum { options } => (one_of(options), "literal_error"),
            ValidationErrorKind::Minimum { limit } => {
                (format!("Input should be greater than or equal to {limit}"), "greater_than_equal")
            }
            ValidationErrorKind::Maximum { limit } => {
                (format!("Input should be less than or equal to {limit}"), "less_than_equal")
            }
            ValidationErrorKind::MinLength { limit } => {
                (format!("String should have at least {limit} {}", plural(*limit)), "string_too_short")
            }
            ValidationErrorKind::MaxLength { limit } => {
                (format!("String should have at most {limit} {}", plural(*limit)), "string_too_long")
            }
            ValidationErrorKind::MinItems { limit } => {
                let (least, found) = (items(*limit), length(error.instance()));
                (format!("List should have at least {least} after validation, not {found}"), "too_short")
            }
            ValidationErrorKind::MaxItems { limit } => {
                let (most, found) = (items(*limit), length(error.instance()));
                (format!("List should have at most {most} after validation, not {found}"), "too_long")
            }
            _ => (format!("Value error, {error}"), "value_error"),
        };
        // Most closed sets are literals of the server's language, these are enumerations.
        let enumerated = matches!(at.last().map(String::as_str), Some("permission" | "search_method" | "mode"));
        let kind = if kind == "literal_error" && enumerated { "enum" } else { kind };
        Complaint { at, text, kind, input: Some(error.instance().clone().into_owned()) }
    }

    /// The same, one level deeper.
    pub(crate) fn under(mut self, name: &str) -> Complaint {
        self.at.insert(0, name.to_owned());
        self
    }

    /// Whether it is about this parameter or something in it.
    pub(crate) fn is_about(&self, name: &str) -> bool {
        self.at.first().is_some_and(|first| first == name)
    }

    /// The same, about a value that travelled as text.
    pub(crate) fn about_text(mut self, text: &str) -> Complaint {
        self.input = Some(text.into());
        self
    }

    /// One line for the record of the request.
    pub(crate) fn note(&self) -> String {
        let input = self.input.as_ref().map(|input| format!(", found {}", shortened(input))).unwrap_or_default();
        format!("/{}: {}{input}", self.at.join("/"), self.text)
    }

    /// The message that Dify gives for some mistakes in one thing.
    pub(crate) fn message(complaints: &[Complaint], title: &str) -> String {
        let count = complaints.len();
        let mut message = format!("{count} validation error{} for {title}", if count == 1 { "" } else { "s" });
        for Complaint { at, text, kind, input } in complaints {
            if !at.is_empty() {
                message.push('\n');
                message.push_str(&at.join("."));
            }
            let input = input
                .as_ref()
                .map(|input| format!(", input_value={}, input_type={}", shortened(input), python::type_name(input)));
            message.push_str(&format!("\n  {text} [type={kind}{}]", input.unwrap_or_default()));
            message.push_str(&format!("\n    For further information visit https://errors.pydantic.dev/2.12/v/{kind}"));
        }
        message
    }
}

/// pydantic shows at most 50 characters of a value: the first and the last half.
fn shortened(value: &Value) -> String {
    let text = python::repr(value);
    let length = text.chars().count();
    if length <= 50 {
        return text;
    }
    let head: String = text.chars().take(25).collect();
    let tail: String = text.chars().skip(length - 24).collect();
    format!("{head}...{tail}")
}

fn wanted(kind: &TypeKind) -> JsonType {
    let other_than_null = |types: &JsonTypeSet| types.iter().find(|kind| *kind != JsonType::Null);
    match kind {
        TypeKind::Single(kind) => *kind,
        TypeKind::Multiple(kinds) => other_than_null(kinds).unwrap_or(JsonType::Null),
    }
}

fn typed(kind: JsonType) -> (String, &'static str) {
    let (what, name) = match kind {
        JsonType::String => ("string", "string_type"),
        JsonType::Object => ("dictionary", "dict_type"),
        JsonType::Array => ("list", "list_type"),
        JsonType::Integer => ("integer", "int_type"),
        JsonType::Number => ("number", "float_type"),
        JsonType::Boolean => ("boolean", "bool_type"),
        JsonType::Null => ("None", "none_required"),
    };
    (format!("Input should be a valid {what}"), name)
}

/// `'a', 'b' or 'c'`.
fn one_of(options: &Value) -> String {
    let mut options: Vec<String> =
        options.as_array().into_iter().flatten().filter(|option| !option.is_null()).map(python::repr).collect();
    let last = options.pop().unwrap_or_default();
    if options.is_empty() {
        return format!("Input should be {last}");
    }
    format!("Input should be {} or {last}", options.join(", "))
}

fn items(count: u64) -> String {
    format!("{count} {}", if count == 1 { "item" } else { "items" })
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "character" } else { "characters" }
}
