//! The whole way on the real source, in a workspace of its own that holds nothing but `spec/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use codegen::{Mode, run};

/// A copy of the real source, alone in a directory that is deleted in the end.
struct Workspace(PathBuf);

impl Workspace {
    fn new(test: &str) -> Self {
        let root = std::env::temp_dir().join(format!("dify-regenerate-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec"), &root.join("spec"));
        Self(root)
    }

    /// Every file that is made, by path, but not the source.
    fn made(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        for directory in ["spec/published", "dify-api", "tests"] {
            read(&self.0.join(directory), &mut files);
        }
        files
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copy what people edit, not what is made from it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if !entry.path().is_dir() {
            fs::copy(entry.path(), target).expect("copied");
        } else if entry.file_name() != "published" {
            copy(&entry.path(), &target);
        }
    }
}

fn read(directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            read(&entry.path(), files);
        } else {
            files.insert(entry.path(), fs::read_to_string(entry.path()).expect("text"));
        }
    }
}

fn written(root: &Path) -> usize {
    match run(root, Mode::Write) {
        Ok(report) => report.written.len(),
        Err(findings) => panic!("the real source has mistakes:\n{findings}"),
    }
}

#[test]
fn from_the_source_alone_everything_comes_back_the_same() {
    let workspace = Workspace::new("back");
    let root = &workspace.0;
    assert!(written(root) > 10);
    let first = workspace.made();
    assert!(run(root, Mode::Check).is_ok());
    assert_eq!(written(root), 0);

    for made in ["dify-api/src/generated", "spec/published"] {
        fs::remove_dir_all(root.join(made)).expect("deleted");
    }
    assert!(run(root, Mode::Check).is_err());
    assert!(written(root) > 10);
    assert!(workspace.made() == first);
}

#[test]
fn an_edit_of_the_source_is_seen_until_the_files_are_made_anew() {
    let workspace = Workspace::new("edit");
    let root = &workspace.0;
    written(root);
    let before = workspace.made();

    let file = root.join("spec/common/schemas/usage.yaml");
    let text = fs::read_to_string(&file).expect("text");
    let edited = text.replacen("description: Prompt tokens.", "description: Tokens of the prompt.", 1);
    assert_ne!(text, edited);
    fs::write(&file, edited).expect("written");
    assert!(run(root, Mode::Check).is_err());
    assert!(workspace.made() == before, "--check writes nothing");

    written(root);
    assert!(run(root, Mode::Check).is_ok());
    let after = workspace.made();
    let changed: Vec<_> = before
        .iter()
        .flat_map(|(path, text)| text.lines().zip(after[path].lines()))
        // Every generated file names the hash of the source in its header.
        .filter(|(old, new)| old != new && !old.contains("sha256"))
        .collect();
    assert!(!changed.is_empty());
    for (old, new) in changed {
        assert!(old.contains("Prompt tokens."), "{old}");
        assert!(new.contains("Tokens of the prompt."), "{new}");
    }
}
