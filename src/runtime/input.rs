//! Keys, pastes, and the terminal going away.
//!
//! Two threads: one reads, one watches for hang-up. The reader alone would not do: when the terminal
//! is gone it spins and reports nothing.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::thread;

use crossterm::event::{Event as Input, KeyEventKind, read};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use super::{End, Message};
use crate::event::Event;

/// Starts both threads; they end with the process, or when nobody listens any more.
pub(super) fn listen(sender: &Sender<Message>) -> io::Result<()> {
    let tty = tty()?;
    let reader = sender.clone();
    thread::Builder::new().name("input".into()).spawn(move || read_keys(&reader))?;
    let watchdog = sender.clone();
    thread::Builder::new().name("hang-up".into()).spawn(move || watch(&tty, &watchdog))?;
    Ok(())
}

fn read_keys(sender: &Sender<Message>) {
    loop {
        let message = match read() {
            Ok(Input::Key(key)) if key.kind != KeyEventKind::Release => {
                Message::Event(Event::KeyPressed(key))
            }
            Ok(Input::Paste(text)) => Message::Event(Event::Pasted(text)),
            Ok(Input::Resize(width, height)) => Message::Event(Event::Resized { width, height }),
            Ok(_) => continue,
            Err(_) => Message::End(End::TerminalGone),
        };
        let ended = matches!(message, Message::End(_));
        if sender.blocking_send(message).is_err() || ended {
            return;
        }
    }
}

/// Sleeps until the terminal hangs up: asked for nothing, `poll` reports just that.
fn watch(tty: &OwnedFd, sender: &Sender<Message>) {
    loop {
        let mut fds = [PollFd::new(tty, PollFlags::empty())];
        if let Err(Errno::INTR) = poll(&mut fds, None) {
        } else {
            let _ = sender.blocking_send(Message::End(End::TerminalGone));
            return;
        }
    }
}

/// The terminal that keys come from: standard input, or else the controlling terminal.
fn tty() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return stdin.as_fd().try_clone_to_owned();
    }
    File::open("/dev/tty").map(OwnedFd::from)
}
