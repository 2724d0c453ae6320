//! The support matrix is true: the checked-in tables are those that the packed recordings give.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::support::{files, matrix};

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[test]
fn the_matrix_is_what_the_packed_recordings_prove() {
    let rows = matrix(&workspace("")).expect("the recordings are judged");
    let recorded = rows.iter().filter(|row| row.grade == "recorded").count();
    assert!(recorded >= 14, "only {recorded} releases are recorded");
    for row in &rows {
        // Each row rests on every client.
        for client in ["app", "knowledge", "web", "console"] {
            assert!(row.of(client).judged > 0, "{}: nothing of {client} was judged", row.release);
        }
    }
    let read = |name: &str| fs::read_to_string(workspace(name)).expect("readable");
    let (english, chinese) = (read("README.md"), read("README.zh.md"));
    for (name, text) in files(&rows, [("README.md", &english), ("README.zh.md", &chinese)]).expect("places") {
        assert!(read(&name) == text, "{name} is not what the recordings prove; run `cargo xtask verify --matrix`");
    }
}
