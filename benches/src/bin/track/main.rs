//! Counts what the hot paths take, compares that with the accepted counts, and writes `RESULTS.md`.

mod baseline;
mod callgrind;
mod cases;
mod environment;
mod measures;
mod place;
mod report;

use baseline::Baseline;
use cases::CASES;
use place::Place;
use report::{Counted, Run};
use std::process::ExitCode;

const USAGE: &str = "\
track environment       what makes counts comparable: compiler, C library, valgrind
track counts            the counts, in the form of baseline.txt
track count NAME        one count: its name, or a part of it
track check [BASELINE]  counts and measures, writes RESULTS.md; fails where a count is over 3 % above BASELINE (baseline.txt)
track accept            the same, and writes baseline.txt";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["environment"] => environment::environment().map(|text| println!("{text}")),
        ["counts"] => counts().map(|baseline| print!("{}", baseline.write())),
        ["count", name] => count(name),
        ["check"] => check(None),
        ["check", path] => check(Some(path)),
        ["accept"] => accept(),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn count(name: &str) -> Result<(), String> {
    let place = Place::find()?;
    for case in CASES.iter().filter(|case| case.name.contains(name)) {
        let cost = case.ours(&place)?;
        println!("{}  {}  ({:.1} allocations)", cost.instructions, case.name, cost.allocations);
    }
    Ok(())
}

fn counts() -> Result<Baseline, String> {
    let place = Place::find()?;
    let rows = CASES.iter().map(|case| Ok((case.name.to_owned(), case.ours(&place)?.instructions)));
    let rows = rows.collect::<Result<_, String>>()?;
    Ok(Baseline { environment: environment::environment()?, date: environment::date()?, rows })
}

fn check(path: Option<&str>) -> Result<(), String> {
    let place = Place::find()?;
    let path = path.map_or_else(|| place.benches.join("baseline.txt"), Into::into);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let accepted = Baseline::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let (here, there) = (environment::environment()?, &accepted.environment);
    if here != *there {
        return Err(format!("counts of another environment do not compare\naccepted: {there}\nhere:     {here}"));
    }
    let counted = count_all(&place)?;
    report(&place, &counted, &accepted)?;
    let rows = rows(&counted);
    for (name, count) in &rows {
        if let Some(accepted) = accepted.accepted(name).filter(|accepted| count * 103 < accepted * 100) {
            println!("`{name}`: {}; `benches/scripts/run.sh accept` keeps it so", baseline::change(*count, accepted));
        }
    }
    let findings = accepted.findings(&rows);
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

fn accept() -> Result<(), String> {
    let place = Place::find()?;
    let counted = count_all(&place)?;
    let accepted =
        Baseline { environment: environment::environment()?, date: environment::date()?, rows: rows(&counted) };
    report(&place, &counted, &accepted)?;
    save(&place, "baseline.txt", &accepted.write())
}

fn count_all(place: &Place) -> Result<Vec<Counted>, String> {
    let mut counted = Vec::new();
    for case in &CASES {
        let (ours, beside) = (case.ours(place)?, case.beside(place)?);
        println!("{}  {}", ours.instructions, case.name);
        counted.push(Counted { case, ours, beside });
    }
    Ok(counted)
}

fn rows(counted: &[Counted]) -> Vec<baseline::Row> {
    counted.iter().map(|row| (row.case.name.to_owned(), row.ours.instructions)).collect()
}

/// Measures what cannot be counted, and writes RESULTS.md.
fn report(place: &Place, counted: &[Counted], accepted: &Baseline) -> Result<(), String> {
    let run = Run {
        date: environment::date()?,
        commit: environment::commit(place),
        environment: environment::environment()?,
        machine: environment::machine(),
    };
    save(place, "RESULTS.md", &report::write(&run, counted, &measures::all(place)?, accepted))
}

fn save(place: &Place, name: &str, text: &str) -> Result<(), String> {
    let path = place.benches.join(name);
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}
