//! What the hand-made pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use pulldown_cmark::{Parser, html::push_html};

/// The pages by file, and what the menu calls them.
const MENU: [(&str, &str); 6] = [
    ("index.html", "Overview"),
    ("service.html", "Service API"),
    ("web.html", "Web API"),
    ("console.html", "Console API"),
    ("streams.html", "Streams"),
    ("errors.html", "Error codes"),
];

/// A whole page.
pub fn page(file: &str, title: &str, content: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Dify API" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="style.css";
            }
            body {
                (menu(file))
                main { (content) }
            }
        }
    }
    .into_string()
}

/// The menu, on every page.
pub fn menu(file: &str) -> Markup {
    html! {
        nav {
            @for (target, name) in MENU {
                @if target == file {
                    a href=(target) aria-current="page" { (name) }
                } @else {
                    a href=(target) { (name) }
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
        let page = page("errors.html", "a < b", &html! { p { "x" } });
        assert!(page.contains("<title>a &lt; b · Dify API</title>"));
        assert!(page.contains(r#"<a href="errors.html" aria-current="page">"#));
    }

    #[test]
    fn one_paragraph_stands_within_a_line_and_several_do_not() {
        assert_eq!(inline("Say `x` & go.").into_string(), "Say <code>x</code> &amp; go.");
        assert_eq!(inline("One.\n\nTwo.").into_string(), "<p>One.</p>\n<p>Two.</p>");
    }
}
