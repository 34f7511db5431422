//! What is said of a file that is to be uploaded, and how far one is that is on its way.

use super::Line;
use crate::account::shelf::shown;
use crate::app::App;
use crate::app::layers::upload::{FINDINGS, Look, UploadPrompt};
use crate::app::saving::share;
use crate::text::{grouped, shorten_end, shorten_middle, size};
use crate::theme::Tone;
use crate::validation::Severity;

/// What stands below the fields: paths that go on, or what was found.
#[must_use]
pub fn lines(form: &UploadPrompt, cells: u16) -> Vec<Line> {
    let cells = usize::from(cells);
    match form.look() {
        Look::NotYet => {
            let paths = form.candidates().iter().take(FINDINGS);
            paths.map(|path| Line::of(Tone::Chrome, shorten_middle(path, cells))).collect()
        }
        Look::Going(_) => vec![Line::of(Tone::Accent, "looking at it …")],
        Look::Found(found) => found_lines(&found.1, cells),
    }
}

fn found_lines(report: &crate::validation::Report, cells: usize) -> Vec<Line> {
    let count = |number: u64, unit: &str| {
        format!("{} {unit}{}", grouped(number), if number == 1 { "" } else { "s" })
    };
    let (errors, warnings) = (report.findings.errors(), report.findings.warnings());
    let mut sum = format!("{} · {}", count(report.lines, "line"), size(report.bytes));
    for (number, unit) in [(errors, "error"), (warnings, "warning")] {
        if number > 0 {
            sum.push_str(" · ");
            sum.push_str(&count(number, unit));
        }
    }
    if errors + warnings == 0 {
        sum += " · sound";
    }
    let tone = if errors > 0 { Tone::Error } else { Tone::Strong };
    let mut lines = vec![Line::of(tone, shorten_end(&sum, cells))];
    let shown = report.findings.shown();
    for finding in shown.iter().take(FINDINGS) {
        let place = finding.line.map_or(String::new(), |line| format!("line {}: ", grouped(line)));
        let tone = match finding.severity {
            Severity::Error => Tone::Error,
            Severity::Warning => Tone::Warning,
        };
        let text = format!("{place}{} [{}]", finding.message, finding.code.word());
        lines.push(Line::of(tone, shorten_end(&text, cells)));
    }
    let more = (errors + warnings).saturating_sub(shown.len().min(FINDINGS) as u64);
    if more > 0 {
        lines.push(Line::of(Tone::Chrome, format!("… and {} more", grouped(more))));
    }
    lines
}

/// How far an upload is, while one is on its way; empty where none is.
#[must_use]
pub fn progress(app: &App, room: usize) -> String {
    let Some(job) = app.uploading().queue().current() else { return String::new() };
    let share = if job.awaits_answer() {
        "waiting for the answer".to_owned()
    } else {
        format!("{} %", share(job.sent, job.total))
    };
    let waiting = app.uploading().queue().open() - 1;
    let waiting = if waiting > 0 { format!(" · {waiting} waiting") } else { String::new() };
    let rest = format!(" · {share}{waiting}");
    let name = job.path().file_name().map(std::path::Path::new);
    let name = name.map_or(String::new(), shown);
    let room = room.saturating_sub(crate::text::width(&rest) + 2).clamp(8, 30);
    format!("↑ {}{rest}", shorten_middle(&name, room))
}
