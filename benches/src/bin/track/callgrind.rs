//! Instructions in user space, as callgrind counts them: the same whatever the neighbours of this process do.

use std::{collections::HashMap, path::Path, process::Command};

/// What a run of a program takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub instructions: u64,
    pub allocations: u64,
}

/// Counts a run of `command`: all of it, or what it does within one function.
pub fn count(program: &Path, arguments: &[&str], within: Option<&str>) -> Result<Count, String> {
    let out = std::env::temp_dir().join(format!("dify-benches-{}.callgrind", std::process::id()));
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", &format!("--callgrind-out-file={}", out.display())]);
    if let Some(function) = within {
        valgrind.args(["--collect-atstart=no", &format!("--toggle-collect={function}")]);
    }
    let run = valgrind.arg(program).args(arguments).output().map_err(|error| format!("valgrind: {error}"))?;
    if !run.status.success() {
        let printed = String::from_utf8_lossy(&run.stderr);
        // Lines of valgrind itself begin with its process.
        let printed: Vec<_> = printed.lines().filter(|line| !line.starts_with("==")).take(5).collect();
        let printed = printed.join("\n");
        return Err(format!("{} {} fails: {printed}", program.display(), arguments.join(" ")));
    }
    let profile = std::fs::read_to_string(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let _ = std::fs::remove_file(&out);
    read(&profile).ok_or_else(|| "callgrind wrote a profile without a total".to_owned())
}

/// The functions of the C library that hand out memory.
const ALLOCATORS: [&str; 4] = ["malloc", "calloc", "realloc", "posix_memalign"];

fn read(profile: &str) -> Option<Count> {
    let total = profile.lines().find_map(|line| line.strip_prefix("totals:"))?;
    let mut names = HashMap::new();
    let (mut callee, mut allocations) = ("", 0);
    for line in profile.lines() {
        let (called, name) = match (line.strip_prefix("cfn="), line.strip_prefix("fn=")) {
            (Some(name), _) => (true, name),
            (_, Some(name)) => (false, name),
            _ => {
                let calls = line.strip_prefix("calls=").and_then(|rest| rest.split(' ').next());
                if ALLOCATORS.contains(&callee) {
                    allocations += calls.and_then(|calls| calls.parse::<u64>().ok()).unwrap_or(0);
                }
                continue;
            }
        };
        // A name is written once, with a number that replaces it from then on.
        let (id, written) = name.split_once(' ').unwrap_or((name, ""));
        let known: &mut &str = names.entry(id).or_default();
        if !written.is_empty() {
            *known = written;
        }
        if called {
            callee = known;
        }
    }
    Some(Count { instructions: total.trim().parse().ok()?, allocations })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_an_allocator_count_by_name_and_by_number() {
        let profile = "events: Ir\nfn=(1) main\n1 5\ncfn=(2) malloc\ncalls=3 9\n1 60\ncfn=(3) free\ncalls=2 9\n1 8\n\
                       fn=(2)\n9 20\nfn=(4) other\ncfn=(2)\ncalls=4 9\n2 80\ntotals: 1234\n";
        assert_eq!(read(profile), Some(Count { instructions: 1234, allocations: 7 }));
    }

    #[test]
    fn a_profile_without_a_total_is_no_count() {
        assert_eq!(read("events: Ir\nfn=(1) main\n1 5\n"), None);
    }
}
