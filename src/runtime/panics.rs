//! Panics anywhere, a task or a thread included, end the dashboard; their message waits until the
//! terminal is given back.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::output::say;
use crate::text::UntrustedRef;

/// The exit code after a panic, as the standard library has it.
pub const PANICKED: u8 = 101;

static HAPPENED: Notify = Notify::const_new();
static MESSAGE: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic says nothing where it happens, but ends the dashboard.
fn catch_panics() {
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

/// Runs `program` and gives its exit code; where anything panicked meanwhile, what it said is printed
/// now that the terminal is given back, and the code is [`PANICKED`].
pub fn report_panics(program: impl FnOnce() -> u8) -> u8 {
    catch_panics();
    let code = panic::catch_unwind(AssertUnwindSafe(program)).unwrap_or(PANICKED);
    let message = MESSAGE.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(message) = message else { return code };
    // It may repeat what a service sent.
    let lines = message.lines().map(|line| UntrustedRef::new(line.as_bytes()).printable());
    let message = lines.collect::<Vec<_>>().join("\n");
    log::error!(panic = message.as_str(); "panicked");
    say(&format!("shelflife: {message}\nThis is a bug in shelflife; please report it."));
    PANICKED
}
