//! What the terminal is, and what it answers.

use std::io::{self, IsTerminal};
use std::time::Duration;

use super::Report;
use crate::commands::dashboard::colours;
use crate::runtime::quiet::Quiet;
use crate::runtime::size;
use crate::text::UntrustedRef;
use crate::theme::{Background, background_of_reply};
use crate::time::clock::since_boot;

/// How long the report waits for the terminal's answer. A slower one is told at the end.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a terminal may take to answer in all: a line over satellites, and a busy machine.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(2);
/// Which colour is the background?
const QUESTION: &str = "\x1b]11;?\x1b\\";

/// What the dashboard does without an answer.
const OTHERWISE: &str = "taken for dark unless COLORFGBG or --theme says otherwise";

/// A terminal that was asked for its background, and is quiet meanwhile.
pub(super) struct Asked {
    quiet: Quiet,
    at: Duration,
    /// Whether the report has the answer.
    told: bool,
}

impl Asked {
    fn tell(&mut self, report: &mut Report, patience: Duration) {
        let Some(answers) = self.quiet.answers(patience) else { return };
        self.told = true;
        match answers.iter().find_map(|answer| background_of_reply(answer)) {
            Some(Background::Dark) => report.ok("background", "dark, as the terminal says"),
            Some(Background::Light) => report.ok("background", "light, as the terminal says"),
            None => report.ok("background", &format!("the terminal does not tell; {OTHERWISE}")),
        }
    }

    /// Waits for an answer that did not come at once, and says what it is.
    pub(super) fn finish(mut self, report: &mut Report) {
        if self.told {
            return;
        }
        self.tell(report, (self.at + PATIENCE_IN_ALL).saturating_sub(since_boot()));
        if !self.told {
            let text = "no answer within 2 s: a slow line, or a terminal that gives none";
            report.warning("background", &format!("{text}; {OTHERWISE}"));
        }
    }
}

/// Says what the terminal is; gives it where it was asked a question, whose answer may be slow.
pub(super) fn look(report: &mut Report) -> Option<Asked> {
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
    let (width, height) = size::now();
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    let (colours, why) = colours();
    let no_color = if set("NO_COLOR").is_empty() { "" } else { ", NO_COLOR is set" };
    let colours = colours.words();
    let text = format!("{width}x{height}, TERM={shown}, {colours} ({why}){no_color}");
    let (told_width, told_height) = size::told();
    if told_width == 0 || told_height == 0 {
        report.warning("terminal", &format!("{text}; it tells no size, set COLUMNS and LINES"));
    } else if width < 30 || height < 6 {
        report.warning("terminal", &format!("{text}; 30x6 is needed"));
    } else if !streams[0] {
        report.ok("terminal", &format!("{text}; standard output leads elsewhere"));
    } else {
        report.ok("terminal", &text);
    }
    locale(report);
    let Ok(quiet) = Quiet::ask(QUESTION) else {
        report.warning("background", "not asked: the terminal is not this program's now");
        return None;
    };
    let mut asked = Asked { quiet, at: since_boot(), told: false };
    asked.tell(report, PATIENCE);
    Some(asked)
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
