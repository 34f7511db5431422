//! Bounds to the millisecond, and files that come, get more time, go, and leave their number to others.

use super::*;
use crate::api::{File, HasMore, Page, Reading};
use crate::store::{Extent, Origin};
use crate::time::zone::Zone;

const SECOND: Duration = Duration::from_secs(1);
/// When every file expires, unless it says otherwise.
const EXPIRY_S: i64 = 1_800_000_000;
const HOUR_MS: i64 = 3_600_000;

/// A store and the alerts about it; the service's clock stands where a test puts it.
struct World {
    store: Store,
    alerts: Alerts,
    mono: Duration,
}

fn file(name: &str, expires_at: i64) -> File {
    File {
        id: Untrusted::new(name),
        filename: Some(Untrusted::new(name)),
        bytes: Stated::Value(1),
        created_at: Stated::Value(1_700_000_000),
        expires_at: Stated::Value(expires_at),
        purpose: None,
        extra: None,
    }
}

impl World {
    fn new(rules: Vec<Rule>) -> Self {
        let mut alerts = Alerts::new(rules);
        // Nothing was found at the start.
        alerts.rest(SECOND);
        Self { store: Store::default(), alerts, mono: SECOND }
    }

    /// A file comes, or comes again, with `left_ms` to its expiry at `expires_at`.
    fn comes(&mut self, name: &str, expires_at: i64, left_ms: i64) -> FileNo {
        let readings = vec![Reading::File(file(name, expires_at))];
        let page = Page { readings, has_more: HasMore::Yes };
        let last = self.store.sequence().last().map(|no| self.store.file(*no).id.to_owned());
        let known = self.store.find(&Untrusted::new(name));
        if let Some(no) = known {
            self.store.refresh_file(no, file(name, expires_at), 1).unwrap();
        } else {
            let origin = Origin { after: last.as_ref(), pass: 1, at_s: 1, extent: Extent::Open };
            self.store.take_in(page, origin).unwrap();
        }
        let no = self.store.find(&Untrusted::new(name)).unwrap();
        self.look(&[no], expires_at * 1_000 - left_ms);
        no
    }

    /// A file is gone and forgotten, so that its number is free.
    fn goes(&mut self, no: FileNo) {
        self.store.remove(&[no]);
        self.store.bury(&[no]);
        self.alerts.forget(&self.store.take_delta().removed);
    }

    fn look(&mut self, new: &[FileNo], server_ms: i64) {
        let moment = Moment { server_ms, marked: &HashSet::new() };
        self.alerts.look_at(&self.store, new, Seen::Changed, &moment, self.mono);
        self.alerts.check_bounds(&self.store, &moment, self.mono);
    }

    /// Goes on until whatever waits is told; tells what is.
    fn told(&mut self) -> Vec<String> {
        self.mono += PAUSE;
        self.alerts.take(&self.store, self.mono).into_iter().map(|alert| alert.text).collect()
    }
}

fn hour() -> Vec<Rule> {
    vec![Rule::new("critical", 3_600)]
}

/// What a countdown shows in whole seconds decides: 59 m 59 s are less than an hour.
#[test]
fn a_file_is_under_a_bound_from_the_second_below_it_until_it_expires() {
    for (left_ms, under) in [
        (HOUR_MS + 1_000, false),
        (HOUR_MS, false),
        (HOUR_MS - 999, false),
        (HOUR_MS - 1_000, true),
        (1, true),
        (0, false),
        (-1, false),
    ] {
        let mut world = World::new(hour());
        world.comes("a", EXPIRY_S, left_ms);
        let expected: &[&str] = if under { &["a has less than 1h left"] } else { &[] };
        assert_eq!(world.told(), expected, "{left_ms}");
    }
}

#[test]
fn a_file_that_got_more_time_while_it_waited_is_told_of_once_that_has_passed() {
    for (left_ms, still_under) in
        [(HOUR_MS - 1_000, true), (HOUR_MS - 999, false), (HOUR_MS, false), (HOUR_MS + 600, false)]
    {
        let mut world = World::new(hour());
        world.comes("a", EXPIRY_S, HOUR_MS / 2);
        world.comes("a", EXPIRY_S + 1_800, left_ms);
        let expected: &[&str] = if still_under { &["a has less than 1h left"] } else { &[] };
        assert_eq!(world.told(), expected, "{left_ms}");
        world.look(&[], (EXPIRY_S + 1_800) * 1_000 - HOUR_MS / 4);
        let expected: &[&str] = if still_under { &[] } else { &["a has less than 1h left"] };
        assert_eq!(world.told(), expected, "{left_ms}, later");
    }
}

/// A twentieth of the bound, and a minute at least, is clearly more time.
#[test]
fn each_rule_tells_of_a_file_again_that_got_clearly_more_time() {
    let rules = || vec![Rule::new("critical", 600), Rule::new("soon", 24 * 3_600)];
    for (number, bound_ms, more_ms) in [(0, 600_000, 60_000), (1, 24 * HOUR_MS, 72 * 60_000)] {
        let told = [["a has less than 10m left"], ["a has less than 24h left"]][number];
        for (more_ms, again) in [(more_ms, false), (more_ms + 1, true)] {
            let mut world = World::new(rules());
            world.comes("a", EXPIRY_S, bound_ms / 2);
            assert_eq!(world.told(), told);
            world.comes("a", EXPIRY_S + 90_000, bound_ms + more_ms);
            assert_eq!(world.told(), [""; 0]);
            world.look(&[], (EXPIRY_S + 90_000) * 1_000 - bound_ms / 2);
            let expected: &[&str] = if again { &told } else { &[] };
            assert_eq!(world.told(), expected, "{bound_ms} {more_ms}");
        }
    }
}

#[test]
fn a_file_with_the_number_of_another_is_told_of_as_itself() {
    let mut world = World::new(hour());
    let a = world.comes("a", EXPIRY_S, HOUR_MS / 2);
    let b = world.comes("b", EXPIRY_S, HOUR_MS / 2);
    assert_eq!(world.told(), ["2 files have less than 1h left, first a"]);
    world.goes(a);
    assert_eq!(world.comes("c", EXPIRY_S, HOUR_MS / 2), a);
    assert_eq!(world.told(), ["c has less than 1h left"]);
    // The others are remembered.
    world.look(&[b], EXPIRY_S * 1_000 - HOUR_MS / 4);
    assert_eq!(world.told(), [""; 0]);
}

#[test]
fn a_file_with_the_number_of_one_that_waited_is_not_told_of_in_its_stead() {
    let mut world = World::new(hour());
    let a = world.comes("a", EXPIRY_S, HOUR_MS / 2);
    let b = world.comes("b", EXPIRY_S, HOUR_MS / 2);
    world.goes(a);
    assert_eq!(world.comes("c", EXPIRY_S + 100_000, HOUR_MS * 20), a);
    assert_eq!(world.told(), ["b has less than 1h left"], "{b:?} still waits");
}

/// In whichever order the rules stand.
#[test]
fn of_several_bounds_the_tightest_is_told_and_of_two_alike_the_first() {
    for rules in [["day", "hour", "again"], ["hour", "again", "day"]] {
        let left_s = |name: &str| if name == "day" { 86_400 } else { 3_600 };
        let rules =
            rules.map(|name| Rule { command: vec![name.into()], ..Rule::new(name, left_s(name)) });
        let mut world = World::new(rules.to_vec());
        world.comes("a", EXPIRY_S, HOUR_MS / 2);
        world.mono += PAUSE;
        let alerts = world.alerts.take(&world.store, world.mono);
        let commands: Vec<&str> = alerts.iter().map(|alert| alert.command[0].as_str()).collect();
        assert_eq!(commands, ["hour"]);
    }
}

#[test]
fn what_was_gathered_is_told_after_a_second_and_ten_seconds_after_the_last() {
    let mut world = World::new(hour());
    assert_eq!(world.alerts.deadline(), None);
    world.comes("a", EXPIRY_S, HOUR_MS / 2);
    assert_eq!(world.alerts.deadline(), Some(SECOND + GATHER));
    world.mono = SECOND + GATHER;
    assert_eq!(world.alerts.take(&world.store, world.mono).len(), 1);
    assert_eq!(world.alerts.deadline(), None);
    world.comes("b", EXPIRY_S, HOUR_MS / 2);
    assert_eq!(world.alerts.deadline(), Some(SECOND + GATHER + PAUSE));
}

/// The next moment at which somebody is to be told, or at which the title may name another file.
#[test]
fn the_next_crossing_is_the_first_second_below_a_bound() {
    let filter = |text| Filter::parse(text, Zone::Fixed(time::macros::offset!(UTC))).unwrap();
    let titled = |text| Rule { filter: filter(text), ..Rule::new("critical", 3_600) };
    let silent = |text| Rule { title: false, ..titled(text) };
    for (rules, left_ms, next_ms) in [
        (hour(), HOUR_MS + 5_000, Some(6_000)),
        (hour(), HOUR_MS + 250, Some(1_250)),
        (hour(), HOUR_MS - 999, Some(1)),
        (hour(), HOUR_MS - 1_000, None),
        (vec![Rule::new("soon", 7_200), Rule::new("critical", 3_600)], 8_000_000, Some(801_000)),
        (vec![titled("left<2h")], 8_000_000, Some(801_000)),
        (vec![silent("left<2h")], 8_000_000, Some(4_401_000)),
        (vec![], HOUR_MS + 5_000, None),
    ] {
        let mut world = World::new(rules);
        world.comes("a", EXPIRY_S, left_ms);
        let server_ms = EXPIRY_S * 1_000 - left_ms;
        let next = world.alerts.next_crossing_ms(&world.store, server_ms);
        assert_eq!(next, next_ms, "{left_ms}");
    }
}
