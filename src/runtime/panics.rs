//! Panics anywhere, a task or a thread included, end the dashboard; their message waits until the
//! terminal is given back.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::panic;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

static HAPPENED: Notify = Notify::const_new();
static MESSAGE: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic says nothing where it happens, but ends the dashboard.
pub fn catch_panics() {
    panic::set_hook(Box::new(|info| {
        let backtrace = Backtrace::capture();
        let mut text = info.to_string();
        if backtrace.status() == BacktraceStatus::Captured {
            let _ = write!(text, "\n{backtrace}");
        }
        // The first one is the cause; what follows while unwinding is not.
        MESSAGE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        HAPPENED.notify_one();
    }));
}

/// Waits for a panic.
pub(super) async fn happened() {
    HAPPENED.notified().await;
}

/// What the first panic said, if there was one.
#[must_use]
pub fn take_panic() -> Option<String> {
    MESSAGE.lock().unwrap_or_else(PoisonError::into_inner).take()
}
