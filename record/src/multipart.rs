//! Forms: cleaned field by field.

use futures_util::stream;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::scrub::Scrubber;

/// The form without its secrets, and what is in it; `None` where it cannot be read as one.
pub(crate) fn scrubbed(headers: &HeaderMap, body: &[u8], scrubber: &Scrubber) -> Option<(Vec<u8>, Value)> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = multer::parse_boundary(content_type).ok()?;
    let fields = futures_util::FutureExt::now_or_never(read(body.to_vec(), boundary.clone()))?.ok()?;
    let mut form = Vec::new();
    let mut parts = Vec::new();
    for field in fields {
        let cleaned = scrubber.field(&field.name, &field.value);
        form.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        for (name, value) in &field.headers {
            let value = scrubber.header(name, value);
            form.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        form.extend_from_slice(b"\r\n");
        form.extend_from_slice(&cleaned);
        form.extend_from_slice(b"\r\n");
        parts.push(match &field.file {
            Some(file) => json!({
                "name": field.name,
                "filename": scrubber.text(file),
                "content_type": field.content_type,
                "size": field.value.len(),
            }),
            None => json!({"name": field.name, "value": String::from_utf8_lossy(&cleaned)}),
        });
    }
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Some((form, parts.into()))
}

struct Field {
    name: String,
    file: Option<String>,
    content_type: Option<String>,
    headers: HeaderMap,
    value: Vec<u8>,
}

async fn read(body: Vec<u8>, boundary: String) -> Result<Vec<Field>, multer::Error> {
    let whole = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(body))]);
    let mut form = multer::Multipart::new(whole, boundary);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await? {
        fields.push(Field {
            name: field.name().unwrap_or_default().to_owned(),
            file: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            headers: field.headers().clone(),
            value: field.bytes().await?.to_vec(),
        });
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_cleaned_and_files_are_told_by_size() {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", http::HeaderValue::from_static("multipart/form-data; boundary=b"));
        let body = "--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\nvery secret\r\n--b\r\n\
                    Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n\
                    mail bob@corp.cn\r\n--b--\r\n";
        let (form, parts) = scrubbed(&headers, body.as_bytes(), &Scrubber::default()).expect("a form");
        let form = String::from_utf8(form).expect("text");
        assert!(!form.contains("very secret") && !form.contains("bob@"), "{form}");
        assert!(form.contains("filename=\"a.txt\"") && form.ends_with("--b--\r\n"), "{form}");
        assert_eq!(parts[0], json!({"name": "api_key", "value": "REDACTED"}));
        assert_eq!(parts[1]["size"], 16);
        assert!(scrubbed(&headers, b"no form", &Scrubber::default()).is_none());
    }
}
