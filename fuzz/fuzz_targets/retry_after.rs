//! The value of `Retry-After`: nothing panics, digits are seconds, and the same moment always gives the same.

#![no_main]

use std::time::{Duration, SystemTime};

use dify_api::__private::retry_after;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let pause = retry_after(value, now);
    assert_eq!(pause, retry_after(value, now));
    let text = std::str::from_utf8(value).map(str::trim_ascii).unwrap_or_default();
    if let Ok(seconds) = text.parse::<u64>()
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        assert_eq!(pause, Some(Duration::from_secs(seconds)));
    } else if let Some(pause) = pause {
        // A date: an hour later it is an hour less, or over.
        let later = retry_after(value, now + Duration::from_secs(3600));
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        assert!(digits || later == Some(pause.saturating_sub(Duration::from_secs(3600))), "{pause:?}, {later:?}");
    }
});
