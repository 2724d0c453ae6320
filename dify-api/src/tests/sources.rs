//! Rules for the sources of this crate.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
    found
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The types that a source names, without variants and the prelude.
fn types(source: &str) -> BTreeSet<&str> {
    const PRELUDE: [&str; 9] = ["Box", "Err", "None", "Ok", "Option", "Result", "Self", "Some", "String"];
    let mut types = BTreeSet::new();
    for line in source.lines() {
        let code = line.split("//").next().unwrap_or_default();
        let mut previous = "";
        for word in
            code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
        {
            let at = word.as_ptr() as usize - code.as_ptr() as usize;
            let is_type = |word: &str| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
            let is_variant = code[..at].ends_with("::") && is_type(previous);
            if is_type(word) && !is_variant && !PRELUDE.contains(&word) {
                types.insert(word);
            }
            previous = word;
        }
    }
    types
}

#[test]
fn the_life_of_a_request_names_at_most_twelve_types() {
    assert_eq!(
        types("fn a(b: &Error) -> Result<Head, Error> { Err(ErrorKind::Http(b)) } // Comment")
            .into_iter()
            .collect::<Vec<_>>(),
        ["Error", "ErrorKind", "Head"]
    );
    let named = types(include_str!("../transport/call.rs"));
    assert!((8..=12).contains(&named.len()), "{}: {named:?}", named.len());
}

/// A generic method is compiled again in each crate that calls it.
#[test]
fn no_generated_method_is_generic() {
    let files = sources(&folder("src/generated"));
    assert!(files.len() > 30);
    for (path, text) in files {
        for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            let name = line.split_once("fn ").map_or("", |(_, name)| name.split(['(', ' ']).next().unwrap_or_default());
            assert!(!(line.starts_with("pub") && name.contains('<')), "{}: {line}", path.display());
            for word in ["impl Fn", "impl AsyncFn", "async fn", "progenitor"] {
                assert!(!line.contains(word), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn the_crate_depends_on_nothing_of_progenitor() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "dify-api", "--all-features", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(folder(""))
        .output()
        .expect("cargo");
    let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
    assert!(tree.lines().any(|line| line.starts_with("reqwest ")), "{tree}");
    assert!(!tree.contains("progenitor"), "{tree}");
}
