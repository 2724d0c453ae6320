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

impl Cost {
    /// Makes a cost of two members of an answer, such as those of the console's statistics.
    ///
    /// ```
    /// let cost = dify_api::Cost::new("0.0001032", "USD");
    /// assert_eq!(cost.to_string(), "0.0001032 USD");
    /// ```
    pub fn new(amount: impl Into<String>, currency: impl Into<String>) -> Self {
        Self { amount: amount.into(), currency: currency.into() }
    }

    /// Returns the amount as an exact decimal number, to be added up. Dify writes small amounts with an exponent, as `0E-7`.
    ///
    /// ```
    /// # use dify_api::Cost;
    /// let sum = Cost::new("0.1", "USD").decimal()? + Cost::new("2E-1", "USD").decimal()?;
    /// assert_eq!(sum.to_string(), "0.3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the amount is no number, or has more than 28 digits.
    #[cfg(feature = "rust_decimal")]
    pub fn decimal(&self) -> Result<rust_decimal::Decimal, rust_decimal::Error> {
        let amount = self.amount.trim();
        if amount.contains(['e', 'E']) {
            return rust_decimal::Decimal::from_scientific(amount);
        }
        rust_decimal::Decimal::from_str_exact(amount)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Shown::new(&self.amount), Shown::new(&self.currency))
    }
}

#[cfg(all(test, feature = "rust_decimal"))]
mod tests {
    use super::Cost;

    #[test]
    fn amounts_are_exact_in_every_notation() {
        let decimal = |amount: &str| Cost::new(amount, "USD").decimal();
        let texts = [("0.0001032", "0.0001032"), ("0E-7", "0"), ("1.5e-3", "0.0015"), ("12", "12"), (" 0.10 ", "0.1")];
        for (amount, expected) in texts {
            assert_eq!(decimal(amount).expect(amount).normalize().to_string(), expected);
        }
        for amount in ["", "free", "0.1 USD", "1e99", "NaN", "0.123456789012345678901234567890"] {
            assert!(decimal(amount).is_err(), "{amount}");
        }
    }
}
