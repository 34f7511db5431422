//! What runs around the program where it runs in tmux, and what tmux is asked and told.
//!
//! Between the program and the terminal, tmux keeps to itself what it is not told to pass on: as it
//! is installed, it ignores what a program puts on the clipboard (`set-clipboard external`) and passes
//! no sequence through (`allow-passthrough off`). Its own commands work in any case, and say whether
//! they did.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::api::secret::SECRET_VARIABLE;
use crate::app::event::Copied;
use crate::text::UntrustedRef;

/// How long tmux may take for a command; it is a few milliseconds.
const LIMIT: Duration = Duration::from_secs(2);
/// What tmux can do with the terminal that it is shown on.
const FEATURES: [&str; 3] = ["display-message", "-p", "#{client_termfeatures}"];

/// Whether tmux is what shows the program.
#[must_use]
pub fn is_here() -> bool {
    std::env::var_os("TMUX").is_some_and(|value| !value.is_empty())
}

/// Puts `text` into tmux's buffer, and has tmux put it on the terminal's clipboard where it can.
pub(super) async fn copy(text: &str) -> Copied {
    let with_features = [&["load-buffer", "-w", "-", ";"][..], &FEATURES].concat();
    let tried = match ask(&with_features, text).await {
        // Before 3.2 it knows no `-w`.
        Err(_) => ask(&["load-buffer", "-"], text).await.map(|_| String::new()),
        features => features,
    };
    match tried {
        Ok(features) => Copied::ToTmux { passed_on: has_clipboard(&features) },
        Err(why) => {
            log::warn!(why = why.to_string().as_str(); "tmux takes no copy");
            Copied::NotToTmux { why: why.to_string() }
        }
    }
}

/// What tmux lets through to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// What is copied reaches the terminal's clipboard.
    pub copies: bool,
    /// Notifications reach the terminal.
    pub notifications: bool,
}

/// Asks tmux what it lets through.
///
/// # Errors
/// Where it cannot be asked.
pub async fn passes() -> io::Result<Passes> {
    let copies = has_clipboard(&ask(&FEATURES, "").await?);
    // Before 3.3 there was no such option, and all was passed through.
    let option = ask(&["show-options", "-Apv", "allow-passthrough"], "").await;
    let notifications = option.map_or(true, |value| value.trim() != "off");
    Ok(Passes { copies, notifications })
}

fn has_clipboard(features: &str) -> bool {
    features.trim().split(',').any(|feature| feature == "clipboard")
}

/// Has tmux carry out a command with this on its standard input; what it prints.
async fn ask(arguments: &[&str], input: &str) -> io::Result<String> {
    let mut child = Command::new("tmux")
        .args(arguments)
        .env_remove(SECRET_VARIABLE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let work = async {
        if let Some(mut stdin) = stdin {
            // One that does not want it says below whether that is wrong.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    let output = timeout(LIMIT, work)
        .await
        .map_err(|_| io::Error::other(format!("no answer after {} s", LIMIT.as_secs())))??;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = UntrustedRef::new(output.stderr.trim_ascii()).printable_within(80);
    Err(io::Error::other(if said.is_empty() { output.status.to_string() } else { said }))
}
