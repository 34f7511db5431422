//! Headers of any text: waits and allowances are finite, or none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shelflife::api::retry::{Allowance, RetryHeaders};
use shelflife::view::theme::{background_of_colorfgbg, background_of_reply};

fuzz_target!(|text: (&str, &str)| {
    let (one, other) = text;
    let headers = RetryHeaders {
        should_retry: Some(other),
        retry_after_ms: None,
        retry_after: Some(one),
        date: Some(other),
    };
    if let Some(wait) = headers.wait() {
        assert!(!wait.is_zero());
    }
    let headers = RetryHeaders { retry_after_ms: Some(one), ..headers };
    if let Some(wait) = headers.wait() {
        assert!(!wait.is_zero());
    }
    let _ = headers.verdict();
    if let Some(allowance) = Allowance::read(one, other) {
        assert!(allowance.per_second().is_finite() && allowance.per_second() >= 0.0);
    }
    let _ = (background_of_reply(one), background_of_colorfgbg(one));
});
