//! Refreshing against a model: the real app, driven through `update` with a clock that only the
//! test moves, over a naive server whose files come, change, expire and go.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crossterm::event::KeyCode;
use fastrand::Rng;
use shelflife::account::journal::Happening;
use shelflife::api::call::{Call, Owner, Ticket};
use shelflife::api::error::Status;
use shelflife::api::retry::Allowance;
use shelflife::api::{Answer, ApiError, Existence, HasMore, Page};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::lister::refresh::RefreshPolicy;
use shelflife::lister::{Cursor, State};
use shelflife::store::FileNo;
use shelflife::store::field::Field;
use shelflife::store::filter::Moment;
use shelflife::store::order::Order;
use shelflife::text::Untrusted;
use shelflife::time::clock::DateSample;

use crate::support::calls::{file_answered, page_answered};
use crate::support::driver::{Driver, START_S};
use crate::support::screen::text;
use crate::support::service::{More, Service, asked_to_wait, down, number};

/// The app and its service.
struct World {
    driver: Driver,
    service: Service,
    in_flight: Vec<(Ticket, Cursor, u16)>,
    check: Option<(Ticket, Untrusted)>,
    held: BTreeSet<u64>,
    /// Files of which the server said 404.
    denied: BTreeSet<u64>,
    /// All list requests, and all checks.
    lists: u32,
    checks: u32,
    asked: Vec<Cursor>,
    /// Of the round under way, or of the last one.
    round_lists: u32,
    round_checks: u32,
    unbounded: bool,
    running: bool,
    spins: u32,
    /// What was held when it was last looked at, and how often nothing came of a wake-up since.
    looked: (u64, u32),
}

impl World {
    fn new(service: Service, limit: u16) -> Self {
        let settings = Settings { limit, ..Driver::settings() };
        Self::started(service, settings, (120, 36))
    }

    fn started(service: Service, settings: Settings, (width, height): (u16, u16)) -> Self {
        let driver = Driver::started(width, height, settings);
        let mut world = Self {
            driver,
            service,
            in_flight: vec![],
            check: None,
            held: BTreeSet::new(),
            denied: BTreeSet::new(),
            lists: 0,
            checks: 0,
            asked: vec![],
            round_lists: 0,
            round_checks: 0,
            unbounded: false,
            running: false,
            spins: 0,
            looked: (0, 0),
        };
        world.collect();
        world
    }

    /// A world in which everything is loaded.
    fn loaded(service: Service, limit: u16) -> Self {
        let mut world = Self::new(service, limit);
        world.answer_all();
        world.driver.keys("L");
        world.collect();
        world.answer_all();
        assert!(world.driver.app.lister().is_complete());
        world.forget();
        world
    }

    /// Begins to count anew.
    fn forget(&mut self) {
        (self.lists, self.checks) = (0, 0);
        self.asked.clear();
    }

    fn tell(&mut self, event: Event) {
        self.driver.tell(event);
        self.collect();
    }

    fn keys(&mut self, keys: &str) {
        self.driver.keys(keys);
        self.collect();
    }

    fn server_s(&self) -> i64 {
        self.driver.now.wall_ms.div_euclid(1_000) + self.service.skew_s.unwrap_or(0)
    }

    /// The `Date` of an answer that came at once.
    fn date(&self) -> Option<DateSample> {
        let mono = self.driver.now.mono;
        let told = self.service.skew_s.is_some();
        told.then(|| DateSample { date_s: self.server_s(), sent: mono, received: mono })
    }

    /// Takes in what the app asks for, and looks at everything that must always hold.
    fn collect(&mut self) {
        let refresher = self.driver.app.refresher();
        let running = refresher.is_running();
        let complete = self.driver.app.lister().is_complete();
        if running && !self.running {
            (self.round_lists, self.round_checks, self.unbounded) = (0, 0, false);
        }
        self.unbounded |= refresher.reading_all().is_some();
        self.running = running;
        let effects: Vec<Effect> = self.driver.effects.drain(..).collect();
        let (revision, quiet) = (self.driver.app.store().revision(), effects.is_empty());
        for effect in effects {
            match effect {
                Effect::Call(ticket, Call::List { after, limit, .. }) => {
                    let may_split = refresher.reading_all().is_some() && complete;
                    assert!(self.in_flight.len() < if may_split { 4 } else { 1 }, "in flight");
                    self.lists += 1;
                    // Those of the paging machine are not the round's.
                    self.round_lists += u32::from(running && ticket.owner == Owner::Refresher);
                    let cursor = after.map_or(Cursor::Start, Cursor::After);
                    self.asked.push(cursor.clone());
                    self.in_flight.push((ticket, cursor, limit));
                }
                Effect::Call(ticket, Call::Retrieve { id }) => {
                    assert!(self.check.is_none(), "two checks in flight");
                    self.checks += 1;
                    self.round_checks += u32::from(running);
                    self.check = Some((ticket, id));
                }
                _ => {}
            }
        }
        // Where only a countdown went on, every eighth look is as good as all.
        let (last, passed) = self.looked;
        if quiet && revision == last && passed < 7 {
            self.looked.1 += 1;
            return;
        }
        self.looked = (revision, 0);
        self.look();
    }

    fn look(&mut self) {
        let app = &self.driver.app;
        let store = app.store();
        assert!(self.round_checks <= 10, "{} checks", self.round_checks);
        assert!(self.unbounded || self.round_lists <= 10, "{} requests", self.round_lists);
        let held: BTreeSet<u64> =
            store.sequence().iter().map(|no| number(store.file(*no).id.raw())).collect();
        assert_eq!(held.len(), store.len(), "each file once");
        for number in self.held.difference(&held) {
            let expired = self.service.expiries[number].is_some_and(|at| at <= self.server_s() + 1);
            // An order that changes may hide a file for a while; before its expiry it is asked for.
            let hidden = expired && self.service.was_unstable;
            let there = self.service.files.contains_key(number);
            // Past its expiry, nobody knows better than a service that says 404.
            let believed = expired && self.service.lost;
            assert!(hidden || believed || !there, "{number} is there, but was dropped");
            let denied = self.denied.contains(number);
            assert!(denied || expired, "{number} was dropped without a proof");
        }
        self.held = held;

        let c = store.expiry_counts(app.server_ms());
        let (near, far) = (c.expired + c.within_hour + c.within_day, c.within_week + c.later);
        assert_eq!(near + far + c.never + c.unknown, store.len(), "the counts add up");

        let moment = Moment { server_ms: app.server_ms(), marked: app.marks() };
        let (table, filter) = (app.table(), app.table().filter());
        let order = table.order();
        let expected = Order::sorted(store, order.field(), order.is_descending())
            .filtered(|no| filter.is_none_or(|filter| filter.matches(store, no, &moment)));
        // What is gone already comes under no bound any more.
        let there = |rows: &[FileNo]| -> Vec<FileNo> {
            rows.iter().copied().filter(|no| filter.is_none() || !store.is_gone(*no)).collect()
        };
        let (shown, expected) = (there(table.rows()), there(expected.rows()));
        assert_eq!(shown, expected, "the table shows what there is, in order");
        let shown = store.numbers().filter(|no| store.is_gone(*no)).count();
        assert_eq!(store.numbers().count(), store.len() + shown, "what is held is there or gone");
        assert_eq!(app.journal().gone().count(), shown, "what is gone is marked so");
    }

    /// A list request in flight; of several, it is not always the oldest that is answered first.
    fn take_in_flight(&mut self) -> Option<(Ticket, Cursor, u16)> {
        let many = self.in_flight.len();
        (many > 0).then(|| self.in_flight.remove(self.lists as usize * 7 % many))
    }

    /// Answers a list request.
    fn answer_list(&mut self, fault: Option<ApiError>) {
        let Some((ticket, cursor, limit)) = self.take_in_flight() else { return };
        let allowance = self.service.allowance;
        let result = match fault {
            Some(fault) => Err(fault),
            None => self.service.page(&cursor, limit),
        };
        let date = self.date();
        let result = result.map(|value| Answer { value, date, allowance });
        self.tell(page_answered(ticket, result));
    }

    /// Answers the check under way.
    fn answer_check(&mut self, fault: Option<ApiError>) {
        let Some((ticket, id)) = self.check.take() else { return };
        let number = number(id.raw());
        let result = match fault {
            Some(fault) => Err(fault),
            None => Ok(self.service.check(number)),
        };
        if matches!(result, Ok(Existence::Gone)) {
            self.denied.insert(number);
        }
        let allowance = self.service.allowance;
        let date = self.date();
        let result = result.map(|value| Answer { value, date, allowance });
        self.tell(file_answered(ticket, result));
    }

    /// Answers everything until nothing is asked any more.
    fn answer_all(&mut self) {
        for _ in 0..2_000 {
            if self.in_flight.is_empty() && self.check.is_none() {
                return;
            }
            self.answer_list(None);
            self.answer_check(None);
        }
        panic!("it asks for ever: {:?}", self.asked.last());
    }

    fn fail_all(&mut self, why: &ApiError) {
        while !self.in_flight.is_empty() || self.check.is_some() {
            self.answer_list(Some(why.clone()));
            self.answer_check(Some(why.clone()));
        }
    }

    /// Goes to the app's deadline and wakes it; tells how much time that took.
    fn wake(&mut self) -> Duration {
        let before = self.driver.now.mono;
        self.driver.wake();
        self.collect();
        let passed = self.driver.now.mono.saturating_sub(before);
        self.spins = if passed.is_zero() { self.spins + 1 } else { 0 };
        assert!(self.spins < 5, "it spins at {before:?}");
        passed
    }

    fn pass(&mut self, span: Duration) {
        self.driver.pass(span);
        self.tell(Event::DeadlineReached);
    }

    /// Lives through `span`, each request answered at once.
    fn live(&mut self, span: Duration, mut answer: impl FnMut(&mut Self)) {
        let until = self.driver.now.mono + span;
        while self.driver.app.deadline().is_some_and(|at| at < until) {
            self.wake();
            answer(self);
        }
        self.driver.pass(until.saturating_sub(self.driver.now.mono));
        self.tell(Event::DeadlineReached);
        answer(self);
    }

    /// Lets the clock go straight to the next round: what counts down meanwhile is not at stake.
    fn await_next_round(&mut self) {
        match self.driver.app.account().refresh_due().filter(|due| *due > self.driver.now.mono) {
            Some(due) => self.pass(due.saturating_sub(self.driver.now.mono)),
            None => drop(self.wake()),
        }
    }

    /// Goes on until one more round is over.
    fn round(&mut self) {
        let rounds = self.driver.app.refresher().rounds();
        for _ in 0..200_000 {
            self.answer_all();
            if self.driver.app.refresher().rounds() > rounds {
                return;
            }
            self.await_next_round();
        }
        panic!("no round comes to an end");
    }

    fn missing(&self) -> usize {
        let store = self.driver.app.store();
        store.sequence().iter().filter(|no| store.file(**no).missing).count()
    }

    /// Everything that is held, as the app knows it.
    fn known(&self) -> BTreeMap<u64, u64> {
        let store = self.driver.app.store();
        let files = store.sequence().iter().map(|no| store.file(*no));
        files.map(|file| (number(file.id.raw()), file.bytes.value().unwrap())).collect()
    }

    fn there(&self) -> BTreeMap<u64, u64> {
        self.service.files.iter().map(|(number, made)| (*number, made.version)).collect()
    }
}

const SECOND: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_secs(30);
const EIGHT_HOURS: Duration = Duration::from_secs(8 * 3_600);

fn random_fault(rng: &mut Rng) -> ApiError {
    match rng.u8(..6) {
        0 => ApiError::TimedOut { what: "answer", limit: Duration::from_secs(15) },
        1 => ApiError::NotAFilesList { beginning: Untrusted::default(), breaks_off: false },
        2 => ApiError::Refused { status: Status(404), message: None, wait: None },
        3 => asked_to_wait(rng.u64(1..100)),
        4 if rng.u8(..4) == 0 => ApiError::KeyRefused { message: None, secret: None },
        _ => down(),
    }
}

/// A server of some kind, with up to `most` files.
fn random_service(rng: &mut Rng, most: u64, limit: u16) -> Service {
    let mut service = Service::new(0);
    let apart = if rng.u8(..4) == 0 { 0 } else { 60 };
    for _ in 0..rng.u64(..=most) {
        random_file(rng, &mut service, apart);
    }
    service.newest_first = rng.bool();
    service.cap = rng.usize(1..=usize::from(limit) * 2);
    service.more = [More::Honest, More::Honest, More::Missing, More::Always][rng.usize(..4)];
    service.unstable = (rng.u8(..8) == 0).then(|| rng.fork());
    service.was_unstable = service.unstable.is_some();
    service.refused = Status([400, 404][rng.usize(..2)]);
    service.skew_s = [None, Some(0), Some(90), Some(-3_600), Some(7_200)][rng.usize(..5)];
    service
}

fn random_file(rng: &mut Rng, service: &mut Service, apart_s: i64) {
    let left = (rng.u8(..3) > 0).then(|| rng.i64(-200..2_000));
    service.add(apart_s, left);
}

/// Something happens on the server.
fn random_change(rng: &mut Rng, world: &mut World) {
    let now_s = world.server_s();
    let service = &mut world.service;
    let some = |rng: &mut Rng, service: &Service| {
        let at = rng.usize(..service.files.len().max(1));
        service.files.keys().nth(at).copied()
    };
    match rng.u8(..9) {
        8 => service.lost = rng.bool(),
        0 | 1 => (0..rng.u8(1..6)).for_each(|_| {
            let apart = i64::from(rng.u8(..3)) * 30;
            random_file(rng, service, apart);
        }),
        2 => {
            for _ in 0..rng.u8(1..4) {
                some(rng, service).map(|number| service.files.remove(&number));
            }
        }
        3 => {
            let from = some(rng, service).unwrap_or(0);
            let many = rng.u64(1..15);
            service.files.retain(|number, _| !(from..from + many).contains(number));
        }
        4 => service.files.retain(|_, made| made.expires_at.is_none_or(|at| at > now_s)),
        _ => {
            if let Some(number) = some(rng, service) {
                service.files.get_mut(&number).unwrap().version += 1;
            }
        }
    }
}

const KEYS: [&str; 15] =
    ["/left<1000s\n", "j", "j", "k", "G", "g", "r", "R", "S", "2", "1", "f", " ", "L", "/name-0\n"];

fn press(rng: &mut Rng, world: &mut World) {
    match rng.u8(..8) {
        0 => {
            world.driver.key(KeyCode::Esc);
            world.collect();
        }
        1 => {
            world.driver.key(KeyCode::PageDown);
            world.collect();
        }
        _ => {
            for c in KEYS[rng.usize(..KEYS.len())].chars() {
                match c {
                    '\n' => world.driver.key(KeyCode::Enter),
                    c => world.driver.key(KeyCode::Char(c)),
                }
                world.collect();
            }
        }
    }
}

/// The file under the cursor, while the operator chose it and nothing hides it.
fn choice(world: &World) -> Option<FileNo> {
    let table = world.driver.app.table();
    table.selected().filter(|_| !table.is_narrowed())
}

fn history(seed: u64) -> World {
    let mut rng = Rng::with_seed(seed);
    let limit = rng.u16(2..9);
    let service = random_service(&mut rng, 40, limit);
    let sort = (Field::ALL[rng.usize(..Field::ALL.len())], rng.bool());
    let filter = if rng.u8(..4) == 0 { "left<1000s".to_owned() } else { String::new() };
    let settings = Settings { limit, sort, filter, ..Driver::settings() };
    let size = (rng.u16(40..130), rng.u16(8..24));
    let mut world = World::started(service, settings, size);
    let faulty = rng.u8(..12);
    for _ in 0..60 {
        let before = choice(&world);
        let mut pressed = false;
        match rng.u8(..10) {
            0 | 1 => random_change(&mut rng, &mut world),
            2 => {
                pressed = true;
                press(&mut rng, &mut world);
            }
            3 if world.in_flight.is_empty() && world.check.is_none() => {
                world.pass(Duration::from_millis(rng.u64(..40_000)));
            }
            _ if !world.in_flight.is_empty() => {
                let fault = (rng.u8(..16) < faulty).then(|| random_fault(&mut rng));
                world.answer_list(fault);
            }
            _ if world.check.is_some() => {
                let fault = (rng.u8(..16) < faulty).then(|| random_fault(&mut rng));
                world.answer_check(fault);
            }
            _ => match world.driver.app.account().refresh_due() {
                Some(due) if rng.bool() => {
                    world.pass(due.saturating_sub(world.driver.now.mono));
                }
                _ if world.driver.app.deadline().is_some() => drop(world.wake()),
                _ => world.pass(SECOND),
            },
        }
        // Until the operator moves, the first row is selected, whichever file that is.
        let moved = world.driver.app.table().cursor() > 0;
        if let (false, true, Some(before)) = (pressed, moved, before) {
            let table = world.driver.app.table();
            let there = table.rows().contains(&before) && !table.is_narrowed();
            assert!(!there || table.selected() == Some(before), "the selection stays");
        }
    }
    world
}

/// The server goes quiet, and everything that was stopped goes on.
fn calm(world: &mut World) {
    world.service.unstable = None;
    world.service.lost = false;
    if world.service.more == More::Always {
        world.service.more = More::Honest;
    }
    world.answer_all();
    for _ in 0..6 {
        world.driver.key(KeyCode::Esc);
        world.collect();
        world.answer_all();
    }
    if world.driver.app.refresher().is_frozen() {
        world.keys("f");
    }
    // What the service asked for is waited for; then the operator asks.
    world.pass(Duration::from_secs(400));
    world.answer_all();
    world.keys("r");
    world.answer_all();
}

/// What happened to files and service, but for what the operator was told.
fn happened(world: &World) -> usize {
    let entries = world.driver.app.journal().entries().iter();
    entries.filter(|entry| entry.what != Happening::Alerted).count()
}

#[test]
fn whatever_happened_a_quiet_server_is_soon_known_again() {
    let mut complete = 0;
    for seed in 0..250 {
        let mut world = history(seed);
        calm(&mut world);
        let is_known = |world: &World| world.missing() == 0 && world.known() == world.there();
        for _ in 0..30 {
            world.round();
            if world.driver.app.lister().is_complete() && is_known(&world) {
                break;
            }
        }
        let about = format!("{seed}: {:?}", world.driver.app.lister().state());
        assert_eq!(world.missing(), 0, "{about}");
        if world.driver.app.lister().is_complete() {
            complete += 1;
            assert_eq!(world.known(), world.there(), "{about}");
        } else {
            let there = world.there();
            let same = |(number, version): (&u64, &u64)| there.get(number) == Some(version);
            assert!(world.known().iter().all(same), "{about}");
        }
        let (known, before) = (world.known(), happened(&world));
        for _ in 0..3 {
            world.round();
        }
        assert_eq!(world.known(), known, "{about}: nothing changes any more");
        let after = happened(&world);
        assert_eq!(after, before, "{about}: nothing happens any more");
    }
    assert!(complete > 150, "only {complete} lists were complete");
}

#[test]
fn fifty_files_cost_one_request_and_two_thousand_the_budget() {
    let mut world = World::loaded(Service::new(50), 100);
    world.round();
    assert_eq!((world.lists, world.checks), (1, 0));
    let mut world = World::loaded(Service::new(2_000), 100);
    world.keys("jjj");
    let (selected, offset) = (world.driver.selected(), world.driver.app.table().viewport());
    for round in 1..=4 {
        world.round();
        assert!(world.lists <= 10 * round, "{} requests in {round} rounds", world.lists);
    }
    let since = world.driver.app.store().verified_since_s().unwrap();
    let age_s = world.driver.now.mono.as_secs() - u64::from(since);
    assert!(age_s <= 3 * 30, "two rounds and a bit verify everything: {age_s} s");
    let screen = text(&world.driver.app, 120, 36);
    let header = screen.lines().next().unwrap();
    let (view, all) = header.split_once("refreshed view ").unwrap().1.split_once(", all ").unwrap();
    assert!(view > &all[..view.len()], "when what was read is said in words: {header}");
    assert_eq!((world.driver.selected(), world.driver.app.table().viewport()), (selected, offset));
}

#[test]
fn new_files_are_found_at_either_end() {
    // Of the larger list a round reads a third: the end is in each of them.
    for (files, newest_first) in [(300, false), (300, true), (3_000, false), (3_000, true)] {
        let mut service = Service::new(files);
        service.newest_first = newest_first;
        let mut world = World::loaded(service, 100);
        for round in 1..=3 {
            (0..5).for_each(|_| world.service.add(60, None));
            world.round();
            let case = format!("{files} files, newest first: {newest_first}, round {round}");
            assert_eq!(world.known(), world.there(), "{case}");
            assert!(world.lists <= 10 * round, "{case}");
        }
    }
}

/// A partial list is refreshed as far as it is loaded, and stays partial.
#[test]
fn what_is_not_loaded_is_not_asked_for() {
    let mut world = World::new(Service::new(1_000), 100);
    world.answer_all();
    let loaded = world.driver.app.store().len();
    world.forget();
    world.service.files.remove(&10);
    world.round();
    assert_eq!(world.driver.app.store().len(), loaded - 1);
    assert!(!world.driver.app.lister().is_complete());
    assert_eq!(world.checks, 1, "asked for before it is called gone");
}

/// More than a round can read has come: the list says that there is more again.
#[test]
fn what_is_too_much_for_a_round_makes_the_list_partial() {
    let mut world = World::loaded(Service::new(50), 10);
    (0..500).for_each(|_| world.service.add(60, None));
    world.round();
    assert!(matches!(world.driver.app.lister().state(), State::Ready { .. }));
    world.keys("L");
    world.answer_all();
    assert_eq!(world.known(), world.there());
}

#[test]
fn five_hundred_deletions_are_asked_for_ten_a_round() {
    let mut world = World::loaded(Service::new(600), 100);
    world.service.files.retain(|number, _| *number >= 500);
    world.round();
    assert_eq!(world.checks, 10);
    assert_eq!(world.driver.app.store().len(), 590, "nothing is dropped without proof");
    assert!(world.missing() > 100, "what was read is shown as missing: {}", world.missing());
    for _ in 0..70 {
        world.round();
    }
    assert_eq!(world.known(), world.there());
}

/// Hazards 20 and 28: a service whose list is empty of a sudden, and that knows nothing of any file,
/// or says that there is more and gives nothing: nothing is dropped, and the screen does not claim to
/// be current.
#[test]
fn a_list_that_turns_empty_is_not_believed_and_not_passed_over() {
    for has_more in [HasMore::No, HasMore::Yes] {
        let mut world = World::loaded(Service::new(200), 100);
        let known = world.known();
        for _ in 0..4 {
            world.await_next_round();
            for _ in 0..20 {
                if let Some((ticket, ..)) = world.take_in_flight() {
                    let value = Page { readings: vec![], has_more };
                    let result = Ok(Answer { value, date: None, allowance: None });
                    world.tell(page_answered(ticket, result));
                }
                world.answer_check(Some(down()));
            }
        }
        assert_eq!(world.known(), known);
        let screen = text(&world.driver.app, 160, 36);
        assert!(screen.contains("stale") && screen.contains("refresh failed: "), "{screen}");
        assert!(screen.contains("next try in "), "{screen}");
        let log: Vec<_> = world.driver.app.journal().entries().iter().map(|e| e.what).collect();
        assert_eq!(log, [Happening::Failing]);
        for _ in 0..9 {
            world.round();
        }
        assert_eq!(world.driver.app.journal().entries().back().unwrap().what, Happening::Recovered);
        let screen = text(&world.driver.app, 160, 36);
        assert!(!screen.contains("stale") && !screen.contains("refresh failed"), "{screen}");
    }
}

/// Hazards 20: an outage of eight hours costs at most 110 requests, and is over within an interval.
#[test]
fn eight_hours_of_outage() {
    for files in [0, 50, 2_000] {
        let mut world = World::loaded(Service::new(files), 100);
        let known = world.known();
        let began = world.driver.now.mono;
        while world.driver.now.mono.saturating_sub(began) < EIGHT_HOURS {
            world.await_next_round();
            world.fail_all(&down());
        }
        assert!((90..=110).contains(&world.lists), "{} requests", world.lists);
        assert_eq!(world.known(), known, "the last good list stays");
        let freshness = world.driver.app.freshness().unwrap();
        assert!(freshness.stale && world.driver.app.trouble().is_some());
        let due = world.driver.app.account().refresh_due().unwrap();
        assert!(due.saturating_sub(world.driver.now.mono) <= Duration::from_secs(300));
        world.round();
        assert!(world.driver.app.trouble().is_none());
        assert!(!world.driver.app.freshness().unwrap().stale);
    }
}

/// Eight hours of rate limiting, with a wait of five minutes each time: no request comes earlier
/// than it was asked for, and the next one after it is over finds everything.
#[test]
fn eight_hours_of_rate_limiting() {
    let mut world = World::loaded(Service::new(2_000), 100);
    let known = world.known();
    let began = world.driver.now.mono;
    let mut last = None;
    while world.driver.now.mono.saturating_sub(began) < EIGHT_HOURS {
        world.await_next_round();
        if !world.in_flight.is_empty() {
            let now = world.driver.now.mono;
            let pause = last.map(|last| now.saturating_sub(last));
            assert!(pause.is_none_or(|pause| pause >= SECOND * 300), "{pause:?}");
            last = Some(now);
        }
        world.fail_all(&asked_to_wait(300));
    }
    assert!((80..=97).contains(&world.lists), "{} requests", world.lists);
    assert_eq!((world.known(), world.checks), (known, 0));
    world.round();
    assert!(world.driver.app.trouble().is_none());
}

/// Hazards 29: eight hours in which the wall clock is set back and forth. No request more or less,
/// and every countdown right by the service's clock.
#[test]
fn eight_hours_of_a_clock_that_jumps() {
    let mut service = Service::new(50);
    service.skew_s = Some(0);
    for left in [10_000, 20_000] {
        service.add(60, Some(left));
    }
    let mut world = World::loaded(service, 100);
    let began = world.driver.now.mono;
    let (mut jumps, mut skew_s) = (0, 0);
    while world.driver.now.mono.saturating_sub(began) < EIGHT_HOURS {
        let jump = [7_200, -3_600, -86_400, 40, 82_760][jumps % 5];
        jumps += 1;
        // Ours is set; that of the service goes on.
        skew_s -= jump;
        world.driver.now.wall_ms += jump * 1_000;
        world.service.skew_s = Some(skew_s);
        let before = world.lists;
        world.live(SECOND * 600, World::answer_all);
        assert!((19..=21).contains(&(world.lists - before)), "{}", world.lists - before);
        let passed = world.driver.now.mono.saturating_sub(began);
        let true_s = START_S + i64::try_from(passed.as_secs()).unwrap();
        let told_s = world.driver.app.server_ms().div_euclid(1_000);
        assert!((told_s - true_s).abs() <= 1, "after jump {jumps}: {} s", told_s - true_s);
    }
    // Both have expired meanwhile, and are listed all the same.
    let counts = world.driver.app.store().expiry_counts(world.driver.app.server_ms());
    assert_eq!((counts.expired, happened(&world)), (2, 0));
}

/// Hazards 38: a week, with files that come and go all the time: what is held stays in bounds.
#[test]
fn a_simulated_week() {
    let settings = {
        let refresh = RefreshPolicy { interval: Some(SECOND * 300), ..RefreshPolicy::default() };
        Settings { refresh, ..Driver::settings() }
    };
    let mut world = World::started(Service::new(60), settings, (80, 24));
    world.answer_all();
    world.forget();
    let began = world.driver.now.mono;
    let mut rounds = 0;
    while world.driver.now.mono.saturating_sub(began) < Duration::from_secs(7 * 86_400) {
        rounds += 1;
        let now_s = world.server_s();
        let oldest = *world.service.files.keys().next().unwrap();
        world.service.files.remove(&oldest);
        world.service.add(1, Some(now_s - START_S + 900));
        world.service.files.retain(|_, made| made.expires_at.is_none_or(|at| at > now_s));
        while world.service.files.len() < 60 {
            world.service.add(1, None);
        }
        world.round();
    }
    assert!(rounds > 1_900, "{rounds}");
    assert!(
        world.lists <= rounds * 3 && world.checks <= rounds * 5,
        "{} {}",
        world.lists,
        world.checks
    );
    let app = &world.driver.app;
    assert!(app.store().slots() < 200, "{} places for {}", app.store().slots(), app.store().len());
    assert!(app.journal().entries().len() <= 10_000 && app.marks().is_empty());
}

#[test]
fn a_service_that_asks_for_peace_gets_it() {
    let mut world = World::loaded(Service::new(50), 100);
    world.pass(INTERVAL * 2);
    world.answer_list(Some(asked_to_wait(1_800)));
    world.forget();
    world.live(Duration::from_secs(1_790), |world| {
        world.keys("r");
        assert!(world.in_flight.is_empty(), "not even by hand");
    });
    assert_eq!(world.lists, 0);
    world.live(Duration::from_secs(60), World::answer_all);
    assert!(world.lists >= 1 && world.driver.app.trouble().is_none());
}

#[test]
fn a_page_that_always_fails_keeps_no_other_from_being_read_again() {
    let mut world = World::new(Service::new(150), 100);
    let answer = |world: &mut World| {
        while let Some((_, cursor, _)) = world.in_flight.first() {
            let poisoned = cursor.after().is_some_and(|after| number(after.raw()) == 99);
            world.answer_list(poisoned.then(down));
        }
    };
    answer(&mut world);
    world.keys("G");
    world.live(Duration::from_secs(60), answer);
    assert!(matches!(world.driver.app.lister().state(), State::Failed { .. }));
    world.forget();
    world.service.files.get_mut(&7).unwrap().version += 1;
    world.live(Duration::from_secs(3_600), answer);
    let poisoned = world.asked.iter().filter(|cursor| cursor.after().is_some()).count();
    let rounds = world.asked.len() - poisoned;
    assert!(rounds >= 100 && poisoned <= rounds, "{rounds} rounds, {poisoned} tries");
    assert!(world.driver.app.trouble().is_none() && !world.driver.app.freshness().unwrap().stale);
    assert_eq!(world.known()[&7], 1);
    world.live(INTERVAL * 2, World::answer_all);
    assert!(world.driver.app.lister().is_complete(), "it is well within an interval");
}

/// Hazards 31: a revoked key ends refreshing; the data stays, and the operator may ask.
#[test]
fn a_revoked_key_ends_refreshing_until_the_operator_asks() {
    let mut world = World::loaded(Service::new(50), 100);
    world.pass(INTERVAL * 2);
    world.answer_list(Some(ApiError::KeyRefused { message: None, secret: None }));
    world.forget();
    world.live(Duration::from_secs(3_600), |world| assert!(world.in_flight.is_empty()));
    assert_eq!(world.driver.app.store().len(), 50);
    let screen = text(&world.driver.app, 160, 36);
    assert!(screen.contains("stale 1h 1m · key refused"), "it goes on aging: {screen}");
    world.keys("r");
    world.answer_all();
    assert!(world.lists == 1 && world.driver.app.trouble().is_none());
    world.round();
    assert_eq!(world.lists, 2, "it goes on by itself");
}

/// Hazards 30 and 36: after hours of sleep, or a minute of standing still, there is one refresh.
#[test]
fn sleep_costs_one_round_and_the_screen_is_stale_at_once() {
    for asleep in [Duration::from_secs(60), Duration::from_secs(9 * 3_600)] {
        let mut world = World::loaded(Service::new(50), 100);
        world.pass(asleep);
        assert!(world.driver.app.freshness().unwrap().stale);
        world.answer_all();
        assert_eq!(world.lists, 1);
        assert!(!world.driver.app.freshness().unwrap().stale);
    }
}

/// A page that scrolling brings in says nothing of those that are in view.
#[test]
fn old_files_stay_stale_whatever_else_is_loaded() {
    let mut world = World::new(Service::new(5_000), 100);
    world.answer_all();
    world.keys("L");
    // All is being loaded, slowly: meanwhile nothing is refreshed.
    for _ in 0..9 {
        world.pass(Duration::from_secs(10));
        world.answer_list(None);
    }
    let freshness = world.driver.app.freshness().unwrap();
    let began_s = START_S;
    assert!(freshness.stale && freshness.view_s == began_s, "{freshness:?}");
    world.keys("G");
    assert!(!world.driver.app.freshness().unwrap().stale, "what is in view now is fresh");
}

/// The moments that the header tells: of what is in view, and of all that is loaded.
fn told(screen: &str) -> (Option<String>, Option<String>) {
    let said = screen.lines().next().and_then(|line| line.split("refreshed ").nth(1));
    let said = said.unwrap_or_default().split(" · ").next().unwrap_or_default().trim();
    let (mut view, mut all) = (None, None);
    for part in said.split(", ") {
        match part.strip_prefix("all ") {
            Some(at) => all = Some(at.to_owned()),
            None => view = Some(part.trim_start_matches("view ").to_owned()),
        }
    }
    (view, all)
}

/// Wherever the operator goes between rounds and in their middle: what is told never goes back, and
/// never claims more than is known of what is in view.
#[test]
fn what_is_told_of_the_view_never_goes_back() {
    let (mut views, mut alls, mut later) = (0, 0, 0);
    for seed in 0..6 {
        let mut rng = Rng::with_seed(seed);
        let refresh = RefreshPolicy { list_requests: 3, ..RefreshPolicy::default() };
        let settings = Settings { refresh, limit: 50, ..Driver::settings() };
        let mut world = World::started(Service::new(600), settings, (160, 36));
        world.answer_all();
        if seed > 0 {
            world.keys("L");
            world.answer_all();
        }
        let mut last = (None, None);
        for step in 0..150 {
            match rng.u8(..12) {
                0 => world.keys("g"),
                1 => world.keys("G"),
                2..5 => world.driver.control('d'),
                5..7 => world.driver.control('u'),
                7 => world.keys(["1", "2", "S", "r", "R", "f"][rng.usize(..6)]),
                8 => {
                    world.keys(["/00", "/zzz", "/name-1"][rng.usize(..3)]);
                    world.driver.key(KeyCode::Enter);
                    world.driver.key(KeyCode::Esc);
                }
                9 => world.answer_list(None),
                10 => world.live(SECOND * rng.u32(1..40), World::answer_all),
                _ => world.service.add(60, None),
            }
            world.collect();
            let app = &world.driver.app;
            let (view, all) = told(&text(app, 160, 36));
            let zone = app.shown_zone();
            let verified = |no: &FileNo| zone.clock(app.verified_at_s(&app.store().file(*no)));
            let of_view = app.table().window().iter().map(verified).min();
            let of_all = app.store().sequence().iter().map(verified).min();
            let case =
                format!("seed {seed}, step {step}: {view:?} {all:?}, {of_view:?} {of_all:?}");
            if let Some(view) = &view {
                assert!(of_view.is_none_or(|verified| *view <= verified), "{case}");
                assert!(last.0.as_ref().is_none_or(|last| last <= view), "{case}: {last:?}");
                later += usize::from(last.0.as_ref().is_some_and(|last| last < view));
                (views, last.0) = (views + 1, Some(view.clone()));
            }
            if let Some(all) = &all {
                assert!(of_all.is_none_or(|verified| *all <= verified), "{case}");
                assert!(last.1.as_ref().is_none_or(|last| last <= all), "{case}: {last:?}");
                (alls, last.1) = (alls + 1, Some(all.clone()));
            }
            assert!(view.is_some() || all.is_some(), "{case}");
        }
    }
    assert!(views > 300 && alls > 100 && later > 20, "{views} {alls} {later}");
}

/// The moment of a reading goes by no clock that anybody sets.
#[test]
fn setting_the_wall_clock_makes_nothing_older() {
    let mut world = World::loaded(Service::new(50), 100);
    let read_s = world.driver.app.freshness().unwrap().view_s;
    for hours in [5, -9] {
        world.driver.now.wall_ms += hours * 3_600_000;
        world.tell(Event::DeadlineReached);
        let freshness = world.driver.app.freshness().unwrap();
        let set_s = (world.driver.now.wall_ms - START_S * 1_000).div_euclid(1_000);
        assert_eq!(freshness.view_s, read_s + set_s, "an age is an age");
        assert!(!freshness.stale);
    }
}

/// Whatever lies above the detail of a file that is forgotten stays, with what is being typed.
#[test]
fn the_detail_of_a_file_that_is_gone_gives_way_and_nothing_above_it_does() {
    for (above, esc) in [("", 0), (":loa", 1), ("?", 1)] {
        let mut world = World::loaded(Service::new(50), 100);
        world.keys("jjd");
        world.keys(above);
        let selected = number(world.driver.app.selected_file().unwrap().id.raw());
        world.service.files.remove(&selected);
        let before = world.driver.app.layers().top().map(std::mem::discriminant);
        for _ in 0..20 {
            if world.driver.app.message() == Some("that file is gone") {
                break;
            }
            world.round();
            world.tell(Event::DeadlineReached);
        }
        assert_eq!(world.driver.app.message(), Some("that file is gone"), "{above}");
        if esc > 0 {
            assert_eq!(
                world.driver.app.layers().top().map(std::mem::discriminant),
                before,
                "{above}"
            );
        }
        (0..esc).for_each(|_| world.driver.key(KeyCode::Esc));
        assert!(world.driver.app.layers().is_empty(), "{:?}", world.driver.app.layers());
        assert!(!world.driver.app.is_loading_all() && world.driver.effects.is_empty());
    }
}

/// A file without a readable id has its place in the list for a name: it comes and goes with the
/// one before it, and leaves nothing behind.
#[test]
fn unreadable_files_leave_nothing_behind() {
    let page = |first: u64| {
        format!(
            r#"{{"data":[{{"id":"file_{first}","created_at":{first}}},{{"id":[7]}},{{"id":"file_900","created_at":900}}],"has_more":false}}"#
        )
    };
    // Whatever is asked for by its id is gone.
    let gone = |driver: &mut Driver| while driver.deny(|_| true) > 0 {};
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0));
    for round in 1..40 {
        let is_page = |effect: &Effect| matches!(effect, Effect::Call(_, Call::List { .. }));
        while !driver.effects.iter().any(is_page) {
            driver.wake();
            gone(&mut driver);
        }
        driver.answer(&page(round));
        gone(&mut driver);
    }
    let store = driver.app.store();
    assert_eq!((store.len(), store.unreadable_count()), (3, 1));
    assert!(store.numbers().count() <= 3 + 4, "{} are held", store.numbers().count());
    assert!(driver.app.table().rows().len() <= 3 + 4);
}

/// Far more files vanish at once than are shown as gone, by a page that scrolling brought.
#[test]
fn a_list_that_vanishes_while_one_scrolls_leaves_nothing_behind() {
    let mut service = Service::new(0);
    (0..5_000).for_each(|n| service.add(60, Some(if n < 4_900 { 100 } else { 900_000 })));
    let mut world = World::new(service, 100);
    world.answer_all();
    world.keys("L");
    for _ in 0..39 {
        world.answer_list(None);
    }
    world.driver.key(KeyCode::Esc);
    world.collect();
    world.keys("f");
    world.answer_all();
    world.pass(Duration::from_secs(5_000));
    world.service.files.retain(|number, _| *number >= 3_900 && *number % 2 == 0);
    world.answer_all();
    for _ in 0..20 {
        world.keys("G");
        world.answer_all();
    }
    world.keys("ggG");
    world.keys("f");
    world.answer_all();
    for _ in 0..100 {
        world.round();
        world.keys("G");
        world.answer_all();
    }
    assert_eq!(world.known(), world.there());
}

#[test]
fn frozen_asks_for_nothing() {
    let mut world = World::loaded(Service::new(50), 100);
    world.keys("f");
    world.live(Duration::from_secs(3_600), |world| assert!(world.in_flight.is_empty()));
    world.keys("f");
    world.answer_all();
    assert_eq!(world.lists, 1, "what is overdue comes at once, once");
}

/// The service allows few requests: a round uses half of them at most, and at least one.
#[test]
fn rounds_keep_within_what_the_service_allows() {
    let mut service = Service::new(2_000);
    service.allowance = Allowance::read("8", "60");
    let mut world = World::loaded(service, 100);
    world.round();
    world.forget();
    for round in 1..=5 {
        world.round();
        assert!(world.lists <= 2 * round, "{} requests in {round} rounds", world.lists);
    }
}

#[test]
fn reading_all_again_reads_each_page_once_and_can_be_stopped() {
    let mut world = World::loaded(Service::new(2_000), 100);
    world.service.files.get_mut(&777).unwrap().version += 1;
    world.keys("R");
    world.answer_all();
    assert!((20..=22).contains(&world.lists), "{}", world.lists);
    assert_eq!(world.known(), world.there());
    world.pass(SECOND * 2);
    world.forget();
    world.keys("R");
    world.answer_list(None);
    world.driver.key(KeyCode::Esc);
    world.collect();
    world.answer_all();
    assert!(world.lists <= 5, "what was in flight is answered: {}", world.lists);
}

/// Hazards 38: open for long over files that come and go, the numbers of those that are gone are used again.
#[test]
fn churn_takes_no_more_memory_than_what_is_there() {
    let mut world = World::loaded(Service::new(100), 100);
    for _ in 0..400 {
        let oldest: Vec<u64> = world.service.files.keys().copied().take(20).collect();
        for number in oldest {
            world.service.files.remove(&number);
            world.service.add(60, Some(100_000));
        }
        for _ in 0..3 {
            world.round();
        }
    }
    let most = world.driver.app.store().numbers().map(|no| format!("{no:?}")).max();
    let highest = world.driver.app.store().slots();
    assert!(highest < 400, "{highest} numbers for 8,000 files, the last {most:?}");
}
