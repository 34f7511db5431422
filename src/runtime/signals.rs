//! Signals: leaving, stopping, coming back.

use std::io;
use std::time::Duration;

use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;

use super::{End, Message, terminal};
use crate::app::event::Event;

/// How long the loop has to leave on a signal.
const REACTION: Duration = Duration::from_millis(800);

/// Turns signals into messages.
pub(super) fn listen(sender: &Sender<Message>, background: &Handle) -> io::Result<()> {
    let _within = background.enter();
    let ends = [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::quit(),
        SignalKind::user_defined1(),
        SignalKind::user_defined2(),
        SignalKind::alarm(),
    ];
    for kind in ends {
        end_on(sender, kind)?;
    }
    let stop = SignalKind::from_raw(Signal::TSTP.as_raw());
    forward(sender, stop, || Some(Event::SuspendRequested))?;
    let go_on = SignalKind::from_raw(Signal::CONT.as_raw());
    forward(sender, go_on, || Some(Event::Resumed))?;
    forward(sender, SignalKind::window_change(), || {
        let (width, height) = terminal::size().ok()?;
        Some(Event::Resized { width, height })
    })
}

/// Leaves on a signal; where the loop does not react, as when it waits for a terminal that takes no
/// output, the program ends without it.
fn end_on(sender: &Sender<Message>, kind: SignalKind) -> io::Result<()> {
    let mut signals = signal(kind)?;
    let sender = sender.clone();
    tokio::spawn(async move {
        if signals.recv().await.is_some() {
            let number = kind.as_raw_value();
            let _ = sender.try_send(Message::End(End::Signal(number)));
            tokio::time::sleep(REACTION).await;
            terminal::abandon();
            std::process::exit(128 + number);
        }
    });
    Ok(())
}

fn forward(
    sender: &Sender<Message>,
    kind: SignalKind,
    event: impl Fn() -> Option<Event> + Send + 'static,
) -> io::Result<()> {
    let mut signals = signal(kind)?;
    let sender = sender.clone();
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            let Some(event) = event() else { continue };
            if sender.send(Message::Event(event)).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Stops the program as a shell would: with its whole job, where the job has the terminal. Returns
/// when it goes on.
pub(super) fn stop() {
    let in_front = tcgetpgrp(rustix::stdio::stdout()).is_ok_and(|group| group == getpgrp());
    // SIGSTOP, since SIGTSTP is one of the signals that are listened to.
    let _ = if in_front {
        kill_current_process_group(Signal::STOP)
    } else {
        kill_process(getpid(), Signal::STOP)
    };
}

/// Listens for SIGINT and SIGTERM from now on; the future ends with the exit code that says which
/// came.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn interrupted() -> io::Result<impl Future<Output = i32> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
        }
    })
}
