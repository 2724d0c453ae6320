use super::*;

/// The longest limit once overflowed where it was added to a moment.
#[test]
fn no_limit_is_too_long_or_too_short_to_be_added() {
    let now = Instant::now();
    for limit in [Duration::MAX, Duration::MAX - Duration::from_nanos(1), Duration::from_secs(u64::MAX / 2), CENTURY] {
        assert_eq!(after(now, limit), after(now, CENTURY), "{limit:?}");
        assert_eq!(Deadline::since(now, TimeLimit::Call, limit).timeout.limit, limit, "the error shows what was set");
    }
    assert_eq!(after(now, Duration::ZERO), now);
}

#[tokio::test(start_paused = true)]
async fn work_is_bound_by_the_first_deadline_and_named_after_it() {
    let (short, long) = (Duration::from_secs(1), Duration::MAX);
    let first = Deadline::first([
        Some(Deadline::after(TimeLimit::Stream, long)),
        None,
        Some(Deadline::after(TimeLimit::Call, short)),
    ]);
    let error = Deadline::bound(first, std::future::pending::<Result<(), Error>>()).await.expect_err("late");
    assert_eq!(error.to_string(), "the call was not over within 1s (`call`)");
    assert!(Deadline::bound(None, async { Ok(()) }).await.is_ok());
}
