//! What the hand-made pages share.

use codegen::language::Language;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pulldown_cmark::{Parser, html::push_html};

/// The pages, and their names in the menu in both languages.
const MENU: [(&str, &str, &str); 6] = [
    ("index", "Overview", "概览"),
    ("service", "Service API", "后端服务 API"),
    ("web", "Web API", "Web API"),
    ("console", "Console API", "控制台 API"),
    ("streams", "Streams", "事件流"),
    ("errors", "Error codes", "错误码"),
];

/// Returns the text in a language. Fixed words of the pages have both beside each other.
pub fn pick<'t>(language: Language, english: &'t str, chinese: &'t str) -> &'t str {
    if language == Language::Chinese { chinese } else { english }
}

/// Returns the file of a page in a language.
pub fn file(page: &str, language: Language) -> String {
    match language {
        Language::English => format!("{page}.html"),
        other => format!("{page}.{}.html", other.tag()),
    }
}

/// A whole page.
pub fn page(page: &str, language: Language, title: &str, content: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Dify API" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="style.css";
            }
            body {
                (menu(page, language))
                main { (content) }
            }
        }
    }
    .into_string()
}

/// The menu, on every page, with the same page in the other languages.
pub fn menu(page: &str, language: Language) -> Markup {
    html! {
        nav {
            @for (target, english, chinese) in MENU {
                @let current = (target == page).then_some("page");
                a href=(file(target, language)) aria-current=[current] { (pick(language, english, chinese)) }
            }
            @for other in Language::ALL.into_iter().filter(|other| *other != language) {
                a.language href=(file(page, other)) lang=(other.tag()) hreflang=(other.tag()) {
                    (pick(other, "English", "中文"))
                }
            }
        }
    }
}

/// A description, which is markdown.
pub fn description(text: &str) -> Markup {
    let mut out = String::new();
    push_html(&mut out, Parser::new(text));
    PreEscaped(out)
}

/// A description of one paragraph, for use within a line.
pub fn inline(text: &str) -> Markup {
    let PreEscaped(out) = description(text);
    let trimmed = out.trim();
    let inner = trimmed.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    PreEscaped(inner.filter(|inner| !inner.contains("<p>")).unwrap_or(trimmed).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_marks_itself_in_the_menu_and_escapes_its_title() {
        let page = page("errors", Language::English, "a < b", &html! { p { "x" } });
        assert!(page.contains("<title>a &lt; b · Dify API</title>"));
        assert!(page.contains(r#"<a href="errors.html" aria-current="page">"#));
    }

    #[test]
    fn each_page_links_to_the_same_page_in_the_other_language() {
        let english = page("errors", Language::English, "Errors", &html! {});
        assert!(english.contains(r#"<html lang="en">"#) && english.contains(r#"<a href="index.html">Overview</a>"#));
        assert!(english.contains(r#"href="errors.zh.html" lang="zh" hreflang="zh">中文</a>"#), "{english}");
        let chinese = page("errors", Language::Chinese, "错误码", &html! {});
        assert!(chinese.contains(r#"<html lang="zh">"#) && chinese.contains(r#"<a href="index.zh.html">概览</a>"#));
        assert!(chinese.contains(r#"href="errors.html" lang="en" hreflang="en">English</a>"#), "{chinese}");
    }

    #[test]
    fn one_paragraph_stands_within_a_line_and_several_do_not() {
        assert_eq!(inline("Say `x` & go.").into_string(), "Say <code>x</code> &amp; go.");
        assert_eq!(inline("One.\n\nTwo.").into_string(), "<p>One.</p>\n<p>Two.</p>");
    }
}
