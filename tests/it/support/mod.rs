//! What the tests share. Those of one subject use this and nothing of another's.
//!
//! For what is pure: a driver of the app, files to answer it with, a service that holds them, and
//! what the screen shows. For the real binary: itself, a terminal to run it in, a demo server that
//! notes its requests, a server that breaks the rules, and one with files that lies about them.

pub mod binary;
pub mod calls;
pub mod content;
pub mod demo;
pub mod driver;
pub mod exposition;
pub mod fault;
pub mod files;
pub mod lying;
pub mod place;
pub mod screen;
pub mod sequences;
pub mod service;
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

/// A helper that two subjects need has its place here; what imports a subject ties the two together.
#[test]
fn subjects_use_the_support_and_not_each_other() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let mut subjects = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The house's own test has sources in its texts.
        let is_other = path.ends_with("main.rs") || path.ends_with("house.rs");
        if path.extension().is_none_or(|kind| kind != "rs") || is_other {
            continue;
        }
        subjects += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in (1..).zip(text.lines()) {
            let mut places =
                line.match_indices("crate::").map(|(at, word)| &line[at + word.len()..]);
            let is_allowed = |rest: &str| rest.starts_with("support");
            let (place, reaches_up) = (path.display(), line.starts_with("use super::"));
            assert!(places.all(is_allowed) && !reaches_up, "{place}:{number}: {line}");
        }
    }
    assert!(subjects > 15, "{subjects} found");
}

/// `.ci/run quick` names just those subjects that need a server, a terminal or the binary itself.
#[test]
fn the_quick_gate_leaves_out_what_needs_a_server_or_a_terminal() {
    // Most of these is pure, or takes no time.
    const MIXED: [&str; 2] = ["leisure", "readme"];
    let root = env!("CARGO_MANIFEST_DIR");
    let gate = std::fs::read_to_string(format!("{root}/.ci/run")).unwrap();
    let others = gate.split("others=(").nth(1).unwrap().split(')').next().unwrap();
    let mut expected = vec![];
    for entry in std::fs::read_dir(format!("{root}/tests/it")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "rs") || path.ends_with("main.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let needs = |part: &&str| text.contains(&format!("crate::support::{part}"));
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_slow = ["binary", "demo", "fault", "lying", "place", "terminal"].iter().any(needs);
        if is_slow && !MIXED.contains(&name.as_str()) {
            expected.push(name);
        }
    }
    expected.sort();
    assert_eq!(others.split_whitespace().collect::<Vec<_>>(), expected);
}
