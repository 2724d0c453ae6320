//! Errors of a request, in the words of Dify's validation (pydantic).

use contract::Problem;
use serde_json::Value;

use crate::values::python;
use crate::values::refusal::Refusal;

/// One mistake.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    /// Names and positions that lead to the mistake.
    at: Vec<String>,
    /// What should be there.
    text: String,
    /// pydantic's name of the mistake.
    kind: &'static str,
    /// The value that is there instead.
    input: Option<Value>,
}

impl Complaint {
    /// A member that must be there and is not, in an object with these members.
    pub(crate) fn missing(name: &str, object: &Value) -> Complaint {
        let (at, text, input) = (vec![name.to_owned()], "Field required".to_owned(), Some(object.clone()));
        Complaint { at, text, kind: "missing", input }
    }

    /// The refusal of one value in which only a handler can find an error.
    pub(crate) fn value(name: &str, text: &str, input: &Value, title: &str) -> Refusal {
        let (at, text, input) = (vec![name.to_owned()], format!("Value error, {text}"), Some(input.clone()));
        Complaint::refusal(&[Complaint { at, text, kind: "value_error", input }], title)
    }

    /// Whether something is not there that must be.
    pub(crate) fn is_missing(&self) -> bool {
        self.kind == "missing"
    }

    /// Whether the value has another form than it must have. The server says so in words that only a handler has.
    pub(crate) fn is_of_form(&self) -> bool {
        self.kind == "string_pattern_mismatch"
    }

    /// Whether a text or a list is too short.
    pub(crate) fn is_short(&self) -> bool {
        matches!(self.kind, "string_too_short" | "too_short")
    }

    /// What was found.
    pub(crate) fn input(&self) -> &Value {
        self.input.as_ref().unwrap_or(&Value::Null)
    }

    /// A mistake in a query parameter whose text is this.
    pub(crate) fn of_query(name: &str, text: Option<&str>, problem: &Problem) -> Complaint {
        let mut complaint = Complaint::of_member(problem);
        complaint.at.insert(0, name.to_owned());
        if let Some(text) = text {
            complaint.input = Some(text.into());
            // A value always travels as text.
            (complaint.text, complaint.kind) = match complaint.kind {
                "int_type" => unread("integer", "parse string as an integer", "int_parsing"),
                "float_type" => unread("number", "parse string as a number", "float_parsing"),
                "bool_type" => unread("boolean", "interpret input", "bool_parsing"),
                "string_pattern_mismatch" if name.ends_with("_id") => {
                    ("Value error, must be a valid UUID".to_owned(), "value_error")
                }
                kind => (complaint.text, kind),
            };
        }
        complaint
    }

    /// A mistake in the body.
    pub(crate) fn of_member(problem: &Problem) -> Complaint {
        let at: Vec<String> = problem
            .pointer
            .split('/')
            .skip(1)
            .filter(|word| !word.is_empty())
            .map(|word| word.replace("~1", "/"))
            .collect();
        let expected = &problem.expected;
        let count = expected.as_u64().unwrap_or_default();
        let (text, kind) = match problem.keyword.as_str() {
            "required" => ("Field required".to_owned(), "missing"),
            "type" => typed(expected),
            "enum" | "extensible_enum" => (one_of(expected), "literal_error"),
            "const" => (one_of(&Value::Array(vec![expected.clone()])), "literal_error"),
            "minimum" => (format!("Input should be greater than or equal to {expected}"), "greater_than_equal"),
            "maximum" => (format!("Input should be less than or equal to {expected}"), "less_than_equal"),
            "minLength" => (format!("String should have at least {}", counted(count, "character")), "string_too_short"),
            "maxLength" => (format!("String should have at most {}", counted(count, "character")), "string_too_long"),
            "pattern" => (format!("String should match pattern {}", python::repr(expected)), "string_pattern_mismatch"),
            "minItems" | "maxItems" => {
                let (bound, kind) =
                    if problem.keyword == "minItems" { ("least", "too_short") } else { ("most", "too_long") };
                let found = problem.found.as_array().map_or(0, Vec::len);
                let items = counted(count, "item");
                (format!("List should have at {bound} {items} after validation, not {found}"), kind)
            }
            _ => (format!("Value error, {}", problem.message), "value_error"),
        };
        // Most closed sets are literals of the server's language, these are enumerations.
        let enumerated = matches!(at.last().map(String::as_str), Some("permission" | "search_method" | "mode"));
        let kind = if kind == "literal_error" && enumerated { "enum" } else { kind };
        Complaint { at, text, kind, input: Some(problem.found.clone()) }
    }

    /// Whether it is about this parameter or something in it.
    pub(crate) fn is_about(&self, name: &str) -> bool {
        self.at.first().is_some_and(|first| first == name)
    }

    /// The refusal of some mistakes in one thing.
    pub(crate) fn refusal(complaints: &[Complaint], title: &str) -> Refusal {
        let first = complaints.first();
        let parser = first.map_or("", |first| match first.kind {
            "missing" if title.ends_with("Query") => "Missing required parameter in the query string",
            "missing" => "Missing required parameter in the JSON body",
            _ => first.text.strip_prefix("Value error, ").unwrap_or(&first.text),
        });
        let member = first.and_then(|first| first.at.first().cloned()).unwrap_or_default();
        Refusal::Invalid { member, parser: parser.to_owned(), pydantic: Complaint::message(complaints, title) }
    }

    /// The message that Dify gives for them.
    fn message(complaints: &[Complaint], title: &str) -> String {
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

fn unread(what: &str, how: &str, kind: &'static str) -> (String, &'static str) {
    (format!("Input should be a valid {what}, unable to {how}"), kind)
}

fn typed(kinds: &Value) -> (String, &'static str) {
    let kinds = kinds.as_array().map_or(std::slice::from_ref(kinds), Vec::as_slice);
    let (what, name) = match kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null") {
        Some("string") => ("string", "string_type"),
        Some("object") => ("dictionary", "dict_type"),
        Some("array") => ("list", "list_type"),
        Some("integer") => ("integer", "int_type"),
        Some("number") => ("number", "float_type"),
        Some("boolean") => ("boolean", "bool_type"),
        _ => ("None", "none_required"),
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

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
