//! What the terminal is, and what it answers.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Report;
use crate::runtime::quiet::Quiet;
use crate::runtime::terminal::size;
use crate::text::UntrustedRef;
use crate::theme::{Background, background_of_reply};
use crate::time::clock::since_boot;

/// How long a terminal may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// Which colour is the background, and, since every terminal answers that: what are you?
const QUESTIONS: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// Bytes of an answer that are looked at.
const MOST_BYTES: usize = 1_024;

/// Says what the terminal is; it is quiet until what this gives is dropped, if it was asked.
pub(super) fn look(report: &mut Report) -> Option<Quiet> {
    let streams = [io::stdout().is_terminal(), io::stdin().is_terminal()];
    if streams == [false; 2] {
        report.warning("terminal", "none here: the dashboard needs one, `list` does not");
        return None;
    }
    let term = std::env::var("TERM").unwrap_or_default();
    let shown = UntrustedRef::new(term.as_bytes()).printable_within(40);
    if matches!(term.as_str(), "" | "dumb") {
        let text = format!("TERM={shown}: it can do nothing; say what it is, as xterm-256color");
        report.warning("terminal", &text);
        locale(report);
        return None;
    }
    let (width, height) = size().unwrap_or_default();
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    let colours = match set("COLORTERM").as_str() {
        "truecolor" | "24bit" => "true colour",
        _ if term.contains("256color") => "256 colours",
        _ => "16 colours",
    };
    let no_color = if set("NO_COLOR").is_empty() { "" } else { ", NO_COLOR is set" };
    let text = format!("{width}x{height}, TERM={shown}, {colours}{no_color}");
    if width < 30 || height < 6 {
        report.warning("terminal", &format!("{text}; 30x6 is needed"));
    } else if !streams[0] {
        report.ok("terminal", &format!("{text}; standard output leads elsewhere"));
    } else {
        report.ok("terminal", &text);
    }
    locale(report);
    let Ok((quiet, mut tty)) = Quiet::begin() else {
        report.warning("background", "not asked: the terminal is not this program's now");
        return None;
    };
    let answer = tty.write_all(QUESTIONS).ok().and_then(|()| read_answer(&mut tty));
    let otherwise = "taken for dark unless COLORFGBG or --theme says otherwise";
    match answer.as_deref().map(background_in) {
        Some(Some(Background::Dark)) => report.ok("background", "dark, as the terminal says"),
        Some(Some(Background::Light)) => report.ok("background", "light, as the terminal says"),
        Some(None) => {
            report.ok("background", &format!("the terminal does not tell; {otherwise}"));
        }
        None => {
            let text = format!("the terminal answers no question; {otherwise}");
            report.warning("background", &text);
        }
    }
    Some(quiet)
}

/// Whether characters beyond ASCII are to be expected: the bars and borders are such.
fn locale(report: &mut Report) {
    let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let Some(name) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(set) else {
        return report.warning("locale", "none is set; if borders look broken, set LC_ALL=C.UTF-8");
    };
    let value = std::env::var(name).unwrap_or_default();
    let shown = UntrustedRef::new(value.as_bytes()).printable_within(40);
    if value.to_ascii_lowercase().replace('-', "").contains("utf8") {
        report.ok("locale", &format!("{name}={shown}"));
    } else {
        let text = format!("{name}={shown}; if borders look broken, set LC_ALL=C.UTF-8");
        report.warning("locale", &text);
    }
}

/// The background that an answer tells of.
fn background_in(answer: &[u8]) -> Option<Background> {
    let text = String::from_utf8_lossy(answer);
    let payload = text.split("\x1b]").nth(1)?.split(['\x1b', '\x07']).next()?;
    background_of_reply(payload)
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
        match poll(&mut ready, Some(&wait)) {
            Ok(0) => return None,
            Err(Errno::INTR) => continue,
            result => drop(result.ok()?),
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
