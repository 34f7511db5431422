//! The detail: in the pane, and on the whole screen.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use shelflife::app::Settings;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;
use shelflife::app::sheets::Line;
use shelflife::app::sheets::detail::{Shown, sheet};
use shelflife::theme::Tone;
use shelflife::time::zone::Zone;
use time::UtcOffset;
use time::macros::offset;

use crate::support::driver::{Driver, START_S};
use crate::support::files::{account, hours, list, page};
use crate::support::screen::text;

/// The detail of the second file on the whole screen.
fn detail(width: u16, height: u16, zone: Zone) -> (Driver, Vec<String>) {
    let settings = Settings { zone, ..Driver::settings() };
    let mut driver = Driver::started(width, height, settings);
    driver.answer(&account(false));
    driver.pass(Duration::from_secs(12));
    driver.keys("jd");
    let lines = inside(&driver, width, height);
    (driver, lines)
}

fn inside(driver: &Driver, width: u16, height: u16) -> Vec<String> {
    let screen = text(&driver.app, width, height);
    let trim = |line: &str| line.trim_matches(['│', ' ']).to_owned();
    screen.lines().map(trim).filter(|line| !line.starts_with(['╭', '╰'])).collect()
}

#[test]
fn times_are_labelled_and_said_once_where_local_time_is_utc() {
    let one = Zone::Fixed(offset!(+1));
    let (_, lines) = detail(80, 24, one);
    assert_eq!(lines[2], "Expires   2026-11-23 15:12:31 +01:00  local");
    assert_eq!(lines[3], "2026-11-23 14:12:31 +00:00  UTC");
    let (_, lines) = detail(80, 24, Zone::Fixed(UtcOffset::UTC));
    assert_eq!(lines[2], "Expires   2026-11-23 14:12:31 +00:00  local/UTC");
    assert_eq!(lines[3], "Created   2026-11-16 14:12:31 +00:00  local/UTC");
    // Without room behind them, the names stand before them.
    let (_, lines) = detail(40, 30, one);
    assert_eq!(
        lines[2..5],
        [
            "Expires   Mon 23 Nov",
            "local 2026-11-23 15:12:31 +01:00",
            "UTC 2026-11-23 14:12:31 +00:00",
        ]
    );
    let (_, lines) = detail(40, 30, Zone::Fixed(UtcOffset::UTC));
    assert_eq!(lines[2..4], ["Expires   Mon 23 Nov", "local/UTC 2026-11-23 14:12:31 +00:00"]);
}

#[test]
fn it_says_when_the_file_was_verified_and_how_long_ago_that_is() {
    let (mut driver, lines) = detail(80, 24, Zone::Fixed(offset!(+1)));
    assert!(lines.contains(&"Verified  15:00:00, 12 s ago".to_owned()), "{lines:?}");
    driver.pass(Duration::from_secs(48));
    driver.tell(Event::DeadlineReached);
    let lines = inside(&driver, 80, 24);
    assert!(lines.contains(&"Verified  15:00:00, 1m ago".to_owned()), "{lines:?}");
}

/// Which alert it was that told of it, not only that there was one.
#[test]
fn an_alert_is_named_by_its_rule() {
    let mut driver = Driver::showing(120, 36, &page(0..2, |n| 3_500 + n * 90_000, false));
    while driver.alerts.is_empty() {
        driver.wake();
    }
    driver.key(KeyCode::Enter);
    let screen = text(&driver.app, 120, 36);
    assert!(
        screen.contains("Events    15:00:01 alert: name-0000.jsonl has less than 1h │"),
        "{screen}"
    );
    assert!(screen.contains("          left (critical)"), "{screen}");
    driver.keys("qE");
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("name-0000.jsonl has less than 1h left (critical)"), "{screen}");
}

#[test]
fn what_happened_to_the_file_stands_there() {
    // No alert is told of them.
    let far = |n| hours(n) + 90_000;
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..3, far, false));
    driver.pass(Duration::from_secs(2));
    driver.keys("r");
    driver.answer(&page(0..3, |n| if n == 0 { 40 * 3_600 } else { far(n) }, false));
    driver.keys("G");
    driver.key(KeyCode::Enter);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("Events    15:00:02 changed"), "{screen}");
    driver.keys("qg");
    driver.key(KeyCode::Enter);
    assert!(!text(&driver.app, 120, 36).contains("Events"));
}

#[test]
fn unknown_fields_are_shown_whole() {
    let (name, value) = ("n".repeat(150), "v".repeat(3_000));
    let file = format!(r#"{{"id":"a","expires_at":{},"{name}":"{value}"}}"#, START_S + 9);
    let mut driver = Driver::showing(120, 80, &list(&[file], false));
    driver.key(KeyCode::Enter);
    let screen = text(&driver.app, 120, 80);
    let count = |c: char| {
        let right = screen.lines().map(|line| line.chars().skip(60).filter(|x| *x == c).count());
        right.sum::<usize>()
    };
    assert_eq!((count('n'), count('v')), (150, 3_000), "{screen}");
}

#[test]
fn raw_json_stands_in_the_pane_or_on_the_whole_screen() {
    // In the pane, there and back.
    let mut driver = Driver::showing(120, 36, &account(false));
    driver.keys("j");
    let before = text(&driver.app, 120, 36);
    driver.keys("i");
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains(r#"│   "bytes": 13002342, "#), "{screen}");
    assert!(screen.contains(r#""status_details": null"#) && !screen.contains("Purpose   batch"));
    assert!(driver.app.layers().is_empty());
    driver.keys("i");
    assert_eq!(text(&driver.app, 120, 36), before);
    // Beside the fields where there is room for both.
    driver.keys("di");
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("Size      12.40 MiB") && screen.contains(r#""purpose": "batch","#));
    assert!(screen.contains("i fields") && screen.contains("status    \"processed\""), "{screen}");
    // Without a pane, on the whole screen in their place.
    let mut driver = Driver::showing(80, 24, &account(false));
    driver.keys("ji");
    let Some(Layer::Detail(_)) = driver.app.layers().top() else { panic!("the detail is open") };
    let screen = text(&driver.app, 80, 24);
    assert!(screen.contains(r#"  "id": "file_9f2c4f","#) && !screen.contains("Size"), "{screen}");
    driver.keys("i");
    assert!(text(&driver.app, 80, 24).contains("Size      12.40 MiB"));
    driver.keys("qi");
    assert!(text(&driver.app, 80, 24).contains(r#""id""#), "it is what was asked for");
}

#[test]
fn raw_json_hides_nothing_and_commands_nothing() {
    let mut driver = Driver::showing(80, 24, &account(false));
    driver.keys("gjjjjjji");
    let screen = text(&driver.app, 80, 24);
    assert!(screen.contains(r#""filename": "a\u001b[31m\u202eb\u000ac""#), "{screen}");
    assert!(screen.contains(r#""bytes": -1"#) && screen.contains(r#""expires_at": "soon""#));
    driver.keys("qji");
    assert!(text(&driver.app, 80, 24).contains(r#"{"filename":"no id"}"#));
}

/// Two spellings of one name look alike but for what the name says itself, and the detail says why.
#[test]
fn a_name_that_is_shown_composed_says_so() {
    let body = r#"{"data":[{"id":"a","filename":"café 🇩🇪"},{"id":"b","filename":"cafe\u0301 🇩🇪"}],"has_more":false}"#;
    let mut driver = Driver::showing(120, 36, body);
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("café 🇩🇪 ") && screen.contains("café 🇩🇪\\{nfd} "), "{screen}");
    for (key, is_said) in [("g", false), ("G", true)] {
        driver.keys(key);
        assert_eq!(text(&driver.app, 120, 36).contains("Spelling "), is_said, "in the pane");
        driver.keys("d");
        assert_eq!(text(&driver.app, 120, 36).contains("of their own (NFD)"), is_said);
        driver.keys("q");
    }
    driver.keys("/cafe\u{301}");
    assert!(text(&driver.app, 120, 36).contains("2 of 2"), "either spelling finds both");
}

/// How long ago a file was verified goes on with the countdowns, wherever in a second of the monotonic
/// clock those of the wall clock begin.
#[test]
fn what_goes_on_by_the_second_does_so_together() {
    for ms in [0, 1, 400, 999] {
        let mut settings = Driver::settings();
        settings.refresh.interval = None;
        let mut driver = Driver::started(120, 36, settings);
        driver.now.wall_ms += ms;
        driver.answer(&account(false));
        driver.pass(Duration::from_secs(7));
        driver.wake();
        let verified = |driver: &Driver| text(&driver.app, 120, 36).contains(" s ago");
        assert!(verified(&driver), "{ms}");
        let end = driver.now.mono + Duration::from_secs(20);
        let mut wakes = 0;
        while driver.now.mono < end {
            driver.wake();
            wakes += 1;
        }
        assert!(wakes <= 21, "{ms}: {wakes} wakes in twenty seconds");
    }
}

/// What can be done is told as everywhere: the keys in the accent of keys, what they do beside them.
#[test]
fn the_keys_of_what_can_be_done_have_the_accent_of_keys() {
    let driver = Driver::showing(120, 36, &account(false));
    for width in [30, 40, 60, 120] {
        let room = Rect { x: 0, y: 0, width, height: 60 };
        let sheet = sheet(&driver.app, Shown::InPane, room);
        let lines = sheet.visible(0).next().unwrap();
        let of_label = |line: &&Line| line.pieces[0].text.trim() == "Can";
        let from = lines.iter().position(|line| of_label(&line)).unwrap();
        let pieces = lines[from..].iter().flat_map(|line| &line.pieces);
        let keys: Vec<&str> = pieces
            .clone()
            .filter(|piece| piece.tone == Tone::Accent)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(keys, ["e", "o", "y", "D"], "{width}");
        let all: String = pieces.map(|piece| piece.text.as_str()).collect();
        assert!(all.contains("e content") && all.contains("D delete"), "{all}");
    }
}
