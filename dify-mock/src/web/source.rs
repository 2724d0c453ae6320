//! Where files come from that the server is to fetch. It goes nowhere for them: its own files it has, and the hosts that
//! are reserved for examples have whatever file one asks for.

use std::sync::Arc;

use serde_json::json;

use crate::contract::decoded;
use crate::http::blob::{Blob, BlobWriter};
use crate::http::refusal::Refusal;
use crate::ids;
use crate::server::Inner;
use crate::service::conversations::invalid;
use crate::service::files;

/// The hosts that no real page has.
const EXAMPLES: [&str; 3] = ["example.com", "example.org", "example.net"];

/// Media types by the ending of a name.
const MEDIA: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("html", "text/html"),
    ("json", "application/json"),
    ("pdf", "application/pdf"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
];

/// A picture of one white dot.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDAT\
    x\x9cc\xf8\x0f\0\x01\x01\x01\0\xb18\xf6\x14\0\0\0\0IEND\xaeB`\x82";

/// An address of the web.
#[derive(Debug)]
pub(crate) struct Source {
    url: String,
    host: String,
    path: String,
}

/// A file that was fetched.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) blob: Arc<Blob>,
}

impl Source {
    /// Reads an address; `title` is what the server calls the body that it stood in.
    pub(crate) fn read(url: &str, title: &str) -> Result<Source, Refusal> {
        let text = "Input should be a valid URL with the scheme http or https";
        let wrong = || invalid("url", text, &json!(url), title);
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).ok_or_else(wrong)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let host = authority.rsplit('@').next().and_then(|host| host.split(':').next()).unwrap_or_default();
        if host.is_empty() {
            return Err(wrong());
        }
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        Ok(Source { url: url.to_owned(), host: host.to_ascii_lowercase(), path: path.to_owned() })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file, when it can be reached from here.
    pub(crate) async fn fetch(&self, server: &Inner) -> Result<Option<Fetched>, Refusal> {
        if let Some(path) = self.url.strip_prefix(&server.url) {
            return Ok(own(server, path));
        }
        let below =
            |example: &str| self.host.strip_suffix(example).filter(|rest| rest.is_empty() || rest.ends_with('.'));
        if !EXAMPLES.iter().any(|example| below(example).is_some()) {
            return Ok(None);
        }
        let name = decoded(self.path.rsplit('/').next().unwrap_or_default());
        let name = if name.is_empty() { format!("{}.html", ids::of("remote", &self.url)) } else { name };
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        let media = MEDIA.iter().find(|(known, _)| *known == ending).map_or("application/octet-stream", |(_, m)| m);
        let mut writer = BlobWriter::default();
        let said = format!("What stands at {}, so the embedded server says.\n", self.url);
        let bytes = if media == "image/png" { DOT } else { said.as_bytes() };
        writer.write(bytes).await.map_err(|_| Refusal::unknown())?;
        let blob = writer.finish().await.map_err(|_| Refusal::unknown())?;
        Ok(Some(Fetched { name, media: media.to_owned(), blob }))
    }
}

/// A file that is here already, at its signed address.
fn own(server: &Inner, path: &str) -> Option<Fetched> {
    let (path, query) = path.split_once('?')?;
    let id = path.strip_prefix("/files/")?.strip_suffix("/file-preview")?;
    let signature = query.split('&').find_map(|pair| pair.strip_prefix("sign="));
    let file = files::reached(server, id, signature)?;
    Some(Fetched { name: file.name, media: file.media, blob: file.blob })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_another_text_refused() {
        let source = Source::read("https://user@Files.Example.com:8443/a/b.png?c#d", "T").expect("an address");
        assert_eq!((source.host.as_str(), source.path.as_str()), ("files.example.com", "/a/b.png"));
        assert!(Source::read("ftp://example.com/a", "T").is_err() && Source::read("http:///a", "T").is_err());
    }
}
