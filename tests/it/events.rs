//! The log of events: what stands in it, and what can be done with it.

use std::time::Duration;

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use shelflife::account::journal::Happening;
use shelflife::api::ApiError;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;

use crate::support::driver::{Driver, START_S};
use crate::support::files::{account, expiring_at, hours, page};
use crate::support::screen::text;
use crate::support::service::down;

/// A log of which the newest event is that `name-0004.jsonl` is new.
fn lively() -> Driver {
    let mut driver = Driver::new(80, 24);
    driver.answer(&page(0..3, |n| hours(n) + 90_000, false));
    driver.pass(Duration::from_secs(2));
    driver.keys("r");
    driver.answer(&page(0..5, |n| hours(n) + 90_000, false));
    driver.keys("E");
    driver
}

fn happened(driver: &Driver) -> Vec<(Happening, String)> {
    let entries = driver.app.journal().entries().iter();
    entries.map(|entry| (entry.what, entry.text.clone())).collect()
}

/// Goes on to the next request.
fn asked(driver: &mut Driver) {
    for _ in 0..10_000 {
        if !driver.effects.is_empty() {
            return;
        }
        driver.wake();
    }
    panic!("nothing is asked for");
}

#[test]
fn each_cause_stands_there_once_as_it_changes() {
    let mut driver = Driver::showing(80, 24, &page(0..3, |n| hours(n) + 90_000, false));
    let late = || ApiError::TimedOut { what: "answer", limit: Duration::from_secs(30) };
    for (error, causes) in [(down(), 1), (down(), 1), (late(), 2), (late(), 2), (down(), 3)] {
        asked(&mut driver);
        driver.fail(error);
        let log = happened(&driver);
        assert_eq!(log.len(), causes, "{log:?}");
        assert!(log.iter().all(|(what, _)| *what == Happening::Failing), "{log:?}");
    }
    asked(&mut driver);
    driver.answer(&page(0..3, |n| hours(n) + 90_000, false));
    assert_eq!(happened(&driver).last().unwrap().0, Happening::Recovered);
    // While a page is asked for again and again, that is one cause too, and no recovery.
    let mut driver = Driver::new(80, 24);
    driver.fail(down());
    asked(&mut driver);
    assert_eq!(happened(&driver).len(), 1);
    driver.answer(&account(false));
    let words: Vec<_> = happened(&driver).iter().map(|(what, _)| *what).collect();
    assert_eq!(words, [Happening::Failing, Happening::Recovered]);
}

#[test]
fn alerts_and_failing_commands_stand_there() {
    let mut driver = Driver::showing(120, 36, &account(false));
    while driver.alerts.is_empty() {
        driver.wake();
    }
    driver.tell(Event::CommandFailed("alert command mail: failed (exit status: 1)".to_owned()));
    driver.keys("E");
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("! alert ") && screen.contains("less than 1h left"), "{screen}");
    assert!(screen.contains("! command failed    alert command mail: failed"), "{screen}");
    // It leads to the first file that was told of.
    driver.keys("/alert less 1h");
    driver.key(KeyCode::Enter);
    driver.key(KeyCode::Enter);
    assert!(driver.app.layers().is_empty(), "{}", text(&driver.app, 120, 36));
    assert_eq!(driver.selected(), "file_9f2c4f");
}

#[test]
fn enter_goes_to_the_file_of_the_event_under_the_cursor() {
    let mut driver = lively();
    assert!(text(&driver.app, 80, 24).contains("│ ▌ 15:00:02  + new"));
    driver.keys("j");
    let screen = text(&driver.app, 80, 24);
    assert!(screen.contains("▌ 15:00:02  + new               name-0003.jsonl"), "{screen}");
    assert!(screen.contains(" 2 of 2 ─"), "{screen}");
    driver.key(KeyCode::Enter);
    assert!(driver.app.layers().is_empty());
    assert_eq!(driver.selected(), "file_3");
    // Where the table does not have it, it is said why.
    driver.keys("/0001");
    driver.key(KeyCode::Enter);
    driver.keys("E");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.message(), Some("the filter hides that file"));
    assert!(matches!(driver.app.layers().top(), Some(Layer::Events(_))));
}

#[test]
fn the_cursor_stays_on_its_event_while_others_come() {
    let mut driver = lively();
    driver.keys("j");
    driver.tell(Event::CommandFailed("late".to_owned()));
    assert!(text(&driver.app, 80, 24).contains("▌ 15:00:02  + new               name-0003.jsonl"));
    driver.keys("gg");
    driver.tell(Event::CommandFailed("later".to_owned()));
    let screen = text(&driver.app, 80, 24);
    assert!(
        screen.contains("▌ 15:00:02  ! command failed    later"),
        "at the top it rests: {screen}"
    );
}

#[test]
fn an_event_is_copied_and_events_are_looked_for() {
    let mut driver = lively();
    driver.keys("yY");
    let whole = "2026-11-23 15:00:02 +01:00 new name-0004.jsonl file_4";
    assert_eq!(driver.copied, ["file_4", whole]);
    driver.keys("/NEW 0003");
    let screen = text(&driver.app, 80, 24);
    assert!(screen.contains("name-0003") && !screen.contains("name-0004"), "{screen}");
    driver.keys("x");
    assert!(text(&driver.app, 80, 24).contains("No event is so."));
    driver.key(KeyCode::Esc);
    assert!(text(&driver.app, 80, 24).contains("name-0004"));
    driver.key(KeyCode::Esc);
    assert!(driver.app.layers().is_empty());
}

#[test]
fn an_event_of_another_day_has_its_date() {
    let mut driver = lively();
    assert!(!text(&driver.app, 80, 24).contains("2026-11-23"));
    driver.pass(Duration::from_secs(9 * 3_600));
    driver.tell(Event::DeadlineReached);
    assert!(text(&driver.app, 80, 24).contains("2026-11-23 15:00  + new"));
}

/// Without what wrapping, borders and the sign of the cursor add.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"│▌".contains(*c)).collect()
}

/// A log of texts of many lengths, the newest last: `no-00` and so on, each with `no-00 ends`.
fn wordy(width: u16, height: u16) -> (Driver, Vec<String>) {
    let mut driver = Driver::new(width, height);
    let words = |n: usize| "could not be run because of what it said ".repeat(n * 5 % 6);
    let long =
        |n: usize| format!("no-{n:02} {}{} no-{n:02} ends", words(n), "x".repeat(n * 3 % 50));
    let texts: Vec<String> = (0..25).map(long).collect();
    for text in &texts {
        driver.tell(Event::CommandFailed(text.clone()));
    }
    driver.keys("E");
    (driver, texts)
}

#[test]
fn all_of_the_event_under_the_cursor_is_there() {
    for (width, height) in [(40, 12), (80, 24), (120, 36), (200, 60)] {
        let (mut driver, texts) = wordy(width, height);
        let newest_first: Vec<&String> = texts.iter().rev().collect();
        let up_and_down = newest_first.iter().chain(newest_first.iter().rev().skip(1));
        for (step, expected) in up_and_down.enumerate() {
            let screen = text(&driver.app, width, height);
            let case = format!("{width}x{height}, step {step}: {expected}\n{screen}");
            assert!(squeezed(&screen).contains(&squeezed(expected)), "{case}");
            let band: Vec<&str> = screen.lines().filter(|line| line.contains('▌')).collect();
            assert!(squeezed(&band.concat()).ends_with(&squeezed(expected)), "the band is {case}");
            driver.keys(if step < 24 { "j" } else { "k" });
        }
    }
}

/// A name and an id as long as a service may have them, at the narrowest screens.
#[test]
fn all_of_a_file_that_an_event_is_about_is_there() {
    let name = format!("batch-{}-output.jsonl", "0412-evaluation-of-".repeat(6));
    let id = format!("file_{}", "9f2c4e".repeat(10));
    for (width, height) in [(40, 12), (80, 24)] {
        let mut driver = Driver::showing(width, height, &page(0..3, |n| hours(n) + 90_000, false));
        driver.pass(Duration::from_secs(2));
        driver.keys("r");
        let made_s = START_S - 100;
        let new = expiring_at(&id, &name, made_s, made_s + 700_000);
        let old = page(0..3, |n| hours(n) + 90_000, false);
        driver.answer(&old.replace("],", &format!(",{new}],")));
        driver.keys("E");
        let screen = squeezed(&text(&driver.app, width, height));
        assert!(screen.contains(&name) && screen.contains(&id), "{screen}");
    }
}

#[test]
fn a_click_beside_an_event_of_many_lines_is_about_the_line_under_it() {
    for (width, height) in [(40, 12), (80, 24)] {
        for moves in [0, 1, 5, 12, 24] {
            for y in 1..height - 1 {
                let (mut driver, _) = wordy(width, height);
                driver.keys(&"j".repeat(moves));
                let screen = text(&driver.app, width, height);
                let lines: Vec<&str> = screen.lines().collect();
                // What begins on that line, or on one of the event that is there in full.
                let begins = |line: &&&str| line.contains(" no-") && line.contains("! ");
                let Some(begun) = lines[..=usize::from(y)].iter().rev().find(begins) else {
                    continue;
                };
                let at = begun.find(" no-").unwrap() + 1;
                let expected = &begun[at..at + 5];
                driver.mouse(MouseEventKind::Down(MouseButton::Left), 10, y);
                if driver.app.layers().is_empty() || driver.app.message().is_some() {
                    // It was the one under the cursor: that one is about no file.
                    assert!(begun.contains('▌'), "{screen}\n{y}");
                    continue;
                }
                let after = text(&driver.app, width, height);
                let chosen = after.lines().find(|line| line.contains('▌')).unwrap();
                assert!(chosen.contains(expected), "{y} of\n{screen}\nled to\n{after}");
            }
        }
    }
}
