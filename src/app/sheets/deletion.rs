//! What is said of files before they are deleted, within the room that there is: the consequence, what
//! speaks against it, and the first files by name, id, size and time left.

use ratatui::layout::Rect;

use super::Line;
use crate::app::App;
use crate::app::layers::deletion::DeletionQuestion;
use crate::jobs::Pinned;
use crate::text::{grouped, shorten_end, shorten_middle, size, width};
use crate::theme::Tone;
use crate::time::expiry::{Stated, TimeLeft};
use crate::time::span::wait;

/// Files that are named; of others it is said how many they are.
const NAMED: usize = 6;
/// From so many cells on a file stands on one line.
const ONE_LINE_FROM: usize = 66;

/// The lines of the question, on so many cells, and not more than `most` as long as it can be said so.
#[must_use]
pub fn lines(question: &DeletionQuestion, cells: u16, most: usize) -> Vec<Line> {
    let cells = usize::from(cells);
    let mut lines = vec![head(question, cells)];
    lines.extend(against(question, cells));
    let files = question.files().len();
    let each = if cells < ONE_LINE_FROM { 2 } else { 1 };
    let room = most.saturating_sub(lines.len());
    let fits = (room / each).clamp(1, NAMED);
    // The line that says how many more there are takes the place of one.
    let more = usize::from(files > fits);
    let named =
        if files > fits { (room.saturating_sub(more) / each).clamp(1, NAMED) } else { files };
    for (file, saved) in question.files().take(named) {
        lines.extend(file_lines(question, file, saved, cells));
    }
    if files > named {
        lines.push(Line::of(Tone::Chrome, format!("… and {} more", grouped(files - named))));
    }
    lines
}

/// How far a deletion is, while it is under way; empty where none is.
#[must_use]
pub fn progress(app: &App) -> String {
    let Some(deletions) = app.deleting().under_way() else { return String::new() };
    let sum = deletions.sum();
    let waits = deletions.waits_until(app.now().mono).map_or(String::new(), |until| {
        format!(" · asked to wait {}", wait(app.seconds_until(until)))
    });
    format!("deleting {} of {}{waits}", grouped(sum.over()), grouped(sum.all))
}

/// Whether all that has to be seen before a yes is seen in the room of the question.
#[must_use]
pub fn is_whole(question: &DeletionQuestion, room: Rect) -> bool {
    let most = usize::from(room.height).saturating_sub(2);
    let lines = lines(question, room.width, most);
    lines.len() <= usize::from(room.height).saturating_sub(1)
}

fn left(question: &DeletionQuestion, file: &Pinned) -> TimeLeft {
    TimeLeft::of(file.expires_at.map_or(Stated::Nothing, Stated::Value), question.server_ms())
}

/// Whether something is lost with a file: it is not saved, and has time left.
fn is_unsaved(question: &DeletionQuestion, file: &Pinned, saved: bool) -> bool {
    !saved && left(question, file) != TimeLeft::Expired
}

fn head(question: &DeletionQuestion, cells: usize) -> Line {
    let files = question.files().len();
    let known = question.files().filter_map(|(file, _)| file.bytes);
    let bytes = size(known.fold(0, u64::saturating_add));
    let unit = if files == 1 { "file" } else { "files" };
    let text = format!("deletes {} {unit}, {bytes}, for good", grouped(files));
    Line::of(Tone::Strong, shorten_end(&text, cells))
}

/// What speaks against it.
fn against(question: &DeletionQuestion, cells: usize) -> Vec<Line> {
    let files = question.files().len();
    let unsaved =
        question.files().filter(|(file, saved)| is_unsaved(question, file, *saved)).count();
    let mut lines = vec![];
    let mut warn = |ways: &[String]| {
        let fits = ways.iter().find(|way| width(way) <= cells).or(ways.last());
        let text = shorten_end(fits.map_or("", String::as_str), cells);
        lines.push(Line::of(Tone::Warning, text));
    };
    match unsaved {
        0 => {}
        1 if files == 1 => warn(&[
            "not saved on this machine, and has time left".to_owned(),
            "not saved, and has time left".to_owned(),
        ]),
        _ => {
            let unsaved = grouped(unsaved);
            warn(&[
                format!("{unsaved} not saved on this machine, with time left"),
                format!("{unsaved} not saved, with time left"),
            ]);
        }
    }
    let in_use: Vec<String> = question
        .files()
        .filter_map(|(file, _)| question.in_use().batch_of(&file.id))
        .map(ToString::to_string)
        .collect();
    if let [first, others @ ..] = &in_use[..] {
        let count = grouped(in_use.len());
        let more = if others.is_empty() { "" } else { " and others" };
        let of = if files == 1 { "input".to_owned() } else { format!("{count} input") };
        warn(&[
            format!("{of} of a live batch: {first}{more}"),
            format!("{of} of {first}{more}"),
            format!("{of} of a live batch"),
        ]);
    }
    if let Some(why) = question.in_use().cannot_tell() {
        let cannot = "cannot tell whether in use";
        warn(&[format!("{cannot}: {why}"), cannot.to_owned()]);
    } else if !question.in_use().is_known() {
        let looking = "looking whether a batch uses it …";
        lines.push(Line::of(Tone::Accent, shorten_end(looking, cells)));
    }
    lines
}

fn file_lines(question: &DeletionQuestion, file: &Pinned, saved: bool, cells: usize) -> Vec<Line> {
    let bytes = file.bytes.map_or("size unknown".to_owned(), size);
    let left = left(question, file).to_string();
    let left = if left == "expired" || left == "—" { left } else { format!("{left} left") };
    let unsaved = if is_unsaved(question, file, saved) { " · not saved" } else { "" };
    let in_use = if question.in_use().batch_of(&file.id).is_some() { " · in use" } else { "" };
    let facts = format!("{bytes} · {left}");
    let right = u16::try_from(cells).unwrap_or(u16::MAX);
    let id = file.id.borrow().printable_within(130);
    if cells < ONE_LINE_FROM {
        let mut first = Line::default();
        let room = cells.saturating_sub(width(&bytes) + 3);
        first.push(Tone::Text, format!("  {}", shorten_middle(&file.shown(255), room.max(8) - 2)));
        first.put_right(0, right, Tone::Chrome, bytes);
        let marks = format!("{left}{in_use}");
        let room = cells.saturating_sub(width(&marks) + 3);
        let mut second =
            Line::of(Tone::Chrome, format!("  {}", shorten_middle(&id, room.max(8) - 2)));
        second.put_right(0, right, Tone::Chrome, marks);
        return vec![first, second];
    }
    let marks = format!("{facts}{unsaved}{in_use}");
    let room = cells.saturating_sub(width(&marks) + 2);
    let id = shorten_middle(&id, room * 2 / 5);
    let name = shorten_middle(&file.shown(255), room.saturating_sub(width(&id) + 4));
    let mut line = Line::of(Tone::Text, format!("  {name}"));
    line.push(Tone::Chrome, format!("  {id}"));
    line.put_right(0, right, Tone::Chrome, marks);
    vec![line]
}
