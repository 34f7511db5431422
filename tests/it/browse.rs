//! Marks, filter, order, columns, timeline and agenda, driven by keys.

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use ratatui::buffer::Cell;
use shelflife::account::timeline::Measure;
use shelflife::api::ApiError;
use shelflife::api::error::Status;
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::focus::Focus;
use shelflife::app::geometry::columns::width_of;
use shelflife::app::layers::Layer;
use shelflife::app::settings::{Plan, SettingChange, Times};
use shelflife::lister::refresh::RefreshPolicy;
use shelflife::store::field::Field;
use shelflife::theme::{Background, Theme};
use shelflife::time::expiry::Urgency;

use crate::support::driver::Driver;
use crate::support::files::{account, hours, page};
use crate::support::screen::{draw_at, lines, row, text};

/// Files 0 to `files`, all of them, on a large screen without refreshing.
fn loaded(files: i64) -> Driver {
    let refresh = RefreshPolicy { interval: None, ..RefreshPolicy::default() };
    let mut driver = Driver::started(120, 36, Settings { refresh, ..Driver::settings() });
    driver.answer(&page(0..files, hours, false));
    driver
}

fn ids(driver: &Driver, files: impl IntoIterator<Item = shelflife::store::FileNo>) -> Vec<i64> {
    let number = |no| {
        let id = driver.app.store().file(no).id.printable().into_owned();
        id.trim_start_matches("file_").parse().unwrap()
    };
    files.into_iter().map(number).collect()
}

fn marked(driver: &Driver) -> Vec<i64> {
    let marked: BTreeSet<i64> =
        ids(driver, driver.app.marks().iter().copied()).into_iter().collect();
    marked.into_iter().collect()
}

fn rows(driver: &Driver) -> Vec<i64> {
    ids(driver, driver.app.table().rows().iter().copied())
}

fn last_line(driver: &Driver, back: usize) -> String {
    let layout = driver.app.layout().unwrap();
    let screen = text(&driver.app, layout.footer.width, layout.footer.bottom());
    screen.lines().rev().nth(back).unwrap().to_owned()
}

#[test]
fn marking() {
    let cases: [(&str, &[i64], &str); 9] = [
        (" ", &[0], "file_1"),
        ("  ", &[0, 1], "file_2"),
        (" k ", &[], "file_1"),
        ("jvjjv", &[1, 2, 3], "file_3"),
        ("Gvkkv", &[5, 6, 7], "file_5"),
        ("vv", &[0], "file_0"),
        ("  *", &[2, 3, 4, 5, 6, 7], "file_2"),
        (" **", &[0], "file_1"),
        ("G  ", &[], "file_7"),
    ];
    for (keys, expected, selected) in cases {
        let mut driver = loaded(8);
        driver.keys(keys);
        assert_eq!(
            (marked(&driver).as_slice(), &*driver.selected()),
            (expected, selected),
            "{keys}"
        );
    }
}

#[test]
fn marks_are_of_files_whatever_the_order_and_the_filter() {
    let mut driver = loaded(8);
    driver.keys("  v");
    driver.keys("S");
    driver.keys("j");
    driver.keys("v");
    assert_eq!(marked(&driver), [0, 1, 2], "a range in the order of the screen, from file 2 to 1");
    driver.keys("/0005");
    driver.key(KeyCode::Enter);
    driver.keys("*");
    assert_eq!(marked(&driver), [0, 1, 2, 5], "only what is shown is inverted");
    driver.key(KeyCode::Esc);
    driver.keys("1S<>");
    assert_eq!(marked(&driver), [0, 1, 2, 5]);
    assert!(text(&driver.app, 120, 36).contains("4 marked"));
}

#[test]
fn all_that_is_shown_is_marked_and_marks_are_cleared_and_brought_back() {
    let mut driver = loaded(8);
    driver.keys("M");
    assert_eq!(driver.app.message(), Some("nothing is marked; Space marks"));
    driver.keys(" /0005");
    driver.key(KeyCode::Enter);
    driver.control('a');
    assert_eq!(driver.app.message(), Some("all 1 shown are marked"));
    driver.key(KeyCode::Esc);
    assert_eq!(marked(&driver), [0, 5]);
    driver.keys("M");
    assert_eq!(driver.app.message(), Some("2 marks cleared; M brings them back"));
    assert!(marked(&driver).is_empty());
    driver.keys("M");
    assert_eq!((driver.app.message(), marked(&driver)), (Some("2 marks brought back"), vec![0, 5]));
    driver.control('a');
    driver.keys("*");
    assert!(marked(&driver).is_empty());
    driver.keys("M");
    assert_eq!(driver.app.message(), Some("nothing is marked; Space marks"), "they were inverted");
}

#[test]
fn the_footer_says_how_much_is_marked() {
    let mut driver = loaded(8);
    let bytes: u64 = (0..2)
        .map(|row| {
            let no = driver.app.table().rows()[row];
            driver.app.store().file(no).bytes.value().unwrap()
        })
        .sum();
    driver.keys("  ");
    assert_eq!(driver.app.marked_bytes().known, u128::from(bytes));
    let sum = shelflife::text::sum(bytes.into());
    let footer = last_line(&driver, 0);
    assert!(footer.contains(&format!("◆ 2 marked · {sum}")), "{footer}");
    driver.keys("*");
    driver.keys("*M");
    assert_eq!(driver.app.marked_bytes().known, 0);
    driver.keys("M");
    assert_eq!(driver.app.marked_bytes().known, u128::from(bytes));
}

#[test]
fn a_range_is_seen_while_it_grows() {
    let mut driver = loaded(8);
    driver.keys("jvjj");
    let screen = text(&driver.app, 120, 36);
    let signs = screen.lines().filter(|line| line.contains("◇ name-")).count();
    assert_eq!(signs, 3, "{screen}");
    let footer = last_line(&driver, 0);
    assert!(footer.contains("◇ range of 3"), "{footer}");
    assert!(footer.contains("v marks it") && footer.contains("Esc no range"), "{footer}");
    driver.keys("kkk");
    assert_eq!(driver.app.range(), Some(0..=1), "the other way");
    driver.keys("v");
    assert_eq!((marked(&driver), driver.app.range()), (vec![0, 1], None));
}

#[test]
fn what_is_marked_is_copied_a_line_each() {
    let mut driver = loaded(8);
    driver.keys("Sg");
    driver.keys(" jj y");
    assert_eq!(driver.app.message(), Some("sent to the terminal: the id of 2 marked files"));
    assert_eq!(driver.copied, ["file_7\nfile_4"], "as they stand");
    driver.keys("/0004");
    driver.key(KeyCode::Enter);
    driver.keys("Y2");
    assert_eq!(driver.app.message(), Some("sent to the terminal: the filename of 2 marked files"));
    let names = driver.copied.last().unwrap();
    assert_eq!(names.lines().count(), 2, "also what the filter hides: {names}");
    driver.keys("dy");
    assert_eq!(driver.copied.last().unwrap(), "file_4", "the detail is of one file");
}

#[test]
fn a_range_whose_beginning_is_hidden_says_so_and_escape_lets_go() {
    let mut driver = loaded(8);
    driver.keys("v");
    driver.keys("/0005");
    driver.key(KeyCode::Enter);
    driver.keys("v");
    let message = driver.app.message().unwrap();
    assert!(message.contains("not in the table any more"), "{message}");
    assert!(marked(&driver).is_empty() && !driver.app.is_marking_range());
    driver.keys("v");
    driver.key(KeyCode::Esc);
    assert!(!driver.app.is_marking_range());
    assert_eq!(driver.app.table().filter_text(), Some("0005"), "one step at a time");
}

/// Where the file of its beginning is dropped, its number may be another file's soon.
#[test]
fn a_range_ends_with_the_file_at_which_it_began_and_with_no_other() {
    for (gone, is_marking) in [(1, false), (0, true), (3, true)] {
        let mut driver = loaded(5);
        driver.keys("jvj");
        for _ in 0..2 {
            assert!(driver.app.is_marking_range(), "{gone}: it is shown as gone for a cycle");
            driver.pass(Duration::from_secs(2));
            driver.keys("r");
            driver.answer(&page((0..5).filter(|n| *n != gone), hours, false));
            driver.deny(|id| id.raw() == format!("file_{gone}").as_bytes());
        }
        assert_eq!(driver.app.store().len(), 4);
        assert_eq!(driver.app.is_marking_range(), is_marking, "{gone}");
    }
}

#[test]
fn a_filter_for_marked_files_follows_the_marks() {
    let mut driver = loaded(8);
    driver.keys(" j ");
    driver.keys("/marked");
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver), [0, 2]);
    driver.keys("g ");
    assert_eq!((rows(&driver), marked(&driver)), (vec![2], vec![2]));
    driver.keys("*");
    assert_eq!((rows(&driver), marked(&driver)), (vec![], vec![]));
    driver.keys("/");
    (0..6).for_each(|_| driver.key(KeyCode::Backspace));
    driver.keys("not marked");
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver).len(), 8);
    driver.keys("g ");
    assert_eq!(rows(&driver), [1, 2, 3, 4, 5, 6, 7]);
    driver.key(KeyCode::Esc);
    driver.key(KeyCode::Esc);
    assert_eq!(marked(&driver), [0], "no step back lifts marks");
}

#[test]
fn the_last_good_filter_stays_in_force_while_the_text_has_an_error() {
    let mut driver = loaded(20);
    driver.keys("/000");
    assert_eq!(rows(&driver).len(), 10);
    driver.keys(" )");
    assert_eq!(driver.app.table().filter_text(), Some("000 "), "the last good one");
    assert_eq!(rows(&driver).len(), 10);
    let error = driver.app.filter_error().unwrap().clone();
    let below = last_line(&driver, 0);
    let sign = below.chars().position(|c| c == '▔').unwrap();
    assert_eq!(sign, " / ".len() + error.at.start, "under its place: {below}");
    assert!(below.contains(&error.what), "{below}");
    assert!(last_line(&driver, 1).contains("/ 000 )"));
    driver.key(KeyCode::Enter);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Filter(_))), "Enter is refused");
    driver.key(KeyCode::Backspace);
    driver.keys("(0003)");
    assert_eq!(driver.app.filter_error(), None);
    assert_eq!(rows(&driver), [3]);
    driver.keys(" left<soon");
    assert!(driver.app.filter_error().is_some());
    driver.key(KeyCode::Esc);
    assert!(driver.app.filter_error().is_none() && !driver.app.table().is_narrowed());
    assert!(driver.app.layers().is_empty());
    assert!(!last_line(&driver, 0).contains('▔'));
    assert_eq!(driver.app.layout().unwrap().footer.height, 1);
}

#[test]
fn while_a_filter_is_not_finished_the_last_one_stays_and_the_input_says_what_is_missing() {
    let mut driver = loaded(20);
    driver.keys("/0003 left");
    assert_eq!(rows(&driver), [3]);
    for typed in ["<", "6h and"] {
        let input = last_line(&driver, 0);
        assert!(driver.app.filter_lack().is_some_and(|lack| input.contains(lack)), "{input}");
        assert_eq!(driver.app.filter_error(), None);
        assert_eq!(rows(&driver), [3], "what of it is complete");
        driver.keys(typed);
    }
    driver.key(KeyCode::Enter);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Filter(_))), "Enter is refused");
    let message = driver.app.message().unwrap().to_owned();
    assert!(message.starts_with("not finished: a word"), "{message}");
    driver.keys(" \"jsonl");
    driver.key(KeyCode::Enter);
    assert!(driver.app.layers().is_empty() && driver.app.filter_lack().is_none());
    assert_eq!(rows(&driver), [3], "a quote need not be closed");
}

/// A file that expires sooner and comes in takes the first row, on which the selection rests; but not
/// from under what is being done to the file that was selected.
#[test]
fn what_is_done_is_done_to_the_file_that_was_meant() {
    for (keys, ends) in [("Y", "\r"), (":", "copy the id\r"), ("y", "y"), ("i", "y"), ("v", "y")] {
        let mut driver = Driver::new(120, 36);
        driver.answer(&page(10..110, hours, true));
        let meant = driver.app.table().selected().unwrap();
        let id = driver.app.store().file(meant).id.printable().into_owned();
        driver.keys("L");
        driver.keys(keys);
        driver.answer(&page(200..201, |_| 60, false));
        assert_eq!(driver.app.table().selected(), Some(meant), "{keys}");
        for c in ends.chars() {
            match c {
                '\r' => driver.key(KeyCode::Enter),
                c => driver.keys(&c.to_string()),
            }
        }
        assert_eq!(driver.copied.last(), Some(&id), "{keys}");
    }
    // Nothing was done: what expires next is the selected one.
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(10..110, hours, true));
    driver.keys("L");
    driver.answer(&page(200..201, |_| 60, false));
    assert_eq!(rows(&driver)[0], 200);
    assert_eq!(driver.app.table().selected(), driver.app.table().rows().first().copied());
}

/// Where there is no room for a pane, hiding it changes nothing that is seen, and says so.
#[test]
fn a_pane_that_has_no_room_is_hidden_with_a_word() {
    let mut driver = Driver::new(100, 24);
    driver.answer(&page(0..20, hours, false));
    driver.keys("p");
    assert_eq!(driver.app.message(), Some("no pane, also when the window is larger"));
    driver.keys("p");
    assert!(driver.app.message().unwrap().starts_with("the pane needs 120 columns or 30 rows"));
    let mut driver = loaded(20);
    driver.keys("p");
    assert_eq!(driver.app.message(), None, "it is seen");
}

/// What is complete stays in force while its end is deleted or written otherwise; only words that
/// were the beginning of something else do not.
#[test]
fn the_last_complete_filter_stays_while_it_is_changed() {
    for (typed, in_force) in [
        ("left<3h⌫", Some("left<3h")),
        ("left<3h⌫⌫⌫", Some("left<3h")),
        ("left<3h⌫⌫4", Some("left<3h")),
        ("left<3h⌫⌫4h", Some("left<4h")),
        ("left<3h⌫⌫⌫⌫", Some("lef")),
        ("0003 or left<3h⌫", Some("0003 or left<3h")),
        ("0003 or left<3h⌫⌫⌫", Some("0003 or left<3h")),
        ("0003 or left<3h⌫⌫⌫⌫⌫⌫⌫", Some("0003 ")),
        ("size>10M", Some("size>10")),
        ("created>2026-11-01T", Some("created>2026-11-01")),
        ("lef", Some("lef")),
        ("left", None),
        ("!left", None),
        ("0003 an", Some("0003 an")),
        ("0003 and", Some("0003 ")),
        ("0003 not left", Some("0003 ")),
        ("left<3h⌫⌫⌫⌫⌫⌫⌫", None),
    ] {
        let mut driver = loaded(20);
        driver.keys("/");
        for c in typed.chars() {
            match c {
                '⌫' => driver.key(KeyCode::Backspace),
                c => driver.keys(&c.to_string()),
            }
        }
        assert_eq!(driver.app.table().wanted_filter_text(), in_force, "{typed}");
    }
}

/// The service is searched after Enter or half a second without a key, never for what it does not
/// know, and not at all for what is not finished.
#[test]
fn the_service_is_searched_once_typing_ends() {
    let more = || {
        let mut driver = Driver::new(120, 36);
        driver.answer(&page(0..100, hours, true));
        driver.effects.clear();
        driver
    };
    let mut driver = more();
    driver.keys("/zzz");
    assert!(driver.effects.is_empty() && !driver.app.is_searching());
    driver.pass(Duration::from_millis(499));
    driver.tell(Event::DeadlineReached);
    assert!(driver.effects.is_empty());
    driver.keys("z");
    driver.pass(Duration::from_millis(499));
    driver.tell(Event::DeadlineReached);
    assert!(driver.effects.is_empty(), "each key begins the pause anew");
    driver.pass(Duration::from_millis(1));
    driver.tell(Event::DeadlineReached);
    assert!(driver.effects.len() == 1 && driver.app.is_searching());

    let mut driver = more();
    driver.keys("/zzz");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.effects.len(), 1, "at once");

    for (typed, entered) in [("/marked", true), ("/marked left<6h", true), ("/zzz left<", false)] {
        let mut driver = more();
        driver.keys(typed);
        if entered {
            driver.key(KeyCode::Enter);
        }
        driver.pass(Duration::from_secs(3));
        driver.tell(Event::DeadlineReached);
        assert!(driver.effects.is_empty(), "{typed}: {:?}", driver.effects);
    }
}

#[test]
fn the_selected_file_stays_selected_when_a_filter_is_lifted() {
    for enters in [false, true] {
        let mut driver = loaded(60);
        driver.keys("/5");
        driver.control('n');
        driver.control('n');
        if enters {
            driver.key(KeyCode::Enter);
        }
        let selected = driver.selected();
        assert_eq!(selected, "file_25");
        driver.key(KeyCode::Esc);
        assert!(!driver.app.table().is_narrowed());
        assert_eq!(driver.selected(), selected);
    }
    let mut driver = loaded(60);
    driver.keys("jj/zzz");
    driver.key(KeyCode::Esc);
    assert_eq!(driver.selected(), "file_2", "nothing else was");
}

#[test]
fn the_filter_counts_what_it_lets_through() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..300, hours, true));
    driver.keys("/left<38h");
    assert!(last_line(&driver, 0).contains("37 of 300 loaded"), "{}", last_line(&driver, 0));
    assert!(driver.effects.is_empty(), "somebody may still be typing");
    driver.key(KeyCode::Enter);
    driver.keys("/");
    assert!(driver.effects.len() == 1, "the view comes near the end of the 37");
    driver.answer(&page(300..305, hours, false));
    assert!(last_line(&driver, 0).contains("37 of 305"), "{}", last_line(&driver, 0));
}

#[test]
fn a_filter_on_time_left_takes_in_files_as_time_passes() {
    let mut driver = loaded(30);
    driver.keys("p/left<6h");
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver), [0, 1, 2, 3, 4]);
    let before = driver.now.mono;
    driver.wake();
    assert_eq!(rows(&driver), [0, 1, 2, 3, 4, 5], "05:59:59 is less than six hours");
    assert_eq!(driver.now.mono, before + Duration::from_secs(1));

    // Nothing else calls for a wake-up: the one for the filter comes by itself.
    let mut driver = loaded(0);
    driver.keys("r");
    driver.answer(&page(0..1, |_| 8 * 86_400 + 90, false));
    driver.keys("p/left<8d");
    driver.key(KeyCode::Enter);
    assert!(rows(&driver).is_empty());
    let mut wakes = 0;
    while rows(&driver).is_empty() {
        driver.wake();
        wakes += 1;
    }
    let left = driver.app.store().next_to_expire(driver.app.server_ms());
    let left = driver.app.time_left(&driver.app.store().file(left.unwrap()));
    assert_eq!(left.with_seconds(), "7d 23:59:59");
    assert!(wakes < 5, "{wakes} wake-ups for 90 seconds without a change");
}

#[test]
fn a_search_hides_nothing_and_its_matches_are_walked_through() {
    let mut driver = loaded(30);
    let walk = |driver: &mut Driver, keys: &str| {
        driver.keys(keys);
        driver.selected()
    };
    driver.keys("n");
    assert_eq!(driver.app.message(), Some("nothing is searched for; \\ searches"));
    assert_eq!(walk(&mut driver, "jj\\5"), "file_5", "the first one from here on");
    assert_eq!((rows(&driver).len(), driver.app.table().is_narrowed()), (30, false));
    assert_eq!(walk(&mut driver, ".jsonl left>20h"), "file_25");
    driver.key(KeyCode::Esc);
    assert_eq!((driver.selected().as_str(), driver.app.sought().is_some()), ("file_2", false));

    driver.keys("\\5");
    driver.key(KeyCode::Enter);
    assert_eq!(walk(&mut driver, "n"), "file_15");
    assert_eq!(walk(&mut driver, "nn"), "file_5", "around the end");
    assert_eq!(walk(&mut driver, "N"), "file_25");
    // Among what a filter lets through, too.
    driver.keys("/1");
    driver.key(KeyCode::Enter);
    assert_eq!((walk(&mut driver, "gn"), rows(&driver).len()), ("file_15".into(), 12));
    driver.key(KeyCode::Esc);
    assert!(driver.app.sought().is_none() && driver.app.table().is_narrowed(), "one at a time");
    driver.keys("n");
    assert_eq!(driver.app.message(), Some("all that is shown matches the filter; \\ searches"));
    // The last filter is searched for once it hides nothing any more.
    driver.key(KeyCode::Esc);
    assert_eq!(walk(&mut driver, "gn"), "file_1");
    assert_eq!(walk(&mut driver, "n"), "file_10");
    assert!(driver.effects.is_empty());
}

#[test]
fn filters_typed_before_come_back_with_up_and_down() {
    let mut driver = loaded(30);
    driver.keys("/");
    driver.key(KeyCode::Up);
    assert_eq!(driver.app.message(), Some("nothing was typed before this"));
    driver.key(KeyCode::Esc);
    for typed in ["0005", "0006", "0005"] {
        driver.keys("/");
        driver.control('u');
        driver.keys(typed);
        driver.key(KeyCode::Enter);
    }
    driver.key(KeyCode::Esc);
    driver.keys("/00");
    let mut typed = |key| {
        driver.key(key);
        (driver.typed().unwrap().to_owned(), rows(&driver).len())
    };
    assert_eq!(typed(KeyCode::Up), ("0005".into(), 1), "each stands there once");
    assert_eq!(typed(KeyCode::Up), ("0006".into(), 1));
    assert_eq!(typed(KeyCode::Up), ("0006".into(), 1), "there are no more");
    assert_eq!(typed(KeyCode::Down), ("0005".into(), 1));
    assert_eq!(typed(KeyCode::Down), ("00".into(), 30), "what was being typed");
    assert_eq!(typed(KeyCode::Down), ("00".into(), 30));
    assert_eq!(driver.app.message(), Some("nothing was typed after this"));
}

#[test]
fn a_filter_on_age_lets_files_go_as_time_passes() {
    let mut driver = loaded(30);
    let age = |driver: &Driver, row: usize| {
        let no = driver.app.table().rows()[row];
        let born = driver.app.store().file(no).created_at.value().unwrap();
        driver.app.server_ms().div_euclid(1_000) - born
    };
    let youngest = (0..30).map(|row| age(&driver, row)).min().unwrap();
    driver.keys(&format!("p/age<{}s", youngest + 2));
    driver.key(KeyCode::Enter);
    let before = rows(&driver).len();
    assert!(before >= 1);
    let start = driver.now.mono;
    while !rows(&driver).is_empty() && rows(&driver).len() == before {
        driver.wake();
        assert!(driver.now.mono.saturating_sub(start) <= Duration::from_secs(2), "it went in time");
    }
    assert!(rows(&driver).len() < before);
}

#[test]
fn columns_are_chosen_moved_and_widened() {
    let shown = |driver: &Driver| -> Vec<&'static str> {
        driver.app.columns().shown().iter().map(|column| column.field.name()).collect()
    };
    let mut driver = loaded(5);
    assert_eq!(shown(&driver), ["Filename", "Size", "Purpose", "Created", "Time left"]);
    driver.keys("w ");
    assert_eq!(shown(&driver).len(), 5, "the filename stays");
    driver.keys("j ");
    assert_eq!(shown(&driver), ["Filename", "Purpose", "Created", "Time left"]);
    driver.keys("q");
    assert!(driver.app.layers().is_empty() && driver.effects.is_empty());
    driver.keys("wG ");
    assert_eq!(shown(&driver).last(), Some(&"Saved"));
    driver.keys("<<");
    assert_eq!(shown(&driver), ["Filename", "Purpose", "Saved", "Created", "Time left"]);
    driver.keys(">");
    assert_eq!(shown(&driver)[3], "Saved");
    driver.keys("gj");
    let before = width_of(&driver.app, Field::Purpose).unwrap();
    driver.keys("+++-");
    assert_eq!(width_of(&driver.app, Field::Purpose), Some(before + 2));
    assert_eq!(driver.app.refresher().interval(), None, "+ and - are for the column here");
    driver.keys("w");
    assert!(driver.app.layers().is_empty());
    driver.keys("2");
    assert_eq!(driver.app.table().order().field(), Field::Purpose, "the second as shown");
    driver.keys("7");
    assert_eq!(driver.app.message(), Some("there are 5 columns; w adds others"));
}

#[test]
fn what_was_chosen_is_written_as_it_is_now() {
    let mut driver = loaded(5);
    driver.keys("tpBSwjj W");
    let Some(Effect::PlanSettings(chosen)) = driver.effects.last().cloned() else {
        panic!("{:?}", driver.effects);
    };
    let usual = Settings::new("", "");
    assert_eq!((chosen.times, chosen.pane, chosen.measure), (Times::Local, false, Measure::Bytes));
    assert_eq!(chosen.sort, (usual.sort.0, true));
    let fields: Vec<Field> = chosen.columns.shown().iter().map(|column| column.field).collect();
    assert_eq!(fields, [Field::Filename, Field::Size, Field::Created, Field::TimeLeft]);
    assert_eq!(chosen.theme, None, "colours are off");
    let plan = Plan {
        chosen: chosen.clone(),
        file: "config.toml".to_owned(),
        changes: vec![],
        seen: None,
    };
    driver.tell(Event::SettingsPlanned(Ok(plan)));
    assert_eq!(driver.app.message(), Some("nothing to write: it is so already · config.toml"));
    driver.keys("W");
    driver.answer_questions();
    driver.keys("y");
    let Some(Effect::WriteSettings(agreed)) = driver.effects.last() else { panic!() };
    assert_eq!((&agreed.chosen, agreed.changes.len()), (&chosen, 1));
    driver.tell(Event::SettingsWritten("written: sort".to_owned()));
    assert_eq!(driver.app.message(), Some("written: sort"));
}

/// Hazards 7: what was typed before a question could be read is no answer to it; a paste never is.
#[test]
fn a_question_takes_no_answer_before_a_frame_has_shown_it_and_none_but_yes_is_yes() {
    let asked = || {
        let mut driver = loaded(5);
        driver.keys("SW");
        let Some(Effect::PlanSettings(chosen)) = driver.effects.pop() else { panic!() };
        let change = SettingChange { setting: "sort", before: None, after: "\"-left\"".to_owned() };
        let (file, changes) = ("config.toml".to_owned(), vec![change]);
        driver.tell(Event::SettingsPlanned(Ok(Plan { chosen, file, changes, seen: None })));
        assert!(driver.app.awaits_frame());
        driver
    };
    let is_open =
        |driver: &Driver| matches!(driver.app.layers().top(), Some(Layer::Confirmation(_)));
    let written =
        |driver: &Driver| driver.effects.iter().any(|e| matches!(e, Effect::WriteSettings(_)));
    let mut driver = asked();
    driver.keys("yn q");
    for code in [KeyCode::Enter, KeyCode::Tab, KeyCode::Esc] {
        driver.key(code);
    }
    driver.tell(Event::Pasted("y".to_owned()));
    assert!(is_open(&driver) && !written(&driver), "nothing answers what nobody has read");
    driver.tell(Event::Drawn);
    driver.tell(Event::Pasted("y\n".to_owned()));
    assert!(is_open(&driver) && !driver.app.awaits_frame(), "a paste is no answer");
    driver.keys("y");
    assert!(!is_open(&driver) && written(&driver));

    let press =
        |driver: &mut Driver, keys: &[KeyCode]| keys.iter().for_each(|key| driver.key(*key));
    let (esc, enter, tab, left) = (KeyCode::Esc, KeyCode::Enter, KeyCode::Tab, KeyCode::Left);
    let keys: [(&[KeyCode], bool); 8] = [
        (&[KeyCode::Char('n')], false),
        (&[KeyCode::Char('q')], false),
        (&[KeyCode::Char(' ')], false),
        (&[esc], false),
        (&[enter], false),
        (&[tab, tab, enter], false),
        (&[left, enter], true),
        (&[KeyCode::Char('y')], true),
    ];
    for (keys, is_yes) in keys {
        let mut driver = asked();
        driver.tell(Event::Drawn);
        press(&mut driver, keys);
        assert_eq!((is_open(&driver), written(&driver)), (false, is_yes), "{keys:?}");
    }
    for (words, is_yes) in [("leave it", false), ("write  ", true)] {
        let mut driver = asked();
        click_on(&mut driver, words);
        assert!(is_open(&driver), "nobody has read it");
        driver.tell(Event::Drawn);
        click_on(&mut driver, words);
        assert_eq!((is_open(&driver), written(&driver)), (false, is_yes), "{words}");
    }
}

/// Nothing is agreed to that was not on the screen, and no question opens where somebody types on.
#[test]
fn what_is_not_seen_is_not_answered_with_yes() {
    let written =
        |driver: &Driver| driver.effects.iter().any(|e| matches!(e, Effect::WriteSettings(_)));
    let asked = |keys: &str| {
        let mut driver = loaded(5);
        driver.keys("SW");
        let Some(Effect::PlanSettings(chosen)) = driver.effects.pop() else { panic!() };
        driver.keys(keys);
        let change = |setting| SettingChange { setting, before: None, after: "1".to_owned() };
        let changes = ["sort", "pane", "times", "columns", "theme"].map(change).to_vec();
        let plan = Plan { chosen, file: "config.toml".to_owned(), changes, seen: None };
        driver.tell(Event::SettingsPlanned(Ok(plan)));
        driver
    };
    let mut driver = asked("");
    driver.tell(Event::Resized { width: 25, height: 5 });
    driver.tell(Event::Drawn);
    driver.keys("y");
    assert!(!written(&driver) && !driver.app.layers().is_empty(), "the screen is too small");
    driver.keys("q");
    assert!(
        driver.app.layers().is_empty() && driver.effects.is_empty(),
        "q leaves it all the same"
    );

    let mut driver = asked("");
    driver.tell(Event::Resized { width: 30, height: 6 });
    driver.tell(Event::Drawn);
    let screen = text(&driver.app, 30, 6);
    assert!(screen.contains("5 lines") && screen.contains("… 4 more"), "{screen}");
    driver.keys("y");
    assert!(!written(&driver), "most of it is not to be seen");
    driver.tell(Event::Resized { width: 80, height: 24 });
    driver.keys("y");
    assert!(written(&driver));

    let driver = asked("j");
    assert!(driver.app.layers().is_empty(), "somebody types on");
    assert_eq!(driver.app.message(), Some("not asked while you type; W asks again"));
}

/// Clicks on some words of the line of answers.
fn click_on(driver: &mut Driver, words: &str) {
    let screen = text(&driver.app, 120, 36);
    let lines = screen.lines().enumerate();
    let (y, line) = lines.filter(|(_, line)| line.contains("▌ leave it")).last().unwrap();
    let x = line[..line.find(words).unwrap()].chars().count();
    let (x, y) = (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
    driver.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
}

#[test]
fn times_go_round_and_are_shown() {
    let mut driver = loaded(5);
    for (times, word, shown) in [
        (Times::Local, "local (+01:00)", ["Created +01:00", "2026-11-16 16:20"]),
        (Times::Utc, "utc", ["Created UTC", "2026-11-16 15:20"]),
        (Times::Relative, "relative", ["Created ", "6d ago"]),
    ] {
        driver.keys("t");
        assert_eq!(driver.app.times(), times);
        assert_eq!(
            driver.app.message(),
            Some(&*format!("times {word}; W writes it to the configuration"))
        );
        let screen = text(&driver.app, 120, 36);
        assert!(shown.iter().all(|words| screen.contains(words)), "{word}: {screen}");
    }
}

#[test]
fn the_timeline_narrows_the_table_down_and_gives_it_back() {
    let mut driver = loaded(60);
    driver.keys("p");
    driver.key(KeyCode::Tab);
    assert_eq!(driver.app.focus(), Focus::Timeline { bucket: 0 });
    driver.key(KeyCode::Right);
    driver.key(KeyCode::Right);
    driver.key(KeyCode::Left);
    assert_eq!(driver.app.focus(), Focus::Timeline { bucket: 1 });
    assert!(last_line(&driver, 0).contains("1 file ·"), "{}", last_line(&driver, 0));
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver).len(), driver.app.timeline().buckets()[1].amount.files);
    assert_eq!(rows(&driver), [0]);
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver).len(), 60, "again lifts it");
    driver.keys("G");
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver).len(), driver.app.timeline().buckets()[31].amount.files);
    driver.keys("g");
    driver.key(KeyCode::Left);
    assert_eq!(driver.app.focus(), Focus::Timeline { bucket: 0 });
    driver.key(KeyCode::Esc);
    assert_eq!(rows(&driver).len(), 60, "Esc lifts it");
    driver.key(KeyCode::Esc);
    assert_eq!(driver.app.focus(), Focus::Table);
    driver.keys("B");
    assert_eq!(driver.app.measure(), Measure::Bytes);
    assert_eq!(driver.app.message(), Some("timeline in bytes; W writes it to the configuration"));
    driver.keys("B");
    assert_eq!(driver.app.measure(), Measure::Files);
    assert!(driver.effects.is_empty());
}

#[test]
fn a_chosen_span_keeps_its_name_while_time_goes_on() {
    for (key, before, after) in [("jjj", "18:00 – 19:00", "18:00 – 19:00"), ("", "now – ", "15:0")]
    {
        let mut driver = loaded(60);
        driver.keys("a");
        driver.keys(key);
        driver.key(KeyCode::Enter);
        let title = |driver: &Driver| {
            text(&driver.app, 120, 36)
                .lines()
                .find(|line| line.contains("Files"))
                .unwrap()
                .to_owned()
        };
        assert!(title(&driver).contains(before), "{}", title(&driver));
        driver.pass(Duration::from_secs(5 * 3_600));
        driver.tell(Event::DeadlineReached);
        assert!(title(&driver).contains(after), "{}", title(&driver));
        assert!(!title(&driver).contains("now"), "{}", title(&driver));
    }
}

/// The numbers of the agenda's column `Files`, and the total below them.
fn agenda_numbers(driver: &Driver) -> (Vec<usize>, usize) {
    let screen = text(&driver.app, 120, 60);
    let lines = screen.lines().skip(2).take_while(|line| line.starts_with('│'));
    let number = |line: &str| {
        let field: String = line.chars().skip(28).take(10).collect();
        field.trim().replace(',', "").parse().ok()
    };
    let mut numbers: Vec<usize> = lines.filter_map(number).collect();
    let total = numbers.pop().unwrap();
    (numbers, total)
}

#[test]
fn the_agenda_adds_up_to_what_is_loaded_and_narrows_down() {
    for body in
        [account(false), page(0..300, hours, false), page(0..300, |n| n * 7_000 - 9_000, false)]
    {
        let mut driver = Driver::new(120, 60);
        driver.answer(&body);
        driver.keys("a");
        for _ in 0..2 {
            let (numbers, total) = agenda_numbers(&driver);
            assert_eq!(numbers.iter().sum::<usize>(), driver.app.store().len(), "{numbers:?}");
            assert_eq!(total, driver.app.store().len());
            driver.pass(Duration::from_secs(5 * 3_600 + 17));
            driver.tell(Event::DeadlineReached);
        }
    }
    let mut driver = loaded(300);
    driver.keys("ajjj");
    driver.key(KeyCode::Enter);
    assert!(driver.app.layers().is_empty());
    assert_eq!(rows(&driver), [2], "the bucket from 18:00 to 19:00");
    driver.key(KeyCode::Esc);
    assert_eq!(rows(&driver).len(), 300);
    driver.keys("aGGq");
    assert!(driver.app.layers().is_empty() && driver.effects.is_empty());
}

#[test]
fn freezing_asks_for_nothing_and_thawing_makes_up_for_it() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    driver.keys("f");
    assert!(text(&driver.app, 120, 36).contains("frozen"));
    for _ in 0..300 {
        driver.wake();
    }
    assert!(driver.effects.is_empty(), "{:?}", driver.effects);
    assert!(driver.now.mono > Duration::from_secs(200), "countdowns go on");
    driver.keys("f");
    assert_eq!(driver.effects.len(), 1, "what is overdue begins at once");
}

#[test]
fn freezing_says_what_it_stops_and_thawing_what_goes_on() {
    let said = |interval: Option<u64>, keys: &str| {
        let interval = interval.map(Duration::from_secs);
        let refresh = RefreshPolicy { interval, ..RefreshPolicy::default() };
        let mut driver = Driver::started(120, 36, Settings { refresh, ..Driver::settings() });
        driver.answer(&page(0..5, hours, false));
        driver.keys(keys);
        (driver.app.message().unwrap().to_owned(), driver.app.refresher().reading_all().is_some())
    };
    let frozen = "frozen: nothing is read until f; countdowns go on";
    let stopped = "frozen: nothing is read until f; reading again was stopped, what it found stays";
    let off = "no longer frozen; refreshing is off; + turns it on";
    for (interval, keys, words) in [
        (Some(10), "f", frozen),
        (Some(10), "ff", "refreshing and reading on go on"),
        (None, "f", frozen),
        (None, "ff", off),
        (Some(10), "Rf", stopped),
        (None, "Rff", off),
    ] {
        assert_eq!(said(interval, keys), (words.to_owned(), false), "{interval:?} {keys}");
    }
}

#[test]
fn the_interval_goes_up_and_down_and_off() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..5, hours, false));
    let mut said = |keys: &str| {
        driver.keys(keys);
        driver.app.message().unwrap_or_default().to_owned()
    };
    assert_eq!(said("+"), "refresh every 15s");
    assert_eq!(said("++++"), "refresh every 5s");
    assert_eq!(said("---"), "refresh every 30s");
    assert_eq!(said("-----"), "refresh every 30m");
    assert_eq!(said("-"), "refresh every 1h");
    assert_eq!(said("-"), "refreshing is off; r refreshes once · + turns it on");
    assert!(driver.app.account().refresh_due().is_none());
    driver.keys("r");
    assert_eq!(driver.effects.len(), 1, "on demand all the same");
}

/// By another interval nothing was missed before it was chosen; and the interval is told all along.
#[test]
fn another_interval_makes_nothing_stale() {
    let interval = Some(Duration::from_secs(600));
    let refresh = RefreshPolicy { interval, ..RefreshPolicy::default() };
    for keys in ["+", "++++++", "-", "-+++++++", "+-+-"] {
        let mut driver = Driver::started(120, 36, Settings { refresh, ..Driver::settings() });
        driver.answer(&page(0..5, hours, false));
        driver.pass(Duration::from_secs(300));
        driver.tell(Event::DeadlineReached);
        for key in keys.chars() {
            driver.key(KeyCode::Char(key));
            let screen = text(&driver.app, 120, 36);
            let header = screen.lines().next().unwrap();
            assert!(!driver.app.freshness().unwrap().stale, "{keys}: {header}");
            assert!(!header.contains("stale") && header.contains(" · every "), "{keys}: {header}");
        }
    }
}

#[test]
fn a_message_takes_no_key() {
    let mut driver = loaded(5);
    driver.keys("y");
    assert!(driver.app.message().is_some());
    driver.effects.clear();
    driver.keys("j");
    assert_eq!((driver.selected().as_str(), driver.app.message()), ("file_1", None));
    driver.keys("yq");
    assert_eq!(driver.effects.last(), Some(&Effect::Quit));
}

#[test]
fn what_happened_to_the_files_is_logged_and_shown_for_a_cycle() {
    let mut driver = loaded(5);
    let refresh = |driver: &mut Driver, body: &str| {
        driver.pass(Duration::from_secs(2));
        driver.keys("r");
        driver.answer(body);
    };
    let changed = page(1..6, |n| if n == 2 { 90_000 } else { hours(n) }, false);
    refresh(&mut driver, &changed);
    let denied = driver.deny(|id| id.raw() == b"file_0");
    assert_eq!(denied, 1, "file 0 is asked for before anything is said of it");
    let sign = |driver: &Driver, name: &str| {
        let screen = text(&driver.app, 120, 36);
        row(&screen, name).map(|line| line.chars().nth(1).unwrap())
    };
    let signs =
        ["name-0000", "name-0001", "name-0002", "name-0005"].map(|name| sign(&driver, name));
    assert_eq!(signs, [Some('-'), Some(' '), Some('~'), Some('+')]);
    assert_eq!(driver.app.store().len(), 5);
    driver.keys("g ");
    assert_eq!(driver.app.message(), Some("this file is gone"));
    refresh(&mut driver, &changed);
    assert_eq!(sign(&driver, "name-0000"), None, "gone for good after a cycle");
    assert_eq!(sign(&driver, "name-0005"), Some(' '));
    driver.keys("E");
    let screen = text(&driver.app, 120, 36);
    for words in ["+ new", "~ changed", "- deleted early"] {
        assert!(screen.contains(words), "{words} in {screen}");
    }
}

/// The bar of the hour under way is of files that are soon gone, not of those that are.
#[test]
fn the_bucket_under_way_is_critical_and_never_expired() {
    let mut driver = loaded(3);
    driver.pass(Duration::from_secs(1_000));
    driver.tell(Event::DeadlineReached);
    let buckets = driver.app.timeline().buckets();
    let urgency = |number: usize| driver.app.bucket_urgency(&buckets[number]);
    assert_eq!(urgency(1), Urgency::Critical, "the file of 15:00 has 43 minutes left");
    assert_eq!((urgency(2), urgency(3)), (Urgency::Soon, Urgency::Soon));
    assert_eq!(
        (urgency(0), urgency(31)),
        (Urgency::Fresh, Urgency::Fresh),
        "nothing is not urgent"
    );
}

/// The colours are those of the table: an hour that begins within an hour is not urgent by itself.
#[test]
fn an_hour_is_as_urgent_as_the_first_of_its_files() {
    // 14:20 by the clock of the service; a file at 15:58, and one at 15:10 that is gone later.
    let mut driver = Driver::new(120, 36);
    driver.pass(Duration::from_secs(20 * 60));
    driver.answer(&page([0, 1], |n| if n == 0 { 118 * 60 } else { 70 * 60 }, false));
    let urgency = |driver: &Driver| driver.app.bucket_urgency(&driver.app.timeline().buckets()[1]);
    assert_eq!(urgency(&driver), Urgency::Critical);
    driver.keys("r");
    driver.answer(&page([0], |_| 118 * 60, false));
    driver.deny(|id| id.raw() == b"file_1");
    assert_eq!(urgency(&driver), Urgency::Soon, "1 h 38 left");
    assert_eq!(driver.app.timeline().buckets()[1].amount.files, 1);

    // So it is drawn, in the strip and in the agenda.
    let theme = Theme::ansi(Background::Dark);
    let soon = theme.urgency(Urgency::Soon).fg.unwrap();
    let bars = |driver: &Driver| {
        let buffer = draw_at(&driver.app, &theme, 120, 36);
        let is_bar = |cell: &&Cell| "▁▂▃▄▅▆▇█".contains(cell.symbol()) && cell.symbol() != " ";
        buffer.content.iter().filter(is_bar).map(|cell| cell.fg).collect::<Vec<_>>()
    };
    let strip = bars(&driver);
    assert!(strip.contains(&soon), "{strip:?}");
    driver.keys("a");
    let agenda = bars(&driver);
    assert!(!agenda.is_empty() && agenda.iter().all(|fg| *fg == soon), "{agenda:?}");
    let buffer = draw_at(&driver.app, &theme, 120, 36);
    let line = lines(&buffer).iter().position(|line| line.contains("16:00 – 17:00")).unwrap();
    assert_eq!(buffer[(4, u16::try_from(line).unwrap())].fg, soon);
}

#[test]
fn timeline_and_agenda_are_of_all_files_or_of_the_filtered() {
    let mut driver = loaded(300);
    driver.keys("A");
    assert_eq!(driver.app.message(), Some("all files are shown: there is no filter; / begins one"));
    driver.keys("/name-00");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.timeline().total().files, 300);
    driver.keys("A");
    assert_eq!(driver.app.timeline().total().files, 100);
    assert!(text(&driver.app, 120, 36).contains(" files, filtered now "));
    driver.keys("a");
    let title = |driver: &Driver| text(&driver.app, 120, 60).lines().next().unwrap().to_owned();
    assert!(title(&driver).starts_with("╭─ Agenda · filtered “name-00” ─"), "{}", title(&driver));
    let (numbers, total) = agenda_numbers(&driver);
    assert_eq!((numbers.iter().sum::<usize>(), total), (100, 100));
    driver.keys("A");
    assert!(title(&driver).starts_with("╭─ Agenda · all files ─"), "{}", title(&driver));
    assert_eq!(agenda_numbers(&driver).1, 300);
    driver.keys("A");
    // Down to one bucket, the others are still counted, so that another can be chosen.
    driver.keys("jjj");
    driver.key(KeyCode::Enter);
    assert_eq!(rows(&driver), [2]);
    assert_eq!(driver.app.timeline().total().files, 100);
    driver.keys("a");
    assert_eq!(agenda_numbers(&driver).1, 100);
    driver.keys("q");
    driver.key(KeyCode::Esc);
    driver.key(KeyCode::Esc);
    assert_eq!((rows(&driver).len(), driver.app.timeline().total().files), (300, 300));
}

/// A filter on time left lets other files through as time passes, and so does the timeline.
#[test]
fn the_filtered_timeline_goes_with_the_table() {
    let mut driver = loaded(60);
    driver.keys("/left<6h");
    driver.key(KeyCode::Enter);
    driver.keys("A");
    for _ in 0..40 {
        let shown = rows(&driver).len();
        assert_eq!(driver.app.timeline().total().files, shown);
        assert_eq!(driver.app.timeline().expired.files, driver.app.outlook().counts.expired);
        driver.pass(Duration::from_secs(17 * 60));
        driver.tell(Event::DeadlineReached);
    }
}

#[test]
fn what_has_no_expiry_has_bytes_and_the_total_says_what_is_not_known() {
    let mut driver = Driver::new(120, 60);
    driver.answer(&account(false));
    driver.keys("a");
    let screen = text(&driver.app, 120, 60);
    let line = |word: &str| screen.lines().find(|line| line.contains(word)).unwrap().to_owned();
    assert!(line("no expiry given").contains("1         0 B"), "{screen}");
    assert!(line("not readable").contains("2           ?"), "{screen}");
    assert!(line("  all  ").contains("+ 2 of unknown size"), "{screen}");
    assert!(line("Agenda").ends_with(" files max 1/h, 1/d ─╮"), "{screen}");
    driver.keys("B");
    let screen = text(&driver.app, 120, 60);
    assert!(screen.contains("bytes max "), "{screen}");
}

/// Somebody who has changed networks need not wait for the answer of a connection that is dead.
#[test]
fn what_is_not_answered_for_long_is_asked_for_anew_and_the_call_before_is_given_up() {
    let mut driver = Driver::new(120, 36);
    let first = driver.fetch().request;
    driver.keys("r");
    assert_eq!(driver.effects, [], "an answer that is on its way is waited for");
    driver.pass(Duration::from_secs(2));
    driver.tell(Event::Progressed(first, 3_000_000));
    let screen = text(&driver.app, 120, 36);
    assert!(screen.contains("first page … 2 s · 2.86 MiB"), "{screen}");
    driver.keys("r");
    assert_eq!(driver.aborted.pop(), Some(first));
    let second = driver.fetch().request;
    assert!(second != first && !text(&driver.app, 120, 36).contains("2.86 MiB"));
    driver.tell(Event::Progressed(first, 4_000_000));
    driver.answer_to(first, &page(0..3, hours, false));
    assert!(driver.app.store().is_empty(), "it is late");
    assert_eq!(driver.app.account().received(), 0);
    driver.answer_to(second, &page(0..3, hours, false));
    assert_eq!(driver.app.store().len(), 3);

    // The same for what a refresh asks for, here that which was wanted while the page was to come.
    let first = driver.fetch().request;
    driver.pass(Duration::from_millis(1_900));
    driver.keys("r");
    assert_eq!(driver.effects, []);
    driver.pass(Duration::from_millis(100));
    driver.tell(Event::Progressed(first, 2_048));
    let footer = text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
    assert!(footer.ends_with("refreshing … 2 s · 2.00 KiB · r asks again"), "{footer}");
    driver.keys("rrr");
    assert_eq!(driver.aborted.pop(), Some(first));
    let second = driver.fetch().request;
    driver.answer_to(first, &page(0..2, hours, false));
    assert_eq!(driver.app.store().len(), 3, "it is late");
    driver.answer_to(second, &page(0..4, hours, false));
    assert_eq!(driver.app.store().len(), 4);
}

/// A page that is read again, since the cursor behind it led nowhere, may lack a file that was there: it
/// is shown as missing, and asked for by its id before anything is said of it.
#[test]
fn a_page_that_is_read_on_suspects_the_files_that_it_lacks() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..10, hours, true));
    driver.fail(ApiError::Refused { status: Status(404), message: None, wait: None });
    driver.answer(&page([0, 1, 2, 4, 5, 6, 7, 8, 9], hours, false));
    let screen = text(&driver.app, 120, 36);
    let row = row(&screen, "name-0003").unwrap();
    assert!(row.starts_with("│?") && driver.app.store().len() == 10, "{screen}");
    driver.pass(Duration::from_secs(2));
    driver.keys("r");
    let list = driver.fetch().request;
    driver.answer_to(list, &page([0, 1, 2, 4, 5, 6, 7, 8, 9], hours, false));
    assert_eq!(driver.deny(|id| id.raw() == b"file_3"), 1, "{:?}", driver.effects);
    assert_eq!(driver.app.store().len(), 9);

    // Of one that has run out nothing more is to be learnt.
    let mut driver = Driver::new(120, 36);
    let left = |n| if n == 3 { -100 } else { hours(n) };
    driver.answer(&page(0..10, left, true));
    driver.fail(ApiError::Refused { status: Status(404), message: None, wait: None });
    driver.answer(&page([0, 1, 2, 4, 5, 6, 7, 8, 9], left, false));
    assert_eq!(driver.app.store().len(), 9, "it is gone at once");
}

/// A search says whether it found something, and no number that is none of matches.
#[test]
fn a_search_says_while_it_is_typed_whether_it_found_something() {
    let mut driver = loaded(30);
    let footer = |driver: &Driver| text(&driver.app, 120, 36).lines().last().unwrap().to_owned();
    driver.keys("\\");
    assert!(footer(&driver).contains("30 of 30"), "{}", footer(&driver));
    driver.keys("0012");
    assert!(footer(&driver).contains("row 13 of 30 · "), "{}", footer(&driver));
    driver.keys("zz");
    assert!(footer(&driver).contains("no match among 30 · "), "{}", footer(&driver));
}
