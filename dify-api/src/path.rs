//! Path parameters that stay inside their place in the path.

/// The value of a path parameter, or an error that names it.
///
/// Percent-encoding keeps `/`, `?` and `#` inside the segment, but it cannot help against a value that vanishes
/// (empty) or that URL parsers resolve (`.` and `..`, also as `%2e`): the request would reach another route, with
/// the credential on it.
pub(crate) fn segment<'v>(name: &str, value: &'v str) -> Result<&'v str, progenitor_client::Error<()>> {
    let refused = |why: &str| Err(progenitor_client::Error::InvalidRequest(format!("path parameter `{name}` {why}")));
    match value {
        "" => refused("is empty; the request would reach another route"),
        "." | ".." => refused("is a relative path; the request would reach another route"),
        value if value.chars().any(char::is_control) => refused("contains a control character"),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::segment;

    fn refusal(value: &str) -> String {
        match segment("task_id", value) {
            Err(progenitor_client::Error::InvalidRequest(text)) => text,
            other => format!("{:?}", other.is_ok()),
        }
    }

    #[test]
    fn an_ordinary_value_passes_unchanged() {
        assert_eq!(segment("id", "a/b?c").ok(), Some("a/b?c"));
        assert_eq!(segment("id", "...").ok(), Some("..."));
    }

    #[test]
    fn values_that_would_change_the_route_are_refused_by_name() {
        for value in ["", ".", "..", "a\nb"] {
            assert!(refusal(value).starts_with("path parameter `task_id` "), "{value:?}");
        }
    }

    #[test]
    fn an_encoded_dot_segment_is_encoded_once_more_and_so_stays_a_segment() {
        let url = format!("https://host/v1/x/{}/stop", progenitor_client::encode_path("%2e%2e"));
        let url = reqwest::Url::parse(&url).expect("URL");
        assert_eq!(url.path(), "/v1/x/%252e%252e/stop");
    }
}
