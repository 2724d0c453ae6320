//! `cargo xtask generators`: the usual generators of other languages, run on the published documents, and what they
//! write compiled.

mod bench;
mod jvm;
mod outcome;
mod python;
mod report;
mod rust;
mod script;
mod tools;
mod typescript;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use bench::{Bench, Failure};
use clap::Args;
use outcome::Outcome;
use tools::{Pins, Tools};

/// The APIs, in the order of the table. A known bug is reported for the first.
const APIS: [&str; 3] = ["service", "web", "console"];

/// Which generators, and whether to keep what comes out.
#[derive(Args)]
pub struct Generators {
    /// Run only the generators whose name contains this.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Run them on the document of this API only.
    #[arg(long, value_name = "API", value_parser = APIS)]
    api: Option<String>,
    /// Write the outcomes, and those of earlier runs on the same documents, to docs/GENERATORS.md and the READMEs.
    #[arg(long)]
    record: bool,
}

/// One generator and how its output is tried.
struct Generator {
    /// As its users call it.
    name: &'static str,
    /// The package whose pinned version the table shows.
    package: &'static str,
    /// The version of OpenAPI whose document it is given.
    openapi: &'static str,
    /// Programs and files that must be there; absolute paths are files.
    needs: &'static [&'static str],
    /// What gives them, for those that have not got it.
    install: &'static str,
    /// The proof of the output, as the table shows it.
    proof: &'static str,
    /// Options that the run needs besides the document, and why.
    options: &'static [Choice],
    /// Bugs of the generator's own, by API; the run is expected to fail there.
    known: &'static [KnownBug],
    run: fn(&Bench<'_>) -> Result<(), Failure>,
}

/// An option of a generator that its run here needs.
struct Choice {
    arguments: &'static [&'static str],
    why: &'static str,
    link: &'static str,
}

/// A bug of a generator that no option avoids.
struct KnownBug {
    apis: &'static [&'static str],
    what: &'static str,
    link: &'static str,
    /// The text that the failure or the log must contain; another failure is not this bug.
    sign: &'static str,
}

/// Whether all that ran came out as expected.
pub fn generators(root: &Path, task: &Generators) -> Result<bool, Box<dyn Error>> {
    let pins = Pins::read(root)?;
    let chosen: Vec<&Generator> =
        all().filter(|it| task.only.as_ref().is_none_or(|part| it.name.contains(part.as_str()))).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = all().map(|it| it.name).collect();
        return Err(format!("no generator's name contains that; there are: {}", names.join(", ")).into());
    }
    let tools = Tools::fetch(root)?;
    let mut right = true;
    for api in APIS.into_iter().filter(|api| task.api.as_deref().is_none_or(|only| only == *api)) {
        for generator in &chosen {
            let start = Instant::now();
            let outcome = generator.outcome(&tools, api)?;
            let told = match (&outcome, generator.known(api)) {
                (Outcome::Compiles, None) => "ok".to_owned(),
                (Outcome::Compiles, Some(_)) => {
                    right = false;
                    "ok, although it is listed with a bug: remove the entry from codegen/src/bin/dify-codegen/generators".to_owned()
                }
                (Outcome::Bug, known) => {
                    let (what, link) = known.map_or(("", ""), |known| (known.what, known.link));
                    format!("its own bug, as known: {what} ({link})")
                }
                (Outcome::Fails(why), _) => {
                    right = false;
                    format!("FAILED: {why}")
                }
                (Outcome::Skipped(why), _) => format!("skipped: {why}"),
            };
            println!("{api:<8} {:<44} {:>4.0} s  {told}", generator.name, start.elapsed().as_secs_f64());
            outcome::keep(&tools, generator, api, &outcome)?;
        }
    }
    if task.record {
        let mut outcomes = BTreeMap::new();
        for generator in all() {
            for api in APIS {
                if let Some(outcome) = outcome::kept(&tools, generator, api)? {
                    outcomes.insert((generator.name, api), outcome);
                }
            }
        }
        report::record(root, &pins, &outcomes)?;
    }
    Ok(right)
}

fn all() -> impl Iterator<Item = &'static Generator> {
    [python::GENERATORS, typescript::GENERATORS, jvm::GENERATORS, rust::GENERATORS, script::GENERATORS]
        .into_iter()
        .flatten()
}

impl KnownBug {
    /// Whether a failure is this bug.
    fn shows(&self, why: &str, log: &str) -> bool {
        why.contains(self.sign) || log.contains(self.sign)
    }
}

impl Generator {
    /// The bug that it is expected to fail by.
    fn known(&self, api: &str) -> Option<&KnownBug> {
        self.known.iter().find(|known| known.apis.contains(&api))
    }

    fn outcome(&self, tools: &Tools, api: &str) -> Result<Outcome, Box<dyn Error>> {
        let missing: Vec<&str> = self.needs.iter().copied().filter(|need| !tools::there(need)).collect();
        if !missing.is_empty() {
            return Ok(Outcome::Skipped(format!("{} is not here ({})", missing.join(", "), self.install)));
        }
        let bench = Bench::new(tools, api, self)?;
        let Err(failure) = (self.run)(&bench) else {
            return Ok(Outcome::Compiles);
        };
        let (why, log) = (failure.to_string(), bench.log()?);
        let bug = self.known(api).is_some_and(|known| known.shows(&why, &log));
        Ok(if bug { Outcome::Bug } else { Outcome::Fails(why) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_generator_has_a_name_of_its_own_and_a_pinned_version() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let pins = Pins::read(&root).expect("the pins are readable");
        let mut names = BTreeSet::new();
        for generator in all() {
            assert!(names.insert(generator.name), "{} is there twice", generator.name);
            assert!(pins.version(generator.package).is_some(), "{} has no pinned version", generator.name);
        }
    }

    #[test]
    fn every_exception_says_why_and_leads_to_the_generators_own_page() {
        for generator in all() {
            for choice in generator.options {
                assert!(!choice.arguments.is_empty() && !choice.why.is_empty(), "{}", generator.name);
                assert!(choice.link.starts_with("https://"), "{}", generator.name);
            }
            for known in generator.known {
                assert!(known.link.starts_with("https://") && !known.what.is_empty(), "{}", generator.name);
                assert!(!known.sign.is_empty(), "{}: without a sign any failure is this bug", generator.name);
                assert!(known.apis.iter().all(|api| APIS.contains(api)), "{}", generator.name);
            }
        }
    }

    #[test]
    fn a_failure_is_a_known_bug_only_where_it_shows_its_sign() {
        let known = KnownBug { apis: &["service"], what: "w", link: "https://l", sign: "no such type" };
        assert!(known.shows("see the log", "error: no such type") && known.shows("no such type", ""));
        assert!(!known.shows("java could not be started", "error: out of memory"));
    }
}
