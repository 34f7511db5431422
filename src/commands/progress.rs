//! How far something has come that lasts: a line on standard error that is drawn over itself, for
//! whoever looks at a terminal, and for nobody else.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::runtime::output::{Patient, say};
use crate::runtime::size;
use crate::text::{grouped, shorten_end, shorten_middle, width};
use crate::time::clock::since_boot;
use crate::time::span::short_span;

/// What is over sooner needs no line.
const AFTER: Duration = Duration::from_secs(1);
/// From one drawing to the next.
const BETWEEN: Duration = Duration::from_millis(200);
/// Cells of the line at most.
const CELLS: usize = 119;
/// Cells of a name that say something.
const LEAST_NAME: usize = 12;
/// To the start of the line, which is made empty.
const ERASE: &str = "\r\x1b[K";

/// How much is told on standard error.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Telling {
    /// Say only what went wrong: no progress and no notes
    #[arg(long)]
    pub quiet: bool,

    /// Show how far it is, also while the files are printed on the same terminal
    #[arg(long, conflicts_with = "quiet")]
    pub progress: bool,
}

impl Telling {
    /// Says a note, which is no trouble.
    pub(super) fn note(self, line: &str) {
        if !self.quiet {
            say(&format!("shelflife: {line}"));
        }
    }

    /// Says what went wrong, also where little is told.
    #[allow(clippy::unused_self, reason = "beside its notes")]
    pub(super) fn trouble(self, line: &str) {
        say(&format!("shelflife: {line}"));
    }
}

/// A line that says how far something is.
pub(super) struct Progress {
    /// Whether anybody sees it.
    is_seen: bool,
    began: Duration,
    due: Duration,
}

/// Whether the line is there: there is one terminal.
static IS_DRAWN: AtomicBool = AtomicBool::new(false);

impl Progress {
    /// Begins to count. It is shown on a terminal, by itself where nothing is printed to the same one
    /// meanwhile.
    pub(super) fn begin(telling: Telling, prints: bool) -> Self {
        let is_seen = !telling.quiet
            && stderr().is_terminal()
            && (telling.progress || !prints || !std::io::stdout().is_terminal())
            && std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
        let began = since_boot();
        Self { is_seen, began, due: began + AFTER }
    }

    /// Whether anybody sees it.
    pub(super) fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Says how many there are, of `unit`, and at which rate they came.
    pub(super) fn count(&mut self, count: u64, unit: &str) {
        self.draw(|spent| format!("{} {unit} · {} {unit}/s", grouped(count), rate(count, spent)));
    }

    /// Says this, once it lasts and not too often.
    pub(super) fn draw(&mut self, text: impl FnOnce(Duration) -> String) {
        let now = since_boot();
        if !self.is_seen || now < self.due {
            return;
        }
        self.due = now + BETWEEN;
        IS_DRAWN.store(true, Ordering::SeqCst);
        let line = shorten_end(&text(now.saturating_sub(self.began)), cells());
        put(&format!("{ERASE}{line}"));
    }

    /// Says how far the file of this name is, of which a part gives way to that.
    pub(super) fn draw_of(&mut self, name: &str, how_far: &str) {
        self.draw(|_| of(name, how_far, cells()));
    }

    /// Takes the line away, before something else is printed.
    #[allow(clippy::unused_self, reason = "its line")]
    pub(super) fn clear(&mut self) {
        erase();
    }
}

/// Takes the line away, if there is one, before the program ends by a signal: unless nobody reads what it
/// prints, for whom nothing waits then.
pub(super) fn take_away() {
    let stderr = rustix::stdio::stderr();
    let mut takes = [PollFd::new(&stderr, PollFlags::OUT)];
    if poll(&mut takes, Some(&Timespec::default())) == Ok(1) {
        erase();
    }
}

fn erase() {
    if IS_DRAWN.swap(false, Ordering::SeqCst) {
        put(ERASE);
    }
}

/// Cells of the line: those of the terminal without the last one, from which some go on to the next line.
fn cells() -> usize {
    usize::from(size::now().0.saturating_sub(1)).min(CELLS)
}

/// How far a file is, in so many cells.
fn of(name: &str, how_far: &str, cells: usize) -> String {
    let how_far = format!(" · {how_far}");
    let room = cells.saturating_sub(width(&how_far)).max(LEAST_NAME);
    shorten_middle(name, room) + &how_far
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// It may be closed; there is nobody to tell then.
fn put(text: &str) {
    let _ = Patient(rustix::stdio::stderr()).write_all(text.as_bytes());
}

/// What is waited for, and how long still: as long as the service asks for, or for our own part.
pub(super) fn pause(wait: Duration, is_asked: bool) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let why = if is_asked { "the service asks to wait" } else { "next try in" };
    format!("{why} {}", short_span(seconds))
}

/// So many a second, as a whole number.
fn rate(count: u64, spent: Duration) -> String {
    let ms = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX).max(1);
    grouped(count.saturating_mul(1_000) / ms)
}

#[test]
fn how_far_it_is_comes_before_the_name() {
    let far = "33 % · 4.27 MiB/s · 20 s";
    assert_eq!(of("a.jsonl", far, 79), "a.jsonl · 33 % · 4.27 MiB/s · 20 s");
    for cells in 39..79 {
        let line = of("/a/long/path/to/a/file-of-some-name.jsonl", far, cells);
        assert!(line.ends_with(far) && width(&line) <= cells, "{line}");
    }
}

#[test]
fn rates_are_whole_and_survive_any_number() {
    assert_eq!(rate(2_468, Duration::from_secs(2)), "1,234");
    assert_eq!(rate(0, Duration::ZERO), "0");
    assert_eq!(rate(u64::MAX, Duration::from_millis(1)), grouped(u64::MAX));
}
