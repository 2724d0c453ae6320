//! Is the answer of the kind that was asked for?

/// `text/html` of `Text/HTML; charset=utf-8`, in small letters where that matters.
pub(crate) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence.eq_ignore_ascii_case("application/json") || ends_with_ignoring_case(essence, "+json")
}

pub(crate) fn is_event_stream(content_type: &str) -> bool {
    essence(content_type).eq_ignore_ascii_case("text/event-stream")
}

pub(crate) fn is_html(content_type: &str) -> bool {
    essence(content_type).eq_ignore_ascii_case("text/html")
}

/// Does the `Accept` header of the request take it? `*/*` and `audio/*` are ranges.
pub(crate) fn accepts(accept: &str, content_type: &str) -> bool {
    let offered = essence(content_type);
    accept.split(',').map(essence).any(|range| {
        let family = range.strip_suffix('*');
        range == "*/*"
            || range.eq_ignore_ascii_case(offered)
            || family.is_some_and(|family| starts_with_ignoring_case(offered, family))
    })
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn ends_with_ignoring_case(text: &str, suffix: &str) -> bool {
    text.len()
        .checked_sub(suffix.len())
        .and_then(|start| text.get(start..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_its_essence() {
        for yes in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["text/html", "application/jsonp", "", "json"] {
            assert!(!is_json(no), "{no}");
        }
    }

    #[test]
    fn a_range_takes_its_family() {
        assert!(accepts("audio/*, application/octet-stream;q=0.5", "Audio/MPEG"));
        assert!(accepts("audio/*, application/octet-stream;q=0.5", "application/octet-stream"));
        assert!(!accepts("audio/*", "application/json"));
        assert!(!accepts("audio/*", "audio"));
        assert!(accepts("*/*", "anything/at-all"));
        assert!(!accepts("", "text/html"));
    }
}
