//! Headers of any text: whatever wait and allowance they come to, paging and refreshing keep to it.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use shelflife::api::ApiError;
use shelflife::api::error::Status;
use shelflife::api::pace::Pace;
use shelflife::api::retry::{Allowance, Policy, RetryHeaders};
use shelflife::lister::refresh::{RefreshPolicy, Refresher};
use shelflife::lister::{Lister, Restarts};
use shelflife::theme::{background_of_colorfgbg, background_of_reply};

fuzz_target!(|text: (&str, &str)| {
    let (one, other) = text;
    let headers = RetryHeaders {
        should_retry: Some(other),
        retry_after_ms: None,
        retry_after: Some(one),
        date: Some(other),
    };
    keep(headers.wait());
    keep(RetryHeaders { retry_after_ms: Some(one), ..headers }.wait());
    let _ = headers.verdict();
    if let Some(allowance) = Allowance::read(one, other) {
        assert!(allowance.per_second().is_finite() && allowance.per_second() >= 0.0);
        let mut pace = Pace::default();
        pace.allow(Some(allowance), NOW);
        let refresher = Refresher::new(RefreshPolicy::default(), 1, NOW);
        assert!(refresher.due(&pace).is_some_and(|due| due <= NOW + HOUR));
    }
    let _ = (background_of_reply(one), background_of_colorfgbg(one));
});

const NOW: Duration = Duration::from_secs(1_000);
const HOUR: Duration = Duration::from_secs(3_600);

/// No try comes sooner than asked, and the background none later than in an hour.
fn keep(wait: Option<Duration>) {
    let error = ApiError::Unavailable { status: Status(429), message: None, wait };
    let mut lister = Lister::new(Policy::default(), Restarts::Allowed, 1);
    let Some(fetch) = lister.demand() else { return };
    let mut pace = Pace::default();
    pace.keep_to(&error, NOW);
    lister.page_failed(fetch.request, error.clone(), NOW, &mut pace);
    let asked = wait.unwrap_or_default();
    if let Some(before) =
        NOW.checked_add(asked).and_then(|at| at.checked_sub(Duration::from_nanos(1)))
    {
        assert!(
            wait.is_none() || lister.on_time(before).is_none() && lister.retry(before).is_none()
        );
    }
    let mut refresher = Refresher::new(RefreshPolicy::default(), 1, NOW);
    refresher.service_failed(error, true, NOW);
    let due = refresher.due(&pace);
    assert!(due.is_some_and(|due| due <= NOW + HOUR && due >= NOW + asked.min(HOUR)));
}
