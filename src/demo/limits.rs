//! What the demo API lets in: so many requests a minute, and of those some fail, as they do elsewhere.
//!
//! The same requests fail in every run. It knows no HTTP, and is told the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::mix;

const MINUTE: Duration = Duration::from_secs(60);

/// Keeps count.
#[derive(Debug)]
pub(super) struct Limits {
    /// The share that fails.
    fail: f64,
    /// Requests let in a minute.
    a_minute: Option<u64>,
    /// When the minute began, and what was let in since.
    minute: Mutex<Option<(Instant, u64)>>,
    served: AtomicU64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Granted,
    /// More than are let in this minute; the next begins after so many seconds.
    TooMany {
        seconds: u64,
    },
    Fails(Failing),
    /// It is answered with a content that breaks off.
    Breaks(Break),
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failing {
    /// In the service.
    Inside,
    /// On the way to it.
    Proxy,
    /// For a second.
    Busy,
}

/// How a content breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// The connection is closed after this share of it, in thousandths.
    Closed { thousandths: u64 },
    /// It ends as if it were whole after this share of it, and had no length.
    Ended { thousandths: u64 },
}

impl Break {
    /// Bytes that come of `length`: never all.
    pub(super) fn after(self, length: u64) -> u64 {
        let (Self::Closed { thousandths } | Self::Ended { thousandths }) = self;
        let (thousands, rest) = (length / 1_000, length % 1_000);
        thousands * thousandths + rest * thousandths / 1_000
    }
}

/// What a minute allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Minute {
    pub(super) allowed: u64,
    pub(super) remaining: u64,
    /// Until it is counted anew.
    pub(super) reset: Duration,
}

impl Limits {
    pub(super) fn new(fail: f64, a_minute: Option<u64>) -> Self {
        Self { fail, a_minute, minute: Mutex::default(), served: AtomicU64::new(0) }
    }

    /// Decides on a request, which is one for a content or not, and tells how many there have been with
    /// it.
    pub(super) fn admit(&self, has_content: bool, now: Instant) -> (Admission, u64) {
        let number = self.served.fetch_add(1, Ordering::Relaxed);
        (self.decide(number, has_content, now), number + 1)
    }

    fn decide(&self, number: u64, has_content: bool, now: Instant) -> Admission {
        if let Some(allowed) = self.a_minute {
            let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
            let is_over = |(began, _): &(Instant, u64)| now.duration_since(*began) >= MINUTE;
            if minute.as_ref().is_none_or(is_over) {
                *minute = Some((now, 0));
            }
            if let Some((began, let_in)) = minute.as_mut() {
                if *let_in >= allowed {
                    let left = MINUTE.saturating_sub(now.duration_since(*began));
                    // Who asks again a moment too early is refused again.
                    return Admission::TooMany { seconds: left.as_secs() + 1 };
                }
                *let_in += 1;
            }
        }
        let mixed = mix(number);
        if share(mixed) >= self.fail {
            return Admission::Granted;
        }
        // Something comes each time, so that whoever goes on where it broke off gets to the end.
        let thousandths = 50 + mix(mixed) % 900;
        match mixed % if has_content { 5 } else { 3 } {
            0 => Admission::Fails(Failing::Inside),
            1 => Admission::Fails(Failing::Proxy),
            2 => Admission::Fails(Failing::Busy),
            3 => Admission::Breaks(Break::Closed { thousandths }),
            _ => Admission::Breaks(Break::Ended { thousandths }),
        }
    }

    /// What this minute still allows; nothing where there is no limit.
    pub(super) fn minute(&self, now: Instant) -> Option<Minute> {
        let allowed = self.a_minute?;
        let minute = *self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, let_in) = minute.unwrap_or((now, 0));
        let reset = MINUTE.saturating_sub(now.duration_since(began));
        Some(Minute { allowed, remaining: allowed.saturating_sub(let_in), reset })
    }
}

/// A scattered number as a share of all, from 0 to below 1.
#[allow(clippy::cast_precision_loss, reason = "53 bits are kept")]
fn share(mixed: u64) -> f64 {
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_let_in_a_minute_and_then_again() {
        let (limits, start) = (Limits::new(0.0, Some(2)), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let ask = |seconds| limits.admit(false, at(seconds)).0;
        assert_eq!([ask(0), ask(20)], [Admission::Granted; 2]);
        assert_eq!(ask(21), Admission::TooMany { seconds: 40 });
        let minute = limits.minute(at(21)).unwrap();
        assert_eq!((minute.allowed, minute.remaining, minute.reset.as_secs()), (2, 0, 39));
        assert_eq!(ask(60), Admission::Granted);
        assert_eq!(limits.minute(at(60)).unwrap().remaining, 1);
        assert_eq!(Limits::new(0.0, None).minute(start), None);
    }

    #[test]
    fn the_share_that_fails_is_the_one_that_was_asked_for() {
        for (rate, expected) in [(0.0, 0..=0), (0.25, 200..=300), (1.0, 1_000..=1_000)] {
            let limits = Limits::new(rate, None);
            let all = (0..1_000).map(|_| limits.admit(false, Instant::now()).0);
            let failed = all.filter(|admission| *admission != Admission::Granted).count();
            assert!(expected.contains(&failed), "{rate}: {failed}");
        }
    }

    #[test]
    fn a_content_fails_before_its_head_or_in_its_middle_and_the_same_way_each_time() {
        let decide = || -> Vec<Admission> {
            let limits = Limits::new(1.0, None);
            (0..500).map(|_| limits.admit(true, Instant::now()).0).collect()
        };
        let all = decide();
        assert_eq!(all, decide());
        let count = |is: &dyn Fn(&Admission) -> bool| all.iter().filter(|one| is(one)).count();
        let closed = count(&|one| matches!(one, Admission::Breaks(Break::Closed { .. })));
        let ended = count(&|one| matches!(one, Admission::Breaks(Break::Ended { .. })));
        let failed = count(&|one| matches!(one, Admission::Fails(_)));
        assert_eq!(closed + ended + failed, 500);
        assert!(closed > 60 && ended > 60 && failed > 200, "{closed} {ended} {failed}");
        for one in all {
            let Admission::Breaks(breaks) = one else { continue };
            assert!((0..1_000_000).step_by(777).all(|length| breaks.after(length) <= length));
            assert!((1..100).all(|length| breaks.after(length) < length));
            assert!(breaks.after(100) > 0 && breaks.after(u64::MAX) < u64::MAX);
        }
    }
}
