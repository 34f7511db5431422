//! Keys, pastes, and the terminal going away.
//!
//! Two threads: one reads, one watches for hang-up, since the reader waits while the loop is busy.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::MouseEventKind;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use super::sorter::{Heard, Sorter};
use super::tty::{self, Came};
use super::{End, Message};
use crate::app::event::Event;
use crate::theme::background_of_reply;
use crate::time::clock::since_boot;

/// More than a terminal hands over at once.
const READ_AT_ONCE: usize = 4_096;

/// Starts both threads; they end with the process, or when nobody listens any more.
pub(super) fn listen(sender: &Sender<Message>) -> io::Result<Input> {
    let keyboard = tty::keyboard()?;
    let input = Input { tty: keyboard.try_clone()?, busy: Arc::new(AtomicBool::new(false)) };
    // The terminal that keys come from, and the one that is drawn on, which is usually the same.
    let ttys = [keyboard.try_clone()?.into(), io::stdout().as_fd().try_clone_to_owned()?];
    let (reader, busy) = (sender.clone(), Arc::clone(&input.busy));
    thread::Builder::new().name("input".into()).spawn(move || read(keyboard, &reader, &busy))?;
    let watchdog = sender.clone();
    thread::Builder::new().name("hang-up".into()).spawn(move || watch(&ttys, &watchdog))?;
    Ok(input)
}

/// What is being read.
#[derive(Debug)]
pub(super) struct Input {
    tty: File,
    /// Whether the reader has something that it has not told yet.
    busy: Arc<AtomicBool>,
}

impl Input {
    /// Whether something was typed that nobody was told of yet. To be asked before the channel is
    /// looked into: what is in neither had not been typed when this was asked.
    pub(super) fn has_unheard(&self) -> bool {
        // In this order: the reader is busy before it takes something.
        matches!(tty::wait(&self.tty, Some(Duration::ZERO)), Ok(Came::Something))
            || self.busy.load(Ordering::SeqCst)
    }
}

fn read(mut tty: File, sender: &Sender<Message>, busy: &AtomicBool) {
    let mut sorter = Sorter::default();
    let mut bytes = [0; READ_AT_ONCE];
    let mut heard = vec![];
    let mut last = Duration::ZERO;
    loop {
        let left = sorter.patience().map(|patience| (last + patience).saturating_sub(since_boot()));
        let came = tty::wait(&tty, left);
        busy.store(true, Ordering::SeqCst);
        match came {
            Ok(Came::Nothing) => {
                sorter.silence(&mut heard);
                last = since_boot();
            }
            Ok(Came::Something) => match tty::read_ours(&mut tty, &mut bytes) {
                Ok((read, waited)) => {
                    if waited {
                        sorter = Sorter::default();
                    }
                    if read > 0 {
                        sorter.feed(&bytes[..read], &mut heard);
                        last = since_boot();
                    }
                }
                Err(_) => break,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(Came::Gone) | Err(_) => break,
        }
        for event in heard.drain(..).filter_map(event) {
            if sender.blocking_send(Message::Event(event)).is_err() {
                return;
            }
        }
        busy.store(sorter.holds_back(), Ordering::SeqCst);
    }
    let _ = sender.blocking_send(Message::End(End::TerminalGone));
}

fn event(heard: Heard) -> Option<Event> {
    Some(match heard {
        Heard::Key(key) => Event::KeyPressed(key),
        Heard::Paste(text) => Event::Pasted(text),
        Heard::Mouse(mouse) if mouse.kind == MouseEventKind::Moved => return None,
        Heard::Mouse(mouse) => Event::MouseUsed(mouse),
        Heard::Focus { focused } => Event::FocusChanged { focused },
        Heard::Told(text) => Event::BackgroundTold(background_of_reply(&text)?),
        Heard::Attributes => return None,
    })
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::OwnedFd;

    use crossterm::event::{KeyCode, KeyEvent};
    use tokio::sync::mpsc;

    use super::*;

    fn wait_until(holds: impl Fn() -> bool) {
        while !holds() {
            thread::yield_now();
        }
    }

    /// What was typed is somewhere at every moment: with the terminal, with the reader, who says
    /// so, or in the channel. A question would take it for an answer otherwise.
    #[test]
    fn what_was_typed_is_unheard_until_it_is_told() {
        let (terminal, mut keys) = io::pipe().unwrap();
        let terminal = File::from(OwnedFd::from(terminal));
        let busy = Arc::new(AtomicBool::new(false));
        let input = Input { tty: terminal.try_clone().unwrap(), busy: Arc::clone(&busy) };
        let key = |code: KeyCode| Message::Event(Event::KeyPressed(KeyEvent::from(code)));
        let told = |receiver: &mut mpsc::Receiver<Message>, code| {
            let message = receiver.blocking_recv();
            assert_eq!(format!("{message:?}"), format!("{:?}", Some(key(code))));
        };
        let is_taken = || matches!(tty::wait(&terminal, Some(Duration::ZERO)), Ok(Came::Nothing));

        assert!(!input.has_unheard(), "nothing was typed");
        keys.write_all(b"y").unwrap();
        assert!(input.has_unheard(), "nobody reads yet");

        // A channel that is full: the reader stands there with what it took.
        let (sender, mut receiver) = mpsc::channel(1);
        sender.try_send(key(KeyCode::F(1))).unwrap();
        tty::take_input();
        let reads = terminal.try_clone().unwrap();
        let reader = thread::spawn(move || read(reads, &sender, &busy));
        wait_until(is_taken);
        assert!(input.has_unheard(), "the reader has it");
        told(&mut receiver, KeyCode::F(1));
        told(&mut receiver, KeyCode::Char('y'));
        wait_until(|| !input.has_unheard());

        // Escape may be the beginning of more: it is held back, and is not told for a while.
        keys.write_all(b"\x1b").unwrap();
        wait_until(|| {
            let unheard = input.has_unheard();
            assert!(unheard || !receiver.is_empty(), "the reader holds it back");
            !receiver.is_empty()
        });
        told(&mut receiver, KeyCode::Esc);
        wait_until(|| !input.has_unheard());

        drop(keys);
        assert!(matches!(receiver.blocking_recv(), Some(Message::End(End::TerminalGone))));
        reader.join().unwrap();
    }
}
