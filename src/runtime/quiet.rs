//! A terminal that echoes nothing and hands over each byte, while it may answer questions. Lines are
//! printed as usual meanwhile, and keys such as Ctrl-C work.

use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};

use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
};

/// The terminal that is quiet, and its modes before.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// The controlling terminal is quiet until this is dropped, or [`end`] is called.
#[derive(Debug)]
pub struct Quiet(());

impl Quiet {
    /// Makes the controlling terminal quiet; gives it, to be asked.
    ///
    /// # Errors
    /// Where there is none, or another job has it: whoever touches it then is stopped.
    pub fn begin() -> io::Result<(Self, File)> {
        let tty = File::options().read(true).write(true).open("/dev/tty")?;
        if tcgetpgrp(&tty)? != getpgrp() {
            return Err(io::Error::other("another job has the terminal"));
        }
        let before = tcgetattr(&tty)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
        let mut held = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        tcsetattr(&tty, OptionalActions::Now, &modes)?;
        *held = Some((tty.try_clone()?, before));
        Ok((Self(()), tty))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        end();
    }
}

/// Gives a quiet terminal back. What it answered meanwhile and nobody read is forgotten, so that it
/// is not taken for something that was typed.
pub fn end() {
    let held = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((tty, before)) = held {
        let _ = tcflush(&tty, QueueSelector::IFlush);
        let _ = tcsetattr(&tty, OptionalActions::Now, &before);
    }
}
