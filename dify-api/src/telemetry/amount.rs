//! Sums of money without rounding.

use std::fmt;

/// An amount that is not negative, in units of 10⁻¹². Servers send seven digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(u128);

/// Digits after the point.
const SCALE: i32 = 12;

/// The longest text that is read: longer text is no price.
const LONGEST: usize = 64;

impl Amount {
    /// Reads a decimal number, such as `0.0001032` or Python's `0E-7`; `None` for any other text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut digits = 0_u128;
        for digit in whole.chars().chain(fraction.chars()) {
            digits = digits.checked_mul(10)?.checked_add(digit.to_digit(10)?.into())?;
        }
        let shift = SCALE.checked_add(exponent)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let power = || 10_u128.checked_pow(shift.unsigned_abs());
        Some(Self(match (digits, shift) {
            (0, _) => 0,
            (_, 0..) => digits.checked_mul(power()?)?,
            // Half a unit is rounded up.
            _ => power().map_or(0, |power| digits / power + u128::from(digits % power >= power.div_ceil(2))),
        }))
    }

    pub(crate) fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u128.pow(SCALE.unsigned_abs());
        write!(f, "{}", self.0 / unit)?;
        let fraction = format!("{:012}", self.0 % unit);
        match fraction.trim_end_matches('0') {
            "" => Ok(()),
            fraction => write!(f, ".{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_as_servers_write_it() {
        for (text, shown) in [
            ("0.0001032", "0.0001032"),
            ("0E-7", "0"),
            ("0", "0"),
            ("1.5e2", "150"),
            ("12E-1", "1.2"),
            (" 3.140 ", "3.14"),
            (".5", "0.5"),
            ("7.", "7"),
            ("0.0000000000005", "0.000000000001"),
            ("1E-40", "0"),
        ] {
            assert_eq!(Amount::read(text).map(|amount| amount.to_string()).as_deref(), Some(shown), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_unknown() {
        let long = "1".repeat(100);
        for text in ["", ".", "-1", "+1", "NaN", "inf", "1e99", "1e999999999999", "0x1", "1,5", "1 2", "١", &long] {
            assert_eq!(Amount::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_sum_is_exact_and_does_not_overflow() {
        let tenth = Amount::read("0.1").expect("an amount");
        let sum = (0..10).fold(Amount::default(), |sum, _| sum.saturating_add(tenth));
        assert_eq!(sum.to_string(), "1");
        assert_eq!(Amount(u128::MAX).saturating_add(tenth), Amount(u128::MAX));
    }
}
