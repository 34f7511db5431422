//! A terminal that echoes nothing and hands over each byte, while it may answer questions. Lines are
//! printed as usual meanwhile, and keys such as Ctrl-C work.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr,
};

use super::sorter::{Heard, Sorter};
use super::tty;
use crate::time::clock::since_boot;

/// How long an answer that was not waited for may be on its way at the end.
const LAST_WORDS: Duration = Duration::from_millis(150);

/// How long whoever ends it on a signal may have to wait for whoever listens.
const TURN: Duration = Duration::from_millis(50);

/// The terminal is about to be given back.
static ENDING: AtomicBool = AtomicBool::new(false);
/// The terminal that is quiet.
static QUIET: Mutex<Option<Asked>> = Mutex::new(None);

#[derive(Debug)]
struct Asked {
    tty: File,
    /// Its modes before.
    before: Termios,
    sorter: Sorter,
    /// What it said so far.
    heard: Vec<Heard>,
    /// Whether it has a question still to answer.
    owes: bool,
}

impl Asked {
    fn hear(&mut self, patience: Duration) {
        let Self { tty, sorter, heard, .. } = self;
        self.owes = !tty::hear_up_to_fence(tty, sorter, patience, heard);
    }
}

/// The controlling terminal is quiet until this is dropped, or [`end`] is called.
#[derive(Debug)]
pub struct Quiet(());

impl Quiet {
    /// Makes the controlling terminal quiet, and asks it `question`.
    ///
    /// # Errors
    /// Where there is none, or another job has it: whoever touches it then is stopped.
    pub fn ask(question: &str) -> io::Result<Self> {
        let mut tty = File::options().read(true).write(true).open("/dev/tty")?;
        if !tty::is_in_front(&tty) {
            return Err(io::Error::other("another job has the terminal"));
        }
        let before = tcgetattr(&tty)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
        let mut held = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
        tcsetattr(&tty, OptionalActions::Now, &modes)?;
        let quiet = Self(());
        let owes = write!(tty, "{question}{}", tty::FENCE).is_ok();
        *held = Some(Asked { tty, before, sorter: Sorter::default(), heard: vec![], owes });
        Ok(quiet)
    }

    /// What the terminal answered, for which it has so long; `None` while it may still answer.
    #[must_use]
    pub fn answers(&self, patience: Duration) -> Option<Vec<String>> {
        let until = since_boot() + patience;
        loop {
            let mut held = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
            let asked = held.as_mut()?;
            let left = until.saturating_sub(since_boot());
            if asked.owes {
                asked.hear(left.min(TURN));
            }
            if !asked.owes {
                let told = asked.heard.iter().filter_map(|heard| match heard {
                    Heard::Told(text) => Some(text.clone()),
                    _ => None,
                });
                return Some(told.collect());
            }
            let another = !tty::is_in_front(&asked.tty);
            if left.is_zero() || another || ENDING.load(Ordering::SeqCst) {
                return None;
            }
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        end();
    }
}

/// Gives a quiet terminal back. What it answered meanwhile and nobody read, or answers within a
/// moment, is forgotten, so that it is not taken for something that was typed.
pub fn end() {
    ENDING.store(true, Ordering::SeqCst);
    let held = QUIET.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mut asked) = held
        // Another job has set the modes that it wants.
        && tty::is_in_front(&asked.tty)
    {
        if asked.owes {
            asked.hear(LAST_WORDS);
            let _ = tcflush(&asked.tty, QueueSelector::IFlush);
        }
        let _ = tcsetattr(&asked.tty, OptionalActions::Now, &asked.before);
    }
}
