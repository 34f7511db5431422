//! What the tests share: a demo server that notes its requests, a server that breaks the rules, the
//! binary, and a terminal to run it in.

pub mod binary;
pub mod calls;
pub mod demo;
pub mod fault;
pub mod sequences;
pub mod terminal;

use std::time::{Duration, Instant};

/// How long a test waits for what must come before it gives up. Never reached by a passing test.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A key that must never be seen in anything that the program puts out.
/// JSON may spell its slash, and any letter, as an escape.
pub const CANARY: &str = "csk-Canary/5f1e+0b";

/// A place for configuration in which there is none, so that no test reads the machine's.
pub const NO_CONFIGURATION: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-configuration");

/// Waits for what no screen shows.
pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited for {what}");
        std::thread::yield_now();
    }
}
