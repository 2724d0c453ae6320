//! CPU time: being preempted by a neighbour does not count.

use rustix::time::{ClockId, Timespec, clock_gettime};

fn seconds(time: Timespec) -> f64 {
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// CPU seconds of this thread.
pub fn thread() -> f64 {
    seconds(clock_gettime(ClockId::ThreadCPUTime))
}

/// CPU seconds of this process.
pub fn process() -> f64 {
    seconds(clock_gettime(ClockId::ProcessCPUTime))
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
