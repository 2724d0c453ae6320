//! The whole way: from the source to everything made from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::bindings::{Bindings, Document, Homes};
use crate::bundle::bundle;
use crate::check::check;
use crate::diagnostic::{Finding, Findings};
use crate::emit::EVENTS;
use crate::extensions;
use crate::publish;
use crate::source::{self, Section, Source, folder};

/// Directories below the workspace root with only generated files, and the names of these files.
const MADE: [(&str, &[&str]); 3] =
    [("dify-api/src/generated", &["rs"]), (PUBLISHED, &["json", "yaml"]), (CARRIED, &["json"])];

/// The folder of the published documents.
const PUBLISHED: &str = "spec/published";

/// The page about extensions: people write it, and its table is made.
const EXTENSIONS: &str = "spec/EXTENSIONS.md";

/// Where the documents are that the crate `contract` carries: those of 3.1, whose schemas are JSON Schema.
const CARRIED: &str = "contract/documents";

/// What to do with what was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    Write,
    /// Compares it with the present file.
    Check,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files written, relative to the workspace root.
    pub written: Vec<PathBuf>,
    /// Files that were right already.
    pub unchanged: Vec<PathBuf>,
    /// Files that nothing makes any more, now deleted.
    pub removed: Vec<PathBuf>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Load the source, check it, bundle it, generate the bindings, and write all or compare all.
///
/// # Errors
/// Every mistake found; then nothing is written. With [`Mode::Check`] also every file that is not as it should be.
pub fn run(workspace_root: &Path, mode: Mode) -> Result<Report, Findings> {
    let start = Instant::now();
    let files = make(workspace_root)?;
    let stale = stale(workspace_root, &files);
    let mut report = match mode {
        Mode::Write => write(workspace_root, files, stale)?,
        Mode::Check => compare(workspace_root, files, &stale)?,
    };
    report.elapsed = start.elapsed();
    Ok(report)
}

/// Everything that the source generates, by path relative to the workspace root.
fn make(workspace_root: &Path) -> Result<BTreeMap<PathBuf, String>, Findings> {
    let source = source::load(&workspace_root.join("spec"))?;
    check(&source).none()?;
    let documents: Vec<Document> =
        source.apis.iter().map(|api| Document { api: api.name.clone(), value: bundle(&source, &api.name) }).collect();
    let located = |findings| located(findings, &source);
    let bindings = Bindings::read(&documents).map_err(located)?;
    let publish::Files { published, judges } = publish::files(documents, &bindings.samples());
    let below = |folder: &'static str| move |(name, contents)| (Path::new(folder).join::<String>(name), contents);
    let mut files: BTreeMap<PathBuf, String> = published.into_iter().map(below(PUBLISHED)).collect();
    files.extend(judges.into_iter().map(below(CARRIED)));
    let generated = bindings.generate(&homes(&source)).map_err(located)?;
    files.extend(generated.into_iter().map(|file| (file.path, file.contents)));
    if let Ok(page) = folder::read(&workspace_root.join(EXTENSIONS)) {
        files.insert(EXTENSIONS.into(), extensions::page(&page));
    }
    Ok(files)
}

/// The file of the bindings that each schema belongs to: named like its file in the source, whichever the API.
fn homes(source: &Source) -> Homes {
    let mut homes = Homes::new();
    for file in source.files.iter().filter(|file| file.section == Section::Schemas) {
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        let suffix = if folder.ends_with("events") { EVENTS } else { "" };
        let home = format!("{}{suffix}", name.trim_end_matches(".yaml"));
        for entry in file.node.entries() {
            homes.insert(entry.key.clone(), (home.clone(), homes.len()));
        }
    }
    homes
}

/// What shows only after bundling names a place in the bundle: people need the place in the source.
fn located(findings: Findings, source: &Source) -> Findings {
    findings
        .into_iter()
        .map(|finding| match source.locate(&finding.file) {
            Some(place) if finding.line == 0 => source.finding(place, finding.message, finding.fix),
            _ => finding,
        })
        .collect()
}

fn write(root: &Path, files: BTreeMap<PathBuf, String>, stale: Vec<PathBuf>) -> Result<Report, Findings> {
    let mut report = Report::default();
    for (path, contents) in files {
        // A file that is right keeps its time stamp, so that cargo compiles nothing anew.
        if folder::read(&root.join(&path)).is_ok_and(|there| there == contents) {
            report.unchanged.push(path);
            continue;
        }
        put(&root.join(&path), &contents).map_err(|error| failed(&path, "written", &error))?;
        report.written.push(path);
    }
    for path in stale {
        fs::remove_file(root.join(&path)).map_err(|error| failed(&path, "deleted", &error))?;
        report.removed.push(path);
    }
    Ok(report)
}

fn put(path: &Path, contents: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, contents)
}

fn failed(path: &Path, done: &str, error: &std::io::Error) -> Findings {
    let message = format!("cannot be {done}: {error}");
    Finding::new(show(path), 0, message, "check that you may write there").into()
}

fn compare(root: &Path, files: BTreeMap<PathBuf, String>, stale: &[PathBuf]) -> Result<Report, Findings> {
    const FIX: &str = "run `cargo xtask codegen`";
    let mut findings = Findings::new();
    let mut report = Report::default();
    for (path, contents) in files {
        match folder::read(&root.join(&path)) {
            Ok(there) if there == contents => report.unchanged.push(path),
            Ok(there) => findings.push(Finding::new(
                show(&path),
                first_difference(&there, &contents),
                "this does not match spec/",
                FIX,
            )),
            Err(_) => findings.push(Finding::new(show(&path), 0, "this file is missing", FIX)),
        }
    }
    findings.extend(stale.iter().map(|path| Finding::new(show(path), 0, "nothing makes this file any more", FIX)));
    findings.none().map(|()| report)
}

/// The first line, from 1, in which two texts differ.
fn first_difference(one: &str, other: &str) -> usize {
    let same = one.lines().zip(other.lines()).take_while(|(one, other)| one == other).count();
    same + 1
}

/// Files in our directories that were made once and are not any more.
fn stale(root: &Path, files: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    let mut stale = Vec::new();
    for (directory, extensions) in MADE {
        let mut there = Vec::new();
        collect(root, Path::new(directory), &mut there);
        stale.extend(there.into_iter().filter(|path| {
            let made_here = path.extension().is_some_and(|extension| extensions.iter().any(|made| extension == *made));
            made_here && !files.contains_key(path)
        }));
    }
    stale.sort();
    stale
}

fn collect(root: &Path, directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(directory)).into_iter().flatten().flatten() {
        let path = directory.join(entry.file_name());
        // A link is deleted like a file, not followed: it may lead in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(root, &path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// A path as people write it, on every system with `/`.
fn show(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty directory of its own for one test.
    fn workspace(test: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("dify-codegen-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).expect("a directory");
        root
    }

    fn files(files: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        files.iter().map(|(path, contents)| (PathBuf::from(path), (*contents).to_owned())).collect()
    }

    #[test]
    fn what_is_right_already_is_not_written_again() {
        let root = workspace("unchanged");
        let made = files(&[("spec/published/a.json", "{}\n"), ("tests/src/generated.rs", "x")]);
        let first = write(&root, made.clone(), Vec::new()).expect("written");
        assert_eq!((first.written.len(), first.unchanged.len()), (2, 0));
        let second = write(&root, made.clone(), Vec::new()).expect("written");
        assert_eq!((second.written.len(), second.unchanged.len()), (0, 2));
        assert!(compare(&root, made, &[]).is_ok());
        let _ = fs::remove_dir_all(root);
    }

    #[test]
    fn what_nothing_makes_any_more_is_deleted_and_foreign_files_stay() {
        let root = workspace("stale");
        let old = files(&[
            ("dify-api/src/generated/old.rs", ""),
            ("spec/published/old.json", ""),
            ("spec/published/README.md", ""),
            ("dify-api/src/lib.rs", ""),
        ]);
        write(&root, old, Vec::new()).expect("written");
        let made = files(&[("dify-api/src/generated/new.rs", "")]);
        let gone = stale(&root, &made);
        assert_eq!(gone, ["dify-api/src/generated/old.rs", "spec/published/old.json"].map(PathBuf::from));
        let report = write(&root, made, gone).expect("written");
        assert_eq!(report.removed.len(), 2);
        assert!(root.join("spec/published/README.md").exists());
        assert!(root.join("dify-api/src/lib.rs").exists());
        assert!(!root.join("spec/published/old.json").exists());
        let _ = fs::remove_dir_all(root);
    }

    #[test]
    fn a_comparison_names_the_first_line_that_differs_what_is_missing_and_what_is_stale() {
        let root = workspace("check");
        write(&root, files(&[("a.rs", "one\ntwo\n")]), Vec::new()).expect("written");
        let made = files(&[("a.rs", "one\nthree\n"), ("b.rs", "")]);
        let findings = compare(&root, made, &[PathBuf::from("c.rs")]).expect_err("three differ");
        assert_eq!(
            findings.to_string(),
            "a.rs:2: this does not match spec/; run `cargo xtask codegen`\n\
             b.rs: this file is missing; run `cargo xtask codegen`\n\
             c.rs: nothing makes this file any more; run `cargo xtask codegen`\n"
        );
        assert!(!root.join("b.rs").exists());
        let _ = fs::remove_dir_all(root);
    }

    #[test]
    fn nothing_is_written_when_there_is_a_mistake() {
        let root = workspace("mistake");
        let file = "spec/service/openapi.yaml";
        write(&root, files(&[(file, "openapi: 3.0.3\nopenapi: 3.0.3\n")]), Vec::new()).expect("written");
        let findings = run(&root, Mode::Write).expect_err("a name stands there twice");
        assert!(findings.to_string().contains("spec/service/openapi.yaml:2: `openapi` occurs already"));
        assert!(!root.join("spec/published").exists());
        let _ = fs::remove_dir_all(root);
    }

    #[test]
    fn a_finding_in_the_bundle_is_told_at_its_place_in_the_source() {
        let source = source::from_texts(
            "spec",
            [("common/schemas/a.yaml", "A:\n  type: string\n"), ("service/openapi.yaml", "openapi: 3.0.3\n")],
        )
        .expect("it loads");
        let finding = Finding::in_document("#/components/schemas/A/type", "m", "f");
        let other = Finding::new("spec", 0, "m", "");
        assert_eq!(
            located([finding, other].into_iter().collect(), &source).to_string(),
            "spec: m\nspec/common/schemas/a.yaml:2: m; f\n"
        );
    }
}
