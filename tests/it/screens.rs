//! Whole screens, as text, at the sizes that matter.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use shelflife::api::error::{Asked, Status};
use shelflife::api::secret::KEY;
use shelflife::api::{ApiError, wire};
use shelflife::app::event::Event;
use shelflife::text::Untrusted;
use shelflife::theme::{self, Background, Theme};

use crate::support::driver::Driver;
use crate::support::files::{account, hours, page};
use crate::support::screen::{SIZES, draw_at, lines, styled, text};

fn loaded(width: u16, height: u16) -> Driver {
    Driver::showing(width, height, &account(false))
}

#[test]
fn the_main_screen_at_every_size() {
    for (width, height) in SIZES {
        let driver = loaded(width, height);
        insta::assert_snapshot!(format!("main_{width}x{height}"), text(&driver.app, width, height));
    }
}

#[test]
fn colours_and_their_absence() {
    for (width, height) in SIZES {
        let driver = loaded(width, height);
        for (name, theme) in [("ansi", Theme::ansi(Background::Dark)), ("plain", Theme::plain())] {
            let buffer = draw_at(&driver.app, &theme, width, height);
            insta::assert_snapshot!(format!("styles_{name}_{width}x{height}"), styled(&buffer));
        }
    }
    let driver = loaded(80, 24);
    let plain = draw_at(&driver.app, &Theme::plain(), 80, 24);
    let coloured = |buffer: &Buffer| {
        use ratatui::style::Color::Reset;
        buffer.content().iter().filter(|cell| cell.fg != Reset || cell.bg != Reset).count()
    };
    assert_eq!(coloured(&plain), 0);
    for name in theme::names() {
        let themed = draw_at(&driver.app, &Theme::named(name).unwrap(), 80, 24);
        assert_eq!(lines(&plain), lines(&themed), "{name}: colour is never the only signal");
    }
}

#[test]
fn the_detail_of_each_kind_of_file() {
    let mut driver = loaded(80, 24);
    for (name, downs) in
        [("expired", 0), ("critical", 1), ("hostile", 6), ("unreadable", 7), ("no_expiry", 8)]
    {
        driver.keys("g");
        (0..downs).for_each(|_| driver.keys("j"));
        driver.key(KeyCode::Enter);
        insta::assert_snapshot!(format!("detail_{name}"), text(&driver.app, 80, 24));
        driver.key(KeyCode::Esc);
    }
    let mut small = loaded(40, 12);
    small.keys("j");
    small.key(KeyCode::Enter);
    small.keys("G");
    insta::assert_snapshot!("detail_40x12_scrolled", text(&small.app, 40, 12));
}

#[test]
fn layers() {
    let mut driver = loaded(120, 36);
    driver.keys("s");
    insta::assert_snapshot!("sort_picker", text(&driver.app, 120, 36));
    driver.key(KeyCode::Esc);
    driver.keys("/output");
    insta::assert_snapshot!("filter", text(&driver.app, 120, 36));
}

/// Hazards 28 and 31: each kind of nothing says what it is.
///
/// Loading, empty, failed, refused, without permission, filtered to nothing: six different screens.
#[test]
fn five_kinds_of_nothing_are_five_screens() {
    let down = || ApiError::Unavailable {
        status: Status(503),
        message: Some(Untrusted::new("try later")),
        wait: None,
    };
    let failing = |errors: Vec<ApiError>| {
        let mut driver = Driver::new(80, 24);
        for error in errors {
            while driver.effects.is_empty() {
                driver.wake();
            }
            driver.fail(error);
        }
        driver
    };
    let empty = {
        let mut driver = Driver::new(80, 24);
        driver.answer(r#"{"data":[],"has_more":false}"#);
        driver
    };
    let filtered = {
        let mut driver = loaded(80, 24);
        driver.keys("/nowhere");
        driver.key(KeyCode::Enter);
        driver
    };
    let html = wire::read_page(b"<html><title>Log in</title>").unwrap_err();
    let wire::NotAPage::NotAFilesList { beginning, .. } = html else { panic!() };
    let screens = vec![
        ("loading", Driver::new(80, 24)),
        ("empty", empty),
        ("failed", failing(vec![down(), down(), down()])),
        ("backing_off", failing(vec![down()])),
        (
            "wrong_key",
            failing(vec![ApiError::KeyRefused {
                message: Some(Untrusted::new("Wrong API Key")),
                secret: Some(KEY),
            }]),
        ),
        (
            "no_permission",
            failing(vec![ApiError::Forbidden {
                asked: Asked::List,
                message: Some(Untrusted::new("Not authenticated")),
                wait: None,
            }]),
        ),
        (
            "not_a_files_list",
            failing(vec![ApiError::NotAFilesList { beginning, breaks_off: false }]),
        ),
        ("filtered_to_nothing", filtered),
    ];
    let mut seen = std::collections::HashSet::new();
    for (name, driver) in screens {
        let screen = text(&driver.app, 80, 24);
        assert!(seen.insert(screen.clone()), "{name} looks like another");
        insta::assert_snapshot!(format!("nothing_{name}"), screen);
    }
}

#[test]
fn the_end_of_the_table_speaks() {
    let end = |driver: &mut Driver| {
        driver.keys("G");
        let screen = lines(&draw_at(&driver.app, &Theme::ansi(Background::Dark), 80, 24));
        screen[21].trim_matches(['│', ' ']).to_owned()
    };
    let mut driver = Driver::new(80, 24);
    driver.answer(&page(0..100, hours, true));
    assert_eq!(end(&mut driver), "loading page 2 …");
    driver.pass(std::time::Duration::from_secs(3));
    assert_eq!(end(&mut driver), "loading page 2 … 3 s");
    driver.fail(ApiError::NotAFilesList { beginning: Untrusted::new("<html>"), breaks_off: false });
    assert_eq!(end(&mut driver), "stopped: the answer is not a files list: it begins with <html>");
    let top = lines(&draw_at(&driver.app, &Theme::ansi(Background::Dark), 80, 24))[0].clone();
    assert!(top.contains("100 loaded · partial"), "{top}");
    driver.keys("r");
    driver.answer(&page(100..110, hours, false));
    assert_eq!(end(&mut driver), "end of list");
}

/// A frame may be drawn at another size than the app was told of.
#[test]
fn a_frame_of_another_size_than_expected_does_no_harm() {
    for (width, height) in SIZES {
        for (w, h) in SIZES.into_iter().chain([(300, 3), (3, 300)]) {
            let driver = loaded(width, height);
            draw_at(&driver.app, &Theme::ansi(Background::Dark), w, h);
        }
    }
}

/// Hazards 32: wide, combining, joined and flag characters.
///
/// Whatever is in view, every line is as wide as the screen allows and the borders stand in line.
#[test]
fn wide_names_leave_the_borders_in_line() {
    for width in 30..140 {
        let driver = loaded(width, 30);
        let buffer = draw_at(&driver.app, &Theme::ansi(Background::Dark), width, 30);
        let layout = driver.app.layout().unwrap();
        for y in layout.table.top() + 1..layout.table.bottom() - 1 {
            for x in [layout.table.left(), layout.table.right() - 1] {
                assert_eq!(buffer[(x, y)].symbol(), "│", "{width}: column {x}, line {y}");
            }
        }
    }
}

#[test]
fn rows_that_are_new_changed_missing_gone_or_marked() {
    let driver = Driver::lively(100, 18);
    let buffer = draw_at(&driver.app, &Theme::ansi(Background::Dark), 100, 18);
    insta::assert_snapshot!("rows_100x18", lines(&buffer).join("\n"));
    let driver = Driver::lively(46, 12);
    let buffer = draw_at(&driver.app, &Theme::ansi(Background::Dark), 46, 12);
    insta::assert_snapshot!("rows_styled_46x12", styled(&buffer));
}

#[test]
fn the_agenda_and_the_events() {
    for (width, height) in [(40, 10), (80, 24), (120, 40)] {
        let mut driver = loaded(width, height);
        driver.keys("ajj");
        insta::assert_snapshot!(
            format!("agenda_{width}x{height}"),
            text(&driver.app, width, height)
        );
    }
    let mut driver = Driver::lively(80, 24);
    driver.keys("E");
    insta::assert_snapshot!("events_80x24", text(&driver.app, 80, 24));
    let mut driver = Driver::lively(40, 10);
    driver.keys("E");
    insta::assert_snapshot!("events_40x10", text(&driver.app, 40, 10));
    let mut driver = loaded(80, 24);
    driver.keys("E");
    insta::assert_snapshot!("events_none", text(&driver.app, 80, 24));
}

#[test]
fn what_opens_above_the_table() {
    for (name, keys, width, height) in [
        ("palette_nothing", ":zzzz", 80, 24),
        ("columns_80x24", "wjj+", 80, 24),
        ("columns_40x10", "wjjjjj", 40, 10),
        ("copy_80x24", "jYj", 80, 24),
        ("copy_40x10", "jYj", 40, 10),
        ("filter_error_80x24", "/left<6h and size>10q", 80, 24),
        ("filter_error_40x10", "/left<6h and size>10q", 40, 10),
        ("frozen_80x24", "f", 80, 24),
    ] {
        let mut driver = loaded(width, height);
        driver.keys(keys);
        insta::assert_snapshot!(name, text(&driver.app, width, height));
    }
}

#[test]
fn the_timeline_with_the_focus_and_a_bucket_chosen() {
    let mut driver = loaded(120, 30);
    driver.keys("p");
    driver.key(KeyCode::Tab);
    driver.key(KeyCode::Right);
    driver.key(KeyCode::Right);
    driver.key(KeyCode::Right);
    insta::assert_snapshot!("timeline_focused", text(&driver.app, 120, 30));
    driver.key(KeyCode::Enter);
    insta::assert_snapshot!("timeline_chosen", text(&driver.app, 120, 30));
    let plain = draw_at(&driver.app, &Theme::plain(), 120, 30);
    let marked = (0..120).filter(|x| !plain[(*x, 2)].modifier.is_empty()).count();
    assert!(marked > 0, "where the cursor stands is seen without colour");
}

/// Each layer at each size, one below the other; what is in help and palette is `help`'s.
#[test]
fn every_layer_at_every_size() {
    for (layer, keys) in [
        ("agenda", "a"),
        ("events", "E"),
        ("columns", "w"),
        ("copy", "Y"),
        ("sort", "s"),
        ("filter", "/left<"),
        ("detail", "jd"),
        ("question", "SW"),
        ("jobs", "*oJ"),
        ("save_to", "O"),
        ("quit", "oq"),
    ] {
        let screens: Vec<String> = SIZES
            .into_iter()
            .map(|(width, height)| {
                let mut driver = loaded(width, height);
                driver.keys(keys);
                driver.answer_questions();
                format!("{width}x{height}\n{}", text(&driver.app, width, height))
            })
            .collect();
        insta::assert_snapshot!(format!("sizes_{layer}"), screens.join("\n"));
    }
}

/// Hazards 20: what is loaded stays, with its age, the cause and the next try.
#[test]
fn stale_files_say_since_when_why_and_what_is_next() {
    let down = || ApiError::Unavailable {
        status: Status(503),
        message: Some(Untrusted::new("try later")),
        wait: None,
    };
    for (width, height) in [(40, 12), (80, 24), (120, 30)] {
        let mut driver = loaded(width, height);
        driver.keys("p");
        driver.keys("r");
        driver.fail(down());
        driver.pass(Duration::from_secs(200));
        driver.tell(Event::DeadlineReached);
        driver.fail(down());
        driver.pass(Duration::from_secs(13));
        driver.tell(Event::DeadlineReached);
        insta::assert_snapshot!(
            format!("stale_{width}x{height}"),
            text(&driver.app, width, height)
        );
    }
}

/// What helps is there in full on a narrow screen too.
#[test]
fn what_helps_is_wrapped_and_not_cut() {
    let errors = [
        (
            ApiError::KeyRefused { message: None, secret: Some(KEY) },
            "set CEREBRAS_API_KEY to the account's key and start again",
        ),
        (
            ApiError::Forbidden { asked: Asked::List, message: None, wait: None },
            "ask for a key that may list them",
        ),
    ];
    for (error, help) in errors {
        for (width, height) in [(40, 12), (60, 20), (80, 24), (120, 36)] {
            let mut driver = Driver::new(width, height);
            driver.fail(error.clone());
            let screen = text(&driver.app, width, height);
            let words: String = screen.chars().filter(|c| !" │\n".contains(*c)).collect();
            let whole = words.contains(&help.replace(' ', ""));
            assert!(whole && words.contains("qquits"), "{width}x{height}\n{screen}");
        }
    }
}
