//! The READMEs and the guides match each other, and the pages about the repository name files that exist.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

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
    let text = text(file);
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
    let text = text("ARCHITECTURE.md");
    let tree = text.split("```").nth(1).expect("a tree");
    let rows = tree.lines().filter(|line| line.starts_with(char::is_alphabetic));
    let folders = rows.flat_map(|row| row.split_whitespace().take_while(|word| word.ends_with('/')));
    let files = text.split('`').filter(|code| code.ends_with(".rs") || code.ends_with(".yaml"));
    let named: Vec<&str> = folders.chain(files).collect();
    assert!(named.len() > 14, "{named:?}");
    let missing: Vec<&&str> = named.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Where the guide is; its translation is in the folder `zh` there.
const GUIDE: &str = "docs/guide/src";

/// A link to a file of the repository, from pages that are read outside of it too.
const REPOSITORY: &str = "https://github.com/dify-api/dify-api/blob/main/";

fn text(file: impl AsRef<Path>) -> String {
    let file = file.as_ref();
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The markdown files of a folder, by name.
fn pages(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is readable").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".md")).collect()
}

/// The targets of the links of a page, outside of code.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|prose| prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
    targets.map(|target| target.split('#').next().unwrap_or(target)).filter(|target| !target.is_empty()).collect()
}

/// The code blocks of a page, with their languages.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```").skip(1).step_by(2).collect()
}

/// The chapters of the guide.
fn chapters() -> BTreeSet<String> {
    let mut names = pages(GUIDE);
    assert!(names.remove("SUMMARY.md"));
    names
}

#[test]
fn the_summary_lists_every_chapter_in_both_languages() {
    let summary = text(format!("{GUIDE}/SUMMARY.md"));
    let listed = links(&summary);
    let (chinese, english): (Vec<&str>, Vec<&str>) = listed.iter().partition(|page| page.starts_with("zh/"));
    assert!(english.len() > 14, "{english:?}");
    assert_eq!(chinese, english.iter().map(|page| format!("zh/{page}")).collect::<Vec<_>>());
    let english: BTreeSet<String> = english.into_iter().map(str::to_owned).collect();
    assert_eq!((&chapters(), &pages(&format!("{GUIDE}/zh"))), (&english, &english));
}

#[test]
fn the_chinese_guide_has_the_same_sections_and_code() {
    for chapter in chapters() {
        let [english, chinese] = [format!("{GUIDE}/{chapter}"), format!("{GUIDE}/zh/{chapter}")];
        assert_eq!(sections(&english), sections(&chinese), "{chapter}");
        assert_eq!(blocks(&text(english)), blocks(&text(chinese)), "{chapter}");
    }
}

#[test]
fn every_rust_block_of_the_guide_is_compiled() {
    for chapter in chapters() {
        let page = text(format!("{GUIDE}/{chapter}"));
        let ignored = blocks(&page).into_iter().filter(|block| block.starts_with("rust"));
        let ignored: Vec<&str> = ignored.filter(|block| !block.starts_with("rust,no_run\n")).collect();
        assert!(ignored.is_empty(), "{chapter}: {ignored:?}");
    }
}

#[test]
fn links_between_pages_lead_to_files() {
    let guides = [GUIDE.to_owned(), format!("{GUIDE}/zh")];
    let guides = guides.iter().flat_map(|folder| pages(folder).into_iter().map(move |page| format!("{folder}/{page}")));
    let mut missing = Vec::new();
    for page in ["README.md", "README.zh.md", "CONTRIBUTING.md"].map(str::to_owned).into_iter().chain(guides) {
        let folder = Path::new(&page).parent().map(Path::to_path_buf).unwrap_or_default();
        for link in links(&text(&page)) {
            let file = match link.strip_prefix(REPOSITORY) {
                Some(path) => PathBuf::from(path),
                None if link.contains("://") => continue,
                None => folder.join(link),
            };
            if !root().join(&file).exists() {
                missing.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
