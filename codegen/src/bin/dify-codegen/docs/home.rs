//! The first page: an overview.

use codegen::language::Language;
use maud::html;

use super::document::PublishedDocument;
use super::layout::{description, file, inline, page as layout, pick};

/// The page.
pub fn page(language: Language, documents: &[PublishedDocument]) -> String {
    let text = |english, chinese| pick(language, english, chinese);
    let content = html! {
        h1 { (text("Dify's APIs", "Dify 的 API")) }
        p {
            (text(
                "The behaviour of real Dify servers, as OpenAPI documents. Everything here works without a network.",
                "以 OpenAPI 文档描述真实 Dify 服务器的行为。这里的所有页面都可以离线使用。",
            ))
        }
        div.cards {
            @for document in documents {
                section.card lang=(document.language().tag()) {
                    h2 { a href=(file(document.api, language)) { (document.title()) } }
                    p.meta { (counts(document)) " " (document.text("/info/summary")) }
                    (description(document.text("/info/description")))
                }
            }
            section.card {
                h2 { a href=(file("streams", language)) { (text("Streams", "事件流")) } }
                p {
                    (text(
                        "Every event of every stream, with its fields and the modes of applications that send it.",
                        "所有事件流的全部事件，包括字段以及发送该事件的应用类型。",
                    ))
                }
            }
            section.card {
                h2 { a href=(file("errors", language)) { (text("Error codes", "错误码")) } }
                p {
                    (text(
                        "What each code means, which status it comes with, and which operations answer it.",
                        "每个错误码的含义、对应的状态码，以及返回它的操作。",
                    ))
                }
            }
        }
        h2 { (text("For programs", "供程序使用")) }
        p {
            (inline(text(
                "The documents themselves are in `spec/published`, in OpenAPI 3.0, 3.1 and 3.2, as JSON and as YAML.",
                "文档本身位于 `spec/published`，有 OpenAPI 3.0、3.1 和 3.2 三个版本，格式为 JSON 和 YAML。\
                 `cargo xtask publish --language zh` 生成中文文档。",
            )))
        }
    };
    layout("index", language, text("Overview", "概览"), &content)
}

/// The version and the numbers of operations, in the language of the document.
fn counts(document: &PublishedDocument) -> String {
    let operations = document.operations().count();
    let streams = document.operations().filter(|operation| operation.union().is_some()).count();
    let version = document.text("/info/version");
    match (document.language(), streams) {
        (Language::Chinese, 0) => format!("版本 {version}，{operations} 个操作。"),
        (Language::Chinese, _) => format!("版本 {version}，{operations} 个操作，其中 {streams} 个返回事件流。"),
        (_, 0) => format!("Version {version}, {operations} operations."),
        (_, _) => format!("Version {version}, {operations} operations, {streams} of them streams."),
    }
}
