//! Many recordings: a folder of them, or any other store.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use regex::Regex;
use serde_json::Value;

use super::{
    exchange::Exchange,
    judge::Judge,
    report::{Report, Unreadable},
};
use crate::source::folder;

/// Bytes of a file of recordings.
const LARGEST: u64 = 256 << 20;

/// A folder of recordings that cannot be listed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}", path = path.display())]
pub struct DirectoryError {
    /// The folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Judges every `*.json` below a folder whose name, relative to it, matches `only`. A file that cannot be read, or is no
/// recording, stands in the report.
///
/// # Errors
///
/// A folder that cannot be listed.
pub fn directory(judge: &Judge, root: &Path, only: Option<&Regex>) -> Result<Report, DirectoryError> {
    let mut files = Vec::new();
    list(root, &mut String::new(), &mut files)?;
    files.sort();
    let mut report = Report::new(judge);
    for file in files {
        if only.is_some_and(|only| !only.is_match(&file)) {
            continue;
        }
        let read = folder::read_up_to(&root.join(&file), LARGEST).map_err(|error| error.to_string());
        let parsed = read.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        match parsed {
            Ok(recording) => add(judge, &file, &recording, &mut report),
            Err(reason) => report.unreadable.push(Unreadable { file, reason }),
        }
    }
    Ok(report)
}

/// Judges recordings from anywhere: each a name and what its file holds, one exchange or a list of them.
pub fn exchanges(judge: &Judge, recordings: impl IntoIterator<Item = (String, Value)>) -> Report {
    let mut report = Report::new(judge);
    for (file, recording) in recordings {
        add(judge, &file, &recording, &mut report);
    }
    report
}

fn add(judge: &Judge, file: &str, recording: &Value, report: &mut Report) {
    let one = std::slice::from_ref(recording);
    for exchange in recording.as_array().map_or(one, Vec::as_slice) {
        match Exchange::try_from(exchange) {
            Ok(exchange) => report.add(judge.exchange(file, &exchange)),
            Err(error) => report.unreadable.push(Unreadable { file: file.to_owned(), reason: error.to_string() }),
        }
    }
}

/// The names of the JSON files below `folder`, which lies at `prefix`.
fn list(folder: &Path, prefix: &mut String, files: &mut Vec<String>) -> Result<(), DirectoryError> {
    let failed = |source| DirectoryError { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let length = prefix.len();
        prefix.push_str(&entry.file_name().to_string_lossy());
        if entry.file_type().map_err(failed)?.is_dir() {
            prefix.push('/');
            list(&entry.path(), prefix, files)?;
        } else if prefix.ends_with(".json") {
            files.push(prefix.clone());
        }
        prefix.truncate(length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge() -> Judge {
        Judge::new(vec![json!({"paths": {"/a": {"get": {"responses": {"200": {"description": "a"}}}}}})]).unwrap()
    }

    #[test]
    fn a_recording_may_hold_several_exchanges() {
        let exchange = json!({"request": {"path": "/a"}, "response": {"status": 200}});
        let report = exchanges(&judge(), [("a.json".into(), json!([exchange, exchange]))]);
        assert_eq!(report.verdicts.len(), 2);
        assert!(report.passes());
    }

    #[test]
    fn what_is_no_recording_is_reported_by_name() {
        let report = exchanges(&judge(), [("a.json".into(), json!({"request": {}}))]);
        assert_eq!(report.unreadable[0].file, "a.json");
        assert_eq!(report.unreadable[0].reason, "it holds no `request` and `response`");
        assert!(!report.passes());
    }

    // Guards a past bug: a pipe among the recordings was waited for without end.
    #[cfg(unix)]
    #[test]
    fn pipes_links_and_nesting_without_end_are_unreadable() {
        let root = std::env::temp_dir().join(format!("verify-corpus-{}-odd", std::process::id()));
        fs::create_dir_all(root.join("b")).unwrap();
        std::os::unix::fs::symlink("..", root.join("b/up")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.join("device.json")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(root.join("pipe.json")).status().unwrap().success());
        fs::write(root.join("deep.json"), "[".repeat(5_000)).unwrap();
        let body = format!(r#"{{"a":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
        let answer = json!({"status": 200, "headers": {"content-type": "application/json"}, "body": body});
        fs::write(root.join("body.json"), json!({"request": {"path": "/a"}, "response": answer}).to_string()).unwrap();
        let report = directory(&judge(), &root, None).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let files: Vec<_> = report.unreadable.iter().map(|file| file.file.as_str()).collect();
        assert_eq!(files, ["deep.json", "device.json", "pipe.json"]);
        assert_eq!(report.verdicts.len(), 1, "a body that nests too deep is judged, not followed");
    }

    #[test]
    fn a_folder_is_read_in_order_and_filtered() {
        let root = std::env::temp_dir().join(format!("verify-corpus-{}", std::process::id()));
        fs::create_dir_all(root.join("b")).unwrap();
        let exchange = r#"{"request": {"path": "/a"}, "response": {"status": 200}}"#;
        fs::write(root.join("b/1.json"), exchange).unwrap();
        fs::write(root.join("a.json"), "{").unwrap();
        fs::write(root.join("c.txt"), "no").unwrap();
        let all = directory(&judge(), &root, None).unwrap();
        let only = Regex::new("^b/").unwrap();
        let some = directory(&judge(), &root, Some(&only)).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(all.verdicts[0].file, "b/1.json");
        assert_eq!(all.unreadable[0].file, "a.json");
        assert!(some.passes() && some.verdicts.len() == 1);
        let missing = directory(&judge(), &root, None).unwrap_err();
        assert!(missing.to_string().contains("verify-corpus-"));
    }
}
