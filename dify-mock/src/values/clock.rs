//! Time as Dify writes it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Unix time in seconds.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_second()
}

/// Unix time in microseconds.
pub(crate) fn micros() -> i64 {
    Timestamp::now().as_microsecond()
}

/// Microseconds as seconds with a fraction.
#[expect(clippy::cast_precision_loss, reason = "exact until the year 2255")]
pub(crate) fn fraction(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// `2026-11-21T02:44:16`: no zone, meant as UTC.
pub(crate) fn iso(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `Sat, 21 Nov 2026 02:44:16 -0000`.
pub(crate) fn rfc_822(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().strftime("%a, %d %b %Y %H:%M:%S -0000").to_string()
}

/// Seconds for a date, with or without a time, a fraction and a zone; without a zone it is UTC.
pub(crate) fn from_iso(text: &str) -> Option<i64> {
    let zoned = text.parse::<Timestamp>().ok();
    let moment = zoned.or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok());
    moment.map(Timestamp::as_second)
}

/// Returns whether this is `2026-11-21 02:44`.
pub(crate) fn is_minute(text: &str) -> bool {
    DateTime::strptime("%Y-%m-%d %H:%M", text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_is_the_same_moment_and_comes_back() {
        assert_eq!(iso(0), "1970-01-01T00:00:00");
        assert_eq!(iso(1_795_229_056), "2026-11-21T02:44:16");
        assert_eq!(rfc_822(1_795_229_056), "Sat, 21 Nov 2026 02:44:16 -0000");
        assert_eq!(iso(951_782_400), "2000-02-29T00:00:00");
        for seconds in [0, 951_782_400, 1_795_229_056, 4_102_444_799] {
            assert_eq!(from_iso(&iso(seconds)), Some(seconds));
        }
        for text in ["2026-11-21T02:44:16.5Z", "2026-11-21 02:44:16", "2026-11-21T03:44:16+01:00"] {
            assert_eq!(from_iso(text), Some(1_795_229_056), "{text}");
        }
        assert_eq!(from_iso("2026-11-21"), Some(1_795_219_200));
        assert_eq!(from_iso("yesterday"), None);
        assert!(is_minute("2026-11-21 02:44") && !is_minute("2026-11-21T02:44:16") && !is_minute("bad"));
    }
}
