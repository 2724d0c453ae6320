//! Which requests meet a fault.

use std::sync::Arc;

use super::Fault;

/// What a rule speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Operation(String),
    Path(String),
    Everything,
}

/// One line of the script.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) target: Target,
    /// So many matching requests still pass.
    pub(crate) skip: u64,
    /// How many it may still take; `None` for no end.
    pub(crate) left: Option<u64>,
    /// How likely it takes one, and what decides.
    pub(crate) chance: Option<(f64, fastrand::Rng)>,
    /// Never empty; one of them is drawn where there are several.
    pub(crate) faults: Vec<Arc<Fault>>,
    /// What draws.
    pub(crate) drawing: fastrand::Rng,
}

impl Rule {
    pub(crate) fn new(target: Target) -> Rule {
        let drawing = fastrand::Rng::with_seed(!0);
        Rule { target, skip: 0, left: None, chance: None, faults: Vec::new(), drawing }
    }

    pub(crate) fn is_about(&self, operation: Option<&str>, path: &str) -> bool {
        match &self.target {
            Target::Operation(id) => operation == Some(id),
            Target::Path(wanted) => path == wanted,
            Target::Everything => true,
        }
    }

    /// The fault for a request that it is about, when it takes it.
    pub(crate) fn take(&mut self) -> Option<Arc<Fault>> {
        if self.left == Some(0) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if let Some((probability, generator)) = &mut self.chance
            && generator.f64() >= *probability
        {
            return None;
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        let drawn = if self.faults.len() > 1 { self.drawing.usize(..self.faults.len()) } else { 0 };
        self.faults.get(drawn).map(Arc::clone)
    }
}
