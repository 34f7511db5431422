//! Signals: leaving, stopping, coming back.

use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::sync::mpsc::Sender;

use super::{End, Message, size, terminal, tty};
use crate::app::event::Event;

/// How long the loop has to leave on a signal.
const REACTION: Duration = Duration::from_millis(800);
/// How long after the program goes on it may take until a signal that came with that is known.
const GRACE: Duration = Duration::from_millis(150);
const GLANCES: u32 = 30;

/// The signal that asked for the end; 0 without one.
static END: AtomicI32 = AtomicI32::new(0);
/// How often the program was told to go on.
static GONE_ON: AtomicU32 = AtomicU32::new(0);

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
    for kind in ends.into_iter().filter(|kind| !is_ignored(*kind)) {
        end_on(sender, kind)?;
    }
    let stop = SignalKind::from_raw(Signal::TSTP.as_raw());
    forward(sender, stop, || Event::SuspendRequested)?;
    let go_on = SignalKind::from_raw(Signal::CONT.as_raw());
    forward(sender, go_on, || {
        GONE_ON.fetch_add(1, Ordering::SeqCst);
        Event::Resumed
    })?;
    forward(sender, SignalKind::window_change(), || {
        let (width, height) = size::now();
        Event::Resized { width, height }
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
            END.store(number, Ordering::SeqCst);
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
    event: impl Fn() -> Event + Send + 'static,
) -> io::Result<()> {
    let mut signals = signal(kind)?;
    let sender = sender.clone();
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            if sender.send(Message::Event(event())).await.is_err() {
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

/// Waits until this job has the terminal, stopped meanwhile as the terminal stops whoever writes to it
/// from the background. Gives the signal, where one asks for the end.
///
/// # Errors
/// Where nothing stops this job: it is an orphan, or ignores it.
pub(super) fn wait_for_front() -> io::Result<Option<i32>> {
    let Ok(tty) = tty::keyboard() else { return Ok(None) };
    while !tty::is_in_front(&tty) {
        // To set the modes from here would not do: the program would be stopped at once whenever it
        // goes on, before it can heed a signal that came meanwhile.
        soon(|| END.load(Ordering::SeqCst) != 0 || tty::is_in_front(&tty));
        match END.load(Ordering::SeqCst) {
            0 if tty::is_in_front(&tty) => break,
            0 => {}
            number => return Ok(Some(number)),
        }
        let before = GONE_ON.load(Ordering::SeqCst);
        let _ = kill_current_process_group(Signal::TTOU);
        if !soon(|| GONE_ON.load(Ordering::SeqCst) != before || tty::is_in_front(&tty)) {
            return Err(tty::not_ours());
        }
    }
    Ok(None)
}

/// Whether it is so before the [`GRACE`] is over, of which nothing passes while the program is stopped.
fn soon(is_so: impl Fn() -> bool) -> bool {
    for _ in 0..GLANCES {
        if is_so() {
            return true;
        }
        std::thread::sleep(GRACE / GLANCES);
    }
    is_so()
}

/// The signals that were ignored when the program began, a bit each. Not known on every system. The system
/// makes up the text of it anew each time, which takes as long as many signals.
static IGNORED: LazyLock<u64> = LazyLock::new(|| {
    let status = std::fs::read("/proc/self/status").unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
});

/// Whether the signal was ignored when the program began, as `nohup` and a shell without jobs have
/// it: it goes on being ignored then.
fn is_ignored(kind: SignalKind) -> bool {
    *IGNORED >> (kind.as_raw_value() - 1) & 1 == 1
}

/// Listens for SIGINT and SIGTERM from now on, unless they are ignored; the future ends with the exit
/// code that says which came.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn interrupted() -> io::Result<impl Future<Output = i32> + Send> {
    let listen = |kind| if is_ignored(kind) { Ok(None) } else { signal(kind).map(Some) };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            () = came(&mut interrupt) => 130,
            () = came(&mut terminate) => 143,
        }
    })
}

/// Waits for a signal, for ever where it is not listened to.
async fn came(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}
