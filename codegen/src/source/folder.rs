//! The files of a folder, whatever else is in it: links, pipes, devices, names that are no text.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Finding, Findings};

/// Bytes of a file. The largest of ours has less than a tenth.
const LARGEST: u64 = 4 << 20;

/// Folders of `spec/` that are no source: generated documents, Dify's own documents, and translations.
const NO_SOURCE: [&str; 3] = ["published", "upstream", "overlays"];

/// Returns whether a path below `spec/` is outside the folders that are no source.
#[must_use]
pub fn has_source(path: &str) -> bool {
    path.split_once('/').is_none_or(|(folder, _)| !NO_SOURCE.contains(&folder))
}

/// The YAML files below a folder but those in [`NO_SOURCE`], in order. What cannot be one is a finding.
pub(super) fn yaml(root: &Path, shown: &str) -> (Vec<PathBuf>, Findings) {
    let (mut files, mut findings) = (Vec::new(), Findings::new());
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                findings.push(unreadable(&below(root, &folder, shown), &error));
                continue;
            }
        };
        for entry in entries {
            let mut wrong = |path: &Path, message: &str, fix: &str| {
                findings.push(Finding::new(below(root, path, shown), 0, message, fix));
            };
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => {
                    wrong(&folder, &format!("cannot be listed: {error}"), "check the disk");
                    continue;
                }
            };
            let named = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
            let link = path.is_symlink();
            let folder = path.is_dir();
            if (named || folder) && path.to_str().is_none() {
                wrong(&path, "its name is not UTF-8", "rename it");
            } else if folder && named {
                wrong(&path, "a folder has the name of a file", "rename it");
            } else if folder && link {
                wrong(&path, "a link to a folder may lead in a circle", "move the folder here");
            } else if folder && !path.file_name().is_some_and(|name| NO_SOURCE.iter().any(|known| name == *known)) {
                open.push(path);
            } else if named && !folder {
                files.push(path);
            }
        }
    }
    files.sort();
    (files, findings)
}

/// A path as a person at the workspace root would write it.
pub(super) fn below(root: &Path, path: &Path, shown: &str) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let parts = parts.map(|part| part.as_os_str().to_string_lossy().into_owned());
    std::iter::once(shown.to_owned()).chain(parts).collect::<Vec<_>>().join("/")
}

/// Reads a text file of our own.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    contract::read_file(path, LARGEST)
}

pub(super) fn unreadable(file: &str, error: &io::Error) -> Finding {
    Finding::new(
        file,
        0,
        format!("cannot be read: {error}"),
        "check that it is there, that you may read it, that it is a file and UTF-8",
    )
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::load;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener};
    use std::process::Command;

    // Guards past bugs: a pipe was waited for without end, and links that lead back were walked without end.
    #[test]
    fn whatever_lies_in_the_folder_is_a_finding() {
        let root = std::env::temp_dir().join(format!("dify-codegen-{}-folder", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let spec = root.join("spec");
        fs::create_dir_all(spec.join("service")).expect("a folder");
        fs::write(spec.join("service/openapi.yaml"), "openapi: 3.0.3\n").expect("a file");
        assert!(load(&spec).is_ok());

        symlink(".", spec.join("one")).expect("a link");
        symlink("..", spec.join("service/two")).expect("a link");
        symlink("itself.yaml", spec.join("itself.yaml")).expect("a link");
        symlink("/dev/zero", spec.join("device.yaml")).expect("a link");
        fs::create_dir(spec.join("folder.yaml")).expect("a folder");
        assert!(Command::new("mkfifo").arg(spec.join("pipe.yaml")).status().expect("mkfifo").success());
        let _socket = UnixListener::bind(spec.join("socket.yaml")).expect("a socket");
        fs::write(spec.join("bytes.yaml"), b"a: \xff\n").expect("a file");
        fs::File::create(spec.join("huge.yaml")).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
        fs::write(spec.join(OsStr::from_bytes(b"name\xff.yaml")), "a: 1\n").expect("a file");
        fs::write(spec.join("deep.yaml"), "- ".repeat(5_000)).expect("a file");

        let findings = load(&spec).expect_err("eleven findings").to_string();
        let _ = fs::remove_dir_all(&root);
        for (file, message) in [
            ("one", "a link to a folder"),
            ("service/two", "a link to a folder"),
            ("itself.yaml", "cannot be read"),
            ("device.yaml", "no ordinary file"),
            ("folder.yaml", "a folder has the name of a file"),
            ("pipe.yaml", "no ordinary file"),
            ("socket.yaml", "no ordinary file"),
            ("bytes.yaml", "UTF-8"),
            ("huge.yaml", "larger than 4 MiB"),
            ("name\u{fffd}.yaml", "its name is not UTF-8"),
            ("deep.yaml", "nested"),
        ] {
            let told = |line: &str| line.starts_with(&format!("spec/{file}:")) && line.contains(message);
            assert!(findings.lines().any(told), "{file}: {message}\n{findings}");
        }
    }
}
