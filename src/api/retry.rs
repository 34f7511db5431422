//! When to try again: the policy as arithmetic, apart from what failed and from who waits.
//!
//! This module knows no clock; spans go in and out.

use std::time::Duration;

use crate::time::span::read_duration;

/// The policy for calls that an operator waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Tries in all, the first one included.
    pub attempts: u32,
    /// The span that doubles with each retry.
    pub base: Duration,
    /// The upper bound of that span.
    pub cap: Duration,
    /// The longest wait that a service may ask for and get; above it the operator is told.
    pub longest_wait: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            longest_wait: Duration::from_secs(120),
        }
    }
}

impl Policy {
    /// A wait before retry number `retry` (from 1): full jitter over `min(base * 2^(retry-1), cap)`.
    pub fn backoff(&self, retry: u32, rng: &mut fastrand::Rng) -> Duration {
        let doubled = self.base.saturating_mul(1 << (retry.clamp(1, 16) - 1));
        doubled.min(self.cap).mul_f64(rng.f64())
    }
}

/// Retries that may still be made: ten at most, each costs one, each success returns a fifth.
///
/// It keeps a long outage from turning every call into three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    fifths: u32,
}

impl Budget {
    const FULL: u32 = 10 * 5;

    /// Pays for one retry; `false` where nothing is left.
    pub fn spend(&mut self) -> bool {
        let left = self.fifths.checked_sub(5);
        self.fifths = left.unwrap_or(self.fifths);
        left.is_some()
    }

    /// A call succeeded, which pays a part of a retry back.
    pub fn restore(&mut self) {
        self.fifths = (self.fifths + 1).min(Self::FULL);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { fifths: Self::FULL }
    }
}

/// The headers that speak about trying again, as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct RetryHeaders<'a> {
    /// `x-should-retry`.
    pub should_retry: Option<&'a str>,
    /// `retry-after-ms`.
    pub retry_after_ms: Option<&'a str>,
    /// `Retry-After`: seconds, or a date in any of the three forms of HTTP.
    pub retry_after: Option<&'a str>,
    /// `Date` of the same answer, against which a date is measured.
    pub date: Option<&'a str>,
}

impl RetryHeaders<'_> {
    /// How long the service asks to be left alone; nothing where it does not say, or says something
    /// negative, past or garbled.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let milliseconds = self.retry_after_ms.and_then(positive).map(|ms| ms / 1_000.0);
        let seconds = milliseconds.or_else(|| self.retry_after.and_then(positive));
        if let Some(seconds) = seconds {
            let wait = Duration::try_from_secs_f64(seconds).ok();
            return wait.filter(|wait| !wait.is_zero());
        }
        let until = httpdate::parse_http_date(self.retry_after?.trim()).ok()?;
        let from = httpdate::parse_http_date(self.date?.trim()).ok()?;
        until.duration_since(from).ok().filter(|wait| !wait.is_zero())
    }

    /// What the service itself says about trying again.
    #[must_use]
    pub fn verdict(&self) -> Option<bool> {
        match self.should_retry?.trim() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// How many requests the service still allows, and until when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    /// Requests left in the span.
    pub remaining: u64,
    /// How long until the full number is allowed again.
    pub reset: Duration,
}

impl Allowance {
    /// Reads `x-ratelimit-remaining-…` and `x-ratelimit-reset-…`: whole requests; seconds as a
    /// number, or with units as in `6m0s`, `250ms`.
    #[must_use]
    pub fn read(remaining: &str, reset: &str) -> Option<Self> {
        let remaining = remaining.trim().parse().ok()?;
        let reset = reset.trim();
        let reset = match reset.parse::<f64>() {
            Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
            Err(_) => read_duration(reset)?,
        };
        Some(Self { remaining, reset })
    }

    /// Requests a second that would last until the reset.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    pub fn per_second(self) -> f64 {
        self.remaining as f64 / self.reset.as_secs_f64().max(1.0)
    }
}

fn positive(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = text.starts_with(|c: char| c.is_ascii_digit());
    number.then(|| text.parse::<f64>().ok()).flatten().filter(|n| n.is_finite() && *n > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_is_jittered_below_a_doubling_bound() {
        let policy = Policy::default();
        let mut rng = fastrand::Rng::with_seed(1);
        for (retry, bound) in [(1, 500), (2, 1_000), (3, 2_000), (5, 8_000), (60, 8_000)] {
            let waits: Vec<_> = (0..200).map(|_| policy.backoff(retry, &mut rng)).collect();
            let most = waits.iter().max().unwrap().as_millis();
            assert!(most <= bound && most * 10 > bound * 9, "{retry}: {most}");
            assert!(waits.iter().min().unwrap().as_millis() * 10 < bound, "full jitter");
        }
    }

    #[test]
    fn the_budget_allows_ten_retries_and_five_successes_buy_one() {
        let mut budget = Budget::default();
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
        (0..4).for_each(|_| budget.restore());
        assert!(!budget.spend());
        budget.restore();
        assert!(budget.spend() && !budget.spend());
    }

    #[test]
    fn allowances_in_seconds_and_with_units() {
        let reset = |text| Allowance::read("5", text).map(|allowance| allowance.reset.as_millis());
        for (text, expected) in [
            ("33.5", Some(33_500)),
            ("6m0s", Some(360_000)),
            ("1h2m3.5s", Some(3_723_500)),
            ("250ms", Some(250)),
            ("", None),
            ("soon", None),
            ("5x", None),
            ("-3", None),
        ] {
            assert_eq!(reset(text), expected, "{text}");
        }
        assert_eq!(Allowance::read("-1", "3"), None);
        assert!((Allowance::read("30", "60").unwrap().per_second() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let cases = [
            ("7", Some(7_000)),
            (" 1.5 ", Some(1_500)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10_000)),
            ("Sun Nov  6 08:49:47 1994", Some(10_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1993 08:49:37 GMT", None),
            ("0", None),
            ("0.00000000000007", None),
            ("1e300", None),
            ("-5", None),
            ("inf", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let headers = RetryHeaders { retry_after: Some(text), date, ..Default::default() };
            assert_eq!(headers.wait(), expected.map(Duration::from_millis), "{text}");
        }
        let ms = RetryHeaders {
            retry_after_ms: Some("250"),
            retry_after: Some("9"),
            ..Default::default()
        };
        assert_eq!(ms.wait(), Some(Duration::from_millis(250)));
        assert_eq!(
            RetryHeaders { should_retry: Some("false"), ..Default::default() }.verdict(),
            Some(false)
        );
    }
}
