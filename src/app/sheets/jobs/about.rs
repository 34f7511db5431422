//! What there is to say of one job, below the lines of all of them.

use super::row::deletion_words;
use crate::app::App;
use crate::app::joblist::any::AnyJob;
use crate::app::sheets::Line;
use crate::jobs::Job;
use crate::jobs::dead::DeadPart;
use crate::jobs::deletion::job::DeletionJob;
use crate::jobs::job::JobState;
use crate::jobs::name::PART;
use crate::jobs::sending::{UploadJob, UploadState};
use crate::text::{break_anywhere, shorten_end, shorten_middle, wrap};
use crate::theme::Tone;
use crate::time::span::short_span;

/// What there is to say of the job under the cursor, to its end, on so many cells and at `most` so many lines.
#[must_use]
pub fn about(app: &App, job: &AnyJob<'_>, (width, most): (u16, u16)) -> Vec<Line> {
    let lines = match job {
        AnyJob::Download(job) => about_download(app, job),
        AnyJob::Upload(job) => about_upload(app, job),
        AnyJob::Deletion(job) => about_deletion(app, job),
        AnyJob::Dead(dead) => about_dead(app, dead),
    };
    let room = usize::from(width.saturating_sub(1));
    let [(place, first), (words, second)] = lines;
    let put = |tone, text: &str| {
        let mut line = Line::default();
        line.put(1, tone, text);
        line
    };
    let said = on_lines(&words, room, usize::from(most.saturating_sub(1)));
    let said = said.iter().map(|words| put(second, words));
    [put(first, &shorten_middle(&place, room))].into_iter().chain(said).collect()
}

/// A text on at most so many lines: rather with broken words than without some of them.
fn on_lines(text: &str, room: usize, most: usize) -> Vec<String> {
    let mut lines = wrap(text, room);
    if lines.len() > most {
        lines = break_anywhere(text, room);
    }
    if lines.len() > most && most > 0 {
        let rest = lines.split_off(most - 1).concat();
        lines.push(shorten_end(&rest, room));
    }
    lines
}

/// Where something lies, and what there is to say of it, each with its tone.
type About = [(String, Tone); 2];

/// What is kept of a file that nobody goes on with: where, and since when.
fn about_dead(app: &App, dead: &DeadPart) -> About {
    let place = format!("{}{PART}", app.shown_path(&dead.path));
    let id = dead.id.borrow().printable_within(128);
    let words = format!("written to last {} · {id}", at(app, dead.touched_s));
    [(place, Tone::Text), (words, Tone::Chrome)]
}

/// A moment as it is shown.
fn at(app: &App, at_s: i64) -> String {
    app.shown_zone().past(at_s, app.now().wall_ms.div_euclid(1_000))
}

/// Where a file lies, and its proof, or why it is not there.
fn about_download(app: &App, job: &Job) -> About {
    let place = match &job.path {
        Some(path) => app.shown_path(path),
        None => format!("to {}", app.shown_path(&job.download.folder)),
    };
    let (words, tone) = match &job.state {
        JobState::Saved(saved) => {
            let at = at(app, saved.at);
            (format!("{at} · {} · SHA-256 {}", saved.proof, saved.sha256), Tone::Chrome)
        }
        JobState::Failed(failure) => (failure.words.clone(), Tone::Error),
        _ => (job.file().id.borrow().printable_within(128), Tone::Chrome),
    };
    [(place, Tone::Text), (words, tone)]
}

/// Which file it is, and what came of it, or what was asked for.
fn about_upload(app: &App, job: &UploadJob) -> About {
    let (words, tone) = if let (UploadState::Ended(end), Some(ended)) = (&job.state, job.ended_at) {
        let tone = if end.stored().is_some() { Tone::Chrome } else { Tone::Error };
        (format!("{} · {}", at(app, ended), end.words()), tone)
    } else {
        let kept = job.upload.expires_s.map(|s| format!(" · kept for {}", short_span(s)));
        (format!("for {}{}", job.upload.purpose, kept.unwrap_or_default()), Tone::Chrome)
    };
    [(app.shown_path(job.path()), Tone::Text), (words, tone)]
}

/// Which files they are, and what came of them so far.
fn about_deletion(app: &App, job: &DeletionJob) -> About {
    let words = deletion_words(app, job);
    let words = match job.ended_at {
        Some(ended) => format!("{} · {words}", at(app, ended)),
        None => words,
    };
    let tone = if job.sum.left + job.sum.unknown > 0 { Tone::Error } else { Tone::Chrome };
    [(job.name(), Tone::Text), (words, tone)]
}
