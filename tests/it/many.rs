//! What is done in steps with many files: keys are answered meanwhile, and what happens in between is
//! in it at the end.

use crossterm::event::KeyCode;
use shelflife::app::table::rebuild::Work;
use shelflife::store::field::Field;
use shelflife::store::order::Order;

use crate::support::driver::Driver;
use crate::support::files::page;
use crate::support::screen::text;

/// More than are sorted at once.
const FILES: i64 = 70_000;

/// Names in another order than the files, a few thousand with a seven at the end.
fn many(files: i64) -> Driver {
    let mut driver = Driver::with(120, 30, true);
    for from in (0..files).step_by(10_000) {
        let body = page(from..from + 10_000, |n| 3_600 + (n * 7_919) % 1_000_000, true);
        driver.answer(&body);
    }
    driver
}

fn ids(driver: &Driver) -> Vec<String> {
    let app = &driver.app;
    let id = |no: &shelflife::store::FileNo| app.store().file(*no).id.printable().into_owned();
    app.table().window().iter().map(id).collect()
}

fn finish(driver: &mut Driver) -> usize {
    let mut steps = 0;
    while driver.app.table().under_way().is_some() {
        assert_eq!(driver.app.deadline(), Some(driver.now.mono), "it goes on at once");
        driver.wake();
        steps += 1;
        assert!(steps < 1_000);
    }
    steps
}

#[test]
fn many_files_are_sorted_while_the_old_order_is_shown_and_keys_are_answered() {
    let mut driver = many(2 * FILES);
    let before = ids(&driver);
    driver.keys("1");
    assert_eq!(driver.app.table().under_way(), Some(Work::Sorting(Field::Filename)));
    let screen = text(&driver.app, 120, 30);
    assert!(screen.contains("sorting by filename …") && screen.contains("time left ▲"), "{screen}");
    assert_eq!(ids(&driver), before, "as it was");
    driver.keys("j");
    assert_eq!(driver.selected(), before[1]);
    // A later wish replaces the earlier one: the other way round.
    driver.keys("S");
    assert_eq!(driver.app.table().wanted_order(), (Field::Filename, true));
    // What comes in meanwhile is in it.
    let body = page([900_001, 5, 900_000], |n| n + 7_200, false);
    driver.answer(&body);
    assert!(finish(&mut driver) > 1);
    let (app, order) = (&driver.app, driver.app.table().order());
    assert_eq!((order.field(), order.is_descending()), (Field::Filename, true));
    assert_eq!(order.rows(), Order::sorted(app.store(), Field::Filename, true).rows());
    assert_eq!(order.rows().len(), 140_002);
    assert_eq!(driver.selected(), before[1], "the selection stays");
}

#[test]
fn many_files_are_filtered_while_the_old_ones_are_shown_and_keys_are_answered() {
    let mut driver = many(FILES);
    let before = ids(&driver);
    driver.keys("/");
    driver.keys("7");
    assert_eq!(driver.app.table().under_way(), Some(Work::Filtering));
    assert!(text(&driver.app, 120, 30).contains("filtering …"));
    assert_eq!(ids(&driver), before, "as it was");
    driver.keys(".j");
    driver.answer(&page([900_007, 900_008], |n| n + 7_200, false));
    finish(&mut driver);
    assert_eq!(driver.app.table().rows().len(), 7_000 + 1);
    assert!(ids(&driver).iter().all(|id| id.ends_with('7')));
    // Sorting what is filtered keeps the filter; Esc takes it away again.
    driver.key(KeyCode::Enter);
    driver.keys("2");
    finish(&mut driver);
    assert_eq!(driver.app.table().rows().len(), 7_001);
    assert_eq!(driver.app.table().order().field(), Field::Size);
    driver.key(KeyCode::Esc);
    finish(&mut driver);
    assert_eq!(driver.app.table().rows().len(), 70_002);
}

/// Keys that come before the filter is in force mean the one that was typed.
#[test]
fn keys_mean_the_filter_that_was_typed_last() {
    let mut driver = many(2 * FILES);
    driver.keys("/7.j");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.table().under_way(), Some(Work::Filtering));
    driver.keys("*");
    assert_eq!(driver.app.marks().len(), 14_000);
    assert!(driver.app.marks().iter().all(|no| driver.app.table().rows().contains(no)));

    // Esc takes back the filter that is in the making, and no marks.
    driver.keys("/5.j");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.table().wanted_filter_text(), Some("7.j5.j"));
    // Loading, and the search for more of them, are stopped first.
    for _ in 0..3 {
        driver.key(KeyCode::Esc);
    }
    finish(&mut driver);
    assert_eq!(driver.app.table().filter_text(), None);
    assert_eq!(driver.app.marks().len(), 14_000);

    // A file whose mark changes meanwhile is judged by the mark that it has.
    driver.keys("/marked");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.table().under_way(), Some(Work::Filtering));
    driver.keys(" ");
    let marked = driver.app.marks().len();
    finish(&mut driver);
    assert_eq!(driver.app.table().rows().len(), marked);
    driver.key(KeyCode::Esc);
    finish(&mut driver);
    // A range over what the filter lets through, while an order is in the making too.
    driver.keys("M");
    driver.keys("g");
    driver.keys("v");
    driver.keys("G");
    driver.keys("1");
    driver.keys("/9.j");
    driver.key(KeyCode::Enter);
    assert!(driver.app.table().under_way().is_some());
    driver.keys("G");
    driver.keys("v");
    assert!(driver.app.table().under_way().is_some(), "it is sorted on");
    assert!(driver.app.marks().len() <= 14_000, "{}", driver.app.marks().len());
    assert_eq!(driver.app.table().filter_text(), Some("9.j"));
    finish(&mut driver);
    assert_eq!(driver.app.table().order().field(), Field::Filename);
}

/// What is done to the selected file is done to one that matches what was typed.
#[test]
fn the_selected_file_is_one_of_those_that_were_filtered_for() {
    let mut driver = many(2 * FILES);
    driver.keys("/7.j");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.table().under_way(), Some(Work::Filtering));
    driver.keys("  ");
    let marked: Vec<String> = driver
        .app
        .marks()
        .iter()
        .map(|no| driver.app.store().file(*no).id.printable().into_owned())
        .collect();
    assert_eq!(marked.len(), 2);
    assert!(marked.iter().all(|id| id.ends_with('7')), "{marked:?}");
}

/// Many marks that change under a filter that asks for them are judged in steps.
#[test]
fn many_marks_that_change_are_judged_in_steps() {
    let mut driver = many(FILES);
    driver.keys("*");
    driver.keys("/marked");
    driver.key(KeyCode::Enter);
    finish(&mut driver);
    let marked = driver.app.marks().len();
    assert_eq!((marked, driver.app.table().rows().len()), (70_000, 70_000));
    driver.keys("*");
    assert_eq!(driver.app.table().under_way(), Some(Work::Filtering));
    finish(&mut driver);
    assert_eq!((driver.app.marks().len(), driver.app.table().rows().len()), (0, 0));
}
