//! Output that is waited for, however slow whoever takes it.
//!
//! A pipe or a terminal may have been set not to block by some other program that shares it: what
//! would block is an error then, and half of a list, or of a frame, would be lost.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, write};

/// Writes to a file, without a buffer; waits where it takes nothing for now.
#[derive(Debug)]
pub struct Patient<F>(pub F);

impl<F: AsFd> Write for Patient<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match write(&self.0, bytes) {
                Err(Errno::AGAIN) => {
                    // Whatever ends the waiting, the next try tells what it is.
                    let _ = poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None);
                }
                Err(Errno::INTR) => {}
                written => return Ok(written?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard output, without a buffer.
#[must_use]
pub fn stdout() -> Patient<BorrowedFd<'static>> {
    Patient(rustix::stdio::stdout())
}

/// Prints a line to standard error. It may be closed; there is nobody to tell then.
pub fn say(line: &str) {
    let _ = Patient(rustix::stdio::stderr()).write_all(format!("{line}\n").as_bytes());
}
