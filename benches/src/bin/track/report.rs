//! `RESULTS.md`, written from one run.

use crate::{baseline, baseline::Baseline, cases::Case, cases::Cost, measures::Measure};
use std::fmt::Write;

/// A hot path, counted.
pub struct Counted {
    pub case: &'static Case,
    pub ours: Cost,
    pub beside: Option<Cost>,
}

/// What the figures are of.
pub struct Run {
    pub date: String,
    pub commit: String,
    pub environment: String,
    pub machine: String,
}

const HEAD: &str = "\
<!-- Written by `benches/scripts/run.sh` from one run. -->
# Results

";

const LINKS: &str = "\
[README.md](README.md) describes how each figure is measured. `load.sh` writes `docs/figures/load.md`,
`cost.sh` writes `docs/figures/cost.md`.
";

const COUNTS: &str = "
## Instructions

For each event, call or run. By hand: for events the floor (`src/floor.rs`), over the loopback bare reqwest, which reads no
event when only the first one is waited for. Accepted: [baseline.txt](baseline.txt); more than 3 % above it fails.

| what | by hand | dify-api | ratio | allocations | mark | accepted | |
|---|---|---|---|---|---|---|---|
";

const MEASURES: &str = "
## Time, memory, growth

Ratios of times are of runs by turns. The exponent of growth is that of instructions over size: 1 is linear, 2 quadratic.

| what | by hand | dify-api | ratio | mark | |
|---|---|---|---|---|---|
";

pub fn write(run: &Run, counted: &[Counted], measures: &[Measure], accepted: &Baseline) -> String {
    let Run { date, commit, environment, machine } = run;
    let mut text = format!("{HEAD}{date}, commit {commit}. {environment}.\n{machine}.\n\n{LINKS}{COUNTS}");
    for Counted { case, ours, beside } in counted {
        let by_hand = beside.as_ref().map(|cost| grouped(cost.instructions)).unwrap_or_default();
        let ratio = beside.as_ref().map(|cost| ours.instructions as f64 / cost.instructions as f64);
        let accepted = accepted.accepted(case.name);
        let change = accepted.map(|count| baseline::change(ours.instructions, count)).unwrap_or_default();
        let (mark, verdict) = judged(case.mark(beside.as_ref()).map(|mark| (grouped(mark), ours.instructions <= mark)));
        let _ = writeln!(
            text,
            "| {} | {by_hand} | {} | {} | {:.1} | {mark}{verdict} | {} | {change} |",
            case.name,
            grouped(ours.instructions),
            ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            ours.allocations,
            accepted.map(grouped).unwrap_or_default(),
        );
    }
    text.push_str(MEASURES);
    for Measure { name, unit, beside, ours, mark } in measures {
        let (mark, verdict) = judged(mark.map(|mark| (shown(mark, unit), *ours <= mark)));
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {mark} |{verdict} |",
            beside.map(|value| shown(value, unit)).unwrap_or_default(),
            shown(*ours, unit),
            beside.filter(|_| !unit.is_empty()).map(|value| format!("{:.3}", ours / value)).unwrap_or_default(),
        );
    }
    text
}

fn judged(mark: Option<(String, bool)>) -> (String, &'static str) {
    match mark {
        Some((mark, met)) => (format!("≤ {mark}"), if met { " met" } else { " **missed**" }),
        None => (String::new(), ""),
    }
}

fn shown(value: f64, unit: &str) -> String {
    let shown = format!("{value:.*} {unit}", if value < 10.0 { 2 } else { 1 });
    shown.trim_end().to_owned()
}

/// 93704 as “93,704”.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 93_704, 1_000_000].map(grouped), ["7", "93,704", "1,000,000"]);
    }

    #[test]
    fn a_missed_mark_is_marked() {
        assert_eq!(judged(Some(("18 KiB".to_owned(), false))), ("≤ 18 KiB".to_owned(), " **missed**"));
    }
}
