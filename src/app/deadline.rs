//! When the app must be woken: the next moment at which anything visible changes or anything is due.
//!
//! Each cause is a [`Wake`] of its own with a small answer of its own, and the deadline is the
//! earliest of them. That nothing is missing, and that each of them is needed, is what
//! `tests/it/twin.rs` proves: an app that is woken only at its deadlines looks like one that is woken
//! all the time, and no longer does where one cause is left out.

use std::time::Duration;

use super::geometry::{self, layout::Layout};
use super::settings::Times;
use super::sheets::{self, detail, detail::Shown};
use super::{App, BAR_CELLS, Wake, whole_seconds};
use crate::account::timeline::DAY_S;
use crate::store::FileNo;
use crate::store::field::Field;
use crate::time::expiry;
use crate::time::span::{next_ago_change_ms, next_span_change_ms};
use crate::time::zone::next_age_change_ms;

/// What is on the screen, as far as it says when it changes; measured once for all causes.
#[allow(clippy::struct_excessive_bools, reason = "what is seen, one by one")]
struct Seen {
    /// The places of the main screen, unless a layer fills the screen or there is no room.
    main: Option<Layout>,
    /// Whether the fields of the detail are shown, in the pane or on the whole screen.
    detail: bool,
    /// Whether buckets are shown, in the timeline or in the agenda.
    buckets: bool,
    /// Whether moments are shown that lie back.
    past: bool,
    /// Whether the jobs are listed.
    jobs: bool,
    rows: RowTexts,
}

/// Milliseconds until the first of the rows in view says something else.
#[derive(Clone, Copy, Default)]
struct RowTexts {
    countdown: Option<u64>,
    age: Option<u64>,
    bar: Option<u64>,
}

impl App {
    /// The monotonic moment at which something on the screen changes, or something is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        // Nothing is earlier than work that goes on at once, and it is not to be held up.
        let at_once = self.wake_for_table_work();
        at_once.or_else(|| self.wakes().map(|(_, at)| at).min())
    }

    /// Every cause that there is for waking the app, with its monotonic moment.
    pub fn wakes(&self) -> impl Iterator<Item = (Wake, Duration)> {
        let seen = self.seen();
        Wake::ALL.into_iter().filter_map(move |wake| Some((wake, self.moment_of(wake, &seen)?)))
    }

    fn seen(&self) -> Seen {
        let layout = self.layout();
        let main = layout.filter(|_| self.layers.show_main_screen());
        let layer = layout.and_then(|_| self.layers.changing()).unwrap_or_default();
        Seen {
            main,
            detail: main.is_some_and(|layout| layout.pane.is_some())
                && detail::shows_fields(self, Shown::InPane)
                || layer.countdown && detail::shows_fields(self, Shown::Full),
            buckets: main.is_some_and(|layout| layout.timeline.is_some()) || layer.buckets,
            past: main.is_some() || layer.past,
            jobs: layer.jobs,
            rows: main.map(|_| self.row_texts()).unwrap_or_default(),
        }
    }

    fn moment_of(&self, wake: Wake, seen: &Seen) -> Option<Duration> {
        let is_main = seen.main.is_some();
        let says_why = || self.says_why(seen);
        match wake {
            Wake::TableWork => self.wake_for_table_work(),
            Wake::PageRetry => self.account.lister().deadline(),
            Wake::PageRetrySeconds if says_why() => {
                Some(self.next_second(self.account.lister().deadline()?))
            }
            Wake::LoadingSeconds if says_why() => self.next_loading_second(),
            Wake::MessageEnd => self.toast.as_ref().map(|toast| toast.until),
            Wake::Stale if is_main => self.stale_at().filter(|at| *at > self.now.mono),
            Wake::StaleAge if is_main => self.after(self.next_stale_age_ms()),
            Wake::Refresh => self.account.refresh_deadline(),
            Wake::ReadOn => self.account.reading_on_deadline(),
            Wake::RefreshSeconds if says_why() => self.next_refresh_second(),
            Wake::Alert => self.account.alerts().deadline(),
            Wake::AlertBound => self.after(self.next_alert_ms()),
            Wake::SearchPause => self.search_pause_end(),
            Wake::FilterBound => self.after(self.next_filter_change_ms()),
            Wake::Expiry => self.after(self.account.next_expiry_ms()),
            Wake::RowCountdown => self.after(seen.rows.countdown),
            Wake::RowAge => self.after(seen.rows.age),
            Wake::RowBar => self.after(seen.rows.bar),
            Wake::DetailCountdown if seen.detail => self.after(self.next_detail_change_ms()),
            Wake::VerifiedAge if seen.detail => self.after(self.next_verified_age_ms()),
            Wake::NextToExpire if has_second_line(seen) => self.after(self.next_to_expire_ms()),
            Wake::Counts if has_second_line(seen) => self.after(self.next_count_change_ms()),
            Wake::Hour if self.shows_hours(seen) => self.after(Some(self.next_hour_ms())),
            Wake::Day if seen.past => self.after(Some(self.next_day_ms())),
            Wake::AskedWaitEnd => self.account.asked_wait_end(),
            Wake::Urgency if is_main => self.after(self.next_urgency_ms()),
            Wake::BucketUrgency if seen.buckets => self.after(self.next_bucket_urgency_ms()),
            Wake::Deleting
            | Wake::DeletingSeconds
            | Wake::Uploading
            | Wake::UploadingSeconds
            | Wake::QuestionCountdown
            | Wake::Saving
            | Wake::SavingSeconds
            | Wake::RescueBound
            | Wake::JobRate
            | Wake::JobCountdown => self.moment_of_jobs(wake, seen),
            // What is not on the screen does not change there.
            Wake::PageRetrySeconds
            | Wake::LoadingSeconds
            | Wake::Stale
            | Wake::StaleAge
            | Wake::RefreshSeconds
            | Wake::DetailCountdown
            | Wake::VerifiedAge
            | Wake::NextToExpire
            | Wake::Counts
            | Wake::Hour
            | Wake::Day
            | Wake::Urgency
            | Wake::BucketUrgency => None,
        }
    }

    fn next_count_change_ms(&self) -> Option<u64> {
        self.outlook().next_count_change_ms(self.account.server_ms())
    }

    /// Whether it is told why there is nothing: an agenda of nothing says so, as the main screen does.
    fn says_why(&self, seen: &Seen) -> bool {
        seen.main.is_some() || seen.buckets && sheets::agenda::lines(self) == 0
    }

    /// Whether it is told of hours, which move on.
    fn shows_hours(&self, seen: &Seen) -> bool {
        seen.buckets || seen.main.is_some() && self.table.span().is_some()
    }

    fn next_alert_ms(&self) -> Option<u64> {
        self.account.alerts().next_crossing_ms(self.account.store(), self.account.server_ms())
    }

    /// The moments of the jobs, and of the question before one.
    fn moment_of_jobs(&self, wake: Wake, seen: &Seen) -> Option<Duration> {
        // Of an upload, the main screen tells no rate.
        let rates = (seen.main.is_some() || seen.jobs) && self.saving().ticks()
            || seen.jobs && self.uploading().ticks();
        let waits = seen.main.is_some() || seen.jobs;
        match wake {
            Wake::Deleting => self.deleting_due(),
            Wake::DeletingSeconds if waits => self.next_deleting_second(),
            Wake::Uploading => self.uploading_due(),
            Wake::UploadingSeconds if waits => Some(self.next_second(self.upload_rests_until()?)),
            Wake::QuestionCountdown => self.after(self.next_question_ms()),
            Wake::Saving => self.saving_due(),
            Wake::SavingSeconds if waits => self.next_saving_second(),
            Wake::RescueBound => self.after(self.next_rescue_ms()),
            Wake::JobRate if rates => Some(Duration::from_secs(self.now.mono.as_secs() + 1)),
            Wake::JobCountdown if seen.jobs => sheets::jobs::next_change(self),
            _ => None,
        }
    }

    /// The moment that so many milliseconds lie ahead.
    fn after(&self, wait_ms: Option<u64>) -> Option<Duration> {
        Some(self.now.mono.saturating_add(Duration::from_millis(wait_ms?)))
    }

    fn wake_for_table_work(&self) -> Option<Duration> {
        self.table.under_way().map(|_| self.now.mono)
    }

    /// The moment at which a countdown in whole seconds to `until` says something else.
    fn next_second(&self, until: Duration) -> Duration {
        let left = until.saturating_sub(self.now.mono);
        let shown = Duration::from_secs(whole_seconds(left).saturating_sub(1));
        until.saturating_sub(shown)
    }

    fn next_saving_second(&self) -> Option<Duration> {
        Some(self.next_second(self.saving.queue().delay(self.now.mono)?.until))
    }

    fn next_deleting_second(&self) -> Option<Duration> {
        let deletions = self.deleting.under_way()?;
        Some(self.next_second(deletions.waits_until(self.now.mono)?))
    }

    fn next_loading_second(&self) -> Option<Duration> {
        self.account.next_slow_second()
    }

    /// While refreshing fails, the next try counts down on the screen. What is overdue waits for
    /// the answer that is on its way, not for time.
    fn next_refresh_second(&self) -> Option<Duration> {
        self.account.refresher().trouble()?;
        Some(self.next_second(self.account.refresh_due().filter(|due| *due > self.now.mono)?))
    }

    /// While refreshing fails, it is said how old what is stale is.
    fn next_stale_age_ms(&self) -> Option<u64> {
        self.account.refresher().trouble()?;
        let fresh = self.freshness().filter(|fresh| fresh.stale)?;
        Some(next_span_change_ms(fresh.view_s, self.now.wall_ms))
    }

    /// What the rows in view say, in one pass over them.
    fn row_texts(&self) -> RowTexts {
        let server_ms = self.account.server_ms();
        let shows = |key| geometry::columns::width_of(self, key).is_some();
        let ages = shows(Field::Created) && self.appearance.times == Times::Relative;
        let countdowns = shows(Field::TimeLeft);
        let bars = countdowns && geometry::columns::shows_bars(self);
        let row = |no: &FileNo| {
            let file = self.account.store().file(*no);
            let (born, dies) = (file.created_at, file.expires_at);
            let countdown = countdowns.then(|| expiry::next_change_ms(dies, server_ms, false));
            let age = ages.then(|| next_age_change_ms(born, server_ms));
            let bar = bars.then(|| expiry::next_cell_ms(born, dies, server_ms, BAR_CELLS));
            RowTexts { countdown: countdown.flatten(), age: age.flatten(), bar: bar.flatten() }
        };
        let sooner = |one: Option<u64>, other| one.into_iter().chain(other).min();
        let window = self.table.window().iter();
        window.map(row).fold(RowTexts::default(), |first, row| RowTexts {
            countdown: sooner(first.countdown, row.countdown),
            age: sooner(first.age, row.age),
            bar: sooner(first.bar, row.bar),
        })
    }

    fn next_detail_change_ms(&self) -> Option<u64> {
        expiry::next_change_ms(self.selected_file()?.expires_at, self.account.server_ms(), true)
    }

    fn next_verified_age_ms(&self) -> Option<u64> {
        let file = self.selected_file().filter(|file| file.unreadable.is_none())?;
        Some(next_ago_change_ms(self.verified_ago_ms(&file)))
    }

    fn next_to_expire_ms(&self) -> Option<u64> {
        let next = self.account.store().file(self.outlook().next?);
        expiry::next_change_ms(next.expires_at, self.account.server_ms(), false)
    }

    /// Milliseconds until the buckets of the timeline move on: to the next full hour there.
    fn next_hour_ms(&self) -> u64 {
        let server_ms = self.account.server_ms();
        let offset_ms = self.shown_zone().offset_s(server_ms.div_euclid(1_000)) * 1_000;
        let hour_ms = 60 * 60 * 1_000;
        let into = server_ms.saturating_add(offset_ms).rem_euclid(hour_ms);
        (hour_ms - into).unsigned_abs()
    }

    /// Milliseconds until midnight of the operator's own clock.
    fn next_day_ms(&self) -> u64 {
        let (zone, wall_ms) = (self.shown_zone(), self.now.wall_ms);
        let today_s = wall_ms.div_euclid(1_000);
        let offset = zone.offset_s(today_s);
        let midnight = ((today_s + offset).div_euclid(DAY_S) + 1) * DAY_S - offset;
        // By the offset that holds then: the clocks may be changed before.
        let midnight = midnight - (zone.offset_s(midnight) - offset);
        midnight.saturating_mul(1_000).saturating_sub(wall_ms).max(1).unsigned_abs()
    }

    /// Milliseconds until a file shows less time left than a bound of urgency.
    fn next_urgency_ms(&self) -> Option<u64> {
        let server_ms = self.account.server_ms();
        let now_s = server_ms.div_euclid(1_000);
        let crossing = |bound_s: i64| {
            let at = self.account.store().first_expiring_from(now_s.saturating_add(bound_s))?;
            let under = i128::from(at) - i128::from(bound_s) + 1;
            u64::try_from(under * 1_000 - i128::from(server_ms)).ok()
        };
        self.bounds_of_urgency().into_iter().filter_map(crossing).min()
    }

    /// Milliseconds until the first file of a bucket does.
    fn next_bucket_urgency_ms(&self) -> Option<u64> {
        let server_ms = self.account.server_ms();
        let bounds = self.bounds_of_urgency();
        let firsts = self.timeline().buckets().iter().filter_map(|bucket| bucket.first_s);
        // A countdown that shows less than a bound has at most the bound less a second left.
        let under = firsts.flat_map(|at| bounds.map(|bound_s| at.saturating_sub(bound_s - 1)));
        let ahead = under.map(|at| at.saturating_mul(1_000).saturating_sub(server_ms));
        ahead.filter(|ms| *ms > 0).min().map(i64::unsigned_abs)
    }

    fn bounds_of_urgency(&self) -> [i64; 2] {
        let thresholds = self.settings.thresholds;
        [thresholds.critical_s, thresholds.soon_s].map(|s| i64::try_from(s).unwrap_or(i64::MAX))
    }
}

/// Whether the header has room for what expires next and for the counts.
fn has_second_line(seen: &Seen) -> bool {
    seen.main.is_some_and(|layout| layout.header.height > 1)
}
