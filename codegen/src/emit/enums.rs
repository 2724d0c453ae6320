//! Enums: all open, because releases and plugins add values.

use super::{ItemSource, Part, decoding};
use crate::model::{Component, EnumValue};
use crate::rustdoc;
use crate::signs::spelled;
use heck::ToPascalCase;
use std::fmt::Write;

pub(super) fn part(component: &Component, values: &[EnumValue]) -> Vec<Part> {
    let mut text = String::from("crate::open_enum! {\n");
    comment(&mut text, 1, rustdoc::lines(&component.description));
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "    pub enum {} {{", component.name);
    for value in values {
        let described = match value.description.as_str() {
            "" => format!("`{}`.", value.value),
            description => description.to_owned(),
        };
        let mut lines = rustdoc::lines(&described);
        lines.extend(rustdoc::versions(value.since.as_deref(), None));
        comment(&mut text, 2, lines);
        let _ = writeln!(text, "        {} = {:?},", variant_name(&value.value), value.value);
    }
    text.push_str("    }\n}\n");
    let beside = Part::beside(ItemSource::Text(decoding::named("text", component)));
    vec![Part::of_type(&component.name, ItemSource::Text(text)), beside]
}

fn comment(text: &mut String, depth: usize, lines: Vec<String>) {
    for line in lines {
        let indented = format!("{}/// {line}", "    ".repeat(depth));
        text.push_str(indented.trim_end());
        text.push('\n');
    }
}

/// The variant of a value. `Other` is for values that this version does not define.
pub(super) fn variant_name(value: &str) -> String {
    if let Some(name) = spelled(value) {
        return name.to_owned();
    }
    let (value, descending) = match value.strip_prefix('-') {
        Some(rest) => (rest, "Desc"),
        None => (value, ""),
    };
    let name: String = value.replace(|c: char| !c.is_alphanumeric(), " ").to_pascal_case();
    match name.as_str() {
        "" => "Empty".to_owned(),
        "Other" => "OtherValue".to_owned(),
        "Self" => "SelfValue".to_owned(),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("V{name}{descending}"),
        name => format!("{name}{descending}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_named_after_their_values() {
        for (value, name) in [
            ("agent-chat", "AgentChat"),
            ("-created_at", "CreatedAtDesc"),
            ("other", "OtherValue"),
            ("", "Empty"),
            ("256x256", "V256x256"),
            ("≥", "GreaterOrEqual"),
        ] {
            assert_eq!(variant_name(value), name);
        }
    }

    #[test]
    fn an_enum_is_a_call_of_the_macro() {
        let value = EnumValue { value: "chat".into(), description: "A chat.".into(), since: Some("1.16.1".into()) };
        let component = Component {
            name: "AppMode".into(),
            description: "What an application is.".into(),
            shape: crate::model::Shape::Enum(vec![value.clone()]),
            extra: None,
            new: None,
        };
        let ItemSource::Text(text) = &part(&component, &[value])[0].source else { panic!("an enum is text") };
        let expected = "crate::open_enum! {\n    /// What an application is.\n    pub enum AppMode {\n        /// A chat.\n        \
            ///\n        /// Since Dify 1.16.1.\n        Chat = \"chat\",\n    }\n}\n";
        assert_eq!(text, expected);
    }
}
