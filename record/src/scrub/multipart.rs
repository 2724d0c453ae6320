//! Forms with files: fields are cleaned one by one, contents of files are left out.

use futures_util::stream;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::place::Place;
use super::placeholder::REDACTED;
use super::{Scrubber, looks, names};

impl Scrubber {
    /// Returns the form without its secrets and a list of its parts; `None` where the body is no whole form.
    pub(crate) fn multipart(&mut self, headers: &HeaderMap, body: &[u8], place: &Place) -> Option<(Vec<u8>, Value)> {
        let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let boundary = multer::parse_boundary(content_type).ok()?;
        let parts = futures_util::FutureExt::now_or_never(read(body.to_vec(), boundary.clone()))?.ok()?;
        // As the header shows it.
        let boundary = looks::text(&boundary, &self.seen).into_owned();
        let mut form = String::new();
        let mut list = Vec::new();
        for part in parts {
            let described = place.member(&part.name);
            let name = self.part_name(&part.name, &described);
            form.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\""));
            let content_type = part.content_type.map(|kind| looks::text(&kind, &self.seen).into_owned());
            let file = part.file.map(|file| self.file_name(&file));
            if let Some(file) = &file {
                form.push_str(&format!("; filename=\"{file}\""));
            }
            if let Some(kind) = &content_type {
                form.push_str(&format!("\r\nContent-Type: {kind}"));
            }
            let value = match (&file, std::str::from_utf8(&part.value)) {
                (Some(_), _) | (None, Err(_)) => REDACTED.to_owned(),
                (None, Ok(value)) => self.field(&part.name, value, &described),
            };
            form.push_str(&format!("\r\n\r\n{value}\r\n"));
            list.push(match file {
                Some(file) => {
                    json!({"name": name, "filename": file, "content_type": content_type, "size": part.value.len()})
                }
                None => json!({"name": name, "value": value}),
            });
        }
        form.push_str(&format!("--{boundary}--\r\n"));
        Some((form.into_bytes(), list.into()))
    }

    fn part_name(&self, name: &str, place: &Place) -> String {
        if place.is_known() { name.to_owned() } else { header_text(&looks::text(name, &self.seen)) }
    }

    /// A file's name may be anything: without what looks like a secret, or names one.
    fn file_name(&self, name: &str) -> String {
        let cleaned = looks::text(name, &self.seen);
        if names::is_secret(name) && cleaned == name && name.bytes().any(|byte| byte == b'=') {
            return REDACTED.to_owned();
        }
        header_text(&cleaned)
    }
}

/// A text that ends no quotes and no line.
fn header_text(text: &str) -> String {
    text.chars()
        .map(|letter| if letter == '"' || letter == '\\' || letter.is_control() { '_' } else { letter })
        .collect()
}

struct Part {
    name: String,
    file: Option<String>,
    content_type: Option<String>,
    value: Vec<u8>,
}

async fn read(body: Vec<u8>, boundary: String) -> Result<Vec<Part>, multer::Error> {
    let whole = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(body))]);
    let mut form = multer::Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await? {
        parts.push(Part {
            name: part.name().unwrap_or_default().to_owned(),
            file: part.file_name().map(str::to_owned),
            content_type: part.content_type().map(ToString::to_string),
            value: part.bytes().await?.to_vec(),
        });
    }
    Ok(parts)
}
