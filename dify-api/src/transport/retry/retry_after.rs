//! When a server wants to be asked again.

use std::time::{Duration, SystemTime};

/// Reads the value of `Retry-After`: seconds, or a date. A date that has passed is now; other text is ignored.
pub fn retry_after(value: &[u8], now: SystemTime) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim_ascii();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // So many digits that they are no number: as long as can be, and the limit makes something of it.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<u64> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        retry_after(value.as_bytes(), now).map(|pause| pause.as_secs())
    }

    #[test]
    fn seconds_are_seconds() {
        assert_eq!(read("0"), Some(0));
        assert_eq!(read(" 120 "), Some(120));
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
    }

    #[test]
    fn a_date_is_the_time_until_then() {
        assert_eq!(read("Sun, 09 Sep 2001 01:48:40 GMT"), Some(120));
        assert_eq!(read("Sunday, 09-Sep-01 01:48:40 GMT"), Some(120));
        assert_eq!(read("Sun Sep  9 01:48:40 2001"), Some(120));
        assert_eq!(read("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
    }

    #[test]
    fn what_is_neither_says_nothing() {
        for value in ["", " ", "-1", "1.5", "+5", "soon", "1 minute", "Sun, 99 Sep 2001 01:48:40 GMT"] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(retry_after(b"\xff1", SystemTime::UNIX_EPOCH), None);
    }
}
