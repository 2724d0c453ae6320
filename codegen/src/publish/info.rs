//! The parts of a document as a whole that only newer versions have.

use serde_json::{Value, json};

use super::replaced;
use crate::bundle::releases;

/// `summary` names the releases that the document was checked on, and the licence is an SPDX expression, not an address.
pub(super) fn say_checked_releases_and_license(document: &mut Value) {
    let Some(Value::Object(info)) = document.get_mut("info") else {
        return;
    };
    if let (Some(title), Some(releases)) = (info.get("title").cloned(), info.get("x-dify-checked").and_then(releases)) {
        let summary = format!("Checked against Dify {releases}.");
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
        assert_eq!(releases(&json!(["1.0.0"])).as_deref(), Some("1.0.0"));
        assert_eq!(releases(&json!([])), None);
    }
}
