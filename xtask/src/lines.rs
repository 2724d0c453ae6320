//! `cargo xtask lines`: how much code there is by crate.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The crates that are counted, by their folders.
const CRATES: [&str; 6] = ["codegen", "contract", "dify-api", "dify-mock", "record", "xtask"];

/// Folders and files without hand-written code, or only with tests and examples.
const LEFT_OUT: [&str; 5] = ["generated", "generated.rs", "tests", "tests.rs", "examples"];

/// Folders and files of the checkout that tools write, and recordings.
const NOT_BY_HAND: [&str; 5] = ["generated", "generated.rs", "node_modules", "recordings", "target"];

/// The most lines of a file that is written by hand, whatever is in the lines.
const LONGEST: usize = 400;

/// The code of one crate.
#[derive(Debug, Default, PartialEq)]
struct Count {
    lines: usize,
    files: usize,
}

/// The figures of all crates below a root as a table, and the files that are too long.
///
/// # Errors
/// Fails when a source cannot be read.
pub(crate) fn table(root: &Path) -> io::Result<String> {
    let mut text = format!("{:<12}{:>8}{:>8}\n", "crate", "files", "lines");
    let mut total = 0;
    for name in CRATES {
        let mut count = Count::default();
        let source = root.join(name).join("src");
        if source.is_dir() {
            add(&source, &mut count)?;
        }
        text.push_str(&format!("{name:<12}{:>8}{:>8}\n", count.files, count.lines));
        total += count.lines;
    }
    text.push_str(&format!("{:<12}{:>8}{total:>8}\n", "all", ""));
    for (path, lines) in long(root)? {
        let path = path.strip_prefix(root).unwrap_or(&path);
        text.push_str(&format!("more than {LONGEST} lines: {} ({lines})\n", path.display()));
    }
    Ok(text)
}

/// The files below a folder that are written by hand and too long, with their lines.
fn long(folder: &Path) -> io::Result<Vec<(PathBuf, usize)>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || NOT_BY_HAND.iter().any(|other| name == *other) {
        } else if path.is_dir() {
            found.append(&mut long(&path)?);
        } else if ["rs", "py", "mjs", "sh"].iter().any(|kind| path.extension().is_some_and(|own| own == *kind)) {
            let lines = fs::read_to_string(&path)?.lines().count();
            found.extend((lines > LONGEST).then_some((path, lines)));
        }
    }
    Ok(found)
}

/// The paths in a folder, in their order.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    Ok(entries)
}

fn add(folder: &Path, count: &mut Count) -> io::Result<()> {
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
        } else if path.is_dir() {
            add(&path, count)?;
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path)?;
            count.files += 1;
            count.lines += code(&text);
        }
    }
    Ok(())
}

/// The lines that are neither blank nor a comment nor part of an item for tests.
fn code(text: &str) -> usize {
    let (mut lines, mut left_out, mut depth, mut opened) = (0, false, 0_usize, false);
    for line in text.lines().map(str::trim) {
        if line == "#[cfg(test)]" {
            (left_out, depth, opened) = (true, 0, false);
        } else if left_out {
            depth += line.matches('{').count();
            opened |= depth > 0;
            depth = depth.saturating_sub(line.matches('}').count());
            left_out = if opened { depth > 0 } else { !line.ends_with(';') };
        } else if !line.is_empty() && !line.starts_with("//") {
            lines += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_comments_and_tests_are_not_counted() {
        let text = "//! A file.\n\nuse a::b;\n\n/// Adds.\nfn add() {\n    b() // adds\n}\n\n#[cfg(test)]\nmod cases;\n\n#[cfg(test)]\n\
                    mod tests {\n    fn one() {\n        if true {}\n    }\n}\n\nfn last() {}\n";
        assert_eq!(code(text), 5);
    }

    #[test]
    fn every_crate_of_the_list_is_counted() {
        let table = table(&crate::root()).expect("the sources are readable");
        for name in CRATES.iter().filter(|name| crate::root().join(name).is_dir()) {
            let row = table.lines().find(|line| line.starts_with(name)).expect("a row");
            assert!(!row.ends_with(" 0"), "{row}");
        }
    }

    #[test]
    fn no_file_that_is_written_by_hand_is_too_long() {
        assert_eq!(long(&crate::root()).expect("the sources are readable"), []);
        let generated = crate::root().join("dify-api/src/generated");
        assert!(!long(&generated).expect("the sources are readable").is_empty(), "a long file is not found");
    }
}
