//! The words to avoid, in what people read: markdown files, documentation and messages in the code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use codegen::words::avoided;

/// How many uses the documentation and messages of each crate still have. Lower a number when you remove some; none may
/// rise.
const CEILINGS: [(&str, usize); 6] =
    [("codegen", 24), ("contract", 0), ("dify-api", 4), ("dify-mock", 8), ("record", 0), ("xtask", 0)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn markdown_files_avoid_the_words() {
    let mut found = Vec::new();
    for folder in ["", "spec", "spec/published", "docs", "docs/figures", "docs/guide/src"] {
        for file in files(&root().join(folder), "md", false) {
            let text = fs::read_to_string(&file).expect("a markdown file is readable");
            found.extend(uses(&file, &prose_of_markdown(&text)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn code_uses_the_words_no_more_often_than_it_did() {
    let mut wrong = Vec::new();
    for (name, ceiling) in CEILINGS {
        let mut found = Vec::new();
        for file in files(&root().join(name).join("src"), "rs", true) {
            let text = fs::read_to_string(&file).expect("a source file is readable");
            found.extend(uses(&file, &prose_of_rust(&text)));
        }
        if found.len() > ceiling {
            wrong.push(format!("{}\n{name}: {} uses, of {ceiling} that are left", found.join("\n"), found.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn prose_of_markdown_is_without_code() {
    let prose = prose_of_markdown("says\n```\nsays\n```\n    says\n- one\n  says `x\n  y`\n");
    assert_eq!(prose.matches("says").count(), 2);
    assert_eq!(prose.lines().count(), 8);
}

#[test]
fn prose_of_rust_is_documentation_and_messages() {
    let source = "//! a\n/// b\n// c\nlet x = \"d says\"; // e\nlet y = 'f'; let z = \"g\";\nlet w = r#\"h \"i\" j\"#;\nlet l: &'a str = \"k \\\" l\";\n\
                  #[cfg(test)]\nmod tests {\n/// m\n";
    let prose = prose_of_rust(source);
    assert_eq!(prose.split_whitespace().collect::<Vec<_>>(), ["a", "b", "d", "says", "h", "i", "j", "k", "l"]);
    assert_eq!(prose.lines().position(|line| line.contains("says")), Some(3));
}

/// The uses of words to avoid, with file, line and what to write instead.
fn uses(file: &Path, prose: &str) -> Vec<String> {
    let shown = file.strip_prefix(root()).unwrap_or(file).display();
    let message = |found: &codegen::words::Use| {
        let line = prose[..found.at].matches('\n').count() + 1;
        format!("{shown}:{line}: {:?}; write {}", found.word, found.instead)
    };
    avoided(prose).iter().map(message).collect()
}

/// The files of a folder with an extension, in order; those of its folders too where `deep`. Generated code and tests
/// are left out: `spec/` and the names of tests have rules of their own.
fn files(folder: &Path, extension: &str, deep: bool) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder is readable").flatten() {
        entries.insert(entry.path(), entry.path().is_dir());
    }
    for (path, is_folder) in entries {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if matches!(name, "generated" | "tests" | "target") {
            continue;
        }
        if is_folder && deep {
            files.extend(self::files(&path, extension, deep));
        } else if !is_folder && path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files
}

/// A markdown text with empty lines in the place of code blocks.
fn prose_of_markdown(text: &str) -> String {
    let mut fenced = false;
    let lines = text.lines().map(|line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if fenced || fence || line.starts_with("    ") { "" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Documentation comments and string literals with more than one word, each in its line.
fn prose_of_rust(source: &str) -> String {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let (mut prose, mut at) = (String::new(), 0);
    let line_breaks = |text: &str| "\n".repeat(text.matches('\n').count());
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.lines().next().unwrap_or_default();
        let length = if let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
            prose.push_str(text);
            line.len()
        } else if rest.starts_with("//") {
            line.len()
        } else if let Some((literal, length)) = literal(rest) {
            if literal.trim().contains(' ') {
                // Escaped quotation marks quote nothing of the prose.
                prose.push_str(&literal.replace("\\\"", " ").replace('"', " "));
                prose.push(' ');
            } else {
                prose.push_str(&line_breaks(literal));
            }
            length
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            prose.push_str(&line_breaks(&rest[..first]));
            first
        };
        at += length;
    }
    prose
}

/// The content of the string literal at the beginning of a text, and the length of the literal. Characters count as
/// literals without content.
fn literal(text: &str) -> Option<(&str, usize)> {
    for quote in ["'\"'", "'\\''", "'\\\\'"] {
        if text.starts_with(quote) {
            return Some(("", quote.len()));
        }
    }
    for (open, close) in [("r##\"", "\"##"), ("r#\"", "\"#"), ("r\"", "\"")] {
        if let Some(rest) = text.strip_prefix(open) {
            let end = rest.find(close)?;
            return Some((&rest[..end], open.len() + end + close.len()));
        }
    }
    let rest = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        end
    })?;
    Some((&rest[..end], end + 2))
}
