//! Did a call end as it had to, by what its requests met?

use crate::{call::Outcome, seen::Seen};

/// What one request of a call met.
pub struct Met {
    /// What the client had to see; nothing where the answer came as it should.
    pub seen: Option<Seen>,
    pub executed: bool,
}

/// What the server knows of a call.
pub struct Known {
    /// Its requests, in their order.
    pub met: Vec<Met>,
    /// How often it was acted on, by the server's own count.
    pub executions: u32,
}

/// How often the policy of the run sends a call at most.
pub const MOST_ATTEMPTS: u32 = 3;

/// All that is wrong.
pub fn judge(outcome: &Outcome, known: &Known) -> Vec<String> {
    let Outcome { kind, attempts, .. } = *outcome;
    let mut wrong: Vec<String> = Vec::new();
    let mut hold = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    let met: Vec<Option<Seen>> = known.met.iter().map(|met| met.seen).collect();
    let Some((&last, before)) = met.split_last() else { return vec!["no request of it arrived".to_owned()] };

    hold(met.len() == attempts as usize, "the client and the server differ on the number of attempts");
    hold(attempts <= MOST_ATTEMPTS, "more attempts than the policy allows");
    hold(before.iter().all(|seen| seen.is_some_and(|seen| seen.again(kind))), "made again where it may not be");
    let counted = known.met.iter().filter(|met| met.executed).count();
    hold(counted == known.executions as usize, "the server's records and its count of executions differ");
    hold(kind.idempotent() || known.executions <= 1, "acted on twice");

    match &outcome.failure {
        None => {
            hold(last.is_none(), "a success, though the last request met a fault");
            hold(known.executions >= 1, "a success of what was never done");
        }
        Some(failure) => {
            hold(failure.seen == last && last.is_some(), "another error than the last request's fault makes");
            let again = last.is_some_and(|seen| seen.again(kind)) && attempts < MOST_ATTEMPTS;
            hold(failure.over_budget == again, "given up too early, or the budget blamed wrongly");
            let open = !kind.only_reads() && met.iter().flatten().any(|seen| seen.open());
            hold(failure.may_have_acted == open, "`may_have_acted` is not what its attempts say");
            let done = !kind.only_reads() && known.executions > 0;
            hold(failure.may_have_acted || !done, "acted on, and the error denies it");
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Failure, Kind};

    fn outcome(kind: Kind, attempts: u32, failure: Option<(Seen, bool)>) -> Outcome {
        let failure = failure.map(|(seen, may_have_acted)| Failure {
            seen: Some(seen),
            may_have_acted,
            over_budget: false,
            text: String::new(),
        });
        Outcome { kind, id: "1".to_owned(), attempts, failure }
    }

    fn known(met: &[(Option<Seen>, bool)]) -> Known {
        let executions = met.iter().filter(|(_, executed)| *executed).count() as u32;
        Known { met: met.iter().map(|&(seen, executed)| Met { seen, executed }).collect(), executions }
    }

    fn verdict(outcome: &Outcome, met: &[(Option<Seen>, bool)]) -> Vec<String> {
        judge(outcome, &known(met))
    }

    #[test]
    fn what_ended_as_it_had_to_is_right() {
        let whole = (None, true);
        assert!(verdict(&outcome(Kind::Chat, 1, None), &[whole]).is_empty());
        assert!(verdict(&outcome(Kind::Chat, 2, None), &[(Some(Seen::Busy), false), whole]).is_empty());
        assert!(verdict(&outcome(Kind::Correct, 2, None), &[(Some(Seen::Broken), true), whole]).is_empty());
        let lost = outcome(Kind::Chat, 1, Some((Seen::Broken, true)));
        assert!(verdict(&lost, &[(Some(Seen::Broken), true)]).is_empty());
    }

    #[test]
    fn what_did_not_is_found() {
        let whole = (None, true);
        let of = |outcome: Outcome, met: &[(Option<Seen>, bool)]| verdict(&outcome, met).join("; ");
        let twice = of(outcome(Kind::Chat, 2, None), &[(Some(Seen::Broken), true), whole]);
        assert!(twice.contains("acted on twice") && twice.contains("made again"), "{twice}");
        assert!(of(outcome(Kind::Info, 2, None), &[whole]).contains("number of attempts"));
        assert!(of(outcome(Kind::Info, 1, None), &[(Some(Seen::Quota), false)]).contains("never done"));
        let denied = of(outcome(Kind::Chat, 1, Some((Seen::Broken, false))), &[(Some(Seen::Broken), true)]);
        assert!(denied.contains("denies it"), "{denied}");
        let wrong = of(outcome(Kind::Chat, 1, Some((Seen::Late, true))), &[(Some(Seen::Broken), true)]);
        assert!(wrong.contains("another error"), "{wrong}");
        let early = of(outcome(Kind::Info, 1, Some((Seen::Broken, false))), &[(Some(Seen::Broken), true)]);
        assert!(early.contains("too early"), "{early}");
        assert!(of(outcome(Kind::Info, 1, None), &[]).contains("no request"));
    }
}
