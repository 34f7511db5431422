//! What the line of a job says, whatever kind of job it is of, before it is known in which cells.

use std::path::Path;

use super::{days_words, left_of, seconds_to_go, state_words, whole};
use crate::account::shelf::shown;
use crate::app::App;
use crate::app::joblist::any::AnyJob;
use crate::app::saving::share;
use crate::app::sheets::deletion::course;
use crate::app::sheets::jobs::to_go;
use crate::app::sheets::pause;
use crate::app::sheets::upload::words_of;
use crate::jobs::Job;
use crate::jobs::deletion::job::DeletionJob;
use crate::jobs::job::JobState;
use crate::jobs::sending::{UploadJob, UploadState};
use crate::text::{grouped, size};
use crate::theme::Tone;
use crate::time::expiry::Urgency;

/// What a line says.
pub(super) struct JobRow {
    pub(super) name: String,
    pub(super) name_tone: Tone,
    /// Per cent that are done, as the bar shows it.
    pub(super) bar: Option<u64>,
    /// How much of how much.
    pub(super) amount: String,
    pub(super) course: Course,
    /// What the file has left.
    pub(super) left: Option<(String, Tone)>,
}

/// How it goes.
pub(super) enum Course {
    /// In words.
    Words(String, Tone),
    /// By its share, its rate, and the time that the rest takes.
    Numbers { share: Option<u64>, rate: Option<u64>, to_go: Option<u64>, is_late: bool },
}

impl JobRow {
    pub(super) fn of(app: &App, job: &AnyJob<'_>) -> Self {
        match job {
            AnyJob::Download(job) => Self::of_download(app, job),
            AnyJob::Upload(job) => Self::of_upload(app, job),
            AnyJob::Deletion(job) => Self::of_deletion(app, job),
            AnyJob::Dead(dead) => {
                let name =
                    dead.path.file_name().map_or(String::new(), |name| shown(Path::new(name)));
                let words = format!("dead · untouched for {}", days_words(app, dead));
                Self {
                    name,
                    name_tone: Tone::Chrome,
                    bar: None,
                    amount: amount(dead.received, dead.total),
                    course: Course::Words(words, Tone::Warning),
                    left: None,
                }
            }
        }
    }

    fn of_download(app: &App, job: &Job) -> Self {
        let per_cent = job.total.filter(|total| *total > 0).map(|total| share(job.received, total));
        let (left, left_s) = left_of(app, job);
        let course = if let Some((words, tone)) = state_words(app, job) {
            Course::Words(words, tone)
        } else {
            let rate = job.rate(app.saving().moment(app.now().mono));
            let to_go = seconds_to_go(job, rate);
            let is_late = left_s.is_some_and(|left| to_go > Some(left));
            Course::Numbers { share: per_cent, rate: rate.map(whole), to_go, is_late }
        };
        let tone = match app.urgency(left) {
            Urgency::Fresh | Urgency::Never | Urgency::Unknown => Tone::Chrome,
            urgency => Tone::Urgency(urgency),
        };
        let is_saved = matches!(job.state, JobState::Saved(_));
        let amount = match job.total {
            Some(total) if job.received == 0 || job.received == total => size(total),
            None if job.received == 0 => "—".to_owned(),
            total => amount(job.received, total),
        };
        Self {
            name: job.file().shown(255),
            name_tone: name_tone(job.is_over()),
            bar: per_cent.filter(|_| job.received > 0 && !job.is_over()),
            amount,
            course,
            left: (!is_saved).then(|| (left.to_string(), tone)),
        }
    }

    fn of_upload(app: &App, job: &UploadJob) -> Self {
        let name = job.path().file_name().map_or(String::new(), |name| shown(Path::new(name)));
        let per_cent = (job.total > 0).then(|| share(job.sent, job.total));
        let is_sending = job.state == UploadState::Sending;
        let course = match &job.state {
            UploadState::Waiting => match app.uploading().queue().waits_until(app.now().mono) {
                Some(until) => Course::Words(pause(app, until, true), Tone::Warning),
                None => Course::Words("waiting".to_owned(), Tone::Chrome),
            },
            UploadState::Sending => {
                if let Some(words) = words_of(app, job.stage) {
                    Course::Words(words, Tone::Accent)
                } else {
                    let rate = job.rate(app.uploading().moment(app.now().mono));
                    let to_go = rate.map(|rate| to_go(job.total.saturating_sub(job.sent), rate));
                    Course::Numbers {
                        share: per_cent,
                        rate: rate.map(whole),
                        to_go,
                        is_late: false,
                    }
                }
            }
            UploadState::Ended(end) => {
                let tone = if end.stored().is_some() { Tone::Text } else { Tone::Error };
                Course::Words(end.words(), tone)
            }
        };
        let amount = match job.sent_of_file() {
            sent @ 1.. if is_sending => amount(sent, Some(job.stamp.bytes)),
            _ => size(job.stamp.bytes),
        };
        Self {
            name,
            name_tone: name_tone(job.is_over()),
            bar: per_cent.filter(|_| is_sending && job.sent > 0),
            amount,
            course,
            left: None,
        }
    }

    fn of_deletion(app: &App, job: &DeletionJob) -> Self {
        let (over, all) = (job.sum.over(), job.sum.all);
        let unit = if all == 1 { "file" } else { "files" };
        let tone = match (job.is_over(), job.sum.left + job.sum.unknown) {
            (_, 1..) => Tone::Error,
            (true, _) => Tone::Text,
            (false, _) => Tone::Accent,
        };
        let per_cent = share(over as u64, all as u64);
        Self {
            name: job.name(),
            name_tone: name_tone(job.is_over()),
            bar: Some(per_cent).filter(|_| over > 0 && !job.is_over()),
            amount: format!("{} {unit}", grouped(all)),
            course: Course::Words(deletion_words(app, job), tone),
            left: None,
        }
    }
}

/// How a deletion goes, or went: how far it is, what it waits for, and what came of its files.
pub(super) fn deletion_words(app: &App, job: &DeletionJob) -> String {
    let goes_on = (!job.is_over()).then(|| course(job.sum, job.stop.is_some()));
    let waits = job.waits_until(app.now().mono);
    let waits = waits.map(|until| pause(app, until, job.is_asked_to_wait()));
    let outcomes = Some(job.words()).filter(|words| !words.is_empty());
    let parts = [goes_on, waits, outcomes].into_iter().flatten();
    parts.collect::<Vec<String>>().join(" · ")
}

fn name_tone(is_over: bool) -> Tone {
    if is_over { Tone::Chrome } else { Tone::Text }
}

fn amount(part: u64, of: Option<u64>) -> String {
    let of = of.map_or(String::new(), |of| format!(" / {}", size(of)));
    format!("{}{of}", size(part))
}
