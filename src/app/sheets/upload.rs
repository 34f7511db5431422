//! What is said of a file that is to be uploaded, and how far one is that is on its way.

use ratatui::layout::Rect;

use super::{Line, pause};
use crate::account::shelf::shown;
use crate::api::upload::UploadStage;
use crate::app::App;
use crate::app::layers::upload::{Look, UploadPrompt};
use crate::app::saving::share;
use crate::text::{grouped, shorten_end, shorten_middle, size, width, wrap};
use crate::theme::Tone;
use crate::validation::{Findings, Report, Severity};

/// Cells by which the further lines of a finding stand in.
const INDENT: usize = 2;
/// Paths that are named; of others it is said how many they are.
const NAMED: usize = 12;

/// What stands below the fields: a line that stays, and lines that scroll.
#[derive(Debug, Default)]
pub struct Below {
    /// What was found in all; nothing before that is known.
    pub head: Option<Line>,
    /// What was found one by one, or paths that go on.
    pub body: Vec<Line>,
}

impl Below {
    /// All lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        usize::from(self.head.is_some()) + self.body.len()
    }

    /// The room for the lines that scroll.
    #[must_use]
    pub fn room_of_body(&self, room: Rect) -> Rect {
        let head = u16::from(self.head.is_some()).min(room.height);
        Rect { y: room.y + head, height: room.height - head, ..room }
    }

    /// Lines of what was found that do not fit.
    #[must_use]
    pub fn overflow(&self, room: Rect) -> usize {
        let height = usize::from(self.room_of_body(room).height);
        if self.head.is_some() { self.body.len().saturating_sub(height) } else { 0 }
    }
}

/// What stands below the fields: paths that go on, or what was found.
#[must_use]
pub fn below(form: &UploadPrompt, cells: u16) -> Below {
    let cells = usize::from(cells);
    match form.look() {
        Look::NotYet => Below { head: None, body: paths(form.candidates(), cells) },
        Look::Going(_) => {
            Below { head: Some(Line::of(Tone::Accent, "looking at it …")), body: vec![] }
        }
        Look::Found(found) => Below {
            head: Some(sum(&found.1, cells)),
            body: [Severity::Error, Severity::Warning]
                .into_iter()
                .flat_map(|severity| found_lines(&found.1.findings, severity, cells))
                .collect(),
        },
    }
}

fn paths(candidates: &[String], cells: usize) -> Vec<Line> {
    let named = candidates.iter().take(NAMED);
    let mut lines: Vec<Line> =
        named.map(|path| Line::of(Tone::Chrome, shorten_middle(path, cells))).collect();
    if candidates.len() > NAMED {
        let more = format!("… and {} more", grouped(candidates.len() - NAMED));
        lines.push(Line::of(Tone::Chrome, more));
    }
    lines
}

fn count(number: u64, unit: &str) -> String {
    format!("{} {unit}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// How large a file is, and how much is wrong with it, in as many words as there is room for.
fn sum(report: &Report, cells: usize) -> Line {
    let (errors, warnings) = (report.findings.errors(), report.findings.warnings());
    let counts = [(errors, "error"), (warnings, "warning")];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let mut found: Vec<String> = counts.map(|(number, unit)| count(number, unit)).collect();
    if found.is_empty() {
        found.push("sound".to_owned());
    }
    let (found, lines) = (found.join(" · "), count(report.lines, "line"));
    let ways =
        [format!("{lines} · {} · {found}", size(report.bytes)), format!("{lines} · {found}")];
    let fits = ways.into_iter().find(|way| width(way) <= cells);
    let tone = if errors > 0 { Tone::Error } else { Tone::Strong };
    Line::of(tone, fits.unwrap_or_else(|| shorten_end(&found, cells)))
}

/// Findings of one severity: how many there are, and the first of them, all of each.
fn found_lines(findings: &Findings, severity: Severity, cells: usize) -> Vec<Line> {
    let (all, tone) = match severity {
        Severity::Error => (findings.errors(), Tone::Error),
        Severity::Warning => (findings.warnings(), Tone::Warning),
    };
    if all == 0 {
        return vec![];
    }
    let first = findings.first(severity);
    let mut head = count(all, severity.word());
    if (first.len() as u64) < all {
        head = format!("{head}, the first {}", first.len());
    }
    let mut lines = vec![Line::of(Tone::Strong, head)];
    for finding in first {
        let place = finding.line.map_or(String::new(), |line| format!("line {}: ", grouped(line)));
        let text = format!("{place}{} [{}]", finding.message, finding.code.word());
        for (nth, piece) in wrap(&text, cells.saturating_sub(INDENT).max(1)).into_iter().enumerate()
        {
            let indent = if nth == 0 { "" } else { "  " };
            lines.push(Line::of(tone, format!("{indent}{piece}")));
        }
    }
    lines
}

/// What is being done for an upload whose bytes do not move, in words.
#[must_use]
pub fn words_of(app: &App, stage: UploadStage) -> Option<String> {
    match stage {
        UploadStage::Sending => None,
        UploadStage::Awaiting => Some("waiting for the answer".to_owned()),
        UploadStage::Resting { until, is_asked } => Some(pause(app, until, is_asked)),
        UploadStage::Looking => Some("looking for it in the list".to_owned()),
    }
}

/// How far an upload is, while one is on its way, or what those that wait do it for; empty where none is.
#[must_use]
pub fn progress(app: &App, room: usize) -> String {
    let queue = app.uploading().queue();
    let rests = queue.waits_until(app.now().mono).map(|until| pause(app, until, true));
    let Some(job) = queue.current().or(queue.next()) else { return String::new() };
    let words = rests.or_else(|| words_of(app, job.stage));
    let words = words.unwrap_or_else(|| format!("{} %", share(job.sent, job.total)));
    let waiting = queue.open() - 1;
    let waiting = if waiting > 0 { format!(" · {waiting} waiting") } else { String::new() };
    let rest = format!(" · {words}{waiting}");
    let name = job.path().file_name().map(std::path::Path::new);
    let name = name.map_or(String::new(), shown);
    let room = room.saturating_sub(width(&rest) + 2).clamp(8, 30);
    format!("↑ {}{rest}", shorten_middle(&name, room))
}
