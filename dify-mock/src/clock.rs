//! Time as Dify writes it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix time in seconds.
pub(crate) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}

/// Unix time in microseconds.
pub(crate) fn micros() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds as seconds with a fraction.
#[expect(clippy::cast_precision_loss, reason = "exact until the year 2255")]
pub(crate) fn fraction(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// `2026-11-21T02:44:16`: no zone, meant as UTC.
pub(crate) fn iso(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let (hour, minute, second) = time_of_day(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// `Sat, 21 Nov 2026 02:44:16 GMT`: as headers have it.
pub(crate) fn http_date(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let days = seconds.div_euclid(86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = time_of_day(seconds);
    let word = |words: &[&'static str], place: i64| {
        usize::try_from(place).ok().and_then(|place| words.get(place).copied()).unwrap_or_default()
    };
    let (weekday, month) = (word(&DAYS, days.rem_euclid(7)), word(&MONTHS, month - 1));
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Seconds for `2026-11-21T02:44:16` with or without fraction and zone; nothing when it is no such text.
pub(crate) fn from_iso(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13).unwrap_or(0), part(14, 16).unwrap_or(0), part(17, 19).unwrap_or(0));
    let shifted = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = shifted.0.div_euclid(400);
    let of_era = shifted.0.rem_euclid(400);
    let of_year = (153 * shifted.1 + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn time_of_day(seconds: i64) -> (i64, i64, i64) {
    let rest = seconds.rem_euclid(86_400);
    (rest / 3_600, rest % 3_600 / 60, rest % 60)
}

/// The civil date of a day counted from 1970-01-01 (Howard Hinnant's algorithm).
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year_of_era + era * 400 + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_is_the_same_moment_and_comes_back() {
        assert_eq!(iso(0), "1970-01-01T00:00:00");
        assert_eq!(iso(1_795_229_056), "2026-11-21T02:44:16");
        assert_eq!(iso(951_782_400), "2000-02-29T00:00:00");
        for seconds in [0, 951_782_400, 1_795_229_056, 4_102_444_799] {
            assert_eq!(from_iso(&iso(seconds)), Some(seconds));
        }
        assert_eq!(from_iso("yesterday"), None);
        assert_eq!(http_date(1_795_229_056), "Sat, 21 Nov 2026 02:44:16 GMT");
    }
}
