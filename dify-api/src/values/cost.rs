//! Money, as servers report it.

use crate::Shown;
use std::fmt;

/// What an answer cost, by the prices of the server. A model without a price costs 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Cost {
    /// The amount, a decimal number such as `0.0001032`.
    pub amount: String,
    /// The currency, a code such as `USD`.
    pub currency: String,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Shown::new(&self.amount), Shown::new(&self.currency))
    }
}
