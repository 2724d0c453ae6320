//! The READMEs match each other, and the pages about the repository name files that exist.

use std::fs;

use dify_tests::workspace::root;

/// What a section consists of, whatever its language.
#[derive(Debug, Default, PartialEq)]
struct Section {
    level: usize,
    /// The languages of its code blocks, in order.
    code: Vec<String>,
    /// Rows of its tables, heads included.
    rows: usize,
    /// Items of its lists.
    items: usize,
}

fn sections(file: &str) -> Vec<Section> {
    let text = fs::read_to_string(root().join(file)).expect("the file is readable");
    let mut sections = vec![Section::default()];
    let mut in_code = false;
    for line in text.lines() {
        let section = sections.last_mut().expect("there is one from the start");
        if let Some(language) = line.strip_prefix("```") {
            if !in_code {
                section.code.push(language.to_owned());
            }
            in_code = !in_code;
        } else if in_code {
        } else if line.starts_with('#') {
            let level = line.chars().take_while(|character| *character == '#').count();
            sections.push(Section { level, ..Section::default() });
        } else if line.starts_with('|') {
            section.rows += 1;
        } else if line.starts_with("- ")
            || line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok())
        {
            section.items += 1;
        }
    }
    sections
}

#[test]
fn the_chinese_readme_has_the_same_sections_in_the_same_order() {
    let (english, chinese) = (sections("README.md"), sections("README.zh.md"));
    for (number, (english, chinese)) in english.iter().zip(&chinese).enumerate() {
        assert_eq!(english, chinese, "section {number}");
    }
    assert_eq!(english.len(), chinese.len());
}

#[test]
fn the_architecture_names_files_that_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the file is readable");
    let tree = text.split("```").nth(1).expect("a tree");
    let rows = tree.lines().filter(|line| line.starts_with(char::is_alphabetic));
    let folders = rows.flat_map(|row| row.split_whitespace().take_while(|word| word.ends_with('/')));
    let files = text.split('`').filter(|code| code.ends_with(".rs") || code.ends_with(".yaml"));
    let named: Vec<&str> = folders.chain(files).collect();
    assert!(named.len() > 14, "{named:?}");
    let missing: Vec<&&str> = named.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
