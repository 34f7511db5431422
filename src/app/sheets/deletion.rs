//! What is said of files before they are deleted, within the room that there is: the consequence, what
//! speaks against it, and the first files by name, id, size and time left.

use ratatui::layout::Rect;

use super::{Line, pause};
use crate::app::App;
use crate::app::layers::deletion::{Counted, DeletionQuestion, LocalCopy};
use crate::jobs::Pinned;
use crate::jobs::deletion::DeletionSum;
use crate::text::{break_anywhere, grouped, shorten_end, shorten_middle, size, width};
use crate::theme::Tone;

/// Files that are named; of others it is said how many they are.
pub const NAMED: usize = 6;
/// Below so many cells less is said of each file.
const NARROW: usize = 60;

/// The lines of the question, on so many cells, and not more than `most` as long as it can be said so.
#[must_use]
pub fn lines(question: &DeletionQuestion, cells: u16, most: usize) -> Vec<Line> {
    let cells = usize::from(cells);
    let mut lines = vec![head(question, cells)];
    lines.extend(against(question, cells));
    let files = question.files().len();
    let mut named = 0;
    for (file, copy) in question.named() {
        let of_file = file_lines(question, file, copy, cells);
        // The line that says how many more there are needs a place, too.
        let more = usize::from(named + 1 < files);
        if named > 0 && lines.len() + of_file.len() + more > most {
            break;
        }
        lines.extend(of_file);
        named += 1;
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
        format!(" · {}", pause(app, until, deletions.is_asked_to_wait()))
    });
    format!("{}{waits}", course(sum, deletions.stopped().is_some()))
}

/// How a deletion goes on: how far it is, or how many files have no end yet where nothing more is begun.
pub(super) fn course(sum: DeletionSum, is_stopped: bool) -> String {
    match (sum.all - sum.over(), is_stopped) {
        (1, true) => "stopping · 1 on its way".to_owned(),
        (rest, true) => format!("stopping · {} on their way", grouped(rest)),
        (_, false) => format!("deleting {} of {}", grouped(sum.over()), grouped(sum.all)),
    }
}

/// Whether all that has to be seen before a yes is seen in the room of the question.
#[must_use]
pub fn is_whole(question: &DeletionQuestion, room: Rect) -> bool {
    let most = usize::from(room.height).saturating_sub(2);
    let lines = lines(question, room.width, most);
    lines.len() <= usize::from(room.height).saturating_sub(1)
}

fn head(question: &DeletionQuestion, cells: usize) -> Line {
    let files = question.files().len();
    let bytes = question.counted().bytes;
    let unit = if files == 1 { "file" } else { "files" };
    let said = |bytes: String| format!("deletes {} {unit}, {bytes}", grouped(files));
    let (whole, short) = (said(bytes.words()), said(bytes.short()));
    let ways = [format!("{whole}, for good"), format!("{short}, for good"), whole];
    let fits = ways.into_iter().find(|text| width(text) <= cells);
    Line::of(Tone::Strong, fits.unwrap_or_else(|| shorten_end(&short, cells)))
}

/// What speaks against it.
fn against(question: &DeletionQuestion, cells: usize) -> Vec<Line> {
    let files = question.files().len();
    let all = [
        unsaved(question.counted(), files),
        on_their_way(question.counted(), files),
        left_out(question.counted()),
        used(question.counted(), files),
        question.in_use().cannot_tell().map_or(vec![], |why| {
            let cannot = "cannot tell whether in use";
            vec![format!("{cannot}: {why}"), cannot.to_owned()]
        }),
    ];
    let line = |ways: &Vec<String>| {
        let fits = ways.iter().find(|way| width(way) <= cells).or(ways.last())?;
        Some(Line::of(Tone::Warning, shorten_end(fits, cells)))
    };
    let mut lines: Vec<Line> = all.iter().filter_map(line).collect();
    if question.in_use().cannot_tell().is_none() && !question.in_use().is_known() {
        let looking = "looking whether a batch uses it …";
        lines.push(Line::of(Tone::Accent, shorten_end(looking, cells)));
    }
    lines
}

/// Something that speaks against it, in words from many to few; none where it does not.
type Ways = Vec<String>;

fn unsaved(counted: &Counted, files: usize) -> Ways {
    match counted.unsaved {
        0 => vec![],
        1 if files == 1 => vec![
            "not saved on this machine, and has time left".to_owned(),
            "not saved, and has time left".to_owned(),
        ],
        unsaved => {
            let unsaved = grouped(unsaved);
            vec![
                format!("{unsaved} not saved on this machine, with time left"),
                format!("{unsaved} not saved, with time left"),
            ]
        }
    }
}

fn on_their_way(counted: &Counted, files: usize) -> Ways {
    match counted.on_their_way {
        0 => vec![],
        1 if files == 1 => vec!["is being downloaded just now".to_owned()],
        number => {
            let number = grouped(number);
            vec![
                format!("{number} being downloaded just now"),
                format!("{number} being downloaded"),
            ]
        }
    }
}

fn left_out(counted: &Counted) -> Ways {
    let number = grouped(counted.left_out);
    let long = match counted.left_out {
        0 => return vec![],
        1 => "1 marked file left out: it cannot be deleted".to_owned(),
        _ => format!("{number} marked files left out: they cannot be deleted"),
    };
    vec![long, format!("{number} left out: cannot be deleted")]
}

fn used(counted: &Counted, files: usize) -> Ways {
    let Some(first) = &counted.batch else { return vec![] };
    let count = grouped(counted.in_use);
    let more = if counted.has_other_batches { " and others" } else { "" };
    let of = if files == 1 { "input".to_owned() } else { format!("{count} input") };
    vec![
        format!("{of} of a live batch: {first}{more}"),
        format!("{of} of {first}{more}"),
        format!("{of} of a live batch"),
    ]
}

fn file_lines(
    question: &DeletionQuestion,
    file: &Pinned,
    copy: LocalCopy,
    cells: usize,
) -> Vec<Line> {
    let bytes = file.bytes.map_or("size unknown".to_owned(), size);
    let left = question.left(file).to_string();
    let left = if left == "expired" || left == "—" { left } else { format!("{left} left") };
    let unsaved = match copy {
        LocalCopy::OnItsWay => " · downloading",
        copy if question.is_unsaved(file, copy) => " · not saved",
        LocalCopy::Nothing | LocalCopy::Saved => "",
    };
    let in_use = if question.in_use().batch_of(&file.id).is_some() { " · in use" } else { "" };
    let facts = format!("{bytes} · {left}");
    let right = u16::try_from(cells).unwrap_or(u16::MAX);
    let id = file.id.borrow().printable_within(130);
    let marks = format!("{facts}{unsaved}{in_use}");
    let name = file.shown(255);
    if width(&name) + width(&id) + width(&marks) + 6 <= cells {
        let mut line = Line::of(Tone::Text, format!("  {name}"));
        line.push(Tone::Chrome, format!("  {id}"));
        line.put_right(0, right, Tone::Chrome, marks);
        return vec![line];
    }
    // The name above, and below it the id: beside nothing else where that would cut it, since it tells
    // files of one name apart.
    let narrow = cells < NARROW;
    let (first, second) = if narrow {
        (bytes, format!("{left}{in_use}"))
    } else {
        (facts, format!("{unsaved}{in_use}"))
    };
    let second = second.trim_start_matches(" · ").to_owned();
    let line = |tone, text: &str, marks: String| {
        let room = cells.saturating_sub(width(&marks) + 3).max(8);
        let mut line = Line::of(tone, format!("  {}", shorten_middle(text, room - 2)));
        line.put_right(0, right, Tone::Chrome, marks);
        line
    };
    let mut lines = vec![line(Tone::Text, &name, first)];
    if second.is_empty() || width(&id) + width(&second) + 5 <= cells {
        lines.push(line(Tone::Chrome, &id, second));
    } else {
        let parts = break_anywhere(&id, cells.saturating_sub(2).max(1));
        lines.extend(parts.into_iter().map(|part| Line::of(Tone::Chrome, format!("  {part}"))));
        lines.push(line(Tone::Chrome, "", second));
    }
    lines
}
