//! What is said before anything is deleted, and the answer to it.

use std::fmt::Write as _;
use std::io::{BufRead, Write, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::termios::{QueueSelector, tcflush};
use tokio::task::spawn_blocking;

use crate::commands::{CommandError, count, print};
use crate::jobs::Pinned;
use crate::jobs::in_use::InUse;
use crate::runtime::output::Patient;
use crate::text::{TotalBytes, shorten_middle, size};
use crate::time::clock::{Now, ServerClock};
use crate::time::expiry::{Stated, TimeLeft};

/// Files that are named; of others it is said how many they are.
const NAMED: usize = 10;
/// Cells of a name in the question.
const NAME: usize = 60;
/// Files that are named where it is said how many are in use, and cells of such a name.
const NAMED_IN_USE: (usize, usize) = (3, 40);

/// What is to be deleted, as it stood when it was found.
pub(super) struct Question<'a> {
    pub(super) files: &'a [Pinned],
    /// What is in use, and therefore left.
    pub(super) kept: &'a [Pinned],
    pub(super) in_use: &'a InUse,
    pub(super) clock: &'a ServerClock,
}

impl Question<'_> {
    fn left(&self, file: &Pinned) -> TimeLeft {
        let expires_at = file.expires_at.map_or(Stated::Nothing, Stated::Value);
        TimeLeft::of(expires_at, self.clock.server_ms(Now::read()))
    }

    /// What would be lost: it is not saved, and has time left.
    fn is_unsaved(&self, file: &Pinned, is_saved: bool) -> bool {
        !is_saved && self.left(file) != TimeLeft::Expired
    }

    /// A file in a line: time left, size, id, name, and what speaks against it.
    fn line(&self, file: &Pinned, is_saved: bool, cells: usize) -> String {
        let bytes = file.bytes.map_or("?".to_owned(), size);
        let left = self.left(file).to_string();
        let (id, name) = (file.id.borrow().printable_within(130), file.shown(255));
        let unsaved = if self.is_unsaved(file, is_saved) { "  not saved" } else { "" };
        let in_use = self.in_use.batch_of(&file.id);
        let in_use = in_use.map_or(String::new(), |batch| format!("  input of the batch {batch}"));
        let name = shorten_middle(&name, cells);
        format!("{left:>10}  {bytes:>12}  {id}  {name}{unsaved}{in_use}")
    }

    /// The question, in lines.
    pub(super) fn words(&self, is_saved: impl Fn(&Pinned) -> bool) -> String {
        let is_in_use = |file: &&Pinned| self.in_use.batch_of(&file.id).is_some();
        // What a batch reads is named first, however many others there are.
        let (in_use, others): (Vec<&Pinned>, Vec<&Pinned>) = self.files.iter().partition(is_in_use);
        let files = [in_use.as_slice(), others.as_slice()].concat();
        let saved: Vec<bool> = files.iter().map(|file| is_saved(file)).collect();
        let bytes: TotalBytes = self.files.iter().map(|file| file.bytes).collect();
        let mut text = format!(
            "deletes {}, {}, for good:\n",
            count(self.files.len() as u64, "file"),
            bytes.words()
        );
        for (file, saved) in files.iter().zip(&saved).take(NAMED) {
            let _ = writeln!(text, "{}", self.line(file, *saved, NAME));
        }
        if files.len() > NAMED {
            let _ = writeln!(text, "{:>10} and {} more", "…", files.len() - NAMED);
        }
        text.push_str(&input_of(&in_use, files.len()));
        let unsaved = files.iter().zip(&saved);
        match unsaved.filter(|(file, saved)| self.is_unsaved(file, **saved)).count() {
            0 => {}
            1 if files.len() == 1 => text.push_str("it is not saved, and has time left\n"),
            unsaved => {
                let files = count(unsaved as u64, "file");
                let _ = writeln!(text, "not saved, with time left: {files}");
            }
        }
        for file in self.kept.iter().take(NAMED) {
            let _ = writeln!(text, "left, in use: {}", self.line(file, true, NAME).trim_start());
        }
        if self.kept.len() > NAMED {
            let _ = writeln!(text, "left, in use: {} more", self.kept.len() - NAMED);
        }
        if let Some(why) = self.in_use.cannot_tell() {
            let _ = writeln!(text, "cannot tell whether in use: {why}");
        }
        text
    }

    /// Prints what would be deleted, a line a file.
    pub(super) fn print(&self, is_saved: impl Fn(&Pinned) -> bool) -> Result<(), CommandError> {
        let mut text = String::new();
        for file in self.files {
            let _ = writeln!(text, "{}", self.line(file, is_saved(file), 255));
        }
        print(&text)
    }
}

/// How many of so many files are the input of a batch that is not over, and which are the first of them.
fn input_of(in_use: &[&Pinned], files: usize) -> String {
    match in_use.len() {
        0 => return String::new(),
        1 if files == 1 => return "it is the input of a live batch\n".to_owned(),
        _ => {}
    }
    let (most, cells) = NAMED_IN_USE;
    let first = in_use.iter().take(most).map(|file| shorten_middle(&file.shown(255), cells));
    let first = first.collect::<Vec<String>>().join(", ");
    let more = if in_use.len() > most { ", …" } else { "" };
    format!("input of a live batch: {}, {first}{more}\n", count(in_use.len() as u64, "file"))
}

/// Whether the line of a question is open: an answer ends it. Where none does, but a signal or the end of
/// what is typed, it is ended as this goes: what is said next has a line of its own.
struct OpenLine(Arc<AtomicBool>);

impl Drop for OpenLine {
    fn drop(&mut self) {
        if self.0.swap(false, Ordering::SeqCst) {
            // It may be closed; there is nobody to tell then.
            let _ = Patient(rustix::stdio::stderr()).write_all(b"\n");
        }
    }
}

/// Asks on the terminal; tells whether the answer was yes: `y` for one file, the count of more. What was
/// typed before is no answer, and lost.
pub(super) async fn ask(words: String, files: usize) -> bool {
    let is_open = Arc::<AtomicBool>::default();
    let _line = OpenLine(Arc::clone(&is_open));
    let asked = spawn_blocking(move || {
        let prompt = match files {
            1 => "delete it? [y/N] ".to_owned(),
            files => format!("type {files} to delete them: "),
        };
        tcflush(rustix::stdio::stdin(), QueueSelector::IFlush)?;
        let mut out = Patient(rustix::stdio::stderr());
        is_open.store(true, Ordering::SeqCst);
        out.write_all(format!("{words}{prompt}").as_bytes())?;
        let mut answer = String::new();
        stdin().lock().read_line(&mut answer)?;
        is_open.fetch_and(!answer.ends_with('\n'), Ordering::SeqCst);
        Ok::<bool, std::io::Error>(is_yes(&answer, files))
    });
    matches!(asked.await, Ok(Ok(true)))
}

fn is_yes(answer: &str, files: usize) -> bool {
    let answer = answer.trim();
    match files {
        1 => answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"),
        files => answer.replace(',', "") == files.to_string(),
    }
}

#[test]
fn only_what_was_asked_for_is_a_yes() {
    for (answer, files, yes) in [
        ("y\n", 1, true),
        ("YES\n", 1, true),
        ("\n", 1, false),
        ("", 1, false),
        ("1\n", 1, false),
        ("y\n", 2, false),
        ("2\n", 2, true),
        ("3\n", 2, false),
        (" 1,240 \n", 1_240, true),
        ("02\n", 2, false),
    ] {
        assert_eq!(is_yes(answer, files), yes, "{answer:?} {files}");
    }
}
