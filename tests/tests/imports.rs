//! The imports of a crate point downwards, no circle of them crosses a folder, and types have names of their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A crate and its layers: the folders below its source folder, the highest first. A crate without layers must have no
/// circle across folders.
const CRATES: &[(&str, &[&str])] = &[
    ("codegen/src", &[]),
    ("contract/src", &[]),
    ("dify-api/src", &[]),
    ("dify-mock/src", &["http", "handlers", "described", "run", "state", "values"]),
    ("record/src", &[]),
    ("tests/src", &[]),
];

/// Source files by their path below the source folder.
type Sources = BTreeMap<String, String>;
/// The files that a file imports from.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn imports_point_downwards_and_in_no_circle() {
    let mut found = Vec::new();
    for (folder, layers) in CRATES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        let imports = imports(&sources(&root));
        assert!(imports.values().flatten().count() > 10, "{folder}: hardly an import was found");
        let problems = upward(&imports, layers).into_iter().chain(circles(&imports));
        found.extend(problems.map(|problem| format!("{folder}: {problem}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_import_upwards_is_found_in_every_form() {
    let layers = ["top", "low"];
    for text in [
        "use crate::top::Thing;",
        "use crate::{low::other, top::{self, Thing}};",
        "fn f() -> super::top::Thing { todo() }",
        "fn f() { crate::top::call(1) }",
        "use crate::Root;",
    ] {
        let imports =
            imports(&planted(&[("lib.rs", ""), ("top/mod.rs", ""), ("low/mod.rs", text), ("low/other.rs", "")]));
        assert_eq!(upward(&imports, &layers).len(), 1, "{text}: {imports:?}");
    }
    let fine =
        "// crate::top\nuse self::{\n    other::Thing,\n};\n#[cfg(test)]\nmod tests { use crate::top::Thing; }\n";
    let fine =
        imports(&planted(&[("top/mod.rs", "use crate::low::Thing;"), ("low/mod.rs", fine), ("low/other.rs", "")]));
    assert_eq!((upward(&fine, &layers), fine["top/mod.rs"].len()), (Vec::new(), 1));
    let unknown =
        imports(&planted(&[("top/mod.rs", ""), ("low/mod.rs", ""), ("else/mod.rs", "use crate::low::Thing;")]));
    assert_eq!(upward(&unknown, &layers), ["else/mod.rs is in no layer"]);
    assert_eq!(upward(&unknown, &["else", "top", "low", "gone"]), ["no file is in the layer gone"]);
}

#[test]
fn the_files_of_a_circle_across_folders_are_named() {
    let one = [
        ("a/mod.rs", "use one::Thing;"),
        ("a/one.rs", "use super::Other; use crate::b::two::Thing;"),
        ("b/two.rs", "use crate::c::three::Thing;"),
        ("c/three.rs", "use crate::a::one::Thing;"),
    ];
    assert_eq!(circles(&imports(&planted(&one))), ["a circle: a/mod.rs, a/one.rs, b/two.rs, c/three.rs"]);
    let facade =
        [("lib.rs", "pub use a::Thing;"), ("a/mod.rs", "use crate::b::Cup;"), ("b/mod.rs", "use crate::Thing;")];
    assert_eq!(circles(&imports(&planted(&facade))), ["a circle: a/mod.rs, b/mod.rs"]);
    let through = [
        ("lib.rs", "pub use b::Thing;"),
        ("a/mod.rs", "use crate::{\n    Thing,\n};"),
        ("b/mod.rs", "mod low; mod two; pub use low::Thing; pub use two::Other;"),
        ("b/low.rs", ""),
        ("b/two.rs", "use crate::a::Cup;"),
    ];
    assert_eq!(circles(&imports(&planted(&through))), Vec::<String>::new());
    let macros = [
        ("a.rs", "#[macro_export]\nmacro_rules! cup { }\nuse crate::b::Thing;"),
        ("b/mod.rs", "crate::cup! { }"),
        ("b/c.rs", ""),
        ("lib.rs", ""),
    ];
    assert_eq!(circles(&imports(&planted(&macros))), ["a circle: a.rs, b/mod.rs"]);
    let within = [
        ("a/one.rs", "use super::two::Thing;"),
        ("a/two.rs", "use super::one::Thing; use crate::b::Thing;"),
        ("b.rs", ""),
    ];
    assert_eq!(circles(&imports(&planted(&within))), Vec::<String>::new());
}

#[test]
fn types_of_a_crate_have_names_of_their_own() {
    let folders = ["codegen", "contract", "dify-api", "dify-mock", "record", "xtask"];
    let mut found = Vec::new();
    for folder in folders {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("src");
        found.extend(shared_names(&sources(&root)).into_iter().map(|shared| format!("{folder}: {shared}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let planted = planted(&[("a.rs", "pub struct One;\n// struct Two;\n"), ("b.rs", "enum One {}\nstruct Two;\n")]);
    assert_eq!(shared_names(&planted), ["One: a.rs, b.rs"]);
}

/// The names of types that are in more than one file, each with its files.
fn shared_names(sources: &Sources) -> Vec<String> {
    let mut files: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (file, text) in sources {
        for line in code(text).lines() {
            let line = line.trim_start();
            let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub(super) ")).unwrap_or(line);
            let line = line.strip_prefix("pub ").unwrap_or(line);
            let Some((kind, rest)) = line.split_once(' ') else { continue };
            if matches!(kind, "struct" | "enum" | "trait" | "union") {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                files.entry(rest[..end].to_owned()).or_default().insert(file);
            }
        }
    }
    let shared = files.into_iter().filter(|(name, files)| !name.is_empty() && files.len() > 1);
    shared.map(|(name, files)| format!("{name}: {}", files.into_iter().collect::<Vec<_>>().join(", "))).collect()
}

fn planted(files: &[(&str, &str)]) -> Sources {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The source files below a folder, without those that only tests have.
fn sources(root: &Path) -> Sources {
    let mut found = Sources::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // A binary is a crate of its own.
            if matches!(&*name, "tests" | "bin") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below =
                    path.strip_prefix(root).expect("a path below the root").to_string_lossy().replace('\\', "/");
                found.insert(below, fs::read_to_string(&path).expect("a readable file"));
            }
        }
    }
    found
}

/// The module that a file is: `state/mod.rs` and `state.rs` are both `state`.
fn module(file: &str) -> Vec<&str> {
    let mut module: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(module.last(), Some(&"mod")) || matches!(module.as_slice(), ["lib" | "main"]) {
        module.pop();
    }
    module
}

/// A path in the code.
struct Named {
    path: Vec<String>,
    /// The name that a `use` passes on to those who import from this file.
    passed_on: Option<String>,
}

fn imports(sources: &Sources) -> Imports {
    let sources: BTreeMap<&str, String> = sources.iter().map(|(file, text)| (file.as_str(), code(text))).collect();
    let files: Files = sources.keys().rev().map(|file| (module(file), *file)).collect();
    let mut passed_on = PassedOn::new();
    let root = passed_on.entry(files.get([].as_slice()).copied().unwrap_or_default()).or_default();
    for (file, text) in &sources {
        // A macro is called by a path from the root.
        for (_, macros) in text.split("#[macro_export]").skip(1).filter_map(|rest| rest.split_once("macro_rules! ")) {
            let name = macros.split(' ').next().unwrap_or_default();
            root.insert(name.to_owned(), module(file).into_iter().map(str::to_owned).collect());
        }
    }
    for (file, text) in &sources {
        for named in paths(text) {
            if let Some((name, path)) = named.passed_on.zip(absolute(file, &named.path, &files)) {
                passed_on.entry(file).or_default().insert(name, path);
            }
        }
    }
    let mut all = Imports::new();
    for (file, text) in &sources {
        let used = without_uses(text);
        let own = paths(text).into_iter().filter(|named| match &named.passed_on {
            // What a file only passes on is no dependency of its own.
            Some(name) => has_word(&used.replace(&format!("mod {name}"), ""), name),
            None => true,
        });
        let targets = own.filter_map(|named| absolute(file, &named.path, &files));
        let targets = targets.filter_map(|path| target(&path, &files, &passed_on, 8));
        let targets = targets.filter(|target| target != file).map(str::to_owned).collect();
        all.insert((*file).to_owned(), targets);
    }
    all
}

/// The files by their modules.
type Files<'s> = BTreeMap<Vec<&'s str>, &'s str>;
/// The names that a file passes on, each with the path that it comes from.
type PassedOn<'s> = BTreeMap<&'s str, BTreeMap<String, Vec<String>>>;

/// The path from the root of the crate; none of what is not in the crate.
fn absolute(file: &str, path: &[String], files: &Files<'_>) -> Option<Vec<String>> {
    let mut base = module(file);
    let mut rest = path;
    match rest.first().map(String::as_str) {
        Some("crate") => base.clear(),
        Some("self" | "super") => {}
        // A path that begins with a module below this one.
        Some(first) if files.contains_key(&[base.as_slice(), &[first]].concat()) => base.push(first),
        _ => return None,
    }
    if rest[0] != "super" {
        rest = &rest[1..];
    }
    while rest.first().is_some_and(|word| word == "super") {
        base.pop();
        rest = &rest[1..];
    }
    Some(base.into_iter().chain(rest.iter().map(String::as_str)).map(str::to_owned).collect())
}

/// The file that a path leads to, through those that only pass the name on.
fn target<'s>(path: &[String], files: &Files<'s>, passed_on: &PassedOn<'s>, steps: usize) -> Option<&'s str> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let length = (0..=names.len()).rev().find(|length| files.contains_key(&names[..*length]))?;
    let file = files[&names[..length]];
    let origin = names.get(length).and_then(|name| passed_on.get(file)?.get(*name)).filter(|_| steps > 0);
    match origin {
        Some(origin) => {
            let path: Vec<String> = origin.iter().chain(&path[length + 1..]).cloned().collect();
            target(&path, files, passed_on, steps - 1)
        }
        None => Some(file),
    }
}

/// The code without the trees of its `use`s.
fn without_uses(text: &str) -> String {
    text.split(';').map(|statement| use_of(statement).map_or(statement, |at| &statement[..at])).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// Where the `use` of a statement is.
fn use_of(statement: &str) -> Option<usize> {
    let found = statement.match_indices("use ").map(|(at, _)| at);
    found.filter(|at| *at == 0 || statement.as_bytes()[at - 1].is_ascii_whitespace()).last()
}

/// The text without comments and without the module of the unit tests.
fn code(text: &str) -> String {
    let tests = ["#[cfg(test)]\nmod ", "#[cfg(all(test"].into_iter().filter_map(|start| text.find(start)).find(|at| {
        // The tests of a file that declares them by name only are elsewhere.
        text[*at..].find('{').is_some_and(|open| text[*at..].find(';').is_none_or(|end| open < end))
    });
    let text = tests.map_or(text, |at| &text[..at]);
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// Every path of the code that may lead to a module: those of `use`, braces taken apart, and those that begin with `crate`
/// or `super` anywhere.
fn paths(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        if let Some(at) = use_of(statement) {
            let public = statement[..at].trim_end().ends_with("pub") || statement[..at].trim_end().ends_with(')');
            tree(&statement[at + 4..], &[], public, &mut found);
        }
    }
    let text = &without_uses(text);
    for start in ["crate::", "super::"] {
        for (at, _) in text.match_indices(start) {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| word(c) || c == ':') {
                continue;
            }
            let end = text[at..].find(|c: char| !word(c) && c != ':').map_or(text.len(), |end| at + end);
            found.push(Named { path: words(&text[at..end]), passed_on: None });
        }
    }
    found
}

fn words(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Takes the tree of a `use` apart.
fn tree(text: &str, before: &[String], public: bool, found: &mut Vec<Named>) {
    let text = text.trim();
    match text.split_once('{') {
        // After the last comma.
        None if text.is_empty() => {}
        None => {
            let (path, other_name) = text.split_once(" as ").map_or((text, None), |(path, name)| (path, Some(name)));
            let path: Vec<String> = before.iter().cloned().chain(words(path)).collect();
            let name = other_name.map(|name| name.trim().to_owned()).or_else(|| path.last().cloned());
            found.push(Named { passed_on: name.filter(|name| public && name != "*"), path });
        }
        Some((head, rest)) => {
            let head: Vec<String> = before.iter().cloned().chain(words(head)).collect();
            let inner = rest.trim_end().strip_suffix('}').unwrap_or(rest);
            let (mut depth, mut start) = (0, 0);
            for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        tree(&inner[start..at], &head, public, found);
                        start = at + 1;
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Imports from a higher layer. The files beside the folders are the highest of all.
fn upward(imports: &Imports, layers: &[&str]) -> Vec<String> {
    if layers.is_empty() {
        return Vec::new();
    }
    let layer = |file: &str| match file.split_once('/') {
        None => Some(0),
        Some((folder, _)) => layers.iter().position(|layer| *layer == folder).map(|place| place + 1),
    };
    let mut found = Vec::new();
    for (file, targets) in imports {
        let Some(own) = layer(file) else {
            found.push(format!("{file} is in no layer"));
            continue;
        };
        let higher = targets.iter().filter(|target| layer(target).is_some_and(|other| other < own));
        found.extend(higher.map(|target| format!("{file} imports upwards from {target}")));
    }
    let used: BTreeSet<usize> = imports.keys().filter_map(|file| layer(file)).collect();
    let unused = layers.iter().enumerate().filter(|(place, _)| !used.contains(&(place + 1)));
    found.extend(unused.map(|(_, layer)| format!("no file is in the layer {layer}")));
    found
}

/// Circles of imports whose files are in more than one folder.
fn circles(imports: &Imports) -> Vec<String> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|file| (file.as_str(), reached(imports, file))).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for file in imports.keys().map(String::as_str) {
        let circle: BTreeSet<&str> = reach[file].iter().copied().filter(|other| reach[other].contains(file)).collect();
        if circle.iter().any(|other| !seen.insert(*other)) {
            continue;
        }
        // `state.rs` is in the folder `state` where there is one.
        let folder = |file: &str| {
            let first = file.trim_end_matches(".rs").split('/').next().unwrap_or_default().to_owned();
            if imports.keys().any(|other| other.starts_with(&format!("{first}/"))) { first } else { String::new() }
        };
        let folders: BTreeSet<String> = circle.iter().map(|file| folder(file)).collect();
        if folders.len() > 1 {
            found.push(format!("a circle: {}", circle.into_iter().collect::<Vec<_>>().join(", ")));
        }
    }
    found
}

/// Every file that a file imports from, over any number of steps.
fn reached<'a>(imports: &'a Imports, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        for target in &imports[file] {
            if reached.insert(target.as_str()) {
                open.push(target);
            }
        }
    }
    reached
}
