//! What makes counts comparable, and what a reader of figures needs.

use crate::place::{Place, printed};
use std::path::Path;

/// What decides about a count beside the code: the compiler, the C library and valgrind.
pub fn environment() -> Result<String, String> {
    let rustc = printed(Path::new("rustc"), &["-vV"])?;
    let field = |name: &str| rustc.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let library = printed(Path::new("getconf"), &["GNU_LIBC_VERSION"])?;
    let valgrind = printed(Path::new("valgrind"), &["--version"])?;
    Ok(format!(
        "rustc {} ({}), {}, {library}, {valgrind}",
        field("release:"),
        field("commit-hash:").get(..9).unwrap_or("?"),
        field("host:")
    ))
}

/// The commit that is measured, and whether files differ from it.
pub fn commit(place: &Place) -> String {
    let git = |arguments: &[&str]| {
        let folder = place.benches.display().to_string();
        printed(Path::new("git"), &[&["-C", &folder], arguments].concat())
    };
    let commit = git(&["rev-parse", "--short=8", "HEAD"]).unwrap_or_else(|_| "unknown".to_owned());
    let written = [":!RESULTS.md", ":!baseline.txt", ":!../docs/figures"];
    let changed = git(&[&["status", "--porcelain", "--untracked-files=no", "--", ".."], &written[..]].concat());
    if changed.is_ok_and(|files| files.is_empty()) { commit } else { format!("{commit} with changes") }
}

/// Today, in UTC.
pub fn date() -> Result<String, String> {
    printed(Path::new("date"), &["-u", "+%F"])
}

/// The processor and the load of the machine.
pub fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let model = processor.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?");
    format!("{cores} cores ({}), load {load}", model.map_or("unknown", |(_, name)| name))
}
