//! The reference of an API, which Redoc shows.

use std::error::Error;
use std::fs;
use std::path::Path;

use codegen::language::Language;
use maud::{DOCTYPE, PreEscaped, html};

use super::document::PublishedDocument;
use super::layout::{menu, pick};
use crate::node::NodeJs;

/// Redoc's logo, which it would fetch from another site, and its empty replacement.
const PICTURE: [&str; 2] =
    ["https://cdn.redoc.ly/redoc/logo-mini.svg", "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"];

/// Redoc's own words in Chinese, and what shows the others: Redoc has options for some only.
const CHINESE: &str = include_str!("chinese.js");

/// Fonts of the system, so that none is fetched.
const START: &str = r#"
Redoc.init(window.difyDocument, {
  labels: window.difyLabels,
  hideDownloadButton: true,
  expandResponses: "200,201",
  scrollYOffset: "nav",
  theme: {
    typography: {
      fontFamily: "system-ui, sans-serif",
      headings: { fontFamily: "system-ui, sans-serif" },
      code: { fontFamily: "ui-monospace, monospace" },
    },
  },
}, document.getElementById("reference"));
"#;

/// The page. It is light whatever the reader prefers: Redoc has no dark side.
pub fn page(language: Language, document: &PublishedDocument) -> String {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) data-theme="light" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (document.title()) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="style.css";
            }
            body {
                (menu(document.api, language))
                @if document.language() != language {
                    p.note { (pick(language, "", "该 API 的描述只有英文。")) }
                }
                div id="reference" lang=(document.language().tag()) {}
                script src="redoc.standalone.js" {}
                script src=(data_file(document)) {}
                @if language == Language::Chinese { script { (PreEscaped(CHINESE)) } }
                script { (PreEscaped(START)) }
            }
        }
    }
    .into_string()
}

/// The file of [`data`].
pub fn data_file(document: &PublishedDocument) -> String {
    match document.language() {
        Language::English => format!("{}.js", document.api),
        other => format!("{}.{}.js", document.api, other.tag()),
    }
}

/// The document as a script: a page that is opened from a disk may not fetch JSON.
pub fn data(document: &PublishedDocument) -> Result<String, Box<dyn Error>> {
    Ok(format!("window.difyDocument = {};\n", serde_json::to_string(&document.value)?))
}

/// Redoc itself, with its licence.
pub fn assets(node: &NodeJs, out: &Path) -> Result<(), Box<dyn Error>> {
    let script = fs::read_to_string(node.package("redoc/bundles/redoc.standalone.js"))?;
    let [picture, nothing] = PICTURE;
    if script.matches(picture).count() != 1 {
        return Err(format!("Redoc does not fetch {picture} any more: see what it does, and correct PICTURE").into());
    }
    fs::write(out.join("redoc.standalone.js"), script.replace(picture, nothing))?;
    fs::copy(node.package("redoc/LICENSE"), out.join("redoc.LICENSE.txt"))?;
    let parts = "redoc.standalone.js.LICENSE.txt";
    fs::copy(node.package("redoc/bundles").join(parts), out.join(parts))?;
    Ok(())
}
