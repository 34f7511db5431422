//! The commands of alerts: one at a time, without a shell, with a limit of time.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::timeout;

use super::Message;
use crate::account::alerts::Alert;
use crate::api::secret::SECRET_VARIABLE;
use crate::app::event::Event;
use crate::text::{UntrustedRef, shorten_end};

/// How long a command may run.
const LIMIT: Duration = Duration::from_secs(10);
/// Alerts that may wait for the command before them; what comes on top is said to be left out.
const WAITING: usize = 16;

/// Runs the commands of alerts on a task of its own.
#[derive(Debug)]
pub(super) struct Commands {
    queue: Sender<Alert>,
}

impl Commands {
    pub(super) fn start(messages: Sender<Message>, background: &Handle) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Alert>(WAITING);
        background.spawn(async move {
            while let Some(alert) = waiting.recv().await {
                let Err(why) = run(&alert).await else { continue };
                let program = alert.command.first().map_or("", String::as_str);
                let program = UntrustedRef::new(program.as_bytes()).printable_within(40);
                let text =
                    format!("alert command {program}: {}", shorten_end(&why.to_string(), 80));
                let event = Event::CommandFailed(text);
                if messages.send(Message::Event(event)).await.is_err() {
                    return;
                }
            }
        });
        Self { queue }
    }

    /// Runs the alert's command when those before it are done; tells what is wrong where too many
    /// wait already.
    pub(super) fn run(&self, alert: Alert) -> Option<Event> {
        let full = self.queue.try_send(alert).is_err();
        full.then(|| Event::CommandFailed("alert command left out: too many wait".to_owned()))
    }
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot be started: {}", crate::text::cause(source))]
    Unstartable { source: io::Error },
    #[error("cannot be waited for: {}", crate::text::cause(source))]
    Lost { source: io::Error },
    #[error("ended after {} s", LIMIT.as_secs())]
    TooLong,
    #[error("failed ({0})")]
    Failed(ExitStatus),
}

async fn run(alert: &Alert) -> Result<(), Failure> {
    let Some((program, arguments)) = alert.command.split_first() else { return Ok(()) };
    let mut child = Command::new(program)
        .args(arguments)
        .env_remove(SECRET_VARIABLE)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Failure::Unstartable { source })?;
    let input = child.stdin.take();
    let work = async {
        if let Some(mut input) = input {
            // A command that does not read what it is told is none the worse for it.
            let _ = input.write_all(alert.json.as_bytes()).await;
        }
        child.wait().await
    };
    match timeout(LIMIT, work).await {
        Err(_) => Err(Failure::TooLong),
        Ok(Err(source)) => Err(Failure::Lost { source }),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(Failure::Failed(status)),
    }
}
