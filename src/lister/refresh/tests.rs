//! Goes through the transition table of the module's documentation, and looks at what a round asks for.

mod cursors;
mod turns;

use std::ops::Range;

use super::*;
use crate::api::error::Status;
use crate::api::retry::Allowance;
use crate::api::{ApiError, File, Page, Reading};
use crate::store::Origin;
use crate::text::Untrusted;
use crate::time::expiry::Stated;

const SECOND: Duration = Duration::from_secs(1);
const START: Duration = Duration::from_secs(1_000);

/// A refresher over files `0..n` in the service's order, all of them loaded.
struct World {
    store: Store,
    refresher: Refresher,
    pace: Pace,
    view: Vec<FileNo>,
    complete: bool,
    now: Duration,
    /// Whether the service leaves out whether there is more.
    silent: bool,
    /// The files that finished passes over a shuffled list did not meet.
    unmet: Vec<usize>,
}

fn id(number: usize) -> Untrusted {
    Untrusted::new(format!("file_{number:04}"))
}

fn number(id: &Untrusted) -> usize {
    String::from_utf8_lossy(&id.raw()[5..]).parse().unwrap()
}

fn page(numbers: &[usize], newest_first: bool, more: bool) -> Page {
    let file = |number: &usize| {
        let made = i64::try_from(*number).unwrap() * if newest_first { -60 } else { 60 };
        Reading::File(File {
            id: id(*number),
            filename: None,
            bytes: Stated::Nothing,
            created_at: Stated::Value(1_700_000_000 + made),
            expires_at: Stated::Nothing,
            purpose: None,
            extra: None,
        })
    };
    let has_more = if more { HasMore::Yes } else { HasMore::No };
    Page { readings: numbers.iter().map(file).collect(), has_more }
}

fn refused() -> ApiError {
    ApiError::Refused { status: Status(404), message: None, wait: None }
}

fn down(wait_s: Option<u64>) -> ApiError {
    let wait = wait_s.map(Duration::from_secs);
    ApiError::Unavailable { status: Status(503), message: None, wait }
}

impl World {
    fn new(files: usize) -> Self {
        Self::listing(files, false)
    }

    fn listing(files: usize, newest_first: bool) -> Self {
        Self::holding(0..files, newest_first)
    }

    fn holding(files: Range<usize>, newest_first: bool) -> Self {
        let mut store = Store::default();
        let origin = Origin { after: None, pass: 0, at_s: 1, extent: Extent::Open };
        let all: Vec<usize> = files.collect();
        store.take_in(page(&all, newest_first, false), origin).unwrap();
        Self {
            store,
            refresher: Refresher::new(RefreshPolicy::default(), 1, START),
            pace: Pace::default(),
            view: vec![],
            complete: true,
            now: START,
            silent: false,
            unmet: vec![],
        }
    }

    fn under(policy: RefreshPolicy, files: usize) -> Self {
        Self { refresher: Refresher::new(policy, 1, START), ..Self::new(files) }
    }

    fn with<T>(&mut self, ask: impl FnOnce(&mut Refresher, Duration, &Survey<'_>) -> T) -> T {
        let survey = Survey {
            store: &self.store,
            view: &self.view,
            selected: None,
            complete: self.complete,
            limit: 100,
            pace: &self.pace,
        };
        ask(&mut self.refresher, self.now, &survey)
    }

    fn next(&mut self) -> Option<RefreshRequest> {
        self.with(Refresher::next)
    }

    /// Begins a round at its moment.
    fn begin(&mut self) -> RefreshRequest {
        self.now = self.refresher.due(&self.pace).unwrap();
        self.next().unwrap()
    }

    /// The request that is in flight for the longest.
    fn request(&self) -> u64 {
        self.refresher.in_flight.first().map_or(0, |pending| pending.request)
    }

    /// What it asks for.
    fn asked(&self) -> Option<Ask> {
        self.refresher.asked(self.request()).cloned()
    }

    fn checked(&mut self) {
        self.refresher.file_checked(self.request());
    }

    fn check_fails(&mut self, error: ApiError) {
        self.pace.keep_to(&error, self.now);
        self.refresher.check_failed(self.request(), error, self.now);
    }

    fn page_fails(&mut self, error: ApiError) -> Option<Untrusted> {
        self.pace.keep_to(&error, self.now);
        self.refresher.page_failed(self.request(), error, self.now)
    }

    /// Answers the page under way with what there is of `files`; tells the place at which it began.
    fn answer(&mut self, files: &[usize]) -> usize {
        self.answer_to(self.request(), files)
    }

    fn answer_to(&mut self, request: u64, files: &[usize]) -> usize {
        let Some(Ask::Page { cursor, limit, extent }) = self.refresher.asked(request).cloned()
        else {
            panic!("no page under way");
        };
        let at = |after: &Untrusted| files.iter().position(|n| *n == number(after)).unwrap() + 1;
        let from = cursor.after().map_or(0, at);
        let to = files.len().min(from + usize::from(limit));
        let mut page = page(&files[from..to], self.store.is_newest_first(), to < files.len());
        if self.silent {
            page.has_more = HasMore::Unknown;
        }
        if self.refresher.is_overtaken(request, &self.store) {
            self.refresher.page_overtaken(request);
            return from;
        }
        let (has_more, pass) = (page.has_more, self.refresher.pass_of(request));
        let origin = Origin { after: cursor.after(), pass, at_s: 2, extent };
        let intake = self.store.take_in(page, origin).unwrap();
        let suspects = intake.missing.clone();
        let unmet = self.with(|refresher, _, survey| {
            refresher.page_taken(request, &intake, has_more, &suspects, survey)
        });
        let number = |no: &FileNo| number(&self.store.file(*no).id.to_owned());
        self.unmet.extend(unmet.iter().map(number));
        from
    }

    /// Answers the page under way with 404; tells the file that is suspected for it.
    fn refuse(&mut self) -> Option<Untrusted> {
        let suspect = self.page_fails(refused())?;
        let no = self.store.find(&suspect).unwrap();
        self.store.mark_missing(&[no]);
        self.refresher.suspect(&[no]);
        Some(suspect)
    }

    /// Answers whatever is under way until all is read that was there, and checks that it is.
    fn finish(&mut self, files: &[usize]) {
        let pass = self.refresher.pass_of(self.request());
        while let Some(Ask::Page { .. }) = self.asked() {
            self.answer(files);
            self.next();
        }
        let unread = |no: &&FileNo| self.store.pass_of(**no) != pass;
        assert_eq!(self.store.sequence().iter().filter(unread).count(), 0);
        assert!(self.with(Refresher::finish).is_some());
    }

    /// Goes through a round in which the service has `files`; tells where its pages began.
    fn round(&mut self, files: &[usize]) -> Vec<usize> {
        self.begin();
        let mut begun = vec![];
        loop {
            match self.asked() {
                Some(Ask::Page { .. }) => begun.push(self.answer(files)),
                Some(Ask::File { .. }) => self.checked(),
                None => {
                    assert!(self.with(Refresher::finish).is_some(), "nothing is left to do");
                    return begun;
                }
            }
            self.next();
        }
    }

    fn numbers(&self) -> Vec<usize> {
        (0..self.store.len()).collect()
    }
}

#[test]
fn a_small_list_is_one_page() {
    for newest_first in [false, true] {
        let mut world = World::listing(50, newest_first);
        world.view = world.store.sequence()[3..20].to_vec();
        assert_eq!(world.round(&(0..50).collect::<Vec<_>>()), [0]);
    }
}

#[test]
fn view_then_end_then_the_rest_in_turn() {
    let mut world = World::new(2_000);
    world.view = world.store.sequence()[510..540].to_vec();
    let files = world.numbers();
    assert_eq!(world.round(&files), [500, 1_900, 0, 100, 200, 300, 400, 600, 700, 800]);
    assert_eq!(
        world.round(&files),
        [500, 1_900, 900, 1_000, 1_100, 1_200, 1_300, 1_400, 1_500, 1_600]
    );
    assert_eq!(
        world.round(&files),
        [500, 1_900, 1_700, 1_800, 0, 100, 200, 300, 400, 600],
        "and from the beginning again"
    );
}

#[test]
fn a_scattered_view_leaves_the_rest_its_turn() {
    let mut world = World::new(5_000);
    world.view = world.store.sequence().iter().copied().step_by(125).collect();
    let begun = world.round(&world.numbers().clone());
    assert_eq!(begun.len(), 10);
    assert_eq!(begun[6], 4_900, "six for the view, one for the end");
    let seen: std::collections::BTreeSet<usize> =
        (0..9).flat_map(|_| world.round(&(0..5_000).collect::<Vec<_>>())).chain(begun).collect();
    assert!(seen.len() >= 40, "the view is verified in turn: {}", seen.len());
}

/// What is new there comes before the rest, whatever is in view and wherever the rest goes on.
#[test]
fn a_newest_first_list_is_read_from_its_head_until_it_meets_what_is_known() {
    let mut world = World::holding(1_000..4_000, true);
    world.view = world.store.sequence()[510..540].to_vec();
    let known: Vec<usize> = (1_000..4_000).collect();
    assert_eq!(world.round(&known), [500, 0, 100, 200, 300, 400, 600, 700, 800, 900]);
    let files: Vec<usize> = (650..4_000).collect();
    let begun = world.round(&files);
    assert_eq!(begun[..5], [850, 0, 100, 200, 300], "350 new files take four pages");
    assert!(begun[5..].iter().all(|place| *place >= 1_000), "{begun:?}");
    assert!(!world.store.is_shuffled());
    assert_eq!(world.store.len(), 3_350);
    assert_eq!(world.round(&files)[1], 0, "each round looks there");
}

#[test]
fn a_partial_list_is_read_as_far_as_it_is_loaded() {
    let mut world = World::new(150);
    world.complete = false;
    let files: Vec<usize> = (0..1_000).collect();
    let mut begun = vec![];
    world.begin();
    while let Some(Ask::Page { limit, extent, .. }) = world.asked() {
        assert_eq!(extent, Extent::Loaded);
        begun.push((world.answer(&files), limit));
        world.next();
    }
    assert_eq!(begun, [(0, 100), (100, 50)]);
    assert_eq!(world.store.len(), 150);
}

#[test]
fn suspects_are_asked_for_ten_a_round_the_selected_one_first() {
    let mut world = World::new(100);
    let gone = world.store.sequence()[20..60].to_vec();
    let selected = gone[30];
    world.begin();
    let files: Vec<usize> = (0..20).chain(60..100).collect();
    world.answer(&files);
    let mut asked = vec![];
    loop {
        let survey = Survey {
            store: &world.store,
            view: &gone[5..8],
            selected: Some(selected),
            complete: true,
            limit: 100,
            pace: &Pace::default(),
        };
        match world.refresher.next(world.now, &survey) {
            Some(RefreshRequest { ask: Ask::File { no, .. }, .. }) => asked.push(no),
            Some(other) => panic!("{other:?}"),
            None => break,
        }
        world.checked();
    }
    assert_eq!(asked.len(), 10);
    assert_eq!(asked[0], selected);
    assert!(gone[5..8].iter().all(|no| asked[1..4].contains(no)), "then those in view");
}

/// Hazards 36: many dashboards that are started at once.
#[test]
fn rounds_come_after_an_interval_and_the_first_ones_spread_out() {
    let dues: Vec<Duration> = (0..50)
        .map(|seed| {
            Refresher::new(RefreshPolicy::default(), seed, START).due(&Pace::default()).unwrap()
        })
        .collect();
    let (least, most) = (dues.iter().min().unwrap(), dues.iter().max().unwrap());
    assert!(*least >= START + SECOND * 24 && *most <= START + SECOND * 36);
    assert!(most.saturating_sub(*least) > SECOND * 8, "50 started at once spread out");

    let mut world = World::new(50);
    world.round(&world.numbers().clone());
    assert_eq!(world.refresher.due(&world.pace), Some(world.now + SECOND * 30));
    assert_eq!(world.refresher.rounds(), 1);
}

#[test]
fn failures_make_the_pauses_longer_up_to_five_minutes() {
    let mut world = World::new(50);
    let mut pauses = vec![];
    for _ in 0..8 {
        world.begin();
        assert_eq!(world.page_fails(down(None)), None);
        pauses.push(world.refresher.due(&world.pace).unwrap().saturating_sub(world.now));
    }
    assert!(pauses[0] >= SECOND * 48 && pauses[0] <= SECOND * 72, "{pauses:?}");
    assert!(pauses[1] >= SECOND * 96 && pauses[1] <= SECOND * 144, "{pauses:?}");
    assert!(pauses[4..].iter().all(|pause| (240..=300).contains(&pause.as_secs())), "{pauses:?}");
    assert_eq!(world.refresher.trouble().unwrap().failures, 8);
    world.round(&world.numbers().clone());
    assert_eq!(world.refresher.trouble(), None);
}

#[test]
fn a_wait_is_kept_to_up_to_an_hour_and_a_refused_key_ends_it() {
    for (asked, kept) in [(900, 900), (7_200, 3_600)] {
        let mut world = World::new(50);
        world.begin();
        world.page_fails(down(Some(asked)));
        let until = world.now + SECOND * kept;
        assert!(world.refresher.due(&world.pace).unwrap() >= until);
        assert_eq!(
            world.refresher.ask_for(RoundScope::Budget, world.now + SECOND, &world.pace),
            Err(Refusal::AskedToWait(until))
        );
        assert_eq!(world.refresher.ask_for(RoundScope::Budget, until, &world.pace), Ok(()));
    }
    let mut world = World::new(50);
    world.begin();
    world.page_fails(ApiError::KeyRefused { message: None, secret: None });
    assert_eq!(
        (world.refresher.due(&world.pace), world.refresher.deadline(&world.pace)),
        (None, None)
    );
    assert_eq!(world.refresher.ask_for(RoundScope::Budget, world.now, &world.pace), Ok(()));
}

#[test]
fn a_refused_cursor_names_a_suspect_and_the_round_goes_on() {
    let mut world = World::new(300);
    world.view = world.store.sequence()[100..110].to_vec();
    let request = world.begin();
    assert!(
        matches!(request.ask, Ask::Page { cursor: Cursor::After(after), .. } if after == id(99))
    );
    assert_eq!(world.refuse(), Some(id(99)));
    let request = world.next().unwrap();
    assert!(
        matches!(request.ask, Ask::Page { cursor: Cursor::After(after), .. } if after == id(98))
    );
    assert_eq!(world.refuse(), Some(id(98)));
    let request = world.next().unwrap();
    assert!(matches!(request.ask, Ask::Page { cursor: Cursor::Start, .. }), "then from the start");
    world.answer(&(0..300).filter(|n| *n != 98 && *n != 99).collect::<Vec<_>>());
    let request = world.next().unwrap();
    assert!(
        matches!(request.ask, Ask::Page { cursor: Cursor::After(after), .. } if after == id(101))
    );
}

/// Hazards 21, 22, 24: a service that says 404 to everything, such as a gateway that lost its
/// routes, proves nothing of any file.
#[test]
fn a_service_that_knows_nothing_any_more_loses_no_file() {
    for (list_requests, checks) in [(10, 0), (10, 10), (1, 10), (2, 10), (3, 10)] {
        let mut world = World::new(2_000);
        let policy = RefreshPolicy { list_requests, checks, ..RefreshPolicy::default() };
        world.refresher = Refresher::new(policy, 1, START);
        world.view = world.store.sequence()[510..540].to_vec();
        world.round(&(0..2_000).collect::<Vec<_>>());
        for _ in 0..20 {
            world.begin();
            let mut lists = 0;
            while let Some(Ask::Page { .. }) = world.asked() {
                lists += 1;
                world.refuse();
                world.next();
            }
            assert_eq!(world.asked(), None, "no file is asked for");
            assert_eq!(world.with(Refresher::finish), None, "nothing was confirmed");
            assert!(lists <= 3 && world.refresher.trouble().is_some(), "{lists}");
            let pause = world.refresher.due(&world.pace).unwrap().saturating_sub(world.now);
            assert!(pause > SECOND * 40, "{pause:?}");
        }
    }
}

#[test]
fn a_cursor_behind_the_end_that_is_refused_is_not_asked_for_again() {
    let mut world = World::new(200);
    let files: Vec<usize> = (0..450).collect();
    world.begin();
    let behind =
        |ask: &Ask| matches!(ask, Ask::Page { cursor: Cursor::After(id), .. } if number(id) >= 200);
    while !world.asked().as_ref().is_some_and(behind) {
        world.answer(&files);
        world.next();
    }
    world.refuse();
    world.next();
    while let Some(ask) = world.asked() {
        assert!(!behind(&ask), "{ask:?}");
        match ask {
            Ask::Page { .. } => drop(world.answer(&files)),
            Ask::File { .. } => world.checked(),
        }
        world.next();
    }
}

#[test]
fn reading_all_again_reads_all_whenever_it_is_asked_for() {
    // In the middle of a round, whose rest goes on somewhere in the list.
    let mut world = World::new(2_000);
    let files = world.numbers();
    world.round(&files);
    world.begin();
    for _ in 0..3 {
        world.answer(&files);
        world.next();
    }
    assert_eq!(world.refresher.ask_for(RoundScope::All, world.now, &world.pace), Ok(()));
    world.finish(&files);
    // After it was stopped, while the last page of that is still under way.
    assert_eq!(
        world.refresher.ask_for(RoundScope::All, world.now + SECOND * 9, &world.pace),
        Ok(())
    );
    world.next();
    world.refresher.stop();
    assert_eq!(world.refresher.ask_for(RoundScope::All, world.now, &world.pace), Ok(()));
    world.finish(&files);
}

/// `R` at rest, and in the middle of a round.
#[test]
fn reading_all_again_begins_at_the_start_where_the_order_changes() {
    for in_a_round in [false, true] {
        let mut world = World::new(1_500);
        let mut files = world.numbers();
        files.swap(3, 7);
        // The pass over the whole list in the background is at half of it.
        world.round(&files);
        world.now = world.refresher.due(&world.pace).unwrap().saturating_sub(SECOND);
        if in_a_round {
            world.begin();
            assert_eq!(world.answer(&files), 800);
        }
        let asked = world.refresher.ask_for(RoundScope::All, world.now, &world.pace);
        assert_eq!(asked, Ok(()));
        world.next();
        let mut begun = vec![];
        while let Some(Ask::Page { .. }) = world.asked() {
            begun.push(world.answer(&files));
            world.next();
        }
        assert_eq!(begun, (0..15).map(|page| page * 100).collect::<Vec<_>>());
    }
}

#[test]
fn a_file_that_cannot_be_asked_for_keeps_nobody_else_from_it() {
    let mut world = World::new(100);
    world.begin();
    world.answer(&(8..100).collect::<Vec<_>>());
    let mut asked = vec![];
    while let Some(RefreshRequest { ask: Ask::File { id, .. }, .. }) = world.next() {
        asked.push(number(&id));
        world.check_fails(down(None));
    }
    assert_eq!(asked, [0, 1, 2], "three in a row, and the others in the next round");
    assert_eq!(world.refresher.trouble(), None, "the pages came");
    assert!(world.with(Refresher::finish).is_some());
    assert!(world.refresher.trouble().is_some_and(|trouble| trouble.why == down(None)), "but said");
    assert_eq!(
        world.refresher.due(&world.pace),
        Some(world.now + SECOND * 30),
        "the pages go on as ever"
    );
    for error in [down(Some(7)), ApiError::KeyRefused { message: None, secret: None }] {
        world.begin();
        world.answer(&(3..100).collect::<Vec<_>>());
        assert!(matches!(world.next(), Some(RefreshRequest { ask: Ask::File { .. }, .. })));
        world.check_fails(error.clone());
        assert_eq!((world.next(), &world.refresher.trouble().unwrap().why), (None, &error));
    }
}

#[test]
fn nothing_is_asked_while_nothing_is_allowed_in_the_middle_of_a_round_either() {
    let mut world = World::new(100);
    world.begin();
    world.answer(&(0..20).chain(60..100).collect::<Vec<_>>());
    world.pace.allow(Allowance::read("0", "60"), world.now);
    assert_eq!(world.next(), None);
    assert_eq!(world.with(Refresher::finish), None, "it goes on after the pause");
    let goes_on = world.refresher.deadline(&world.pace).unwrap();
    assert_eq!(goes_on, world.now + SECOND * 60);
    world.now = goes_on;
    assert!(matches!(world.next(), Some(RefreshRequest { ask: Ask::File { .. }, .. })));
}

#[test]
fn another_interval_is_no_reason_to_try_sooner() {
    let mut world = World::new(50);
    for failures in 1..4 {
        world.begin();
        world.page_fails(down(None));
        let due = world.refresher.due(&world.pace);
        world.refresher.set_interval(Some(SECOND * 5), world.now);
        assert_eq!(world.refresher.due(&world.pace), due, "{failures}");
    }
    world.begin();
    world.page_fails(ApiError::KeyRefused { message: None, secret: None });
    world.refresher.set_interval(Some(SECOND * 5), world.now);
    assert_eq!(world.refresher.due(&world.pace), None);
}

#[test]
fn an_old_file_that_moves_up_is_not_new() {
    let mut world = World::listing(300, true);
    world.complete = false;
    world.round(&(0..1_000).filter(|n| *n != 250).collect::<Vec<_>>());
    assert!(world.numbers().iter().all(|n| *n < 300));
}

/// Hazards 36: refresh held down.
#[test]
fn the_operator_may_ask_once_a_second_and_freezing_stops_what_begins_by_itself() {
    let mut world = World::new(50);
    assert_eq!(world.refresher.ask_for(RoundScope::Budget, world.now, &world.pace), Ok(()));
    let again = world.refresher.ask_for(RoundScope::Budget, world.now, &world.pace);
    assert_eq!(again, Err(Refusal::TooSoon), "it is under way");
    world.next();
    world.answer(&(0..50).collect::<Vec<_>>());
    assert!(world.with(Refresher::finish).is_some());
    let again = world.refresher.ask_for(RoundScope::Budget, world.now + SECOND / 2, &world.pace);
    assert_eq!(again, Err(Refusal::TooSoon));
    assert_eq!(
        world.refresher.ask_for(RoundScope::Budget, world.now + SECOND, &world.pace),
        Ok(())
    );
    world.refresher.set_frozen(true);
    assert!(world.with(Refresher::finish).is_some(), "it ends the round under way");
    world.now += SECOND * 10_000;
    assert_eq!((world.next(), world.refresher.deadline(&world.pace)), (None, None));
    world.refresher.set_frozen(false);
    assert!(world.next().is_some(), "what is overdue begins at once");
}

#[test]
fn an_allowance_of_the_service_makes_rounds_smaller() {
    let mut world = World::new(2_000);
    for (remaining, reset, most) in [("600", "60", 10), ("12", "60", 3), ("1", "3600", 1)] {
        world.pace.allow(Allowance::read(remaining, reset), world.now);
        assert_eq!(world.round(&(0..2_000).collect::<Vec<_>>()).len(), most, "{remaining}");
    }
    world.pace.allow(Allowance::read("0", "90"), world.now);
    assert!(world.refresher.due(&world.pace).unwrap() >= world.now + SECOND * 90);
}

#[test]
fn an_order_that_changes_is_read_from_end_to_end_over_several_rounds() {
    let mut world = World::new(1_500);
    let mut files = world.numbers();
    files.swap(3, 7);
    let pages = |pages: Range<usize>| pages.map(|page| page * 100).collect::<Vec<_>>();
    // The pass begins as soon as that is known.
    assert_eq!(world.round(&files), [&[1_400, 0], pages(0..8).as_slice()].concat());
    assert!(world.store.is_shuffled());
    assert_eq!(world.round(&files), pages(8..15));
    assert_eq!(world.round(&files), pages(0..10));
}

#[test]
fn a_file_that_expires_is_asked_for_a_second_later_outside_of_rounds() {
    let mut world = World::new(50);
    let no = world.store.sequence()[7];
    world.refresher.file_expired(no, world.now);
    assert_eq!(world.refresher.deadline(&world.pace), Some(world.now + SECOND));
    assert_eq!(world.next(), None);
    world.now += SECOND;
    let request = world.next().unwrap();
    assert_eq!(request.ask, Ask::File { no, id: id(7) });
    assert!(world.refresher.expects(request.request) && !world.refresher.is_running());
    world.checked();
    assert_eq!(world.next(), None);
}
