//! What is saved on this machine: its sign, its word in filters, its column, what is at risk without it,
//! and what is told where it is not there any more.

use std::time::Duration;

use shelflife::account::journal::Happening;
use shelflife::account::shelf::{Shelved, Unshelved};
use shelflife::app::Settings;
use shelflife::app::event::Event;
use shelflife::app::table::columns::{Column, Columns};
use shelflife::store::field::Field;
use shelflife::text::Untrusted;

use crate::support::driver::{Driver, START_S};
use crate::support::files::page;
use crate::support::screen::text;

fn shelved(n: u32, bytes: u64) -> Shelved {
    Shelved {
        id: Untrusted::new(format!("file_{n}")),
        created_at: None,
        bytes,
        path: format!("/home/me/results/name-{n}.jsonl").into(),
        sha256: "ab".repeat(32),
        proof: "complete · size as listed".to_owned(),
        at: START_S - 3_600,
    }
}

fn bytes_of(driver: &Driver, n: u32) -> u64 {
    let store = driver.app.store();
    let no = store.find(&Untrusted::new(format!("file_{n}"))).unwrap();
    store.bytes(no).value().unwrap()
}

fn told(driver: &mut Driver, saved: Vec<Shelved>, lost: Vec<Unshelved>) {
    driver.tell(Event::ShelfTold { saved, lost, whole: true });
}

/// Four files that expire within the hours to come; of two of them it is said that they are saved.
fn with_two_saved() -> Driver {
    let columns = [Field::Filename, Field::Size, Field::TimeLeft, Field::Saved];
    let columns = columns.map(|field| Column { field, width: None }).to_vec();
    let settings = Settings { columns: Columns::new(columns), ..Driver::settings() };
    let mut driver = Driver::started(120, 36, settings);
    driver.answer(&page(0..4, |n| 3_600 * (n + 1), false));
    let saved = [0, 2].map(|n| shelved(n, bytes_of(&driver, n)));
    told(&mut driver, saved.to_vec(), vec![]);
    driver
}

#[test]
fn what_is_saved_is_shown_filtered_sorted_and_not_at_risk() {
    let mut driver = with_two_saved();
    let at_risk = driver.app.outlook().bytes_at_risk.known;
    let expected = u128::from(bytes_of(&driver, 1) + bytes_of(&driver, 3));
    assert_eq!(at_risk, expected);
    let screen = text(&driver.app, 120, 36);
    let rows: Vec<&str> = screen.lines().filter(|line| line.contains("name-000")).collect();
    assert_eq!(rows.iter().filter(|row| row.starts_with("│↓")).count(), 2, "{screen}");
    assert!(screen.contains("↓ 14:00:00"), "{screen}");
    assert!(screen.contains("complete · size as listed"), "{screen}");
    driver.keys("/saved");
    assert_eq!(driver.app.table().rows().len(), 2);
    driver.key(crossterm::event::KeyCode::Esc);
    driver.keys("/not saved");
    assert_eq!(driver.app.table().rows().len(), 2);
    driver.key(crossterm::event::KeyCode::Esc);
    driver.keys("4");
    let order: Vec<bool> =
        driver.app.table().rows().iter().map(|no| driver.app.store().is_saved(*no)).collect();
    assert_eq!(order, [true, true, false, false]);
}

/// That it is saved is what is to be known of a file that goes: no other sign hides it.
#[test]
fn what_is_saved_is_seen_of_a_file_that_goes_or_is_marked() {
    let row = |driver: &Driver, name: &str, (width, height)| {
        let screen = text(&driver.app, width, height);
        let row = screen.lines().find(|line| line.starts_with('│') && line.contains(name));
        row.map_or_else(|| panic!("{name} in {screen}"), str::to_owned)
    };
    for size in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = with_two_saved();
        driver.tell(Event::Resized { width: size.0, height: size.1 });
        let name = |n: u32| format!("name-000{n}");
        driver.keys(" ");
        assert!(row(&driver, &name(0), size).starts_with("│↓ ◆ name-0000"), "marked");
        driver.keys("gM");
        driver.pass(Duration::from_secs(2));
        driver.keys("r");
        driver.answer(&page([1, 3], |n| 3_600 * (n + 1), false));
        driver.deny(|id| id.raw() == b"file_0");
        driver.keys("j");
        let gone = row(&driver, &name(0), size);
        let said = if size.0 > 40 { "gone, saved" } else { "gone ↓" };
        assert!(gone.starts_with("│- ↓ name-0000") && gone.contains(said), "{gone}");
        assert!(row(&driver, &name(2), size).starts_with("│? ↓ name-0002"), "missing");
        // A mark beside it.
        driver.keys("j k");
        let both = row(&driver, &name(2), size);
        assert!(both.contains('◆') && both.starts_with("│?"), "{both}");
        driver.keys("G");
        assert!(row(&driver, &name(2), size).starts_with("│?↓◆ name-0002"), "{both}");
    }
}

#[test]
fn what_ran_out_and_is_listed_is_at_risk_too() {
    let mut driver = with_two_saved();
    let before = driver.app.outlook().bytes_at_risk;
    driver.pass(Duration::from_secs(2 * 3_600 + 5));
    driver.tell(Event::DeadlineReached);
    assert_eq!(driver.app.outlook().bytes_at_risk, before);
}

#[test]
fn what_was_moved_is_saved_no_more_and_the_log_says_so() {
    let mut driver = with_two_saved();
    let before = driver.app.outlook().bytes_at_risk;
    let why = "/home/me/results/name-2.jsonl was moved or removed".to_owned();
    let lost = Unshelved { id: Untrusted::new("file_2"), why: why.clone() };
    told(&mut driver, vec![], vec![lost]);
    assert!(driver.app.outlook().bytes_at_risk.known > before.known);
    let entry = driver.app.journal().entries().back().unwrap();
    assert_eq!((entry.what, &entry.text), (Happening::SavedNoMore, &why));
    // What was never known to be saved is no news.
    let lost = |n| Unshelved { id: Untrusted::new(format!("none_{n}")), why: why.clone() };
    let entries = driver.app.journal().entries().len();
    told(&mut driver, vec![], vec![lost(1)]);
    assert_eq!(driver.app.journal().entries().len(), entries);
    // A folder that is gone is one event.
    told(&mut driver, (10..40).map(|n| shelved(n, 1)).collect(), vec![]);
    let lost = |n| Unshelved { id: Untrusted::new(format!("file_{n}")), why: why.clone() };
    told(&mut driver, vec![], (10..40).map(lost).collect());
    assert_eq!(driver.app.journal().entries().len(), entries + 1);
}

#[test]
fn what_comes_later_is_known_by_its_id_and_only_where_it_is_the_same() {
    let mut driver = Driver::new(120, 36);
    told(&mut driver, vec![shelved(0, u64::MAX), shelved(1, 7)], vec![]);
    let body = page(0..2, |n| 3_600 * (n + 1), false);
    driver.answer(&body);
    let bytes = bytes_of(&driver, 1);
    assert!(driver.app.store().numbers().all(|no| !driver.app.store().is_saved(no)), "{bytes}");
    told(&mut driver, vec![shelved(1, bytes)], vec![]);
    assert_eq!(
        driver.app.store().numbers().filter(|no| driver.app.store().is_saved(*no)).count(),
        1
    );
}

#[test]
fn it_is_looked_at_what_is_saved_at_the_start_and_after_each_refresh() {
    let mut driver = Driver::new(80, 24);
    assert_eq!(driver.looks, 1);
    driver.answer(&page(0..4, |n| 90_000 + n, false));
    assert_eq!(driver.looks, 2);
    driver.pass(Duration::from_secs(2));
    driver.keys("r");
    assert_eq!(driver.looks, 2);
    driver.answer(&page(0..4, |n| 90_000 + n, false));
    assert_eq!(driver.looks, 3);
}
