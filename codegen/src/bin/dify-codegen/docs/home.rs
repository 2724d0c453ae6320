//! The first page: an overview.

use maud::html;

use super::document::PublishedDocument;
use super::layout::{description, inline, page as layout};

/// The page.
pub fn page(documents: &[PublishedDocument]) -> String {
    let content = html! {
        h1 { "Dify's APIs" }
        p { "The behaviour of real Dify servers, as OpenAPI documents. Everything here works without a network." }
        div.cards {
            @for document in documents {
                @let operations = document.operations().count();
                @let streams = document.operations().filter(|operation| operation.union().is_some()).count();
                section.card {
                    h2 { a href={ (document.api) ".html" } { (document.title()) } }
                    p.meta {
                        "Version " (document.text("/info/version")) ", " (operations) " operations"
                        @if streams > 0 { ", " (streams) " of them streams" }
                        ". " (document.text("/info/summary"))
                    }
                    (description(document.text("/info/description")))
                }
            }
            section.card {
                h2 { a href="streams.html" { "Streams" } }
                p { "Every event of every stream, with its fields and the modes of applications that send it." }
            }
            section.card {
                h2 { a href="errors.html" { "Error codes" } }
                p { "What each code means, which status it comes with, and which operations answer it." }
            }
        }
        h2 { "For programs" }
        p { (inline("The documents themselves are in `spec/published`, in OpenAPI 3.0, 3.1 and 3.2, as JSON and as YAML.")) }
    };
    layout("index.html", "Overview", &content)
}
