//! Everything generated comes from the source alone, and one edit of the source changes what it says and nothing else.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use codegen::Mode;
use dify_tests::workspace::{files, root, source_copy};

/// All that is generated below a root, by path.
fn generated(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = vec![root.join("tests/src/generated.rs"), root.join("docs/api.md")];
    for folder in ["contract/documents", "dify-api/src/generated", "spec/published"] {
        found.extend(files(&root.join(folder)).expect("the folder can be read"));
    }
    // Beside the documents stands what people write about them.
    found.retain(|path| !path.ends_with("spec/published/README.md"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.strip_prefix(root).unwrap_or(&path).to_owned(), text)
    };
    found.into_iter().map(read).collect()
}

/// The lines that went and the lines that came, the first line of Rust files aside: it tells the hash of the rest.
/// Of the list of documents none: it is all hashes.
fn change(path: &Path, before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let header = usize::from(path.extension().is_some_and(|extension| extension == "rs"));
    if path.ends_with("index.json") {
        return (Vec::new(), Vec::new());
    }
    let mut before: Vec<&str> = before.lines().skip(header).collect();
    let mut after: Vec<&str> = after.lines().skip(header).collect();
    let same = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
    before.drain(..same);
    after.drain(..same);
    while before.last().is_some_and(|last| after.last() == Some(last)) {
        before.pop();
        after.pop();
    }
    // What stays between two changes is none.
    let (mut gone, mut new) = (before.into_iter().peekable(), Vec::new());
    for line in after {
        if gone.next_if_eq(&line).is_none() {
            new.push(line);
        }
    }
    let owned = |lines: Vec<&str>| lines.into_iter().map(|line| line.trim().to_owned()).collect();
    (owned(gone.collect()), owned(new))
}

/// Replaces a text that stands once in a file.
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("the file can be read");
    assert_eq!(text.matches(from).count(), 1, "`{from}` in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("the file can be written");
}

#[test]
fn what_is_generated_comes_back_when_it_is_gone() {
    let copy = source_copy().expect("a copy");
    assert!(!copy.path().join("spec/published").exists() && !copy.path().join("dify-api").exists());
    let report = codegen::run(copy.path(), Mode::Write).unwrap_or_else(|findings| panic!("{findings}"));
    // People write the page of extensions; only its table is made.
    assert!(report.unchanged.iter().all(|path| path.ends_with("EXTENSIONS.md")) && report.removed.is_empty());
    let (before, after) = (generated(&root()), generated(copy.path()));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (path, before) in &before {
        let (gone, new) = change(path, before, &after[path]);
        assert!(before == &after[path], "{} differs:\n-{}\n+{}", path.display(), gone.join("\n-"), new.join("\n+"));
    }
    let again = codegen::run(copy.path(), Mode::Write).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(again.written.is_empty() && again.removed.is_empty(), "{again:?}");
}

#[test]
fn one_new_property_changes_its_lines_and_no_others() {
    let copy = source_copy().expect("a copy");
    codegen::run(copy.path(), Mode::Write).unwrap_or_else(|findings| panic!("{findings}"));
    let before = generated(copy.path());
    codegen::run(copy.path(), Mode::Check).unwrap_or_else(|findings| panic!("{findings}"));

    let last = "      description: Unix time in seconds at which the conversation was last updated.\n";
    let property = "    pinned:\n      type: boolean\n      description: Whether the conversation is pinned.\n";
    edit(&copy.path().join("spec/service/schemas/conversations.yaml"), last, &format!("{last}{property}"));

    let stale = codegen::run(copy.path(), Mode::Check).expect_err("what is generated is out of date").to_string();
    for path in ["dify-api/src/generated/types/conversations.rs", "dify-service-3.0.json", "dify-service-3.0.yaml"] {
        assert!(stale.contains(path), "{path} is not named:\n{stale}");
    }
    assert_eq!(generated(copy.path()), before, "a check writes nothing");

    let report = codegen::run(copy.path(), Mode::Write).unwrap_or_else(|findings| panic!("{findings}"));
    codegen::run(copy.path(), Mode::Check).unwrap_or_else(|findings| panic!("{findings}"));
    let after = generated(copy.path());
    let changed: Vec<String> = after
        .iter()
        .filter(|(path, text)| before.get(*path) != Some(text))
        .map(|(path, after)| {
            let (gone, new) = change(path, &before[path], after);
            format!("{}\n- {}\n+ {}", path.display(), gone.join("\n- "), new.join("\n+ "))
        })
        .collect();
    assert_eq!(changed.len(), report.written.len());
    let in_json = "- \n+ },\n+ \"pinned\": {\n+ \"type\": \"boolean\",\n\
                   + \"description\": \"Whether the conversation is pinned.\"";
    let mut expected = vec![
        format!("contract/documents/service.json\n{in_json}"),
        format!("contract/documents/web.json\n{in_json}"),
        "dify-api/src/generated/types/conversations.rs\n- \n+ /// Whether the conversation is pinned.\n\
         + #[cfg_attr(\n+ any(feature = \"serialize\", feature = \"schemars\"),\n\
         + serde(skip_serializing_if = \"Option::is_none\")\n+ )]\n+ pub pinned: Option<bool>,\n+ pinned: optional \"pinned\","
            .to_owned(),
    ];
    for api in ["service", "web"] {
        for version in ["3.0", "3.1", "3.2"] {
            let file = format!("spec/published/dify-{api}-{version}");
            expected.push(format!("{file}.json\n{in_json}"));
            expected.push(format!(
                "{file}.yaml\n- \n+ pinned:\n+ type: boolean\n+ description: Whether the conversation is pinned."
            ));
        }
    }
    expected.push("spec/published/index.json\n- \n+ ".to_owned());
    assert_eq!(changed, expected);
}

#[test]
fn a_mistake_is_told_with_its_line_and_nothing_is_written() {
    let copy = source_copy().expect("a copy");
    let path = copy.path().join("spec/service/schemas/conversations.yaml");
    let text = fs::read_to_string(&path).expect("the file can be read");
    let line = text.lines().position(|line| line == "Conversation:").expect("it is there") + 1;
    edit(&path, "introduction, created_at, updated_at]", "introduction, created_at, updated_at, missing]");
    let told = codegen::run(copy.path(), Mode::Write).expect_err("a mistake").to_string();
    let named = told.lines().filter(|told| {
        let place = told.strip_prefix("spec/service/schemas/conversations.yaml:").and_then(|rest| rest.split_once(':'));
        let number = place.and_then(|(number, _)| number.parse::<usize>().ok());
        number.is_some_and(|number| (line..line + 4).contains(&number)) && told.contains("missing")
    });
    assert_eq!(named.count(), 1, "{told}");
    assert!(!copy.path().join("dify-api").exists() && !copy.path().join("spec/published").exists());
}
