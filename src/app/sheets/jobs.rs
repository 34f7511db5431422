//! The jobs: how far each is, how fast, what is to go beside what its file has left, and where it lies.

use std::path::Path;
use std::time::Duration;

use ratatui::layout::Rect;

use super::{Line, cells};
use crate::account::shelf::shown;
use crate::app::App;
use crate::app::layers::jobs::Jobs;
use crate::app::saving::share;
use crate::jobs::Job;
use crate::jobs::dead::DeadPart;
use crate::jobs::job::{JobState, Pause, Sum};
use crate::jobs::name::PART;
use crate::text;
use crate::text::{grouped, shorten_end, shorten_middle, size};
use crate::theme::Tone;
use crate::time::expiry::{self, Stated, TimeLeft, Urgency};
use crate::time::span::wait;

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

    fn line(&self, app: &App, job: &Job) -> Line {
        let now = app.saving().moment(app.now().mono);
        let mut line = Line::default();
        let (sign, tone) = sign(&job.state);
        line.put(1, tone, sign);
        let name = job.file().shown(255);
        let name_tone = if job.is_over() { Tone::Chrome } else { Tone::Text };
        line.put(MARKER, name_tone, shorten_middle(&name, usize::from(self.name)));
        let per_cent = job.total.filter(|total| *total > 0).map(|total| share(job.received, total));
        let has_begun = job.received > 0 && !job.is_over();
        if let (Some(end), Some(share), true) = (self.bar, per_cent, has_begun) {
            let filled = usize::try_from(share).unwrap_or(0) * usize::from(BAR) / 100;
            line.put(end - BAR, Tone::Accent, "▰".repeat(filled));
            line.push(Tone::Chrome, "▱".repeat(usize::from(BAR) - filled));
        }
        if let Some(end) = self.bytes {
            line.put_right(0, end, Tone::Text, bytes_words(job));
        }
        let words = state_words(app, job);
        if let Some((words, tone)) = words {
            // In place of what is known only of one that runs.
            let from = self.bytes.unwrap_or(MARKER + self.name) + GAP;
            let end = self.left.map_or(self.right, |end| end - LEFT - GAP);
            let room = usize::from(end.saturating_sub(from));
            line.put_right(from, end, tone, shorten_end(&words, room));
        } else {
            let share = per_cent.map(|share| format!("{share} %")).unwrap_or_default();
            line.put_right(0, self.per_cent, Tone::Text, share);
            let rate = job.rate(now);
            if let (Some(end), Some(rate)) = (self.rate, rate) {
                line.put_right(0, end, Tone::Text, format!("{}/s", size(whole(rate))));
            }
            let to_go = seconds_to_go(job, rate).map_or("—".to_owned(), wait);
            let (_, late) = left_of(app, job);
            let tone = if late.is_some_and(|left| seconds_to_go(job, rate) > Some(left)) {
                Tone::Error
            } else {
                Tone::Text
            };
            line.put_right(0, self.to_go, tone, to_go);
        }
        if let Some(end) = self.left.filter(|_| !matches!(job.state, JobState::Saved(_))) {
            let (left, _) = left_of(app, job);
            let urgency = app.urgency(left);
            let tone = match urgency {
                Urgency::Fresh | Urgency::Never | Urgency::Unknown => Tone::Chrome,
                urgency => Tone::Urgency(urgency),
            };
            line.put_right(0, end, tone, left.to_string());
        }
        line
    }

    /// The line of what is kept of a file that nobody goes on with.
    fn dead(&self, app: &App, dead: &DeadPart) -> Line {
        let mut line = Line::default();
        line.put(1, Tone::Warning, "†");
        let name = dead.path.file_name().map_or(String::new(), |name| shown(Path::new(name)));
        line.put(MARKER, Tone::Chrome, shorten_middle(&name, usize::from(self.name)));
        if let Some(end) = self.bytes {
            let of = dead.total.map_or(String::new(), |total| format!(" / {}", size(total)));
            line.put_right(0, end, Tone::Text, format!("{}{of}", size(dead.received)));
        }
        let from = self.bytes.unwrap_or(MARKER + self.name) + GAP;
        let words = format!("dead · untouched for {}", days_words(app, dead));
        let room = usize::from(self.right.saturating_sub(from));
        line.put_right(from, self.right, Tone::Warning, shorten_end(&words, room));
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

fn bytes_words(job: &Job) -> String {
    match job.total {
        Some(total) if job.received == total => size(total),
        Some(total) if job.received == 0 => size(total),
        Some(total) => format!("{} / {}", size(job.received), size(total)),
        None if job.received == 0 => "—".to_owned(),
        None => size(job.received),
    }
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
        JobState::Waiting => match job.waits_until(app.now().mono) {
            Some(until) => {
                let left = wait(app.seconds_until(until));
                Some((format!("next try in {left}"), Tone::Warning))
            }
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

fn sign(state: &JobState) -> (&'static str, Tone) {
    match state {
        JobState::Running | JobState::Finishing => ("↓", Tone::Accent),
        JobState::Waiting => ("·", Tone::Chrome),
        JobState::Paused(_) => ("‖", Tone::Warning),
        JobState::Saved(_) => ("✓", Tone::Accent),
        JobState::Failed(_) => ("!", Tone::Error),
        JobState::Cancelled => ("-", Tone::Chrome),
    }
}

/// The names of the columns, and the lines in view.
#[must_use]
pub fn visible(app: &App, room: Rect, first: usize) -> (Line, Vec<Line>) {
    let columns = Columns::within(room.width);
    let jobs = app.saving().order().iter().filter_map(|id| app.saving().queue().job(*id));
    let jobs = jobs.map(|job| columns.line(app, job));
    let dead = app.saving().dead().iter().map(|dead| columns.dead(app, dead));
    let lines = jobs.chain(dead).skip(first).take(usize::from(room.height));
    (columns.head(), lines.collect())
}

/// The signs before the jobs, and what they mean.
#[must_use]
pub fn signs() -> [(&'static str, &'static str); 7] {
    [
        ("↓", "on its way, or being written for good"),
        ("·", "waits for its turn, or for the next try"),
        ("‖", "rests until it is to go on"),
        ("✓", "saved"),
        ("!", "came to nothing"),
        ("-", "cancelled"),
        ("†", "dead: kept of a file that was not gone on with for 7 days"),
    ]
}

/// What there is to say of what is under the cursor that nobody goes on with.
#[must_use]
pub fn about_dead(app: &App, dead: &DeadPart, width: u16) -> Vec<Line> {
    let room = usize::from(width.saturating_sub(1));
    let place = format!("{}{PART}", app.shown_path(&dead.path));
    let at = app.shown_zone().past(dead.touched_s, app.now().wall_ms.div_euclid(1_000));
    let id = dead.id.borrow().printable_within(128);
    let words = format!("written to last {at} · {id}");
    let put = |tone, text: &str| {
        let mut line = Line::default();
        line.put(1, tone, text);
        line
    };
    vec![
        put(Tone::Text, &shorten_middle(&place, room)),
        put(Tone::Chrome, &shorten_end(&words, room)),
    ]
}

/// What there is to say of the job under the cursor: where it lies, and its proof, or why it is not there.
#[must_use]
pub fn about(app: &App, job: &Job, width: u16) -> Vec<Line> {
    let room = usize::from(width.saturating_sub(1));
    let place = match (&job.path, &job.state) {
        (Some(path), _) => app.shown_path(path),
        (None, _) => format!("to {}", app.shown_path(&job.download.folder)),
    };
    let (words, tone) = match &job.state {
        JobState::Saved(saved) => {
            let at = app.shown_zone().past(saved.at, app.now().wall_ms.div_euclid(1_000));
            (format!("{at} · {} · SHA-256 {}", saved.proof, saved.sha256), Tone::Chrome)
        }
        JobState::Failed(failure) => (failure.words.clone(), Tone::Error),
        _ => (job.file().id.borrow().printable_within(128), Tone::Chrome),
    };
    let put = |tone, text: &str| {
        let mut line = Line::default();
        line.put(1, tone, text);
        line
    };
    vec![put(Tone::Text, &shorten_middle(&place, room)), put(tone, &shorten_end(&words, room))]
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
    if saving.sum().under_way == 0 && saving.sum().paused > 0 {
        parts.push("paused".to_owned());
    }
    parts.join(" · ")
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
    whole.split(" · ").take(2).collect::<Vec<_>>().join(" · ")
}

/// The moment at which a line in view says something else, where nothing happens.
#[must_use]
pub fn next_change(app: &App) -> Option<Duration> {
    let jobs = app.layers().seen().iter().find_map(|layer| match layer {
        crate::app::layers::Layer::Jobs(jobs) => Some(jobs),
        _ => None,
    })?;
    let list = Jobs::place(app, app.layout()?.screen());
    let first = jobs.cursor().first(&list);
    let now = app.now().mono;
    let order = app.saving().order().iter().skip(first).take(usize::from(list.room.height));
    let all = order.filter_map(|id| app.saving().queue().job(*id)).filter_map(|job| {
        let at = job.file().expires_at.map_or(Stated::Nothing, Stated::Value);
        let left = expiry::next_change_ms(at, app.server_ms(), false);
        let left = left.map(|ms| now.saturating_add(Duration::from_millis(ms)));
        let waits = job.waits_until(now).map(|until| {
            let shown = app.seconds_until(until).saturating_sub(1);
            until.saturating_sub(Duration::from_secs(shown))
        });
        left.into_iter().chain(waits).min()
    });
    // Days since something was written to what is dead.
    let wall_ms = app.now().wall_ms;
    let days = app.saving().dead().iter().map(|dead| {
        let since_ms = wall_ms.saturating_sub(dead.touched_s.saturating_mul(1_000)).max(0);
        let left_ms = u64::try_from(DAY_MS - since_ms % DAY_MS).unwrap_or(0);
        now.saturating_add(Duration::from_millis(left_ms))
    });
    all.chain(days).min()
}
