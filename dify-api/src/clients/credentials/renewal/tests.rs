use super::*;
use crate::Timeout;
use futures_util::future::join_all;
use std::sync::atomic::{AtomicU32, Ordering};

/// Work that takes a second, counts itself, and ends like this.
fn work(begun: &Arc<AtomicU32>, outcome: impl Fn() -> Outcome + Send + Clone + 'static) -> impl Fn() -> Work {
    let begun = Arc::clone(begun);
    move || {
        let (begun, outcome) = (Arc::clone(&begun), outcome.clone());
        Box::pin(async move {
            begun.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            outcome()
        })
    }
}

fn late() -> Outcome {
    let timeout = Timeout { which: crate::TimeLimit::Connect, limit: Duration::from_secs(1) };
    Err(Error::outside(ErrorKind::Timeout(timeout)))
}

fn refused() -> Outcome {
    Err(Error::config("no such account"))
}

fn is_late(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Timeout(_)))
}

#[tokio::test(start_paused = true)]
async fn callers_who_wait_share_one_outcome() {
    for outcome in [late, refused, || Ok(true), || Ok(false)] {
        let (renewal, begun) = (Renewal::default(), Arc::default());
        let work = work(&begun, outcome);
        let outcomes = join_all((0..200).map(|_| renewal.run(Instant::now(), || true, &work))).await;
        let texts: Vec<_> = outcomes.iter().map(|outcome| format!("{outcome:?}")).collect();
        assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
        assert_eq!(begun.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_counts_until_another_credential_comes() {
    let (renewal, begun) = (Renewal::default(), Arc::default());
    for _ in 0..3 {
        assert!(renewal.run(Instant::now(), || true, work(&begun, refused)).await.is_err());
        tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
    }
    assert_eq!(begun.load(Ordering::Relaxed), 1);
    renewal.forget_failures();
    assert!(renewal.run(Instant::now(), || true, work(&begun, || Ok(true))).await.is_ok_and(|renewed| renewed));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_is_shared_for_a_growing_pause() {
    let (renewal, begun) = (Renewal::default(), Arc::default());
    let mut pauses = Vec::new();
    assert!(is_late(&renewal.run(Instant::now(), || true, work(&begun, late)).await));
    for round in 1..=9 {
        let failed = Instant::now();
        let again = loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let before = Instant::now();
            assert!(is_late(&renewal.run(Instant::now(), || true, work(&begun, late)).await));
            if begun.load(Ordering::Relaxed) > round {
                break before;
            }
            assert_eq!(Instant::now(), before, "a shared failure is told at once");
        };
        pauses.push((again - failed).as_secs_f64());
    }
    for (round, pause) in pauses.iter().enumerate() {
        let bound = 2_f64.powi(round as i32).min(60.0);
        assert!((bound / 2.0..bound + 0.02).contains(pause), "{pause} s after failure {}", round + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_came_before_a_failure_shares_it_though_late() {
    let (renewal, begun) = (Renewal::default(), Arc::default());
    let early = Instant::now();
    assert!(is_late(&renewal.run(early, || true, work(&begun, late)).await));
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(is_late(&renewal.run(early, || true, work(&begun, late)).await));
    assert_eq!(begun.load(Ordering::Relaxed), 1);
    // Whoever was busy for much longer, such as with an upload, has not waited for it.
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert!(renewal.run(early, || true, work(&begun, || Ok(true))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_the_row_of_failures() {
    let (renewal, begun) = (Renewal::default(), Arc::default());
    assert!(is_late(&renewal.run(Instant::now(), || true, work(&begun, late)).await));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(renewal.run(Instant::now(), || true, work(&begun, || Ok(true))).await.is_ok());
    assert_eq!(renewal.state().failures, 0);
    assert!(renewal.run(Instant::now(), || true, work(&begun, || Ok(true))).await.is_ok());
    assert_eq!(begun.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_leaves_takes_nothing_from_the_others() {
    let (renewal, begun) = (Renewal::default(), Arc::default());
    let work = work(&begun, || Ok(true));
    let hurried = tokio::time::timeout(Duration::from_millis(100), renewal.run(Instant::now(), || true, &work));
    let (left, waited) = tokio::join!(hurried, renewal.run(Instant::now(), || true, &work));
    assert!(left.is_err() && waited.is_ok_and(|renewed| renewed));
    assert_eq!(begun.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn work_without_callers_goes_on_for_a_moment_only() {
    let (renewal, begun) = (Renewal::default(), Arc::default());
    let brief = Duration::from_millis(600);
    assert!(
        tokio::time::timeout(brief, renewal.run(Instant::now(), || true, work(&begun, || Ok(true)))).await.is_err()
    );
    // It goes on, and whoever comes now has its outcome.
    assert!(renewal.run(Instant::now(), || true, work(&begun, || Ok(true))).await.is_ok());
    assert_eq!(begun.load(Ordering::Relaxed), 1);

    let endless = || -> Work { Box::pin(std::future::pending()) };
    assert!(tokio::time::timeout(brief, renewal.run(Instant::now(), || true, endless)).await.is_err());
    tokio::time::sleep(3 * LINGER).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    assert!(renewal.run(Instant::now(), || true, work(&begun, || Ok(true))).await.is_ok());
}

#[test]
fn work_that_went_with_its_runtime_is_begun_again() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let (renewal, begun) = (Renewal::default(), Arc::default());
    let first = runtime().expect("a runtime");
    first.block_on(async {
        let never = || -> Work { Box::pin(std::future::pending()) };
        assert!(
            tokio::time::timeout(Duration::from_millis(1), renewal.run(Instant::now(), || true, never)).await.is_err()
        );
    });
    drop(first);
    let outcome =
        runtime().expect("a runtime").block_on(renewal.run(Instant::now(), || true, work(&begun, || Ok(true))));
    assert!(outcome.is_ok_and(|renewed| renewed));
}

#[test]
fn what_is_a_verdict_is_told_from_trouble_that_passes() {
    let api = |status: u16, code: &str| {
        let body = format!(r#"{{"code":"{code}","message":"","status":{status}}}"#);
        ErrorKind::Api(crate::error::ApiError {
            status: StatusCode::from_u16(status).expect("a status"),
            code: code.into(),
            message: String::new(),
            params: None,
            retry_after: None,
            body: body.into(),
        })
    };
    let verdict = |kind| is_verdict(&Error::outside(kind));
    for (status, code) in [
        (401, "authentication_failed"),
        (400, "email_or_password_mismatch"),
        (400, "account_banned"),
        (400, "account_in_freeze"),
        (429, "email_code_login_limit"),
        (404, "not_found"),
        (403, "forbidden"),
    ] {
        assert!(verdict(api(status, code)), "{status} {code}");
    }
    for (status, code) in [
        (401, "not_setup"),
        (401, "not_init_validated"),
        (429, "too_many_requests"),
        (408, "x"),
        (500, "unknown"),
        (503, "unknown"),
    ] {
        assert!(!verdict(api(status, code)), "{status} {code}");
    }
    let page = |content_type: &str| {
        ErrorKind::Http(HttpError {
            status: StatusCode::UNAUTHORIZED,
            content_type: content_type.to_owned(),
            due: "application/json",
            location: None,
            retry_after: None,
            body: "No.".into(),
        })
    };
    assert!(verdict(page("application/json")) && !verdict(page("text/html")) && !verdict(page("")));
}
