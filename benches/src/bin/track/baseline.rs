//! The accepted counts, `benches/baseline.txt`, and the judgement of a run by them.

use std::fmt::Write;

/// How much worse than accepted a row may be, in per cent.
pub const ALLOWED: u64 = 3;

const ACCEPT: &str = "benches/scripts/run.sh accept";

const HEAD: &str = "\
# The accepted instruction counts of the hot paths, written by `benches/scripts/run.sh accept`.
# `.ci/nightly benches` fails when a row is more than 3 % above its count. Another compiler or C library counts
# differently: there, the commit that last changed this file is measured again, and its counts are the ones that count.
";

/// A row: what was counted, and its instructions.
pub type Row = (String, u64);

#[derive(Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The compiler, the C library and valgrind.
    pub environment: String,
    pub date: String,
    pub rows: Vec<Row>,
}

impl Baseline {
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut environment, mut date, mut rows) = (None, None, Vec::new());
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once("  ") {
                Some(("environment", value)) => environment = Some(value.to_owned()),
                Some(("date", value)) => date = Some(value.to_owned()),
                Some((count, name)) => {
                    let count = count.parse().map_err(|_| format!("`{count}` is not a count: `{line}`"))?;
                    rows.push((name.trim_start().to_owned(), count));
                }
                None => return Err(format!("neither a row nor a head: `{line}`")),
            }
        }
        let environment = environment.ok_or("it does not name its environment")?;
        Ok(Self { environment, date: date.ok_or("it has no date")?, rows })
    }

    pub fn write(&self) -> String {
        let mut text = format!("{HEAD}environment  {}\ndate  {}\n\n", self.environment, self.date);
        for (name, count) in &self.rows {
            let _ = writeln!(text, "{count}  {name}");
        }
        text
    }

    pub fn accepted(&self, name: &str) -> Option<u64> {
        self.rows.iter().find(|row| row.0 == name).map(|row| row.1)
    }

    /// Everything that keeps `measured` from being accepted.
    pub fn findings(&self, measured: &[Row]) -> Vec<String> {
        let mut findings = Vec::new();
        for (name, count) in measured {
            match self.accepted(name) {
                None => findings.push(format!("`{name}` has no accepted count; to accept {count}: {ACCEPT}")),
                Some(accepted) if count * 100 > accepted * (100 + ALLOWED) => findings.push(format!(
                    "`{name}` takes {count} instructions, {} than the accepted {accepted}; to accept it: {ACCEPT}",
                    change(*count, accepted)
                )),
                Some(_) => {}
            }
        }
        for (name, _) in &self.rows {
            if !measured.iter().any(|row| row.0 == *name) {
                findings.push(format!("`{name}` was not measured; to accept that: {ACCEPT}"));
            }
        }
        findings
    }
}

/// “1.5 % more”, “0.2 % fewer”.
pub fn change(count: u64, accepted: u64) -> String {
    let per_cent = (count as f64 / accepted as f64 - 1.0) * 100.0;
    format!("{:.1} % {}", per_cent.abs(), if count < accepted { "fewer" } else { "more" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(rows: &[(&str, u64)]) -> Baseline {
        let rows = rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Baseline { environment: "rustc 1, glibc 2".to_owned(), date: "2026-12-01".to_owned(), rows }
    }

    #[test]
    fn three_per_cent_more_is_accepted() {
        let accepted = baseline(&[("call", 1000)]);
        assert_eq!(accepted.findings(&baseline(&[("call", 1030)]).rows), Vec::<String>::new());
    }

    #[test]
    fn a_worse_row_names_itself_both_counts_and_the_command() {
        let accepted = baseline(&[("call", 1000), ("event", 50)]);
        let findings = accepted.findings(&baseline(&[("call", 1031), ("event", 40)]).rows);
        let worse = "`call` takes 1031 instructions, 3.1 % more than the accepted 1000; to accept it: \
                     benches/scripts/run.sh accept";
        assert_eq!(findings, [worse]);
    }

    #[test]
    fn a_row_that_only_one_side_has_is_a_finding() {
        let findings = baseline(&[("old", 1)]).findings(&baseline(&[("new", 1)]).rows);
        assert!(findings.len() == 2 && findings[0].contains("`new`") && findings[1].contains("`old`"), "{findings:?}");
    }

    #[test]
    fn a_written_baseline_is_read_back_whole() {
        let written = baseline(&[("a small event, chunks of 16 KiB", 3200), ("call", 93_704)]);
        assert_eq!(Baseline::parse(&written.write()), Ok(written));
    }

    #[test]
    fn a_damaged_baseline_is_refused() {
        for text in ["", "environment  x\n\n1  call\n", "environment  x\ndate  y\nmany  call\n", "date  y\ncall\n"] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }
}
