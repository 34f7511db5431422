//! A report in words for people, and as JSON for programs.

use serde::Serialize;

use super::{Finding, Report};
use crate::text::{UntrustedRef, grouped, size};

/// What is said of a file: a line for each finding that is shown, one for those that are not, and one
/// that sums up.
///
/// ```
/// use shelflife::text::UntrustedRef;
/// use shelflife::validation::{Use, Validator, lines, of_service};
///
/// let mut validator = Validator::new(of_service("openai").unwrap(), Use::Batch, None);
/// validator.feed(b"{}x\n");
/// assert_eq!(
///     lines(UntrustedRef::new(b"in.jsonl"), &validator.finish()),
///     [
///         "in.jsonl:1: error: no JSON: trailing characters at byte 3 [invalid_json_line]",
///         "in.jsonl: 1 line · 4 B · 1 error · 0 warnings",
///     ]
/// );
/// ```
#[must_use]
pub fn lines(path: UntrustedRef<'_>, report: &Report) -> Vec<String> {
    let path = path.printable();
    let shown = report.findings.shown();
    let mut lines: Vec<String> = shown.iter().map(|finding| line(&path, finding)).collect();
    let (errors, warnings) = (report.findings.errors(), report.findings.warnings());
    let more = (errors + warnings).saturating_sub(shown.len() as u64);
    if more > 0 {
        let counts = report.findings.counts();
        let each: Vec<String> =
            counts.map(|(code, count)| format!("{} {}", grouped(count), code.word())).collect();
        lines.push(format!("{path}: and {} more; in all {}", grouped(more), each.join(", ")));
    }
    lines.push(format!(
        "{path}: {} · {} · {} · {}",
        count(report.lines, "line"),
        size(report.bytes),
        count(errors, "error"),
        count(warnings, "warning")
    ));
    lines
}

fn line(path: &str, finding: &Finding) -> String {
    let Finding { line, code, severity, message } = finding;
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    format!("{path}{line}: {}: {message} [{}]", severity.word(), code.word())
}

fn count(number: u64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", grouped(number))
}

#[derive(Serialize)]
struct Document<'a> {
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    path: UntrustedRef<'a>,
    lines: u64,
    bytes: u64,
    errors: u64,
    warnings: u64,
    findings: Vec<Member<'a>>,
}

#[derive(Serialize)]
struct Member<'a> {
    line: Option<u64>,
    code: &'static str,
    severity: &'static str,
    message: &'a str,
}

/// The reports as one document on one line: for each file its path, lines, bytes, the numbers of all
/// errors and warnings, and the findings that are shown. The line of one that concerns the whole file
/// is null.
#[must_use]
pub fn document<'a>(files: impl IntoIterator<Item = (UntrustedRef<'a>, &'a Report)>) -> String {
    let entry = |(path, report): (UntrustedRef<'a>, &'a Report)| Entry {
        path,
        lines: report.lines,
        bytes: report.bytes,
        errors: report.findings.errors(),
        warnings: report.findings.warnings(),
        findings: report.findings.shown().into_iter().map(member).collect(),
    };
    let document = Document { files: files.into_iter().map(entry).collect() };
    // Its texts are texts, and its numbers whole.
    serde_json::to_string(&document).unwrap_or_default()
}

fn member(finding: &Finding) -> Member<'_> {
    Member {
        line: finding.line,
        code: finding.code.word(),
        severity: finding.severity.word(),
        message: &finding.message,
    }
}
