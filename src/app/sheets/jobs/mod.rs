//! The jobs: how far each is, how fast, what is to go beside what its file has left, and where it lies.

mod about;
mod row;

use std::time::Duration;

use ratatui::layout::Rect;

use super::{Line, cells};
use crate::app::App;
use crate::app::joblist::any::AnyJob;
use crate::jobs::Job;
use crate::jobs::dead::DeadPart;
use crate::jobs::deletion::DeletionSum;
use crate::jobs::job::{Delay, JobState, Pause, Sum};
use crate::jobs::sending::UploadState;
use crate::jobs::upload::UploadEnd;
use crate::text;
use crate::text::{grouped, shorten_end, shorten_middle, size};
use crate::theme::Tone;
use crate::time::expiry::{self, Stated, TimeLeft};
use crate::time::span::wait;
use row::{Course, JobRow};

pub use about::about;

/// Cells before the first column.
const MARKER: u16 = 3;
/// Cells between two columns.
const GAP: u16 = 2;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Cells of `391.50 MiB` twice, and what stands between them.
const BYTES: u16 = 23;
const PER_CENT: u16 = 5;
const RATE: u16 = 12;
const TO_GO: u16 = 8;
const LEFT: u16 = 10;
const BAR: u16 = 10;
/// Cells that a name has at least; what is less important gives way before, and the bar long before.
const LEAST_NAME: u16 = 24;
const LEAST_NAME_WITH_BAR: u16 = 40;
/// From this width on a name has as many as this, so that the eye finds its way to what is behind it.
const MOST_NAME: u16 = 48;

/// What stands in which cells; what has no room has none.
struct Columns {
    name: u16,
    bar: Option<u16>,
    bytes: Option<u16>,
    per_cent: u16,
    rate: Option<u16>,
    to_go: u16,
    left: Option<u16>,
    right: u16,
}

impl Columns {
    fn within(width: u16) -> Self {
        // The first one gives way first.
        let wanted = [BAR, BYTES, RATE, LEFT];
        let mut shown = [true; 4];
        let fixed = MARKER + PER_CENT + GAP + TO_GO + GAP;
        let taken = |shown: &[bool; 4]| {
            let others = wanted.iter().zip(shown).filter(|(_, shown)| **shown);
            others.map(|(cells, _)| cells + GAP).sum::<u16>() + fixed
        };
        for place in 0..4 {
            let least = if place == 0 { LEAST_NAME_WITH_BAR } else { LEAST_NAME };
            if taken(&shown) + least <= width {
                break;
            }
            shown[place] = false;
        }
        let name = width.saturating_sub(taken(&shown)).min(MOST_NAME);
        let mut x = MARKER + name;
        let mut place = |cells: u16| {
            x += GAP + cells;
            x
        };
        let bar = shown[0].then(|| place(BAR));
        let bytes = shown[1].then(|| place(BYTES));
        let per_cent = place(PER_CENT);
        let rate = shown[2].then(|| place(RATE));
        let to_go = place(TO_GO);
        let left = shown[3].then(|| place(LEFT));
        Self { name, bar, bytes, per_cent, rate, to_go, left, right: width }
    }

    fn head(&self) -> Line {
        let mut line = Line::default();
        line.put(MARKER, Tone::Chrome, "File");
        let mut right = |end: Option<u16>, words: &str| {
            if let Some(end) = end {
                line.put_right(0, end, Tone::Chrome, words);
            }
        };
        right(self.bytes, "Bytes");
        right(self.rate, "Rate");
        right(Some(self.to_go), "To go");
        right(self.left, "Time left");
        line
    }

    /// The cell before which the words of a job end, where there is room for them: they would end at `wanted`
    /// if they began at once.
    fn end_of_words(&self, job: &AnyJob<'_>, wanted: u16) -> u16 {
        match (job, self.left) {
            // Clear of what its file has left.
            (AnyJob::Download(_), Some(left)) => left - LEFT - GAP,
            (AnyJob::Download(_), None) => self.right,
            // With the columns, unless there is too much to say.
            (_, left) => {
                let end = left.unwrap_or(self.to_go);
                if wanted <= end { end } else { self.right }
            }
        }
    }

    fn line(&self, app: &App, job: &AnyJob<'_>) -> Line {
        let row = JobRow::of(app, job);
        let mut line = Line::default();
        let (sign, tone) = job.sign();
        line.put(1, tone, sign);
        line.put(MARKER, row.name_tone, shorten_middle(&row.name, usize::from(self.name)));
        if let (Some(end), Some(share)) = (self.bar, row.bar) {
            let filled = usize::try_from(share).unwrap_or(0) * usize::from(BAR) / 100;
            line.put(end - BAR, Tone::Accent, "▰".repeat(filled));
            line.push(Tone::Chrome, "▱".repeat(usize::from(BAR) - filled));
        }
        if let Some(end) = self.bytes {
            line.put_right(0, end, Tone::Text, row.amount);
        }
        match row.course {
            Course::Words(words, tone) => {
                // In place of what is known only of one that runs, and of its time left where it has none.
                let from = self.bytes.unwrap_or(MARKER + self.name) + GAP;
                let end = self.end_of_words(job, from.saturating_add(cells(&words)));
                let room = usize::from(end.saturating_sub(from));
                line.put_right(from, end, tone, shorten_end(&words, room));
            }
            Course::Numbers { share, rate, to_go, is_late } => {
                let share = share.map(|share| format!("{share} %")).unwrap_or_default();
                line.put_right(0, self.per_cent, Tone::Text, share);
                if let (Some(end), Some(rate)) = (self.rate, rate) {
                    line.put_right(0, end, Tone::Text, format!("{}/s", size(rate)));
                }
                let tone = if is_late { Tone::Error } else { Tone::Text };
                line.put_right(0, self.to_go, tone, to_go.map_or("—".to_owned(), wait));
            }
        }
        if let (Some(end), Some((left, tone))) = (self.left, row.left) {
            line.put_right(0, end, tone, left);
        }
        line
    }
}

fn days_words(app: &App, dead: &DeadPart) -> String {
    format!("{} days", grouped(dead.days(app.now().wall_ms.div_euclid(1_000))))
}

/// What the file of a job has left, and the seconds of it.
fn left_of(app: &App, job: &Job) -> (TimeLeft, Option<u64>) {
    let at = job.file().expires_at.map_or(Stated::Nothing, Stated::Value);
    let left = TimeLeft::of(at, app.server_ms());
    let seconds = match left {
        TimeLeft::Expired => Some(0),
        TimeLeft::Seconds(seconds) => Some(seconds),
        TimeLeft::Never | TimeLeft::Unknown => None,
    };
    (left, seconds)
}

/// Seconds that the rest of a job takes at a rate, rounded up.
fn seconds_to_go(job: &Job, rate: Option<f64>) -> Option<u64> {
    Some(to_go(job.rest()?, rate?))
}

/// Seconds that so many bytes take at a rate, rounded up.
#[must_use]
pub fn to_go(bytes: u64, rate: f64) -> u64 {
    bytes.div_ceil(whole(rate).max(1))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, bounded")]
fn whole(rate: f64) -> u64 {
    rate.clamp(0.0, 1e15) as u64
}

/// What is said of a job that does not run, and in which tone.
fn state_words(app: &App, job: &Job) -> Option<(String, Tone)> {
    let text = |text: &str| Some((text.to_owned(), Tone::Chrome));
    match &job.state {
        JobState::Running => None,
        JobState::Finishing => text("being written for good"),
        JobState::Waiting if let Some(pid) = app.saving().held_by(job.id) => {
            Some((format!("process {pid} has it"), Tone::Warning))
        }
        JobState::Waiting => match app.saving().queue().delay_of(job, app.now().mono) {
            Some(delay) => Some((delay_words(app, delay), Tone::Warning)),
            None => text("waiting"),
        },
        JobState::Paused(Pause::Wanted) => text("paused"),
        JobState::Paused(Pause::DiskFull) => Some(("the disk is full".to_owned(), Tone::Error)),
        JobState::Saved(saved) if saved.already => text("saved already"),
        JobState::Saved(_) => Some(("saved".to_owned(), Tone::Text)),
        JobState::Failed(failure) => Some((failure.words.clone(), Tone::Error)),
        JobState::Cancelled => text("cancelled"),
    }
}

/// For what is waited, and how long still.
fn delay_words(app: &App, delay: Delay) -> String {
    let why = if delay.is_asked { "asked to wait" } else { "next try in" };
    format!("{why} {}", wait(app.seconds_until(delay.until)))
}

/// The names of the columns, and the lines in view.
#[must_use]
pub fn visible(app: &App, room: Rect, first: usize) -> (Line, Vec<Line>) {
    let columns = Columns::within(room.width);
    let lines = in_view(app, room, first).map(|job| columns.line(app, &job)).collect();
    (columns.head(), lines)
}

/// The jobs in view in a room, from the line `first` on.
fn in_view(app: &App, room: Rect, first: usize) -> impl Iterator<Item = AnyJob<'_>> {
    let lines = (first..).map_while(|line| app.jobs().line(line));
    lines.take(usize::from(room.height)).filter_map(|line| app.any_job(&line))
}

/// The signs before the jobs, and what they mean.
#[must_use]
pub fn signs() -> [(&'static str, &'static str); 9] {
    [
        ("↓", "on its way, or being written for good"),
        ("↑", "being uploaded"),
        ("×", "files are being deleted"),
        ("·", "waits for its turn, or for the next try"),
        ("‖", "rests until it is to go on"),
        ("✓", "done: saved, stored or deleted"),
        ("!", "came to nothing, not to all, or nobody knows"),
        ("-", "cancelled"),
        ("†", "dead: kept of a file that was not gone on with for 7 days"),
    ]
}

/// All jobs together, in a few words: `3 of 12 · 1 failed · 41 % · 18 MiB/s · 48s`; 3 of them are saved.
#[must_use]
pub fn together(app: &App) -> String {
    let saving = app.saving();
    let Sum { all, saved, failed, received, .. } = saving.sum();
    let mut parts = vec![format!("{} of {}", grouped(saved), grouped(all))];
    if failed > 0 {
        parts.push(format!("{} failed", grouped(failed)));
    }
    let rate = saving.rate(app.now().mono).filter(|_| saving.sum().under_way > 0);
    match saving.per_cent() {
        Some(share) => parts.push(format!("{share} %")),
        None if received > 0 => parts.push(text::sum(received.into())),
        None => {}
    }
    if let Some(rate) = rate {
        parts.push(format!("{}/s", size(whole(rate))));
        if saving.sum().is_known {
            parts.push(wait(to_go(saving.to_come(), rate)));
        }
    }
    match delay(app) {
        Some(delay) => parts.push(delay),
        None if saving.sum().under_way == 0 && saving.sum().paused > 0 => {
            parts.push("paused".to_owned());
        }
        None => {}
    }
    parts.join(" · ")
}

/// For what all of them wait, where they do.
fn delay(app: &App) -> Option<String> {
    let delay = app.saving().queue().delay(app.now().mono)?;
    Some(delay_words(app, delay))
}

/// What became of the jobs, where none is open: ` · 12 saved · 2 failed · 1 dead`.
#[must_use]
pub fn done(app: &App) -> String {
    let saved = app.saving().queue().ended_so_far();
    let uploads = |is_it: fn(&UploadEnd) -> bool| {
        let jobs = app.uploading().queue().jobs();
        jobs.filter(|job| matches!(&job.state, UploadState::Ended(end) if is_it(end))).count()
    };
    let is_stored = |end: &UploadEnd| end.stored().is_some();
    let deletions =
        |of: fn(DeletionSum) -> usize| app.deleting().jobs().map(|job| of(job.sum)).sum::<usize>();
    let counts = [
        (saved.saved, "saved"),
        (saved.failed, "failed"),
        (saved.cancelled, "cancelled"),
        (uploads(is_stored), "stored"),
        (uploads(UploadEnd::is_open), "perhaps stored"),
        (uploads(|end| !end.is_open() && end.stored().is_none()), "not stored"),
        (deletions(|sum| sum.deleted), "deleted"),
        (deletions(|sum| sum.gone), "already gone"),
        (deletions(|sum| sum.left), "left"),
        (deletions(|sum| sum.unknown), "perhaps deleted"),
        (app.jobs().dead().len(), "dead"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let words = counts.map(|(count, what)| format!("{} {what}", grouped(*count)));
    [String::new()].into_iter().chain(words).collect::<Vec<_>>().join(" · ")
}

/// What stands in the footer while anything is open; short where there is little room.
#[must_use]
pub fn progress(app: &App, room: usize) -> String {
    if app.saving().sum().open == 0 {
        return String::new();
    }
    let whole = format!("↓ {}", together(app));
    if usize::from(cells(&whole)) <= room {
        return whole;
    }
    let parts: Vec<&str> = whole.split(" · ").collect();
    match delay(app) {
        Some(delay) => format!("{} · {delay}", parts[0]),
        None => parts[..parts.len().min(2)].join(" · "),
    }
}

/// The moment at which a line in view says something else, where nothing happens.
#[must_use]
pub fn next_change(app: &App) -> Option<Duration> {
    let jobs = app.layers().seen().iter().find_map(|layer| match layer {
        crate::app::layers::Layer::Jobs(jobs) => Some(jobs),
        _ => None,
    })?;
    let list = jobs.place(app, app.layout()?.screen());
    let first = jobs.cursor().first(&list);
    let now = app.now().mono;
    let counted = |until: Duration| {
        let shown = app.seconds_until(until).saturating_sub(1);
        until.saturating_sub(Duration::from_secs(shown))
    };
    // Days since something was written to what is dead.
    let wall_ms = app.now().wall_ms;
    let day = |dead: &DeadPart| {
        let since_ms = wall_ms.saturating_sub(dead.touched_s.saturating_mul(1_000)).max(0);
        let left_ms = u64::try_from(DAY_MS - since_ms % DAY_MS).unwrap_or(0);
        now.saturating_add(Duration::from_millis(left_ms))
    };
    let changes = in_view(app, list.room, first).filter_map(|job| match job {
        AnyJob::Download(job) => {
            let at = job.file().expires_at.map_or(Stated::Nothing, Stated::Value);
            let left = expiry::next_change_ms(at, app.server_ms(), false);
            let left = left.map(|ms| now.saturating_add(Duration::from_millis(ms)));
            let delay = app.saving().queue().delay_of(job, now).map(|delay| delay.until);
            left.into_iter().chain(delay.map(counted)).min()
        }
        // Its rate changes with the seconds, which is a cause of its own.
        AnyJob::Upload(_) => None,
        AnyJob::Deletion(job) => job.waits_until(now).map(counted),
        AnyJob::Dead(dead) => Some(day(dead)),
    });
    changes.min()
}
