//! The parts of a document as a whole that only newer versions have.

use serde_json::{Value, json};

use super::replaced;
use crate::language::Language;

/// `summary` names the releases that the document was checked on, and the licence is an SPDX expression, not an address.
pub(super) fn say_checked_releases_and_license(document: &mut Value) {
    let language = Language::of(document);
    let Some(Value::Object(info)) = document.get_mut("info") else {
        return;
    };
    let checked = info.get("x-dify-checked").and_then(|checked| language.releases(checked));
    if let (Some(title), Some(checked)) = (info.get("title").cloned(), checked) {
        let summary = language.checked(&checked);
        replaced(info, "title", [("title", title), ("summary", json!(summary))]);
    }
    if let Some(Value::Object(license)) = info.get_mut("license")
        && let Some(name) = license.get("name").cloned()
    {
        replaced(license, "url", [("identifier", name)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_releases_are_told_and_the_licence_is_an_expression() {
        let mut document = json!({"info": {
            "title": "Tea",
            "license": {"name": "MIT OR Apache-2.0", "url": "https://example.com"},
            "x-dify-checked": ["1.0.0", "1.1.0", "2.0.0"],
        }});
        say_checked_releases_and_license(&mut document);
        assert_eq!(
            document["info"].to_string(),
            json!({
                "title": "Tea",
                "summary": "Checked against Dify 1.0.0, 1.1.0 and 2.0.0.",
                "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
                "x-dify-checked": ["1.0.0", "1.1.0", "2.0.0"],
            })
            .to_string()
        );
    }
}
