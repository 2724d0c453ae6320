//! Texts of YAML: definitions of applications.

use std::sync::LazyLock;

use regex::Regex;

use super::names;

static DEFINITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?m)^(?:app|workflow|rag_pipeline|model_config|dependencies):\s*(?:$|[&{#])|^kind:\s*\S")
});

static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?P<name>[A-Za-z][A-Za-z0-9_.-]{1,80})["']?\s*:"#));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern, which a test compiles")
}

/// Whether a text claims to be the definition of an application.
pub(crate) fn is_definition(text: &str) -> bool {
    text.contains('\n') && DEFINITION.is_match(text)
}

/// Whether a text of several lines, or in braces, has a name that may be a secret's: worth reading as YAML.
pub(crate) fn may_hold_a_secret(text: &str) -> bool {
    (text.contains('\n') || text.trim_start().starts_with('{'))
        && (text.contains("secret") || NAME.captures_iter(text).any(|found| names::is_secret(&found["name"])))
}
