//! The screen where there is little room: what falls away before what, and what never does.

use std::time::Duration;

use crossterm::event::KeyCode;
use shelflife::account::Load;
use shelflife::api::ApiError;
use shelflife::api::error::{Asked, Status};
use shelflife::app::Settings;
use shelflife::app::event::Event;
use shelflife::app::geometry::columns::{shows_bars, width_of};
use shelflife::app::settings::Times;
use shelflife::app::sheets::footer::footer;
use shelflife::keys::{Action, KeyMap, Shortcut};
use shelflife::store::field::Field;
use shelflife::text::{Untrusted, width};

use crate::support::driver::Driver;
use crate::support::files::{account, hours, page};
use crate::support::screen::text;

#[test]
fn all_but_the_countdown_falls_away_before_a_filename_has_less_than_two_dozen_cells() {
    for times in [Times::Relative, Times::Local] {
        for keys in ["", "p", "wG  q"] {
            let mut before = None;
            for width in 30..200 {
                let settings = Settings { times, ..Driver::settings() };
                let mut driver = Driver::started(width, 20, settings);
                driver.answer(&page(0..9, hours, false));
                driver.keys(keys);
                let cells = |field| width_of(&driver.app, field);
                let name = cells(Field::Filename).unwrap();
                let others = [Field::Size, Field::Purpose, Field::Created]
                    .map(|field| cells(field).is_some());
                let what = format!("{width} {times:?} {keys:?}: {name}, {others:?}");
                let bars = shows_bars(&driver.app);
                assert!(name >= 24 || !bars && others == [false; 3], "{what}");
                assert!(cells(Field::TimeLeft).is_some(), "{what}");
                // The creation goes before the bar, and that before the size.
                assert!(!others[2] || bars, "{what}");
                assert!(!bars || others[0], "{what}");
                before = before.max(Some(name));
            }
        }
    }
    let five = Driver::showing(120, 36, &account(false));
    for field in [Field::Filename, Field::Size, Field::Purpose, Field::Created, Field::TimeLeft] {
        assert!(width_of(&five.app, field).is_some(), "{field:?} at 120x36");
    }
}

#[test]
fn a_width_of_the_operators_own_is_kept() {
    let mut driver = Driver::showing(80, 24, &account(false));
    driver.keys("w");
    (0..40).for_each(|_| driver.keys("-"));
    driver.keys("q");
    assert_eq!(width_of(&driver.app, Field::Filename), Some(4));
    assert!(width_of(&driver.app, Field::Created).is_some() && shows_bars(&driver.app));
}

#[test]
fn what_all_names_in_view_end_with_is_said_once_where_it_costs_them_cells() {
    let long = |n: i64| {
        let name = format!("name-{n:04}");
        page([n], hours, false).replace(&name, &format!("nightly-evaluation-{name}-output"))
    };
    let files = |numbers: std::ops::Range<i64>| {
        let each = numbers.map(|n| {
            let page = long(n);
            let (from, to) = (page.find('[').unwrap() + 1, page.rfind(']').unwrap());
            page[from..to].to_owned()
        });
        format!(r#"{{"data":[{}],"has_more":false}}"#, each.collect::<Vec<_>>().join(","))
    };
    let driver = Driver::showing(46, 12, &files(0..4));
    let screen = text(&driver.app, 46, 12);
    assert!(screen.contains("Filename …-output.jsonl"), "{screen}");
    for n in 0..4 {
        assert!(screen.contains(&format!("nightly-evalu…ion-name-{n:04}")), "{screen}");
    }
    // Where every name has the room that it needs, it is whole.
    let driver = Driver::showing(100, 24, &files(0..4));
    let screen = text(&driver.app, 100, 24);
    assert!(screen.contains("nightly-evaluation-name-0003-output.jsonl"), "{screen}");
    assert!(screen.contains("Filename  "), "{screen}");
}

/// What is said of how current the list is stands at the right, and moves nothing else.
#[test]
fn the_blocks_of_the_header_stay_where_they_are() {
    for width in [100, 120, 200] {
        let mut driver = Driver::showing(width, 36, &page(0..9, hours, false));
        let header =
            |driver: &Driver| text(&driver.app, width, 36).lines().next().unwrap().to_owned();
        let count = |driver: &Driver| header(driver).find("9 files").map(|at| (at, header(driver)));
        let (at, _) = count(&driver).unwrap();
        for key in ["f", "f", "-", "-", "+", "+", "t", "T"] {
            driver.keys(key);
            assert_eq!(count(&driver).map(|(at, _)| at), Some(at), "{width}: {}", header(&driver));
        }
        driver.keys("r");
        driver.fail(ApiError::TimedOut { what: "answer", limit: Duration::from_secs(1) });
        assert!(header(&driver).contains("next try in"), "{}", header(&driver));
        assert_eq!(count(&driver).map(|(at, _)| at), Some(at), "{width}: {}", header(&driver));
    }
}

/// As much of an address as says something, or none.
#[test]
fn an_address_is_not_cut_down_to_a_stump() {
    for width in 30..130 {
        let mut driver = Driver::showing(width, 24, &page(0..9, hours, false));
        driver.keys("p");
        let screen = text(&driver.app, width, 24);
        let header = screen.lines().next().unwrap();
        let stump =
            header.split_once("demo · ").map(|(_, behind)| behind.split("   ").next().unwrap());
        assert!(stump.is_none_or(|stump| stump.starts_with("127.0.0.1")), "{width}: {header}");
    }
}

/// Where a part is loaded, that is said with the key that loads all, however narrow.
#[test]
fn a_part_says_so_with_its_key_at_forty_columns() {
    let mut driver = Driver::showing(40, 12, &page(0..90, hours, true));
    driver.tell(Event::DeadlineReached);
    let screen = text(&driver.app, 40, 12);
    assert!(screen.contains("of loaded (L)") && screen.contains("more on the server"), "{screen}");
    let reading = Settings { load: Load::Auto, ..Driver::settings() };
    let mut driver = Driver::started(40, 12, reading);
    driver.answer(&page(0..90, hours, true));
    driver.pass(Duration::from_secs(3));
    driver.tell(Event::DeadlineReached);
    let screen = text(&driver.app, 40, 12);
    assert!(screen.contains("90 loaded · reading on"), "{screen}");
}

/// A picker's lines bear the keys that take them, whatever those are bound to.
#[test]
fn the_lines_of_a_picker_bear_the_keys_that_take_them() {
    let mut keys = KeyMap::default();
    keys.bind("sort-2", vec![Shortcut::Char('x')]);
    keys.bind("sort-3", vec![]);
    let mut driver = Driver::started(80, 24, Settings { keys, ..Driver::settings() });
    driver.answer(&page(0..9, hours, false));
    for picker in ["s", "Y"] {
        driver.keys(picker);
        let screen = text(&driver.app, 80, 24);
        assert!(
            ["1 ", "x ", "4 "].iter().all(|key| screen.contains(&format!("│   {key}"))
                || screen.contains(&format!("│ ▌ {key}"))),
            "{screen}"
        );
        assert!(!screen.contains("│   2 ") && !screen.contains("│   3 "), "{screen}");
        driver.key(KeyCode::Esc);
    }
}

/// Nothing of it covers anything else, and a key is left out only where it does not fit.
#[test]
fn the_footer_keeps_to_its_line_and_gives_its_keys_all_the_room() {
    for keys in ["", " ", "vj", "y"] {
        let mut driver = Driver::showing(200, 24, &account(false));
        driver.keys(keys);
        let cells = |text: &str| u16::try_from(width(text)).unwrap();
        // Its pieces, and the cell at which the last one ends.
        let measured = |columns: u16| {
            let mut pieces = footer(&driver.app, columns).line.pieces;
            pieces.retain(|piece| !piece.text.is_empty());
            pieces.sort_by_key(|piece| piece.at);
            let mut end = 0;
            for piece in &pieces {
                assert!(piece.at >= end, "{keys} at {columns}: {pieces:?}");
                end = piece.at + cells(&piece.text);
            }
            assert!(end <= columns.saturating_sub(1), "{keys} at {columns}: {pieces:?}");
            (pieces.len(), end)
        };
        let (all, _) = measured(200);
        let least = (0..200).find(|columns| measured(*columns).0 == all).unwrap();
        let (_, end) = measured(least);
        assert_eq!(end, least - 1, "{keys}: it would fit a line of fewer cells");
        let footer = footer(&driver.app, least);
        let takes_clicks = [end - 1, end].map(|x| footer.action_at(x).is_some());
        assert_eq!(takes_clicks, [keys != "y", false], "{keys}");
    }
}

/// One of each way in which a call fails, short and long.
fn failures() -> Vec<ApiError> {
    let said = |words: &str| Some(Untrusted::new(words));
    let long = "the parameter after names no file of this organisation, see the documentation";
    let status = Status;
    vec![
        ApiError::Unavailable { status: status(503), message: said("try later"), wait: None },
        ApiError::Unavailable { status: status(502), message: None, wait: None },
        ApiError::Refused { status: status(400), message: said(long), wait: None },
        ApiError::Forbidden { asked: Asked::List, message: said(long), wait: None },
        ApiError::KeyRefused { message: said("Wrong API Key"), secret: None },
        ApiError::TimedOut { what: "further byte", limit: Duration::from_secs(15) },
        ApiError::TooSlow { received: 12_345, limit: Duration::from_secs(60) },
        ApiError::Unreachable { cause: Untrusted::new("Connection refused (os error 111)") },
        ApiError::ProxyUnreachable {
            cause: Untrusted::new("Connection refused (os error 111)"),
            variable: "HTTPS_PROXY",
        },
        ApiError::Interrupted { cause: Untrusted::new("unexpected end of file") },
        ApiError::Untrustworthy { cause: Untrusted::new("invalid peer certificate: Expired") },
        ApiError::ProxyRefused { status: status(407), variable: "HTTPS_PROXY" },
        ApiError::Redirected { target: Untrusted::new("https://login.example.org/portal") },
        ApiError::Undecodable { what: "it is larger than 8 MiB" },
        ApiError::NotAFilesList {
            beginning: Untrusted::new("<!doctype html><title>Sign in to the Wi-Fi</title>"),
            breaks_off: false,
        },
    ]
}

/// A dashboard on which something failed so, in each of the ways in which it can.
fn failed(error: &ApiError) -> Vec<(&'static str, Driver)> {
    let part = || page(0..90, hours, true);
    let mut reading_on =
        Driver::started(120, 36, Settings { load: Load::Auto, ..Driver::settings() });
    reading_on.answer(&part());
    reading_on.pass(Duration::from_secs(3));
    reading_on.tell(Event::DeadlineReached);
    reading_on.fail(error.clone());
    let mut refresh = Driver::showing(120, 36, &part());
    refresh.pass(Duration::from_secs(3));
    refresh.keys("r");
    refresh.fail(error.clone());
    let mut page = Driver::showing(120, 36, &part());
    page.keys("L");
    page.fail(error.clone());
    vec![("reading on", reading_on), ("refresh", refresh), ("page", page)]
}

/// However long a cause is, it is said in fewer words rather than cut, and what helps stays beside it.
#[test]
fn what_failed_leaves_the_keys_that_help_their_room() {
    for error in failures() {
        let ways = error.ways();
        assert!(ways.windows(2).all(|pair| width(&pair[0]) >= width(&pair[1])), "{ways:?}");
        assert_eq!(ways.last(), Some(&error.brief()));
        for (what, mut driver) in failed(&error) {
            for marks in ["", " "] {
                driver.keys(marks);
                let said = text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
                // A cursor that is refused is not the end of it.
                let failed = said.contains("failed") || said.contains("next try");
                for columns in 30..160 {
                    let footer = footer(&driver.app, columns);
                    let pieces = footer.line.pieces.iter().map(|piece| piece.text.as_str());
                    let line = pieces.collect::<Vec<_>>().join(" ");
                    let case = format!("{what} at {columns}: {line}");
                    let cut = line.match_indices('…').any(|(at, _)| !line[..at].ends_with(' '));
                    assert!(!cut, "{case}");
                    let shown = |action| (0..columns).any(|x| footer.action_at(x) == Some(action));
                    let tries = line.contains(" r ") || line.starts_with("r ");
                    assert!(!tries || shown(Action::Refresh), "{case}");
                    // Why, in a word or two at least.
                    let why = ways.iter().any(|way| line.contains(way.as_str()));
                    assert!(why || !failed || columns < 34 || line.contains('…'), "{case}");
                    // A message has the line for itself.
                    if footer.says_message || columns < 80 {
                        continue;
                    }
                    assert!(shown(Action::OpenHelp) && shown(Action::Close), "{case}");
                    assert!(what == "reading on" || !line.contains("failed") || tries, "{case}");
                }
            }
        }
    }
    let mut failed = failed(&failures()[0]);
    let mut last = |columns| {
        let refresh = &mut failed[1].1;
        refresh.tell(Event::Resized { width: columns, height: 24 });
        text(&refresh.app, columns, 24).lines().last().unwrap().trim().to_owned()
    };
    assert_eq!(last(40), "r try again  ? help        failed: 503");
    assert!(
        last(80).ends_with("? help  q quit       refresh failed: 503: try later"),
        "{}",
        last(80)
    );
    let whole = "refresh failed: the service answered 503 Service Unavailable: try later";
    assert!(last(120).ends_with(whole), "{}", last(120));
}

/// The program's name and the address give way before what must not be overlooked.
#[test]
fn what_must_not_be_overlooked_stays_in_a_narrow_header() {
    for (read_only, exposed) in [(true, false), (false, true), (true, true)] {
        for failing in [false, true] {
            for more in [false, true] {
                let settings = Settings { read_only, exposed, ..Driver::settings() };
                let mut driver = Driver::started(120, 36, settings);
                driver.answer(&page(0..90, hours, more));
                if failing {
                    driver.pass(Duration::from_secs(3));
                    driver.keys("r");
                    driver.fail(failures().swap_remove(0));
                }
                for columns in 30..140 {
                    driver.tell(Event::Resized { width: columns, height: 24 });
                    let screen = text(&driver.app, columns, 24);
                    let header = screen.lines().next().unwrap();
                    let has = |words: &str| header.contains(words);
                    let both = read_only && exposed;
                    let case = format!("{columns}: {header}");
                    assert!(!exposed || columns < 32 || has("key sent in clear"), "{case}");
                    assert!(!read_only || both && columns < 44 || has("[read-only]"), "{case}");
                    assert!(has("90 files") || has("90 loaded"), "{case}");
                    assert!(!failing || columns < 62 || has("next try in"), "{case}");
                }
            }
        }
    }
}

/// A hint in the lower border of a box is there whole or not at all, and the way back always.
#[test]
fn the_hints_of_a_box_are_whole() {
    for keys in ["E", "a", "?", "d", "s", "Y", "w", "J", ":", "e"] {
        let mut driver = Driver::showing(120, 36, &page(0..90, hours, true));
        driver.keys(keys);
        driver.answer_contents(b"{\"custom_id\":\"a\"}\n");
        for (columns, rows) in (30..130).flat_map(|columns| [(columns, 12), (columns, 24)]) {
            driver.tell(Event::Resized { width: columns, height: rows });
            let screen = text(&driver.app, columns, rows);
            let borders = screen.lines().filter_map(|line| line.rsplit_once('╰'));
            for (_, border) in borders.filter(|(_, border)| border.contains(" · ")) {
                let hints = border.trim_start_matches("─ ").split(" ─").next().unwrap_or_default();
                assert!(!hints.contains('…'), "{keys} at {columns}x{rows}: {border}");
                assert!(hints.contains("Esc"), "{keys} at {columns}x{rows}: {border}");
            }
        }
    }
}

/// What a filter lacks, and what is wrong with it, is there in full where its line is too short.
#[test]
fn what_a_filter_lacks_is_said_whole() {
    let cases = [
        ("left", "a comparison such as left<6h; the word itself needs quotes"),
        ("created", "a comparison such as created>2026-11-01; the word itself needs quotes"),
        ("colour:red", "there is no such field, only left, age, size, created, expires, purpose,"),
        ("batch and colour:red", "there is no such field, only left, age, size, created,"),
    ];
    for (typed, lacks) in cases {
        for (columns, rows) in [(40, 12), (60, 20), (80, 24), (120, 36), (200, 60)] {
            let mut driver = Driver::showing(columns, rows, &page(0..90, hours, false));
            driver.keys("p/");
            driver.keys(typed);
            let screen = text(&driver.app, columns, rows);
            let words: Vec<&str> = screen.split([' ', '\n', '│', '▔']).collect();
            let whole = lacks.split(' ').all(|word| words.contains(&word));
            assert!(whole, "{typed} at {columns}x{rows}\n{screen}");
            let is_cut = |line: &str| line.trim_end().ends_with('…') && !line.contains(" …");
            let cut = screen.lines().rev().take(2).any(is_cut);
            assert!(!cut, "{typed} at {columns}x{rows}\n{screen}");
        }
    }
}
