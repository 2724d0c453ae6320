//! The fields of a recorded `multipart/form-data` body.

/// Returns the name of each field; none where the body has no boundary or no field.
pub(crate) fn fields<'b>(body: &'b str, content_type: &str) -> Vec<&'b str> {
    let Some((_, boundary)) = content_type.split_once("boundary=") else { return Vec::new() };
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
    if boundary.is_empty() {
        return Vec::new();
    }
    let boundary = format!("--{boundary}");
    let heads = body.split(&boundary).map(|part| {
        let part = part.trim_start_matches(['\r', '\n']);
        part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n")).map_or(part, |(head, _)| head)
    });
    heads.filter_map(name).collect()
}

/// The quoted `name`, which `filename` ends with as well.
fn name(head: &str) -> Option<&str> {
    let starts = head.match_indices("name=\"").find(|(start, _)| !head[..*start].ends_with("file"))?.0;
    head[starts + "name=\"".len()..].split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_named() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nname=\"u-1\"\r\n--b\r\nContent-Disposition: \
                    form-data; filename=\"a.txt\"; name=\"file\"\r\n\r\nhello\r\n--b--\r\n";
        assert_eq!(fields(body, "multipart/form-data; boundary=b"), ["user", "file"]);
        assert_eq!(fields(body, "multipart/form-data; boundary=\"b\"; charset=utf-8"), ["user", "file"]);
    }

    #[test]
    fn a_body_without_boundary_or_fields_has_none() {
        assert_eq!(fields("x", "multipart/form-data"), Vec::<&str>::new());
        assert_eq!(fields("x", "multipart/form-data; boundary=b"), Vec::<&str>::new());
    }
}
