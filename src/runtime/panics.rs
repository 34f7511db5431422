//! Panics anywhere, a task or a thread included, end the dashboard; their message waits until the
//! terminal is given back.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::output::say;
use super::shortage;
use crate::text::{UntrustedRef, cause};

/// The exit code after a panic, as the standard library has it.
pub const PANICKED: u8 = 101;

static HAPPENED: Notify = Notify::const_new();
static MESSAGE: Mutex<Option<Message>> = Mutex::new(None);

/// What the first panic said.
struct Message {
    /// In its own words.
    words: String,
    /// With its place, and with what led there where that is asked for.
    whole: String,
}

/// From now on a panic says nothing where it happens, but ends the dashboard.
fn catch_panics() {
    panic::set_hook(Box::new(|info| {
        let backtrace = Backtrace::capture();
        let mut whole = info.to_string();
        if backtrace.status() == BacktraceStatus::Captured {
            let _ = write!(whole, "\n{backtrace}");
        }
        let words = info.payload();
        let formatted = words.downcast_ref::<String>().map(String::as_str);
        let words = formatted.or_else(|| words.downcast_ref().copied()).unwrap_or_default();
        let message = Message { words: words.to_owned(), whole };
        // The first one is the cause; what follows while unwinding is not.
        MESSAGE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
        HAPPENED.notify_one();
    }));
}

/// Waits for a panic.
pub(super) async fn happened() {
    HAPPENED.notified().await;
}

/// Runs `program` and gives its exit code; where anything panicked meanwhile, what it said is printed
/// now that the terminal is given back, and the code is [`PANICKED`], or 1 for too few of something.
pub fn report_panics(program: impl FnOnce() -> u8) -> u8 {
    catch_panics();
    let code = panic::catch_unwind(AssertUnwindSafe(program)).unwrap_or(PANICKED);
    let message = MESSAGE.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(message) = message else { return code };
    // It may repeat what a service sent.
    let lines = message.whole.lines().map(|line| UntrustedRef::new(line.as_bytes()).printable());
    let whole = lines.collect::<Vec<_>>().join("\n");
    log::error!(panic = whole.as_str(); "panicked");
    if let Some(advice) = shortage::advice(&message.words) {
        let words = cause(&message.words);
        let words = UntrustedRef::new(words.as_bytes()).printable();
        say(&format!("shelflife: the program cannot go on: {words}; {advice}"));
        return 1;
    }
    say(&format!("shelflife: {whole}\nThis is a bug in shelflife; please report it."));
    PANICKED
}
