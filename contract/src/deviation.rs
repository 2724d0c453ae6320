//! Defects of released servers, as `x-dify-deviations` declares them.

use serde_json::Value;

use crate::verdict::Violation;

/// The answer that a deviation would have to name.
pub(crate) struct Answer<'a> {
    pub(crate) release: &'a str,
    pub(crate) status: u16,
    pub(crate) media_type: &'a str,
}

/// Whether `x-dify-deviations` names this very violation: server and status always; then `where` for a place in the
/// body, `media` for an undocumented media type, neither for an undocumented status.
pub(crate) fn excuses(operation: &Value, violation: &Violation, answer: &Answer<'_>) -> bool {
    let declared = operation.get("x-dify-deviations").and_then(Value::as_array);
    declared.into_iter().flatten().any(|deviation| {
        let servers = &deviation["servers"];
        let servers = servers.as_array().map_or(std::slice::from_ref(servers), Vec::as_slice);
        if !servers.iter().any(|server| server == answer.release) || deviation["status"] != answer.status {
            return false;
        }
        let text = |name: &str| deviation.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        match (text("where"), text("media")) {
            (Some(place), _) => any_index(&violation.place).ends_with(&any_index(place)),
            (None, Some(media)) => violation.kind == "media_undocumented" && media == answer.media_type,
            (None, None) => violation.kind == "status_undocumented",
        }
    })
}

/// The pointer with `*` for every array index.
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

    fn excused(kind: &str, place: &str, deviation: &Value, release: &str, status: u16) -> bool {
        let violation = Violation { kind: kind.into(), place: place.into(), message: String::new() };
        let answer = Answer { release, status, media_type: "text/html" };
        excuses(&json!({"x-dify-deviations": [deviation]}), &violation, &answer)
    }

    #[test]
    fn a_deviation_excuses_its_place_on_its_servers_and_status_only() {
        let here = "GET /tags 200 /data/*/binding_count";
        let deviation = json!({"servers": ["1.13.0"], "status": 200, "where": "/data/0/binding_count"});
        assert!(excused("body_type", here, &deviation, "1.13.0", 200));
        assert!(!excused("body_type", here, &deviation, "1.16.1", 200));
        assert!(!excused("body_type", here, &deviation, "1.13.0", 201));
        assert!(!excused("body_type", "GET /tags 200 /data/*/name", &deviation, "1.13.0", 200));
    }

    #[test]
    fn a_deviation_without_a_place_excuses_a_media_type_or_a_status() {
        let media = json!({"servers": "1.13.0", "status": 500, "media": "text/html"});
        assert!(excused("media_undocumented", "", &media, "1.13.0", 500));
        assert!(!excused("status_undocumented", "", &media, "1.13.0", 500));
        let status = json!({"servers": ["1.13.0"], "status": 400});
        assert!(excused("status_undocumented", "", &status, "1.13.0", 400));
        assert!(!excused("body_type", "", &status, "1.13.0", 400));
    }

    #[test]
    fn only_whole_segments_of_digits_are_indices() {
        assert_eq!(any_index("POST /v1/x2 200 /data/0/a/12"), "POST /v1/x2 200 /data/*/a/*");
    }
}
