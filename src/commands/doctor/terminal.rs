//! What the terminal is, and what it answers.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Report;
use crate::clock::since_boot;
use crate::runtime::terminal::size;
use crate::view::theme::{Background, background_of_reply};

/// How long a terminal may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// Which colour is the background, and, since every terminal answers that: what are you?
const QUESTIONS: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// Bytes of an answer that are looked at.
const MOST_BYTES: usize = 1_024;

pub(super) fn look(report: &mut Report) {
    let term = std::env::var("TERM").unwrap_or_default();
    if !io::stdout().is_terminal() {
        return report.warning("terminal", "none here: the dashboard needs one, `list` does not");
    }
    if matches!(term.as_str(), "" | "dumb") {
        let text = "it can do nothing, by TERM; set TERM to what it is, such as xterm-256color";
        return report.warning("terminal", text);
    }
    let (width, height) = size().unwrap_or_default();
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    let colours = match set("COLORTERM").as_str() {
        "truecolor" | "24bit" => "true colour",
        _ if term.contains("256color") => "256 colours",
        _ => "16 colours",
    };
    let no_color = if set("NO_COLOR").is_empty() { "" } else { ", NO_COLOR is set" };
    let term = crate::text::UntrustedRef::new(term.as_bytes()).printable_within(40);
    let text = format!("{width}x{height}, TERM={term}, {colours}{no_color}");
    if width < 30 || height < 6 {
        report.warning("terminal", &format!("{text}; 30x6 is needed"));
    } else {
        report.ok("terminal", &text);
    }
    locale(report);
    match ask() {
        Some(Told { background: Some(Background::Dark) }) => {
            report.ok("background", "dark, as the terminal says");
        }
        Some(Told { background: Some(Background::Light) }) => {
            report.ok("background", "light, as the terminal says");
        }
        Some(Told { background: None }) => report.ok(
            "background",
            "the terminal does not tell; taken for dark unless COLORFGBG or --theme says otherwise",
        ),
        None => report.warning(
            "background",
            "the terminal answers no question; taken for dark unless COLORFGBG or --theme says otherwise",
        ),
    }
}

/// Whether characters beyond ASCII are to be expected: the bars and borders are such.
fn locale(report: &mut Report) {
    let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let Some(name) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(set) else {
        return report.warning("locale", "none is set; if borders look broken, set LC_ALL=C.UTF-8");
    };
    let value = std::env::var(name).unwrap_or_default();
    let shown = crate::text::UntrustedRef::new(value.as_bytes()).printable_within(40);
    if value.to_ascii_lowercase().replace('-', "").contains("utf8") {
        report.ok("locale", &format!("{name}={shown}"));
    } else {
        let text = format!("{name}={shown}; if borders look broken, set LC_ALL=C.UTF-8");
        report.warning("locale", &text);
    }
}

/// What a terminal told of itself.
struct Told {
    background: Option<Background>,
}

/// Asks the terminal; nothing where it does not answer in time.
fn ask() -> Option<Told> {
    let mut tty = File::options().read(true).write(true).open("/dev/tty").ok()?;
    enable_raw_mode().ok()?;
    let answer = tty.write_all(QUESTIONS).ok().and_then(|()| read_answer(&mut tty));
    let _ = disable_raw_mode();
    let answer = answer?;
    let text = String::from_utf8_lossy(&answer);
    let payload = text.split("\x1b]").nth(1).and_then(|rest| rest.split(['\x1b', '\x07']).next());
    Some(Told { background: payload.and_then(background_of_reply) })
}

/// Everything up to the end of the answer to the last question.
fn read_answer(tty: &mut File) -> Option<Vec<u8>> {
    let deadline = since_boot() + PATIENCE;
    let mut answer = vec![];
    let mut bytes = [0; 256];
    loop {
        let left = deadline.saturating_sub(since_boot());
        let wait = Timespec::try_from(left).ok()?;
        let mut ready = [PollFd::new(tty, PollFlags::IN)];
        if poll(&mut ready, Some(&wait)).ok()? == 0 {
            return None;
        }
        let read = tty.read(&mut bytes).ok()?;
        answer.extend_from_slice(&bytes[..read]);
        let about_itself = answer.windows(3).rposition(|begun| begun == b"\x1b[?");
        if about_itself.is_some_and(|at| answer[at..].contains(&b'c')) {
            return Some(answer);
        }
        if read == 0 || answer.len() > MOST_BYTES {
            return None;
        }
    }
}
