//! When the app wakes, to the millisecond: what a deadline is for is so from that moment on, and not
//! before. (That no deadline is missing is what `twin.rs` holds.)

use std::time::Duration;

use shelflife::app::event::Event;
use shelflife::app::{App, Settings, Wake};
use shelflife::time::zone::Zone;
use time::macros::offset;
use time::{OffsetDateTime, UtcOffset};

use crate::support::driver::{Driver, START_S};
use crate::support::files::{expiring_at, list};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An app in a zone, with one file that was made and expires so many seconds from the beginning.
fn showing(zone: Zone, (made_s, left_s): (i64, i64)) -> Driver {
    let mut driver = Driver::started(120, 36, Settings { zone, ..Driver::settings() });
    let file = expiring_at("file_1", "one.jsonl", START_S + made_s, START_S + left_s);
    driver.answer(&list(&[file], false));
    driver
}

/// Milliseconds until the app wakes for this cause.
fn wait_ms(driver: &Driver, wake: Wake) -> Option<u128> {
    let mut wakes = driver.app.wakes();
    let at = wakes.find(|(cause, _)| *cause == wake).map(|(_, at)| at)?;
    Some(at.checked_sub(driver.now.mono).unwrap().as_millis())
}

/// The clocks are put back by an hour, and forward, three hours after the beginning.
fn put_back(at: OffsetDateTime) -> UtcOffset {
    if at.unix_timestamp() < START_S + 3 * HOUR { offset!(+2) } else { offset!(+1) }
}

fn put_forward(at: OffsetDateTime) -> UtcOffset {
    if at.unix_timestamp() < START_S + 3 * HOUR { offset!(+1) } else { offset!(+2) }
}

/// It begins at 14:00 UTC; here it is ten minutes and a quarter of a second later.
#[test]
fn days_and_hours_end_by_the_clocks_of_the_zone() {
    for (zone, midnight, hour) in [
        (Zone::Fixed(UtcOffset::UTC), 10 * HOUR, HOUR),
        (Zone::Fixed(offset!(+1)), 9 * HOUR, HOUR),
        (Zone::Fixed(offset!(-8)), 18 * HOUR, HOUR),
        (Zone::Fixed(offset!(+5:30)), 4 * HOUR + 30 * MINUTE, 30 * MINUTE),
        (Zone::Ruled(put_back), 9 * HOUR, HOUR),
        (Zone::Ruled(put_forward), 8 * HOUR, HOUR),
    ] {
        let mut driver = showing(zone, (-DAY, 30 * DAY));
        driver.pass(Duration::from_millis(600_250));
        driver.tell(Event::DeadlineReached);
        let until = |end_s: i64| u128::try_from(end_s * 1_000 - 600_250).ok();
        assert_eq!(wait_ms(&driver, Wake::Day), until(midnight), "{zone:?}");
        assert_eq!(wait_ms(&driver, Wake::Hour), until(hour), "{zone:?}");
    }
}

/// A file, what is typed, why the app wakes, and what differs from then on.
type Bound = ((i64, i64), &'static str, Wake, fn(&App) -> String);

#[test]
fn what_comes_under_a_bound_does_so_at_its_deadline() {
    let rows = |app: &App| app.table().rows().len().to_string();
    let urgency = |app: &App| {
        let file = app.selected_file().unwrap();
        format!("{:?}", app.urgency(app.time_left(&file)))
    };
    let of_buckets = |app: &App| {
        let buckets = app.timeline().buckets().iter();
        let filled = buckets.filter(|bucket| bucket.first_s.is_some());
        format!("{:?}", filled.map(|bucket| app.bucket_urgency(bucket)).collect::<Vec<_>>())
    };
    let cases: &[Bound] = &[
        ((-DAY, 26 * HOUR + 5), "", Wake::Urgency, urgency),
        ((-DAY, 3 * HOUR), "", Wake::Urgency, urgency),
        ((-DAY, 26 * HOUR + 5), "", Wake::BucketUrgency, of_buckets),
        ((-DAY, 3 * HOUR), "", Wake::BucketUrgency, of_buckets),
        ((-DAY, 26 * HOUR + 5), "/left<1d", Wake::FilterBound, rows),
        ((-DAY, 26 * HOUR + 5), "/left<=1d", Wake::FilterBound, rows),
        ((-DAY, 26 * HOUR + 5), "/left>1d", Wake::FilterBound, rows),
        ((-DAY, 26 * HOUR + 5), "/left>=1d", Wake::FilterBound, rows),
        ((-DAY + 7, DAY), "/age<1d", Wake::FilterBound, rows),
        ((-DAY + 7, DAY), "/age<=1d", Wake::FilterBound, rows),
        ((-DAY + 7, DAY), "/age>1d", Wake::FilterBound, rows),
        ((-DAY + 7, DAY), "/created>=1d", Wake::FilterBound, rows),
    ];
    for (file, typed, wake, seen) in cases {
        let mut driver = showing(Zone::Fixed(offset!(+1)), *file);
        driver.keys(typed);
        driver.pass(Duration::from_millis(750));
        driver.tell(Event::DeadlineReached);
        let before = seen(&driver.app);
        // What else there is to wake for on the way may be nearer.
        let mut late = Duration::ZERO;
        while seen(&driver.app) == before {
            let wait =
                wait_ms(&driver, *wake).unwrap_or_else(|| panic!("{file:?} {typed} {wake:?}"));
            let wait = Duration::from_millis(u64::try_from(wait).unwrap());
            driver.pass(wait.saturating_sub(Duration::from_millis(1)));
            driver.tell(Event::DeadlineReached);
            assert_eq!(seen(&driver.app), before, "{file:?} {typed} {wake:?}: it was too late");
            driver.pass(Duration::from_millis(1));
            driver.tell(Event::DeadlineReached);
            late += wait;
            assert!(late < Duration::from_hours(48), "{file:?} {typed} {wake:?}");
        }
    }
}
