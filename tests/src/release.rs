//! A server that answers as one release was recorded to.

use std::{collections::BTreeMap, sync::Mutex};

use contract::{Found, Judge};

use crate::{
    Case,
    canned::{Answer, CannedServer},
    corpus,
};

/// The servers of supported releases, as the folders of their recordings are named.
pub fn supported() -> impl Iterator<Item = &'static str> {
    corpus().servers().into_iter().filter(|server| *server != "dify-0.15.8")
}

/// Starts a server that answers each operation with the recorded successes of a release, in their order; the last repeats.
/// An operation that was not recorded is answered as by the next release that was. A route that the release lacks is not found.
///
/// # Panics
/// When there are no recordings of the server.
pub async fn replay(server: &str) -> CannedServer {
    let replay = Replay::of(server);
    CannedServer::choosing(move |method, target| replay.answer(method, target)).await.expect("a free port")
}

/// The recorded answers of a release.
struct Replay {
    judge: &'static Judge,
    /// By API and operation: the answers, of which the last repeats.
    answers: BTreeMap<String, Vec<Answer>>,
    given: Mutex<BTreeMap<String, usize>>,
    missing: Answer,
}

/// Whether the answer is one that a walk or a wait ends with.
fn is_last(body: &str) -> bool {
    !body.contains(r#""has_more":true"#)
        && ["waiting", "parsing", "cleaning", "splitting", "indexing"]
            .iter()
            .all(|status| !body.contains(&format!(r#""indexing_status":"{status}""#)))
}

impl Replay {
    fn of(server: &str) -> Self {
        let judge = corpus().judge(server);
        let mut by_server: BTreeMap<Vec<u64>, Vec<&'static Case>> = BTreeMap::new();
        let release = |server: &str| contract::numbers(corpus().judge(server).release());
        for case in &corpus().cases {
            by_server.entry(release(&case.recording.server)).or_default().push(case);
        }
        let mut answers: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
        for cases in by_server.range(release(server)..).map(|(_, cases)| cases) {
            let mut own: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
            for case in cases.iter().filter(|case| case.accepted() && case.verdict.aside.is_none()) {
                let Some(operation) = &case.verdict.operation else { continue };
                own.entry(format!("{} {operation}", case.api().prefix())).or_default().push(case);
            }
            for (operation, mut cases) in own {
                cases.sort_by_key(|case| case.recording.reply().is_some_and(is_last));
                let recorded = || cases.iter().map(|case| Answer::recorded(&case.recording)).collect();
                answers.entry(operation).or_insert_with(recorded);
            }
        }
        let not_found = |case: &&Case| case.recording.server == server && case.recording.status() == 404;
        let html = |case: &&Case| case.recording.media_type() == "text/html";
        let missing = corpus().cases.iter().filter(not_found).find(html).expect("an unknown route");
        Self { judge, answers, given: Mutex::default(), missing: Answer::recorded(&missing.recording) }
    }

    fn answer(&self, method: &str, target: &str) -> Answer {
        let path = target.split('?').next().unwrap_or_default();
        let Found::Operation(operation, _) = self.judge.find(method, path) else { return self.missing.clone() };
        let name = format!("{} {}", operation.document().prefix(), operation.name());
        let Some(answers) = self.answers.get(&name) else { return self.missing.clone() };
        let mut given = self.given.lock().expect("no panic");
        let given = given.entry(name).or_default();
        *given += 1;
        answers[(*given - 1).min(answers.len() - 1)].clone()
    }
}
