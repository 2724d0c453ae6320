//! `cargo xtask generators`: the usual generators of other languages, run on the published documents; what they write is
//! compiled, and decodes the recordings.

mod bench;
mod corpus;
mod jvm;
mod outcome;
mod python;
mod replay;
mod report;
mod rust;
mod script;
mod server;
mod stage;
mod tools;
mod typescript;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use bench::{Bench, Failure};
use clap::Args;
use outcome::{Counts, Outcome, Row, Works};
use stage::Stage;
use tools::Pins;

/// The APIs, in the order of the table. A known bug is reported for the first.
const APIS: [&str; 3] = ["service", "web", "console"];

/// The first release of the documents for all releases.
const FIRST: &str = "1.0.0";

/// Which releases a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edition {
    /// The one of the contract: the published documents.
    Contract,
    /// All from the first to that.
    Releases,
}

impl Edition {
    const ALL: [Self; 2] = [Self::Contract, Self::Releases];

    /// What the names of its files end with.
    fn ending(self) -> &'static str {
        match self {
            Self::Contract => "",
            Self::Releases => "-releases",
        }
    }
}

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

/// What is done with a document.
type Step = fn(&Bench<'_>) -> Result<(), Failure>;

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
    run: Step,
    /// Starts the replay program with what `run` built; none where nothing decodes at run time.
    replay: Option<Step>,
    /// Bugs of the generator's own that the replay shows, each failure one of them.
    faults: &'static [KnownBug],
}

/// What most have in common: openapi-generator on the document in 3.0, without options and bugs.
const BASE: Generator = Generator {
    name: "",
    package: "openapi-generator-cli",
    openapi: "3.0",
    needs: &[],
    install: "",
    proof: "",
    options: &[],
    known: &[],
    run: |_| Err(Failure::from("nothing runs it".to_owned())),
    replay: None,
    faults: &[],
};

/// An option of a generator that its run here needs.
struct Choice {
    arguments: &'static [&'static str],
    why: &'static str,
    link: &'static str,
}

/// Of the generators that try all branches of a union otherwise.
const BY_TAG: Choice = Choice {
    arguments: &["--additional-properties=useOneOfDiscriminatorLookup=true"],
    why: "the tag of an event names its class; otherwise it tries all, and fails where two fit",
    link: "https://openapi-generator.tech/docs/generators/go",
};

/// Of the generators that know closed objects.
const OPEN: Choice = Choice {
    arguments: &["--additional-properties=disallowAdditionalPropertiesIfNotPresent=false"],
    why: "members of newer releases are no error",
    link: "https://openapi-generator.tech/docs/generators/go",
};

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
    let stage = Stage::new(root)?;
    let mut right = true;
    for api in APIS.into_iter().filter(|api| task.api.as_deref().is_none_or(|only| only == *api)) {
        for generator in &chosen {
            let start = Instant::now();
            let row = generator.row(&stage, api)?;
            let builds = match (&row.builds, generator.known(api)) {
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
            let works = match &row.works {
                Works::All(counts) => format!("; works: {counts}"),
                Works::Faults(counts) => format!("; works, but for faults of its own: {counts}"),
                Works::Fails(why) => {
                    right = false;
                    format!("; DOES NOT WORK: {why}")
                }
                Works::NotTried => String::new(),
            };
            println!("{api:<8} {:<44} {:>4.0} s  {builds}{works}", generator.name, start.elapsed().as_secs_f64());
            outcome::keep(&stage.tools, generator, api, &row)?;
        }
    }
    if task.record {
        let mut rows = BTreeMap::new();
        for generator in all() {
            for api in APIS {
                if let Some(row) = outcome::kept(&stage.tools, generator, api)? {
                    rows.insert((generator.name, api), row);
                }
            }
        }
        report::record(root, &pins, &rows)?;
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

    /// The bugs that its replay is expected to show.
    fn faults_in(&self, api: &str) -> impl Iterator<Item = &'static KnownBug> {
        self.faults.iter().filter(move |fault| fault.apis.contains(&api))
    }

    fn row(&self, stage: &Stage, api: &str) -> Result<Row, Box<dyn Error>> {
        let mut row = Row { builds: Outcome::Compiles, works: Works::NotTried, unknown_event: None };
        let missing: Vec<&str> = self.needs.iter().copied().filter(|need| !tools::there(need)).collect();
        if !missing.is_empty() {
            row.builds = Outcome::Skipped(format!("{} is not here ({})", missing.join(", "), self.install));
            return Ok(row);
        }
        let bench = Bench::new(&stage.tools, api, Edition::Contract, self)?;
        row.builds = self.built(&bench)?;
        if let (Some(replay), Outcome::Compiles | Outcome::Bug) = (self.replay, &row.builds) {
            row.works = match self.works(stage, bench, replay, &mut row.unknown_event)? {
                Ok(works) => works,
                Err(why) => Works::Fails(why),
            };
        }
        Ok(row)
    }

    fn built(&self, bench: &Bench<'_>) -> Result<Outcome, Box<dyn Error>> {
        let Err(failure) = (self.run)(bench) else {
            return Ok(Outcome::Compiles);
        };
        let (why, log) = (failure.to_string(), bench.log()?);
        let bug = self.known(bench.api).is_some_and(|known| known.shows(&why, &log));
        Ok(if bug { Outcome::Bug } else { Outcome::Fails(why) })
    }

    /// Replays both corpora, the second in a client of the document for all releases. The inner error is why it does not work.
    fn works(
        &self,
        stage: &Stage,
        contract: Bench<'_>,
        replay: fn(&Bench<'_>) -> Result<(), Failure>,
        unknown_event: &mut Option<bool>,
    ) -> Result<Result<Works, String>, Box<dyn Error>> {
        let api = contract.api;
        let faults: Vec<&KnownBug> = self.faults_in(api).collect();
        let (mut counts, mut seen) = (Counts::default(), BTreeSet::new());
        let releases = Bench::new(&stage.tools, api, Edition::Releases, self)?;
        for (edition, mut bench) in Edition::ALL.into_iter().zip([contract, releases]) {
            if edition == Edition::Releases
                && let Outcome::Fails(why) = self.built(&bench)?
            {
                return Ok(Err(format!("the client from {FIRST} on: {why}")));
            }
            let server = (edition == Edition::Contract && api == APIS[0]).then_some(&stage.server);
            let explained =
                bench.replayed(stage.corpus(api, edition)?, server, replay).map_err(|failure| failure.to_string());
            let explained = explained.and_then(|tally| {
                counts.add(&tally);
                *unknown_event = tally.unknown_event.or(*unknown_event);
                tally.explained(&faults)
            });
            match explained {
                Ok(signs) => seen.extend(signs),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(match faults.iter().find(|fault| !seen.contains(fault.sign)) {
            Some(unseen) => Err(format!("{} is listed and does not show: remove the entry", unseen.link)),
            None if faults.is_empty() => Ok(Works::All(counts)),
            None => Ok(Works::Faults(counts)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            for known in generator.known.iter().chain(generator.faults) {
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
