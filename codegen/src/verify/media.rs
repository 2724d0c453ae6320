//! Media types.

use serde_json::Value;

/// The media type of a content type, without parameters, in lower case.
pub(super) fn media(content_type: &str) -> String {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type[..end].trim().to_lowercase()
}

pub(super) fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

/// What a `content` map says about a media type: the exact entry, else the first range that holds it.
pub(super) fn find<'a>(content: Option<&'a Value>, wanted: &str) -> Option<&'a Value> {
    let content = content?.as_object()?;
    let exact = content.iter().find(|(name, _)| media(name) == wanted);
    let range = || {
        content.iter().find(|(name, _)| {
            let name = media(name);
            name == "*/*"
                || name.strip_suffix('*').is_some_and(|start| start.ends_with('/') && wanted.starts_with(start))
        })
    };
    exact.or_else(range).map(|(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_and_case_do_not_matter() {
        assert_eq!(media("Text/Event-Stream; charset=utf-8"), "text/event-stream");
    }

    #[test]
    fn the_exact_entry_wins_over_a_range() {
        let content = json!({"audio/*": 1, "audio/mpeg": 2});
        assert_eq!(find(Some(&content), "audio/mpeg"), Some(&json!(2)));
        assert_eq!(find(Some(&content), "audio/wav"), Some(&json!(1)));
        assert_eq!(find(Some(&content), "text/html"), None);
        assert_eq!(find(Some(&json!({"*/*": 3})), ""), Some(&json!(3)));
        assert_eq!(find(None, "text/html"), None);
    }
}
