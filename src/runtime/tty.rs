//! The terminal as a device: which one it is, how large, raw or as it was, and who has it.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};

use super::sorter::{Heard, Sorter};
use crate::time::clock::since_boot;

/// The terminal that is raw, and its modes before.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);
/// Whether what comes from the terminal is ours to read.
static OURS: Mutex<bool> = Mutex::new(false);
static OURS_AGAIN: Condvar = Condvar::new();

/// A question that every terminal answers, and in order: what are you? Whatever it was to say before
/// comes before the answer.
pub(super) const FENCE: &str = "\x1b[c";
/// How often to look whether a terminal that is another job's is ours again.
const LOOK: Duration = Duration::from_millis(100);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The terminal that keys come from: standard input, or else the controlling terminal.
///
/// # Errors
/// Where there is none.
pub(super) fn keyboard() -> io::Result<File> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        Ok(stdin.as_fd().try_clone_to_owned().map(OwnedFd::into)?)
    } else {
        File::options().read(true).write(true).open("/dev/tty")
    }
}

/// Makes the terminal raw: each byte is handed over as it comes, and none is echoed. Whatever was
/// done to its modes meanwhile, they are set from the ground up.
///
/// # Errors
/// Where it cannot be; it is as before then.
pub(super) fn make_raw() -> io::Result<()> {
    let mut held = locked(&BEFORE);
    if held.is_none() {
        let tty = keyboard()?;
        let before = tcgetattr(&tty)?;
        *held = Some((tty, before));
    }
    if let Some((tty, before)) = &*held {
        let mut raw = before.clone();
        raw.make_raw();
        // Nothing waits in a read: `poll` tells what there is, and whoever else reads may be faster.
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(tty, OptionalActions::Now, &raw)?;
    }
    drop(held);
    take_input();
    Ok(())
}

/// Gives a raw terminal its modes back; another job has set those that it wants.
pub(super) fn restore() {
    leave_input();
    if let Some((tty, before)) = locked(&BEFORE).take()
        && is_in_front(&tty)
    {
        let _ = tcsetattr(&tty, OptionalActions::Now, &before);
    }
}

/// What comes from now on is ours to read.
pub(super) fn take_input() {
    *locked(&OURS) = true;
    OURS_AGAIN.notify_all();
}

/// What comes from now on is for others.
pub(super) fn leave_input() {
    *locked(&OURS) = false;
}

/// Adds to `heard` what the terminal says up to its answer to the [`FENCE`], for so long; tells whether
/// that came. What follows is left for whoever reads next, and all of it for another job that has the
/// terminal.
pub(super) fn hear_up_to_fence(
    tty: &mut File,
    sorter: &mut Sorter,
    patience: Duration,
    heard: &mut Vec<Heard>,
) -> bool {
    let until = since_boot() + patience;
    let mut byte = [0];
    while heard.last() != Some(&Heard::Attributes) {
        match wait(tty, Some(until.saturating_sub(since_boot()))) {
            Ok(Came::Something) if is_in_front(tty) => {}
            Err(error) if is_passing(&error) => continue,
            _ => return false,
        }
        match tty.read(&mut byte) {
            Ok(1) => sorter.feed(&byte, heard),
            Err(error) if is_passing(&error) => {}
            _ => return false,
        }
    }
    true
}

/// What a terminal was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// There is something to read.
    Something,
    /// Nothing came in time.
    Nothing,
    /// Nothing will ever come.
    Gone,
}

/// Waits until there is something to read, or for so long.
///
/// # Errors
/// Where it cannot, or a signal came first.
pub(super) fn wait(tty: &impl AsFd, patience: Option<Duration>) -> io::Result<Came> {
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    let mut ready = [PollFd::new(tty, PollFlags::IN)];
    if poll(&mut ready, patience.as_ref())? == 0 {
        return Ok(Came::Nothing);
    }
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    Ok(if ready[0].revents().intersects(gone) { Came::Gone } else { Came::Something })
}

/// Reads what is there while the terminal is ours; waits until it is where it is not. Tells how much
/// it was, and whether the terminal was not ours for a while.
///
/// # Errors
/// Where it cannot be read from.
pub(super) fn read_ours(tty: &mut File, bytes: &mut [u8]) -> io::Result<(usize, bool)> {
    let mut ours = locked(&OURS);
    let waited = !*ours;
    while !*ours {
        ours = OURS_AGAIN.wait(ours).unwrap_or_else(PoisonError::into_inner);
    }
    if !is_in_front(tty) {
        // Whoever reads from a terminal that is another job's is stopped.
        drop(OURS_AGAIN.wait_timeout(ours, LOOK));
        return Ok((0, true));
    }
    let read = match tty.read(bytes) {
        Err(error) if is_passing(&error) => 0,
        read => read?,
    };
    Ok((read, waited))
}

/// Whether the terminal is there for this job, or knows no jobs: or none that can be named here, as
/// where the job that has it lies outside of a namespace of processes.
pub(super) fn is_in_front(tty: &impl AsFd) -> bool {
    let unknown = |error| error == Errno::NOTTY || error == Errno::OPNOTSUPP;
    tcgetpgrp(tty).map_or_else(unknown, |group| group == getpgrp())
}

/// Waits until this job has the terminal, stopped as the terminal stops whoever sets its modes from
/// the background. To be called before any signal is listened to: it ends a stopped program, as it
/// ends any, only where it does by itself.
///
/// # Errors
/// Where there is no terminal, or nothing stops this job: it is an orphan, or ignores it.
pub(super) fn come_to_front() -> io::Result<()> {
    let tty = keyboard()?;
    if !is_in_front(&tty) {
        let same = tcgetattr(&tty)?;
        tcsetattr(&tty, OptionalActions::Now, &same).map_err(|_| not_ours())?;
    }
    if is_in_front(&tty) { Ok(()) } else { Err(not_ours()) }
}

/// Another job has the terminal, and keeps it.
pub(super) fn not_ours() -> io::Error {
    io::Error::other("another job has it; start the dashboard in the foreground")
}

/// Whether a job in the background is stopped where it writes.
pub(super) fn stops_output(tty: &impl AsFd) -> bool {
    tcgetattr(tty).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP))
}

/// Whether the next try may do better.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
