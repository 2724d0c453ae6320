//! The script: what goes wrong, where and how often.

use std::sync::{Arc, Mutex, PoisonError};

use super::Fault;
use super::rule::{Rule, Target};

/// The fault that a request met.
type Met = Option<Arc<Fault>>;

/// All rules of a server.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Mutex<Vec<Rule>>,
}

impl Rules {
    /// The fault for a request, from the first rule that takes it.
    pub(crate) fn meet(&self, operation: Option<&str>, path: &str) -> Met {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter_mut().filter(|rule| rule.is_about(operation, path)).find_map(Rule::take)
    }

    fn change(&self, work: impl FnOnce(&mut Vec<Rule>)) {
        work(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The faults of a server: none, until a script sets one.
///
/// Rules are asked in the order in which they were made; the first that takes a request decides, and later ones do not
/// see it. So a sequence is written down as one:
///
/// ```
/// use dify_mock::{Server, fault::{Answer, Ending, Fault}};
/// use std::time::Duration;
///
/// # async fn script() -> Result<(), dify_mock::Error> {
/// let server = Server::start().await?;
/// let busy = Answer::too_many_requests().retry_after(Duration::from_secs(1));
/// server.faults().on("app_info_get").times(2).inject(Fault::Refused(busy));
/// server.faults().on("app_info_get").times(1).inject(Fault::Lost(Ending::Reset));
/// // One call in twenty, the same ones in each run.
/// server.faults().anywhere().randomly(0.05, 42).inject(Fault::Refused(Answer::page(502)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Faults<'s> {
    rules: &'s Rules,
}

impl<'s> Faults<'s> {
    pub(crate) fn new(rules: &'s Rules) -> Faults<'s> {
        Faults { rules }
    }

    /// For requests that reach this operation, whatever their path parameters are. Ids are those of
    /// [`Server::operations`](crate::Server::operations); one that is not among them is never met.
    pub fn on(self, operation: impl Into<String>) -> Script<'s> {
        self.script(Target::Operation(operation.into()))
    }

    /// For requests to exactly this path, prefix included and still encoded (`/v1/info`), whatever is there.
    pub fn on_path(self, path: impl Into<String>) -> Script<'s> {
        self.script(Target::Path(path.into()))
    }

    /// For every request.
    pub fn anywhere(self) -> Script<'s> {
        self.script(Target::Everything)
    }

    /// Removes all faults. Answers that have begun continue as they began.
    pub fn clear(self) {
        self.rules.change(Vec::clear);
    }

    fn script(self, target: Target) -> Script<'s> {
        Script { rules: self.rules, rule: Rule::new(target) }
    }
}

/// A line of the script in the making. [`inject`](Script::inject) ends it; before, it does nothing.
#[derive(Debug)]
#[must_use = "a script does nothing until `inject` selects a fault"]
pub struct Script<'s> {
    rules: &'s Rules,
    rule: Rule,
}

impl Script<'_> {
    /// The next so many requests pass unharmed.
    pub fn skip(mut self, requests: u64) -> Self {
        self.rule.skip = requests;
        self
    }

    /// For so many requests; without it, for all from now on.
    pub fn times(mut self, requests: u64) -> Self {
        self.rule.left = Some(requests);
        self
    }

    /// For the request of this number from now on only, beginning with 1.
    pub fn nth(self, number: u64) -> Self {
        self.skip(number.saturating_sub(1)).times(1)
    }

    /// With this probability, between 0 and 1, by a generator that begins with the seed: the same requests in the same
    /// order meet the same.
    pub fn randomly(mut self, probability: f64, seed: u64) -> Self {
        self.rule.chance = Some((probability, fastrand::Rng::with_seed(seed)));
        // Another seed than the one above: else what is drawn would depend on whether something is drawn.
        self.rule.drawing = fastrand::Rng::with_seed(!seed);
        self
    }

    /// Has it happen from now on.
    pub fn inject(self, fault: Fault) {
        self.inject_one_of([fault]);
    }

    /// Has one of these happen each time, drawn by a generator with the seed of [`randomly`](Script::randomly), or 0.
    /// Without any, nothing happens.
    pub fn inject_one_of(mut self, faults: impl IntoIterator<Item = Fault>) {
        self.rule.faults = faults.into_iter().map(Arc::new).collect();
        if !self.rule.faults.is_empty() {
            self.rules.change(|rules| rules.push(self.rule));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::fault::{Answer, Ending};

    fn page(status: u16) -> Fault {
        Fault::Refused(Answer::page(status))
    }

    fn met(rules: &Rules, operation: &str) -> Option<Fault> {
        rules.meet(Some(operation), "/v1/x").map(|fault| Fault::clone(&fault))
    }

    #[test]
    fn rules_are_asked_in_their_order_and_each_only_as_often_as_it_says() {
        let rules = Rules::default();
        let faults = Faults::new(&rules);
        faults.on("a").times(2).inject(page(502));
        faults.on("a").skip(1).times(1).inject(Fault::Lost(Ending::Reset));
        faults.on("b").nth(2).inject(page(503));
        let seen: Vec<_> = (0..5).map(|_| met(&rules, "a")).collect();
        assert_eq!(seen, [Some(page(502)), Some(page(502)), None, Some(Fault::Lost(Ending::Reset)), None]);
        assert_eq!([met(&rules, "b"), met(&rules, "b"), met(&rules, "b")], [None, Some(page(503)), None]);
        faults.on_path("/v1/x").inject(page(504));
        assert_eq!(met(&rules, "c"), Some(page(504)));
        assert_eq!(rules.meet(None, "/v1/y"), None);
        faults.clear();
        faults.anywhere().inject(page(408));
        assert_eq!(rules.meet(None, "/").as_deref(), Some(&page(408)));
    }

    #[test]
    fn chance_is_about_as_often_as_said_and_the_same_each_time() {
        let draw = || {
            let rules = Rules::default();
            Faults::new(&rules).anywhere().randomly(0.05, 7).inject_one_of([page(502), page(503)]);
            (0..10_000).map(|_| met(&rules, "a")).collect::<Vec<_>>()
        };
        let drawn = draw();
        assert_eq!(drawn, draw());
        for status in [502, 503] {
            let count = drawn.iter().flatten().filter(|fault| **fault == page(status)).count();
            assert!((180..320).contains(&count), "{count} of {status}, 250 expected");
        }
    }
}
