//! `App::update` driven by keys and answers: which effects follow, which file is selected.

use std::time::Duration;

use crossterm::event::KeyCode;
use shelflife::api::call::{Call, Ticket};
use shelflife::api::{Answer, ApiError, wire};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::focus::Focus;
use shelflife::app::layers::Layer;
use shelflife::app::settings::NamedTheme;
use shelflife::lister::refresh::RefreshPolicy;
use shelflife::lister::{Cursor, State};
use shelflife::store::field::Field;
use shelflife::text::Untrusted;
use shelflife::theme::{Background, Theme};
use shelflife::time::clock::DateSample;

use crate::support::calls::page_answered;
use crate::support::driver::{Driver, START_S};
use crate::support::files::{hours, page};
use crate::support::screen::{drawn, text};
use crate::support::service::{asked_to_wait, down};

#[test]
fn the_first_page_is_asked_for_at_once_and_no_other() {
    let mut driver = Driver::new(120, 36);
    let fetch = driver.fetch();
    assert_eq!(fetch.cursor.after(), None);
    driver.keys("jjGg");
    assert!(driver.effects.is_empty(), "one request in flight, whatever is pressed");
}

#[test]
fn pages_follow_the_view_and_nothing_else() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..100, hours, true));
    assert!(driver.effects.is_empty(), "two screens lie below");
    driver.key(KeyCode::PageDown);
    assert!(driver.effects.is_empty(), "a row further still 69");
    driver.key(KeyCode::PageDown);
    assert_eq!(driver.fetch().cursor.after().unwrap().raw(), b"file_99");
}

#[test]
fn what_sorts_above_the_view_does_not_load_for_ever() {
    let mut driver = Driver::new(120, 36);
    // The server lists the longest-lived first, so that each page sorts above the last row.
    let newest_first = |n: i64| 1_000_000 - n * 60;
    driver.answer(&page(0..100, newest_first, true));
    driver.keys("G");
    for n in 1..4 {
        driver.answer(&page(n * 100..n * 100 + 100, newest_first, true));
    }
    assert!(driver.effects.is_empty(), "patience has an end");
    assert_eq!(driver.selected(), "file_0");
    driver.keys("j");
    assert_eq!(driver.fetch().cursor.after().unwrap().raw(), b"file_399");
}

#[test]
fn the_selection_is_a_file_and_keeps_its_line() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page((0..100).map(|n| n * 2), hours, true));
    driver.keys("jjjjj");
    assert_eq!(driver.selected(), "file_10");
    let line = |driver: &Driver| driver.app.table().cursor() - driver.app.table().viewport().offset;
    let before = line(&driver);
    driver.keys("G");
    driver.keys("g");
    driver.keys("jjjjj");
    driver.answer(&page((0..100).map(|n| n * 2 + 1), hours, false));
    assert_eq!((driver.selected(), line(&driver)), ("file_10".to_owned(), before));

    driver.keys("S");
    assert_eq!(driver.selected(), "file_10");
    driver.keys("/name-001");
    assert_eq!(driver.selected(), "file_10");
    driver.key(KeyCode::Esc);
    assert_eq!(driver.selected(), "file_10");
}

#[test]
fn until_the_operator_moves_the_top_stays_in_view() {
    let mut driver = Driver::with(80, 24, true);
    driver.answer(&page(10..20, hours, true));
    assert_eq!(driver.selected(), "file_10");
    driver.answer(&page(0..10, hours, false));
    assert_eq!(driver.selected(), "file_0");
    assert_eq!(driver.app.table().viewport().offset, 0);
}

#[test]
fn a_filter_that_hides_the_selection_gives_it_back() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..50, hours, false));
    driver.keys("jjj");
    assert_eq!(driver.selected(), "file_3");
    driver.keys("/name-0040");
    assert_eq!(driver.selected(), "file_40");
    (0..9).for_each(|_| driver.key(KeyCode::Backspace));
    assert_eq!(driver.selected(), "file_3");
    driver.keys("name-0040");
    driver.key(KeyCode::Esc);
    assert_eq!(driver.selected(), "file_40", "a step back keeps what is selected");
    assert!(driver.app.layers().is_empty());
}

#[test]
fn a_filter_that_leaves_the_screen_unfilled_searches_on_until_escape() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..100, hours, true));
    driver.keys("/9");
    driver.key(KeyCode::Enter);
    for n in 1..10 {
        assert!(driver.app.is_searching() || n > 1);
        if driver.effects.is_empty() {
            break;
        }
        driver.answer(&page(n * 100..n * 100 + 100, hours, true));
    }
    assert!(driver.app.table().rows().len() >= driver.app.table().viewport().height);

    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..100, hours, true));
    driver.keys("/nowhere");
    driver.key(KeyCode::Enter);
    for n in 1..8 {
        driver.answer(&page(n * 100..n * 100 + 100, hours, true));
    }
    driver.key(KeyCode::Esc);
    driver.answer(&page(800..900, hours, true));
    assert!(driver.effects.is_empty(), "Esc stopped the search");
    assert_eq!(driver.app.table().filter_text(), Some("nowhere"), "the filter is still there");
    driver.key(KeyCode::Esc);
    assert_eq!(driver.app.table().filter_text(), None);
}

#[test]
fn load_all_goes_on_by_itself_and_escape_keeps_what_came() {
    let mut driver = Driver::new(80, 24);
    driver.answer(&page(0..100, hours, true));
    driver.keys("L");
    for n in 1..6 {
        driver.answer(&page(n * 100..n * 100 + 100, hours, true));
    }
    driver.key(KeyCode::Esc);
    driver.answer(&page(600..700, hours, true));
    assert!(driver.effects.is_empty() && !driver.app.is_loading_all());
    assert_eq!(driver.app.store().len(), 700);
    driver.keys("L");
    driver.answer(&page(700..710, hours, false));
    assert!(driver.app.lister().is_complete() && !driver.app.is_loading_all());
    assert_eq!(driver.app.message(), Some("all 710 files loaded"));
}

#[test]
fn sorting_by_keys() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    let order = |driver: &Driver| {
        (driver.app.table().order().field(), driver.app.table().order().is_descending())
    };
    assert_eq!(order(&driver), (Field::TimeLeft, false));
    for (keys, expected) in [
        ("S", (Field::TimeLeft, true)),
        ("S", (Field::TimeLeft, false)),
        ("<", (Field::Created, false)),
        (">", (Field::TimeLeft, false)),
        (">", (Field::Filename, false)),
        ("2", (Field::Size, false)),
        ("2", (Field::Size, true)),
        ("9", (Field::Size, true)),
        ("3", (Field::Purpose, false)),
    ] {
        driver.keys(keys);
        assert_eq!(order(&driver), expected, "{keys}");
    }
    driver.keys("sk");
    driver.key(KeyCode::Enter);
    assert_eq!(order(&driver), (Field::Size, false));
    driver.keys("s4");
    assert_eq!(order(&driver), (Field::Created, false));
    driver.keys("sjj");
    driver.key(KeyCode::Esc);
    assert_eq!(order(&driver), (Field::Created, false), "Esc chooses nothing");
    assert!(driver.effects.is_empty());
}

#[test]
fn escape_goes_back_and_never_quits_and_q_closes_the_top_layer() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    for layer in ["?", "d", "s"] {
        driver.keys(layer);
        driver.keys("q");
        assert!(driver.effects.is_empty() && driver.app.layers().is_empty(), "{layer}");
        driver.keys(layer);
        driver.key(KeyCode::Esc);
        assert!(driver.effects.is_empty() && driver.app.layers().is_empty(), "{layer}");
    }
    driver.key(KeyCode::Esc);
    assert!(driver.effects.is_empty());
    driver.keys("/q");
    assert!(driver.effects.is_empty(), "q is text while a filter is typed");
    driver.key(KeyCode::Esc);
    driver.keys("q");
    assert_eq!(driver.effects, [Effect::Quit]);
    driver.effects.clear();
    driver.keys("/");
    driver.control('c');
    assert!(driver.effects.is_empty() && driver.app.layers().is_empty(), "it leaves the text");
    driver.keys("d");
    driver.control('c');
    assert_eq!(driver.effects, [Effect::Quit], "and quits from anywhere else");
}

/// Hazards 7.
#[test]
fn a_paste_is_text_never_a_command() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    driver.tell(Event::Pasted("q\u{3}LS".into()));
    assert!(driver.effects.is_empty());
    driver.keys("/");
    driver.tell(Event::Pasted("jsonl\n0003\u{3}\r\n".into()));
    assert_eq!(driver.app.table().filter_text(), Some("jsonl 0003"), "lines are words");
}

#[test]
fn the_countdown_wakes_the_app_when_its_text_changes_and_not_before() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..3, |n| [90, 7_200, 900_000][usize::try_from(n).unwrap()], false));
    driver.now.wall_ms += 250;
    driver.tell(Event::DeadlineReached);
    let wait =
        |driver: &Driver| driver.app.deadline().unwrap().checked_sub(driver.now.mono).unwrap();
    assert_eq!(wait(&driver), Duration::from_millis(750), "to the whole second of the service");

    // Only coarse countdowns in view, and the pane hidden: the next change is far away.
    let refresh = RefreshPolicy { interval: None, ..RefreshPolicy::default() };
    let mut driver = Driver::started(120, 36, Settings { refresh, ..Driver::settings() });
    driver.answer(&page(0..3, |n| 6 * 86_400 + 1_800 + n, false));
    driver.keys("p");
    driver.pass(Duration::from_secs(10));
    driver.tell(Event::DeadlineReached);
    assert!(wait(&driver) > Duration::from_secs(45), "{:?}", wait(&driver));
}

#[test]
fn a_countdown_that_reaches_zero_says_expired_and_the_next_file_is_named() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..3, |n| 2 + n * 100, false));
    let next = |driver: &Driver| {
        let store = driver.app.store();
        store
            .next_to_expire(driver.app.server_ms())
            .map(|no| store.file(no).id.printable().into_owned())
    };
    assert_eq!(next(&driver).as_deref(), Some("file_0"));
    for _ in 0..3 {
        driver.wake();
    }
    assert_eq!(next(&driver).as_deref(), Some("file_1"));
    assert_eq!(driver.app.time_left(&driver.app.selected_file().unwrap()).to_string(), "expired");
    assert_eq!(driver.app.store().len(), 3, "it leaves only when the service no longer has it");
}

/// Hazards 29.
#[test]
fn countdowns_go_by_the_services_clock() {
    let mut driver = Driver::new(120, 36);
    let ticket = driver.fetch().request;
    let value = wire::read_page(page(0..1, |_| 7_200, false).as_bytes()).unwrap();
    // The service is an hour ahead of us.
    let date = Some(DateSample {
        date_s: START_S + 3_600,
        sent: driver.now.mono.saturating_sub(Duration::from_millis(20)),
        received: driver.now.mono + Duration::from_millis(20),
    });
    driver.tell(page_answered(ticket, Ok(Answer { value, date, allowance: None })));
    let left = driver.app.time_left(&driver.app.selected_file().unwrap()).to_string();
    assert!(left == "01:00:00" || left == "59:59", "{left}");
}

#[test]
fn failures_count_down_and_r_tries_again() {
    let mut driver = Driver::new(120, 36);
    driver.fail(down());
    while matches!(driver.app.lister().state(), State::Backoff { .. }) {
        driver.wake();
        if !driver.effects.is_empty() {
            driver.fail(down());
        }
    }
    assert!(matches!(driver.app.lister().state(), State::Failed { .. }));
    let next = driver.app.account().refresh_due().expect("the background goes on trying");
    let wait = next.saturating_sub(driver.now.mono);
    assert!(wait >= Duration::from_secs(30), "later each time: {wait:?}");
    driver.keys("r");
    driver.answer(&page(0..5, hours, false));
    assert_eq!(driver.app.store().len(), 5);
    driver.keys("r");
    assert_eq!(driver.fetch().cursor, Cursor::Start, "where nothing failed, it refreshes");
    driver.keys("rr");
    assert!(driver.effects.is_empty(), "one request in flight");
}

#[test]
fn a_refused_key_is_remembered_for_the_exit_code_only_if_nothing_was_loaded() {
    let refused = || ApiError::KeyRefused { message: None, secret: None };
    let mut driver = Driver::new(120, 36);
    driver.fail(refused());
    assert!(driver.app.never_let_in().is_some_and(ApiError::refuses_key));

    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..100, hours, true));
    driver.keys("G");
    driver.fail(refused());
    assert!(driver.app.never_let_in().is_none());
    assert_eq!(driver.app.store().len(), 100, "what is loaded stays");
}

/// Hazards 33: answers in the wrong order.
#[test]
fn late_answers_are_dropped() {
    let mut driver = Driver::new(120, 36);
    let ticket = driver.fetch().request;
    let value = || wire::read_page(page(0..5, hours, false).as_bytes()).unwrap();
    let answer = Answer { value: value(), date: None, allowance: None };
    let late = Ticket { number: ticket.number + 7, ..ticket };
    driver.tell(page_answered(late, Ok(answer)));
    assert!(driver.app.store().is_empty());
}

#[test]
fn the_detail_scrolls_the_pane_takes_the_focus_and_tab_gives_it_back() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    driver.key(KeyCode::Tab);
    driver.keys("jjj");
    assert_eq!(driver.selected(), "file_0", "the keys went to the pane");
    driver.key(KeyCode::Tab);
    driver.keys("j");
    assert_eq!(driver.app.focus(), Focus::Timeline { bucket: 1 });
    driver.key(KeyCode::Tab);
    driver.keys("j");
    assert_eq!(driver.selected(), "file_1");
    driver.keys("p");
    driver.tell(Event::Resized { width: 80, height: 24 });
    driver.key(KeyCode::Tab);
    driver.keys("j");
    assert_eq!(driver.selected(), "file_2", "with nothing else shown the table keeps the focus");
}

#[test]
fn copying_gives_the_whole_id_and_says_so() {
    let mut driver = Driver::new(40, 12);
    let long = format!(r#"{{"data":[{{"id":"file_{}"}},7],"has_more":false}}"#, "x".repeat(200));
    driver.answer(&long);
    driver.keys("Gy");
    assert_eq!(driver.copied[0].len(), 205);
    let message = driver.app.message().unwrap();
    assert!(message.starts_with("sent to the terminal: file_xxx"), "{message}");
    driver.keys("gy");
    assert_eq!(driver.app.message(), Some("this file has no readable id"));
}

/// Any keys in any order, at any size, while pages come and fail: nothing panics, one request is in
/// flight, and the selected row is in view.
#[test]
fn no_sequence_of_events_does_harm() {
    let alphabet = [
        'j', 'k', 'g', 'G', 'd', 'p', 's', 'S', '<', '>', '1', '5', '9', '/', 'n', '0', 'y', 'L',
        'r', '?', ' ', 'x',
    ];
    let codes = [
        KeyCode::Esc,
        KeyCode::Enter,
        KeyCode::Tab,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::Backspace,
        KeyCode::F(5),
    ];
    for seed in 0..60 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut driver = Driver::new(rng.u16(..130), rng.u16(..40));
        let mut next = 0;
        for _ in 0..120 {
            match rng.u8(..10) {
                0 => driver.tell(Event::Resized { width: rng.u16(..130), height: rng.u16(..40) }),
                1 if !driver.effects.is_empty() => driver
                    .fail(ApiError::TimedOut { what: "answer", limit: Duration::from_secs(1) }),
                2 | 3 if !driver.effects.is_empty() => {
                    let many = rng.i64(0..30);
                    driver.answer(&page(next..next + many, |n| n % 50 * 60 - 100, rng.u8(..8) > 0));
                    next += many;
                }
                4 => driver.key(codes[rng.usize(..codes.len())]),
                5 => {
                    driver.pass(Duration::from_millis(rng.u64(..5_000)));
                    driver.tell(Event::DeadlineReached);
                }
                _ => driver.key(KeyCode::Char(alphabet[rng.usize(..alphabet.len())])),
            }
            driver.effects.retain(|effect| matches!(effect, Effect::Call(_, Call::List { .. })));
            assert!(driver.effects.len() <= 1, "{seed}: one request in flight");
            drawn(&driver.app, &Theme::ansi(Background::Dark));
            let table = driver.app.table();
            let view = table.viewport();
            if !table.rows().is_empty() && view.height > 0 {
                let inside = (view.offset..view.offset + view.height).contains(&table.cursor());
                assert!(inside, "{seed}: row {} in {view:?}", table.cursor());
            }
        }
    }
}

#[test]
fn a_copied_id_is_escaped_so_that_pasting_it_runs_nothing() {
    let mut driver = Driver::new(80, 24);
    driver.answer(r#"{"data":[{"id":"a\nrm -rf x\n"}],"has_more":false}"#);
    driver.keys("y");
    assert_eq!(driver.copied, ["a\\nrm -rf x\\n"]);
}

#[test]
fn help_goes_back_to_what_it_was_opened_from() {
    let mut driver = Driver::new(80, 24);
    driver.answer(&page(0..5, hours, false));
    driver.key(KeyCode::Enter);
    driver.keys("?q");
    assert!(matches!(driver.app.layers().top(), Some(Layer::Detail(_))));
    driver.keys("q");
    assert!(driver.app.layers().is_empty() && driver.effects.is_empty());
}

#[test]
fn a_pane_that_goes_away_gives_the_focus_back() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    driver.key(KeyCode::Tab);
    driver.tell(Event::Resized { width: 80, height: 24 });
    driver.keys("j");
    assert_eq!(driver.selected(), "file_1");
}

#[test]
fn small_pages_fill_the_screen_and_two_more_without_a_key() {
    let mut driver = Driver::new(120, 36);
    let mut pages = 0;
    while !driver.effects.is_empty() {
        driver.answer(&page(pages * 5..pages * 5 + 5, hours, true));
        pages += 1;
        assert!(pages < 50);
    }
    assert_eq!(pages, 18, "30 rows in view and 60 below");
}

/// What the service asks for counts, also where its answer is of no interest any more.
#[test]
fn a_late_answer_is_kept_to_where_it_asks_for_a_wait() {
    let mut driver = Driver::with(120, 30, true);
    driver.answer(&page(0..2_000, |n| 3_600 + n, false));
    driver.pass(Duration::from_secs(5));
    driver.keys("R");
    let requests: Vec<Ticket> = std::mem::take(&mut driver.effects)
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Call(ticket, Call::List { .. }) => Some(ticket),
            _ => None,
        })
        .collect();
    let [first, second, ..] = requests[..] else { panic!("{requests:?}") };
    let broken = ApiError::Undecodable { what: "it is larger than 8 MiB" };
    driver.tell(page_answered(first, Err(broken)));
    driver.tell(page_answered(second, Err(asked_to_wait(900))));
    for ticket in &requests[2..] {
        let gone = ApiError::Undecodable { what: "it is larger than 8 MiB" };
        driver.tell(page_answered(*ticket, Err(gone)));
    }
    driver.effects.clear();
    let until = driver.now.mono + Duration::from_secs(900);
    while driver.app.deadline().is_some_and(|at| at < until) {
        driver.wake();
        assert!(
            !driver
                .effects
                .iter()
                .any(|effect| matches!(effect, Effect::Call(_, Call::List { .. })))
        );
    }
}

/// Also where it asks for more than the hour that the background would keep to.
#[test]
fn nothing_is_tried_before_the_moment_that_the_service_asked_for() {
    let mut settings = Driver::settings();
    settings.refresh.interval = None;
    let mut driver = Driver::started(120, 36, settings);
    driver.answer(&page(0..100, |_| 400_000, true));
    driver.keys("G");
    driver.fail(asked_to_wait(7_200));
    for (passed_s, key) in [(1, "r"), (3_600, "r"), (3_500, "L"), (98, "r")] {
        driver.pass(Duration::from_secs(passed_s));
        driver.keys(key);
        assert!(driver.effects.is_empty(), "{key} after {passed_s} s");
        let said = driver.app.message().unwrap_or_default();
        assert_eq!(said, "the service asked for a wait until 17:00:00");
        let screen = text(&driver.app, 120, 36);
        assert!(screen.contains("r tries again from 17:00:00"), "{screen}");
    }
    driver.pass(Duration::from_secs(1));
    driver.tell(Event::DeadlineReached);
    let screen = text(&driver.app, 120, 36);
    assert!(!screen.contains("from 17:00:00"), "{screen}");
    driver.keys("r");
    assert_eq!(driver.fetch().cursor.after(), Some(&Untrusted::new("file_99")));
}

/// The service's clock decides when a file expires, and ours is the one to read that on.
#[test]
fn a_title_reads_the_expiry_on_our_clock() {
    for (ahead_s, says, warns) in [
        (0, "15:30:00", None),
        (600, "15:20:00", Some("clock 10m 01s behind")),
        // Of the second that a Date names, the middle is taken.
        (-600, "15:40:00", Some("clock 10m ahead")),
    ] {
        let mut driver = Driver::new(120, 36);
        let ticket = driver.fetch().request;
        let value = wire::read_page(page(0..1, |_| 1_800, false).as_bytes()).unwrap();
        let mono = driver.now.mono;
        let date = Some(DateSample { date_s: START_S + ahead_s, sent: mono, received: mono });
        driver.tell(page_answered(ticket, Ok(Answer { value, date, allowance: None })));
        assert_eq!(driver.title, format!("name-0000.jsonl expires {says} · shelflife"));
        let screen = text(&driver.app, 120, 36);
        let warning = screen.lines().find_map(|line| line.find("clock ").map(|at| &line[at..]));
        assert_eq!(warning.and_then(|text| text.split("  ").next()), warns, "{screen}");
    }
}

#[test]
fn the_theme_that_follows_the_terminal_does_and_the_others_take_turns() {
    let themes = ["auto", "light", "plain"].map(NamedTheme::built_in).to_vec();
    let mut driver = Driver::started(120, 36, Settings { themes, ..Driver::settings() });
    for background in [Background::Light, Background::Dark] {
        driver.tell(Event::BackgroundTold(background));
        assert_eq!(driver.app.theme(), &Theme::ansi(background));
    }
    for name in ["light", "plain", "auto", "light"] {
        driver.keys("T");
        let said = driver.app.message().unwrap_or_default();
        assert!(said.starts_with(&format!("theme {name}")), "{said}");
    }
    driver.tell(Event::BackgroundTold(Background::Dark));
    assert_eq!(driver.app.theme(), &Theme::named("light").unwrap(), "only that theme follows");
}

#[test]
fn what_a_service_does_not_say_is_not_said_for_it() {
    for (says, perhaps) in [(true, false), (false, true)] {
        let mut body = page(0..100, |_| 400_000, true);
        if !says {
            body = body.replace(r#","has_more":true"#, "");
        }
        let mut driver = Driver::showing(120, 36, &body);
        assert!(driver.effects.is_empty());
        let header = text(&driver.app, 120, 36);
        assert_eq!(header.contains("100 loaded · perhaps more on the server"), perhaps, "{header}");
        assert_eq!(header.contains("100 loaded · more on the server"), says, "{header}");
        driver.keys("G");
        let at = driver.fetch().cursor;
        assert_eq!(at.after(), Some(&Untrusted::new("file_99")), "it is asked for all the same");
    }
}

/// A failure ends what `L` began: refreshing, which waits for that, goes on.
#[test]
fn loading_all_that_fails_is_over() {
    let mut driver = Driver::showing(120, 36, &page(0..100, |_| 400_000, true));
    driver.keys("L");
    driver.fail(ApiError::NotAFilesList { beginning: Untrusted::default(), breaks_off: false });
    assert!(matches!(driver.app.lister().state(), State::Failed { .. }));
    assert!(!driver.app.account().is_loading_all());
    driver.effects.clear();
    for _ in 0..200 {
        driver.wake();
        if !driver.effects.is_empty() {
            return;
        }
    }
    panic!("nothing is read again");
}
