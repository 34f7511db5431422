//! What the head of an answer tells on the side: the time, when to try again, how much is allowed,
//! and where else to look.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::Url;
use reqwest::header::{AGE, DATE, HeaderMap, LOCATION, RETRY_AFTER};

use super::retry::{Allowance, RetryHeaders};
use crate::text::{Untrusted, UntrustedRef};
use crate::time::clock::{DateSample, since_boot};

pub(super) fn retry_headers(headers: &HeaderMap) -> RetryHeaders<'_> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    RetryHeaders {
        should_retry: text("x-should-retry"),
        retry_after_ms: text("retry-after-ms"),
        retry_after: text(RETRY_AFTER.as_str()),
        date: text(DATE.as_str()),
    }
}

/// What says how many requests are left, and when there are all of them again.
const ALLOWANCES: [(&str, &str); 4] = [
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-requests-minute", "x-ratelimit-reset-requests-minute"),
    ("x-ratelimit-remaining-requests-hour", "x-ratelimit-reset-requests-hour"),
    ("x-ratelimit-remaining-requests-day", "x-ratelimit-reset-requests-day"),
];

/// The tightest of the allowances of requests; those of tokens are not ours to spend.
pub(super) fn read_allowance(headers: &HeaderMap) -> Option<Allowance> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    ALLOWANCES
        .iter()
        .filter_map(|(remaining, reset)| Allowance::read(text(remaining)?, text(reset)?))
        .min_by(|a, b| a.per_second().total_cmp(&b.per_second()))
}

/// The answer's `Date`, unless a cache may have served it (`Age`).
pub(super) fn date_sample(headers: &HeaderMap, sent: Duration) -> Option<DateSample> {
    if headers.get(AGE).is_some_and(|age| age != "0") {
        return None;
    }
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let date_s = i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    Some(DateSample { date_s, sent, received: since_boot() })
}

/// What a redirect from `asked` names, where it names a place: the whole address, without its query,
/// where it is of the same host, else that host. What another one is told, or a query, could carry
/// anything, the key included.
pub(super) fn redirect_target(asked: &Url, headers: &HeaderMap) -> Option<Untrusted> {
    let location = headers.get(LOCATION)?.as_bytes();
    // Only shown. In a host the key would not be known any more: its letters become small ones.
    let location = UntrustedRef::new(location).without_short_secrets();
    let Ok(url) = asked.join(&String::from_utf8_lossy(&location)) else {
        return Some(Untrusted::new("no valid address"));
    };
    let Some(host) = url.host_str() else { return Some(Untrusted::new("no valid address")) };
    let place = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    // The same host at another port may be another service.
    let same_port = url.scheme() != asked.scheme() || url.port() == asked.port();
    let target = if url == *asked {
        "the same address".to_owned()
    } else if url.host_str() == asked.host_str() && same_port {
        format!("{}://{place}{}", url.scheme(), url.path())
    } else {
        place
    };
    let mut target = Untrusted::new(target);
    target.cap(256);
    Some(target)
}
