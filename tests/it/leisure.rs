//! Reading on at leisure: what expires next is known beyond the first page, without a key.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers, MouseEvent, MouseEventKind};
use fastrand::Rng;
use shelflife::account::Load;
use shelflife::account::journal::Happening;
use shelflife::api::call::{Call, Ticket};
use shelflife::api::error::Status;
use shelflife::api::retry::Allowance;
use shelflife::api::{Answer, ApiError, Existence};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::lister::Cursor;
use shelflife::theme::{Background, Theme};

use crate::support::binary::{run_at, text as printed};
use crate::support::calls::{file_answered, page_answered};
use crate::support::demo::Demo;
use crate::support::driver::{Driver, START_S};
use crate::support::fault::{self, Fault, Reply};
use crate::support::files::{expiring_at, hours, list, page};
use crate::support::screen::{draw_at, lines, text};
use crate::support::service::{Service, number};
use crate::support::terminal::Terminal;

const SECOND: Duration = Duration::from_secs(1);

/// The app and a service that answers at once.
struct World {
    driver: Driver,
    service: Service,
    /// When pages were asked for, in seconds since the start.
    asked: Vec<f64>,
    crowded: u32,
}

impl World {
    fn new(service: Service, settings: Settings) -> Self {
        let driver = Driver::started(120, 36, settings);
        let mut world = Self { driver, service, asked: vec![], crowded: 0 };
        world.answer();
        world
    }

    fn auto(service: Service) -> Self {
        Self::new(service, Settings { load: Load::Auto, ..Driver::settings() })
    }

    fn since_start(&self) -> f64 {
        self.driver.now.mono.saturating_sub(SECOND).as_secs_f64()
    }

    /// Answers all that is asked for, until nothing is.
    fn answer(&mut self) {
        loop {
            let effects = std::mem::take(&mut self.driver.effects);
            let calls: Vec<(Ticket, Call)> = effects
                .into_iter()
                .filter_map(|effect| match effect {
                    Effect::Call(ticket, call) => Some((ticket, call)),
                    _ => None,
                })
                .collect();
            if calls.is_empty() {
                return;
            }
            for (ticket, call) in calls {
                self.answer_one(ticket, call);
            }
        }
    }

    fn answer_one(&mut self, ticket: Ticket, call: Call) {
        let allowance = self.service.allowance;
        let event = match call {
            Call::List { after, limit, .. } => {
                self.asked.push(self.since_start());
                let cursor = after.map_or(Cursor::Start, Cursor::After);
                let result = if self.crowded > 0 {
                    self.crowded -= 1;
                    Err(ApiError::Unavailable { status: Status(429), message: None, wait: None })
                } else {
                    self.service.page(&cursor, limit)
                };
                let answer = |value| Answer { value, date: None, allowance };
                page_answered(ticket, result.map(answer))
            }
            Call::Retrieve { id } => {
                let there = self.service.files.contains_key(&number(id.raw()));
                let file = there.then(|| Box::new(self.service.file(number(id.raw()))));
                let value = file.map_or(Existence::Gone, Existence::Present);
                file_answered(ticket, Ok(Answer { value, date: None, allowance }))
            }
            call => panic!("nobody asks for {call:?} here"),
        };
        self.driver.tell(event);
    }

    /// Lets so many seconds pass.
    fn pass(&mut self, seconds: u64) {
        let end = self.driver.now.mono + SECOND * u32::try_from(seconds).unwrap();
        while self.driver.app.deadline().is_some_and(|at| at <= end) {
            self.driver.wake();
            self.answer();
        }
        self.driver.pass(end.saturating_sub(self.driver.now.mono));
        self.driver.tell(Event::DeadlineReached);
        self.answer();
    }

    fn header(&self) -> Vec<String> {
        let screen = text(&self.driver.app, 160, 36);
        screen.lines().take(2).map(str::to_owned).collect()
    }

    /// The file that expires next and the files that there are, as the service has them and as the
    /// app does.
    fn truth(&self) -> [(Option<String>, usize); 2] {
        let now_s = self.driver.app.server_ms().div_euclid(1_000);
        let expiry = |(number, made): (&u64, _)| -> Option<(i64, u64)> {
            let made: &crate::support::service::Made = made;
            made.expires_at.filter(|at| *at > now_s).map(|at| (at, *number))
        };
        let soonest = self.service.files.iter().filter_map(expiry).map(|(at, _)| at).min();
        let app = &self.driver.app;
        let next = app.outlook().next.and_then(|no| app.store().file(no).expires_at.value());
        let words = |at: Option<i64>| at.map(|at| format!("in {} s", at - START_S));
        [(words(soonest), self.service.files.len()), (words(next), app.store().len())]
    }
}

#[test]
fn it_begins_after_two_seconds_and_anything_that_is_done_goes_first() {
    let mut world = World::auto(Service::new(3_000));
    world.pass(1);
    assert_eq!(world.asked.len(), 1, "the first page, and what the view calls for");
    assert!(!world.header()[0].contains("reading on"));
    world.driver.keys("j");
    world.pass(1);
    assert_eq!(world.asked.len(), 1, "a key puts it off");
    world.pass(1);
    assert_eq!(world.asked.len(), 21, "twenty pages at once");
    let header = world.header();
    assert!(header[0].contains("2,100 loaded · more on the server · reading on"), "{header:?}");
    assert!(header[1].ends_with("of loaded · L loads all") || header[1].contains("of loaded (L)"));
    world.pass(5);
    assert_eq!(world.asked.len(), 26, "then one a second");
    world.driver.keys("f");
    world.pass(60);
    assert_eq!(world.asked.len(), 26, "frozen");
    assert!(!world.header()[0].contains("reading on"));
    world.driver.keys("f");
    world.pass(60);
    let header = world.header();
    assert!(header[0].contains("3,000 files") && !header[0].contains("reading on"), "{header:?}");
    assert!(!header[1].contains("of loaded"), "{header:?}");
}

/// Whatever somebody does counts, not keys alone; what the terminal does by itself does not.
#[test]
fn a_paste_and_the_mouse_put_it_off_too() {
    let wheel = MouseEvent {
        kind: MouseEventKind::ScrollDown,
        column: 9,
        row: 9,
        modifiers: KeyModifiers::NONE,
    };
    for (event, puts_off) in [
        (Event::Pasted("x".to_owned()), true),
        (Event::MouseUsed(wheel), true),
        (Event::FocusChanged { focused: true }, false),
        (Event::Resized { width: 120, height: 36 }, false),
    ] {
        let what = format!("{event:?}");
        let mut world = World::auto(Service::new(3_000));
        world.pass(1);
        world.driver.tell(event);
        world.pass(1);
        assert_eq!(world.asked.len(), if puts_off { 1 } else { 21 }, "{what}");
        world.pass(1);
        assert!(world.asked.len() > 20, "{what}");
    }
}

/// Who stops what is being loaded does not see it go on by itself, until it is thawed.
#[test]
fn what_is_stopped_stays_so_until_it_is_wanted_again() {
    let mut world = World::auto(Service::new(3_000));
    world.driver.keys("L");
    world.driver.key(KeyCode::Esc);
    world.answer();
    let stopped = world.driver.app.lister().pages();
    world.pass(60);
    assert_eq!(world.driver.app.lister().pages(), stopped);
    assert!(!world.header()[0].contains("reading on"), "{:?}", world.header());
    world.driver.keys("ff");
    world.pass(10);
    assert!(world.driver.app.lister().pages() > stopped + 19, "thawed, it goes on");
}

/// What is said of a part is said in the colour of a warning, with the key, at every width.
#[test]
fn of_loaded_is_a_warning_until_all_is_known() {
    let theme = Theme::ansi(Background::Dark);
    for (width, more) in [(40, true), (80, true), (120, true), (200, true), (120, false)] {
        let driver = Driver::showing(width, 24, &page(0..90, hours, more));
        let buffer = draw_at(&driver.app, &theme, width, 24);
        let line = &lines(&buffer)[1];
        let Some(at) = line.find("of loaded") else {
            assert!(!more, "{width}: {line}");
            continue;
        };
        assert!(more && line[at..].contains('L'), "{width}: {line}");
        let (from, words) = (line[..at].chars().count(), line[at..].chars().count());
        let cells = (from..from + words).map(|x| &buffer[(u16::try_from(x).unwrap(), 1)]);
        let mut cells = cells.filter(|cell| cell.symbol() != " ");
        assert!(cells.all(|cell| Some(cell.fg) == theme.warning.fg), "{width}: {line}");
    }
}

/// The real program, with the settings of its configuration and with a flag.
#[test]
fn what_is_loaded_is_as_the_settings_have_it() {
    let demo = Demo::with_files(1_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let settings = "refresh = \"off\"\nread_on_after = \"1s\"\nread_on_files = 200\n";
    std::fs::write(&path, settings).unwrap();
    let at = [("CEREBRAS_BASE_URL", demo.url.as_str()), ("CEREBRAS_API_KEY", "x")];
    for (load, words) in [("auto", "200 loaded · more on the server"), ("all", "1,000 files")] {
        let arguments = ["--config", path.to_str().unwrap(), "--load", load];
        let mut terminal = Terminal::start(120, 36, &arguments, &at);
        terminal.wait(load, |screen| screen.contains(words) && !screen.contains("reading on"));
        terminal.press("q");
        assert_eq!(terminal.wait_exit_restored(), 0);
    }
}

#[test]
fn it_reads_no_further_than_its_bound_and_never_on_demand_only() {
    let mut settings = Settings { load: Load::Auto, ..Driver::settings() };
    settings.refresh.interval = None;
    settings.leisure.most_files = 1_000;
    let mut world = World::new(Service::new(3_000), settings.clone());
    world.pass(600);
    assert_eq!(world.asked.len(), 10);
    assert!(!world.header()[0].contains("reading on"));
    world.driver.keys("L");
    world.answer();
    assert_eq!(world.driver.app.store().len(), 3_000, "L asks for more all the same");
    let mut world = World::new(Service::new(3_000), Settings { load: Load::Demand, ..settings });
    world.pass(600);
    assert_eq!(world.asked.len(), 1);
}

/// Who stops a search does not see it go on by itself.
#[test]
fn a_search_that_is_stopped_is_not_read_on_at_leisure() {
    let mut world = World::auto(Service::new(3_000));
    world.driver.keys("/zyx");
    world.driver.key(KeyCode::Enter);
    for _ in 0..10 {
        if world.driver.effects.is_empty() {
            world.driver.wake();
        }
    }
    assert!(!world.driver.effects.is_empty(), "it is looked for further down");
    world.driver.key(KeyCode::Esc);
    assert_eq!(world.driver.app.message(), Some("search stopped; what came stays"));
    world.answer();
    let lists = world.driver.app.lister().pages();
    world.pass(60);
    assert_eq!(world.driver.app.lister().pages(), lists);
    world.driver.keys("L");
    world.answer();
    assert_eq!(world.driver.app.store().len(), 3_000);
}

#[test]
fn a_429_puts_the_page_off_without_a_word_and_the_pause_doubles() {
    let mut settings = Settings { load: Load::Auto, ..Driver::settings() };
    settings.refresh.interval = None;
    let mut world = World::new(Service::new(1_000), settings);
    world.crowded = 3;
    world.pass(40);
    let pauses: Vec<f64> = world.asked.windows(2).map(|pair| (pair[1] - pair[0]).round()).collect();
    assert_eq!(pauses[..5], [2.0, 2.0, 4.0, 8.0, 8.0], "{:?}", world.asked);
    let screen = text(&world.driver.app, 120, 36);
    assert!(!screen.contains("429") && screen.contains("reading on"), "{screen}");
}

#[test]
fn half_of_what_a_service_allows_is_left() {
    let mut service = Service::new(3_000);
    service.allowance = Some(Allowance { remaining: 10, reset: SECOND * 60 });
    let mut settings = Settings { load: Load::Auto, ..Driver::settings() };
    settings.refresh.interval = None;
    let mut world = World::new(service, settings);
    world.pass(122);
    assert_eq!(world.asked.len(), 1 + 10, "five a minute: {:?}", world.asked);
}

/// What a list loses above the view's end is made good, whatever is loaded by itself.
#[test]
fn a_list_that_shrank_is_topped_up_in_every_mode() {
    for load in [Load::Auto, Load::Demand] {
        let mut service = Service::new(1_000);
        service.cap = 40;
        let mut settings = Settings { load, ..Driver::settings() };
        settings.leisure.most_files = 0;
        let mut world = World::new(service, settings);
        let loaded = world.driver.app.store().len();
        for number in 0..60 {
            world.service.files.remove(&number);
        }
        world.pass(300);
        let there = world.driver.app.store().len();
        assert!(there >= loaded.min(87), "{load:?}: {there} of {loaded} are left");
    }
}

/// Whatever happens to the account, the header says the truth at most one refresh late.
#[test]
fn what_expires_next_is_true_beyond_the_first_page() {
    for seed in 0..24 {
        let mut rng = Rng::with_seed(seed);
        let mut service = Service::new(0);
        service.newest_first = seed % 4 == 3;
        // The soonest files are on the last pages: those made last expire first.
        let files = rng.i64(150..700);
        for made in 0..files {
            service.add(60, Some(100_000 + (files - made) * 50));
        }
        let mut world = World::auto(service);
        world.pass(5);
        let [truth, shown] = world.truth();
        assert_eq!(shown, truth, "seed {seed}, at the start");
        for step in 0..6 {
            // A round asks for ten of the files that are missing; of more, the next one does.
            let mut removed = 0;
            for _ in 0..rng.usize(1..30) {
                let any = rng.u64(..world.service.next);
                match rng.u8(..4) {
                    // It appears at the end.
                    0 | 1 => world.service.add(60, Some(rng.i64(5_000..90_000))),
                    // Its expiry is changed.
                    2 => {
                        if let Some(made) = world.service.files.get_mut(&any) {
                            made.expires_at = Some(START_S + rng.i64(5_000..90_000));
                            made.version += 1;
                        }
                    }
                    _ if removed == 10 => {}
                    _ => removed += usize::from(world.service.files.remove(&any).is_some()),
                }
            }
            // One refresh: an interval, the first one a fifth more at most.
            world.pass(37);
            let [truth, shown] = world.truth();
            assert_eq!(shown, truth, "seed {seed}, step {step}");
            assert!(!world.header()[1].contains("of loaded"), "seed {seed}, step {step}");
        }
    }
}

/// The number of a file, and when it expires.
type Dated = (usize, i64);

fn file((number, at): &Dated) -> String {
    let (id, name) = (format!("file_{number}"), format!("name-{number}.jsonl"));
    expiring_at(&id, &name, 1_700_000_000 + i64::try_from(*number).unwrap(), *at)
}

/// An account of `name-N.jsonl` files with their moments of expiry, served over HTTP: what follows
/// the file behind `after`, or the first page.
fn answer(files: &[Dated], head: &str) -> Reply {
    let line = head.lines().next().unwrap();
    if let Some(rest) = line.strip_prefix("GET /v1/files/file_") {
        let number = rest.split(' ').next().unwrap().parse::<usize>().unwrap();
        return match files.iter().find(|(n, _)| *n == number) {
            Some(dated) => fault::answer("200 OK", "", &file(dated)),
            None => fault::answer("404 Not Found", "", ""),
        };
    }
    let after = line.split("after=file_").nth(1).map(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        digits.parse::<usize>().unwrap()
    });
    let rest: Vec<_> = files.iter().filter(|(n, _)| after.is_none_or(|at| *n > at)).collect();
    let listed = rest.iter().take(100).map(|dated| file(dated));
    let body = list(&listed.collect::<Vec<_>>(), rest.len() > 100);
    fault::answer("200 OK", "", &body)
}

/// The real program, left alone beside an account in which things happen: its header says what a
/// separate list of all of it says, one refresh later at most.
#[test]
fn left_alone_the_header_equals_the_whole_list() {
    // A hundred years from now, so that no clock of this machine matters.
    const FAR: i64 = 4_900_000_000;
    // The soonest files are on the last page.
    let expiry = |n: usize| FAR - 60 * i64::try_from(n).unwrap();
    let files: Vec<Dated> = (0..300).map(|n| (n, expiry(n))).collect();
    let account = Arc::new(Mutex::new(files));
    let served = Arc::clone(&account);
    // How often each page was asked for: a refresh asks for each once.
    let asked = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
    let counted = Arc::clone(&asked);
    let service = Fault::start(move |_, head| {
        let page = head.lines().next().unwrap().to_owned();
        *counted.lock().unwrap().entry(page).or_default() += 1;
        answer(&served.lock().unwrap(), head)
    });
    let at = [("CEREBRAS_BASE_URL", service.url.as_str()), ("CEREBRAS_API_KEY", "x")];
    let terminal = Terminal::start(160, 36, &["--refresh", "1s"], &at);
    let changes: [fn(&mut Vec<Dated>); 6] = [
        |_| {},
        |files| files.push((300, FAR - 90_000)),
        |files| files[17].1 = FAR - 100_000,
        |files| files.extend((301..460).map(|n| (n, FAR))),
        |files| files.retain(|(n, _)| *n != 17),
        |files| files.truncate(250),
    ];
    for (step, change) in changes.into_iter().enumerate() {
        let before = account.lock().unwrap().len();
        change(&mut account.lock().unwrap());
        let output = run_at(&service.url, &["list", "--all", "--output", "jsonl"]);
        let listed: Vec<serde_json::Value> = printed(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let next = listed.iter().min_by_key(|file| file["expires_at"].as_i64()).unwrap();
        let count = format!(" {} files", listed.len());
        let next = format!("next to expire  {} ", next["filename"].as_str().unwrap());
        let what = format!("step {step}: {count} and {next}");
        asked.lock().unwrap().clear();
        let refreshes = Cell::new(0);
        let screen = terminal.wait(&what, |screen| {
            refreshes.set(asked.lock().unwrap().values().copied().max().unwrap_or(0));
            screen.contains(&count) && screen.contains(&next)
        });
        assert!(!screen.contains("of loaded"), "{screen}");
        // One that was under way, one that brings it, and one that may begin before it is seen. Each
        // asks for ten files that the list no longer has, and no more.
        let most = 3 + before.saturating_sub(listed.len()).div_ceil(10);
        assert!(refreshes.get() <= most, "{what}: {} refreshes later", refreshes.get());
    }
}

/// What is read on in the background and does not come is told of, and that it goes on all the same.
#[test]
fn a_page_that_nobody_called_for_and_that_does_not_come_is_told_of() {
    let settings = Settings { load: Load::Auto, ..Driver::settings() };
    let mut driver = Driver::started(120, 36, settings);
    driver.answer(&page(0..100, hours, true));
    let footer = |driver: &Driver| text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
    let next = |driver: &mut Driver| {
        while driver.effects.is_empty() {
            driver.wake();
        }
        driver.fetch().request
    };
    let slow = next(&mut driver);
    driver.pass(SECOND * 3);
    driver.tell(Event::DeadlineReached);
    assert!(footer(&driver).contains("loading page 2 … 3 s · r asks again"), "{}", footer(&driver));
    let broken = ApiError::TimedOut { what: "further byte", limit: SECOND * 15 };
    driver.tell(page_answered(slow, Err(broken)));
    assert!(footer(&driver).contains("reading on failed: no further byte"), "{}", footer(&driver));
    let failing = |driver: &Driver| {
        let entries = driver.app.journal().entries().iter();
        entries.filter(|entry| entry.what == Happening::Failing).count()
    };
    assert_eq!(failing(&driver), 1);
    let again = next(&mut driver);
    driver.answer_to(again, &page(100..200, hours, true));
    assert!(!footer(&driver).contains("failed"), "{}", footer(&driver));
    let crowded = ApiError::Unavailable { status: Status(429), message: None, wait: None };
    let third = next(&mut driver);
    driver.tell(page_answered(third, Err(crowded)));
    assert!(!footer(&driver).contains("failed"), "that is only a matter of pace");
    assert_eq!(failing(&driver), 1);
}
