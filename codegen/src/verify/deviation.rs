//! Defects of released servers, as `x-dify-deviations` declares them.

use serde_json::Value;

use super::verdict::Violation;

/// The answer that a deviation would have to name.
pub(super) struct Answer<'a> {
    pub(super) release: &'a str,
    pub(super) status: i64,
    pub(super) media: &'a str,
}

/// Whether `x-dify-deviations` names this very violation: server and status always; then `where` for a place in the
/// body, `media` for an undocumented media type, neither for an undocumented status.
pub(super) fn excused(violation: &Violation, operation: &Value, answer: &Answer<'_>) -> bool {
    let declared = operation.get("x-dify-deviations").and_then(Value::as_array);
    declared.into_iter().flatten().any(|deviation| {
        if !names_server(deviation, answer.release)
            || deviation.get("status").and_then(Value::as_i64) != Some(answer.status)
        {
            return false;
        }
        let said = |name| deviation.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        match (said("where"), said("media")) {
            (Some(place), _) => any_index(&violation.place).ends_with(&any_index(place)),
            (None, Some(media)) => violation.kind == "media_undocumented" && media == answer.media,
            (None, None) => violation.kind == "status_undocumented",
        }
    })
}

fn names_server(deviation: &Value, release: &str) -> bool {
    match deviation.get("servers") {
        Some(Value::String(server)) => server == release,
        Some(Value::Array(servers)) => servers.iter().any(|server| server == release),
        _ => false,
    }
}

/// A pointer with `*` for every array index.
fn any_index(pointer: &str) -> String {
    let mut segments = pointer.split('/');
    let mut out = segments.next().unwrap_or_default().to_owned();
    for segment in segments {
        let index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        out.push('/');
        out.push_str(if index { "*" } else { segment });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn excuses(kind: &str, place: &str, deviation: Value, release: &str, status: i64) -> bool {
        let violation = Violation { kind: kind.into(), place: place.into(), message: String::new() };
        let answer = Answer { release, status, media: "text/html" };
        excused(&violation, &json!({"x-dify-deviations": [deviation]}), &answer)
    }

    #[test]
    fn a_deviation_excuses_its_place_on_its_servers_and_status_only() {
        let here = "GET /tags 200 /data/*/binding_count";
        let deviation = json!({"servers": ["1.13.0"], "status": 200, "where": "/data/0/binding_count"});
        assert!(excuses("body_type", here, deviation.clone(), "1.13.0", 200));
        assert!(!excuses("body_type", here, deviation.clone(), "1.16.1", 200));
        assert!(!excuses("body_type", here, deviation.clone(), "1.13.0", 201));
        assert!(!excuses("body_type", "GET /tags 200 /data/*/name", deviation, "1.13.0", 200));
    }

    #[test]
    fn a_deviation_without_a_place_excuses_a_media_type_or_a_status() {
        let media = json!({"servers": "1.13.0", "status": 500, "media": "text/html"});
        assert!(excuses("media_undocumented", "", media.clone(), "1.13.0", 500));
        assert!(!excuses("status_undocumented", "", media, "1.13.0", 500));
        let status = json!({"servers": ["1.13.0"], "status": 400});
        assert!(excuses("status_undocumented", "", status.clone(), "1.13.0", 400));
        assert!(!excuses("body_type", "", status, "1.13.0", 400));
    }

    #[test]
    fn only_whole_segments_of_digits_are_indices() {
        assert_eq!(any_index("POST /v1/x2 200 /data/0/a/12"), "POST /v1/x2 200 /data/*/a/*");
    }
}
