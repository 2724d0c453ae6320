//! Memory of this process, as the kernel counts it.

/// Resident now, in KiB.
pub fn resident() -> u64 {
    status("VmRSS:")
}

/// The most that was ever resident, in KiB.
pub fn peak() -> u64 {
    status("VmHWM:")
}

fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("field");
    line.trim().trim_end_matches(" kB").parse().expect("KiB")
}
