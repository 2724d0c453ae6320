//! The hot paths that are counted, each beside the same job done by hand.

use crate::{callgrind, callgrind::Count, place::Place};

/// What a unit of a job takes: a call, an event.
pub struct Cost {
    pub instructions: u64,
    pub allocations: f64,
}

/// A hot path.
pub struct Case {
    pub name: &'static str,
    how: How,
    mark: Mark,
}

/// The most that a path should take.
enum Mark {
    None,
    Most(u64),
    /// More than what does the same by hand.
    Over(u64),
}

enum How {
    /// So many events in chunks of so many bytes, counted within one function: the same count in each run.
    Decode { kind: &'static str, events: u64, chunk: &'static str },
    /// A job over the loopback. Two lengths of run are subtracted, so that the start does not count.
    Loopback { job: &'static str, under: &'static str, lengths: [u64; 2], units: u64 },
}

const fn decode(name: &'static str, kind: &'static str, events: u64, chunk: &'static str, mark: Mark) -> Case {
    Case { name, how: How::Decode { kind, events, chunk }, mark }
}

const fn loopback(name: &'static str, job: &'static str, under: &'static str, lengths: [u64; 2], units: u64) -> Case {
    Case { name, how: How::Loopback { job, under, lengths, units }, mark: Mark::None }
}

pub const CASES: [Case; 14] = [
    decode("a small event, chunks of 16 KiB", "small", 2000, "16384", Mark::Most(3_500)),
    decode("a small event, chunks of 1460", "small", 2000, "1460", Mark::None),
    decode("a small event, chunks of 7", "small", 500, "7", Mark::Most(18_718)),
    decode("a small event, chunks of 1", "small", 500, "1", Mark::Most(68_586)),
    decode("a mixed event, chunks of 16 KiB", "mixed", 260, "16384", Mark::Most(27_600)),
    decode("a mixed event, chunks of 1460", "mixed", 260, "1460", Mark::None),
    decode("a mixed event, chunks of 7", "mixed", 65, "7", Mark::None),
    decode("a mixed event, chunks of 1", "mixed", 65, "1", Mark::None),
    loopback("a blocking call", "block", "", [50, 450], 400),
    Case { mark: Mark::Over(9_000), ..loopback("a stream to its first event", "first", "/hold", [50, 250], 200) },
    loopback("an event of a stream", "stream", "", [1, 5], 8000),
    loopback("a refused call", "refused", "/refused", [50, 450], 400),
    loopback("settings from the cache", "cached", "", [50, 450], 400),
    loopback("a request, and an empty answer from the cache", "cached-empty", "", [50, 450], 400),
];

/// How often a job over the loopback is counted: when its packets arrive differs, and only adds to the least count.
const ROUNDS: usize = 3;

impl Case {
    /// The count of `dify-api`.
    pub fn ours(&self, place: &Place) -> Result<Cost, String> {
        match self.how {
            How::Decode { .. } => self.count(place, "ours"),
            How::Loopback { .. } => self.count(place, "dify"),
        }
    }

    /// The count of what does the same by hand, if there is one.
    pub fn beside(&self, place: &Place) -> Result<Option<Cost>, String> {
        match self.how {
            How::Decode { .. } => self.count(place, "floor").map(Some),
            How::Loopback { job: "block" | "first" | "stream", .. } => self.count(place, "bare").map(Some),
            How::Loopback { .. } => Ok(None),
        }
    }

    /// The most that it should take, where it takes `beside` by hand.
    pub fn mark(&self, beside: Option<&Cost>) -> Option<u64> {
        match self.mark {
            Mark::None => None,
            Mark::Most(most) => Some(most),
            Mark::Over(more) => beside.map(|cost| cost.instructions + more),
        }
    }

    fn count(&self, place: &Place, who: &str) -> Result<Cost, String> {
        match self.how {
            How::Decode { kind, events, chunk } => {
                let arguments = ["run", who, kind, &events.to_string(), chunk];
                let all = callgrind::count(&place.program("sse"), &arguments, Some("sse::measured"))?;
                Ok(per(all, events))
            }
            How::Loopback { job, under, lengths, units } => {
                let url = format!("{}{under}", place.url);
                let [mut short, mut long] = lengths.map(|_| Count { instructions: u64::MAX, allocations: u64::MAX });
                for _ in 0..ROUNDS {
                    for (least, length) in [(&mut short, lengths[0]), (&mut long, lengths[1])] {
                        let arguments = [who, job, &url, &length.to_string()];
                        let count = callgrind::count(&place.program("client"), &arguments, None)?;
                        least.instructions = least.instructions.min(count.instructions);
                        least.allocations = least.allocations.min(count.allocations);
                    }
                }
                let difference = Count {
                    instructions: long.instructions.saturating_sub(short.instructions),
                    allocations: long.allocations.saturating_sub(short.allocations),
                };
                Ok(per(difference, units))
            }
        }
    }
}

fn per(all: Count, units: u64) -> Cost {
    let instructions = (all.instructions + units / 2) / units;
    Cost { instructions, allocations: all.allocations as f64 / units as f64 }
}
