//! Keys, pastes, and the terminal going away.
//!
//! Two threads: one reads, one watches for hang-up. The reader alone would not do: when the terminal
//! is gone it spins and reports nothing.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::thread;

use crossterm::event::{Event as Input, KeyEventKind, MouseEventKind, read};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use super::replies::{Replies, Sorted};
use super::{End, Message};
use crate::app::event::Event;
use crate::theme::background_of_reply;
use crate::time::clock::since_boot;

/// Starts both threads; they end with the process, or when nobody listens any more.
pub(super) fn listen(sender: &Sender<Message>) -> io::Result<()> {
    let ttys = ttys()?;
    let reader = sender.clone();
    thread::Builder::new().name("input".into()).spawn(move || read_keys(&reader))?;
    let watchdog = sender.clone();
    thread::Builder::new().name("hang-up".into()).spawn(move || watch(&ttys, &watchdog))?;
    Ok(())
}

fn read_keys(sender: &Sender<Message>) {
    let mut replies = Replies::default();
    loop {
        let events = match read() {
            Ok(Input::Key(key)) if key.kind != KeyEventKind::Release => {
                match replies.sort(key, since_boot()) {
                    Sorted::Keys(keys) => keys.into_iter().map(Event::KeyPressed).collect(),
                    Sorted::Swallowed => continue,
                    Sorted::Reply(reply) => {
                        let told = background_of_reply(&reply).map(Event::BackgroundTold);
                        told.into_iter().collect()
                    }
                }
            }
            Ok(Input::Paste(text)) => vec![Event::Pasted(text)],
            Ok(Input::Mouse(mouse)) if mouse.kind != MouseEventKind::Moved => {
                vec![Event::MouseUsed(mouse)]
            }
            Ok(Input::FocusGained) => vec![Event::FocusChanged { focused: true }],
            Ok(Input::FocusLost) => vec![Event::FocusChanged { focused: false }],
            Ok(Input::Resize(width, height)) => vec![Event::Resized { width, height }],
            Ok(_) => continue,
            Err(_) => {
                let _ = sender.blocking_send(Message::End(End::TerminalGone));
                return;
            }
        };
        for event in events {
            if sender.blocking_send(Message::Event(event)).is_err() {
                return;
            }
        }
    }
}

/// Sleeps until a terminal hangs up: asked for nothing, `poll` reports just that.
fn watch(ttys: &[OwnedFd], sender: &Sender<Message>) {
    loop {
        let mut fds: Vec<PollFd<'_>> =
            ttys.iter().map(|tty| PollFd::new(tty, PollFlags::empty())).collect();
        if poll(&mut fds, None) != Err(Errno::INTR) {
            let _ = sender.blocking_send(Message::End(End::TerminalGone));
            return;
        }
    }
}

/// The terminal that keys come from, standard input or else the controlling terminal, and the one
/// that is drawn on, which is usually the same.
fn ttys() -> io::Result<[OwnedFd; 2]> {
    let stdin = io::stdin();
    let keyboard = if stdin.is_terminal() {
        stdin.as_fd().try_clone_to_owned()?
    } else {
        File::open("/dev/tty").map(OwnedFd::from)?
    };
    Ok([keyboard, io::stdout().as_fd().try_clone_to_owned()?])
}
