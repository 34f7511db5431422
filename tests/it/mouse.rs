//! The mouse, as the app is told of it.

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use shelflife::app::effect::Effect;
use shelflife::app::focus::Focus;
use shelflife::app::layers::Layer;
use shelflife::store::field::Field;

use crate::support::driver::Driver;
use crate::support::files::{hours, page};
use crate::support::screen::text;

const LEFT: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn loaded(width: u16, height: u16) -> Driver {
    Driver::showing(width, height, &page(0..100, hours, false))
}

#[test]
fn a_click_selects_the_row_under_it() {
    let mut driver = loaded(120, 36);
    let top = driver.app.layout().unwrap().table.y + 2;
    for (row, selected) in [(top, "file_0"), (top + 7, "file_7"), (top + 28, "file_28")] {
        driver.mouse(LEFT, 20, row);
        assert_eq!(driver.selected(), selected);
    }
    driver.mouse(LEFT, 20, top + 29);
    assert_eq!(driver.selected(), "file_28", "the border is no row");
    driver.keys("/0099");
    driver.mouse(LEFT, 20, top + 5);
    assert_eq!(driver.selected(), "file_99", "nothing lies there");
}

#[test]
fn a_click_on_a_heading_sorts_and_again_reverses() {
    let mut driver = loaded(120, 36);
    let head = driver.app.layout().unwrap().table.y + 1;
    let order = |driver: &Driver| {
        (driver.app.table().order().field(), driver.app.table().order().is_descending())
    };
    for (x, expected) in [
        (5, (Field::Filename, false)),
        (5, (Field::Filename, true)),
        (38, (Field::Size, false)),
        (44, (Field::Purpose, false)),
        (57, (Field::Created, false)),
        (76, (Field::TimeLeft, false)),
        (76, (Field::TimeLeft, true)),
    ] {
        driver.mouse(LEFT, x, head);
        assert_eq!(order(&driver), expected, "column {x}");
    }
}

#[test]
fn the_wheel_scrolls_what_lies_under_it() {
    let mut driver = loaded(120, 36);
    driver.mouse(MouseEventKind::ScrollDown, 20, 10);
    assert_eq!(driver.app.table().viewport().offset, 3);
    assert_eq!(driver.selected(), "file_3", "the selection stays in view");
    driver.mouse(MouseEventKind::ScrollUp, 20, 10);
    assert_eq!((driver.app.table().viewport().offset, &*driver.selected()), (0, "file_3"));
    driver.mouse(MouseEventKind::ScrollDown, 100, 10);
    assert_eq!(driver.app.table().viewport().offset, 0, "that was over the pane");
    driver.keys("?");
    driver.mouse(MouseEventKind::ScrollDown, 20, 10);
    let Some(Layer::Help(help)) = driver.app.layers().top() else { panic!("help is open") };
    assert!(help.scroll() > 0);
}

#[test]
fn the_border_of_the_pane_is_dragged_as_far_as_both_stay_usable() {
    let mut driver = loaded(120, 36);
    let pane = |driver: &Driver| driver.app.layout().unwrap().pane.unwrap();
    let border = pane(&driver).x;
    driver.mouse(LEFT, border, 10);
    for (x, expected) in [(border - 10, border - 10), (0, 40), (119, 96), (90, 90)] {
        driver.mouse(MouseEventKind::Drag(MouseButton::Left), x, 10);
        assert_eq!(pane(&driver).x, expected);
    }
    driver.mouse(MouseEventKind::Up(MouseButton::Left), 90, 10);
    driver.mouse(MouseEventKind::Drag(MouseButton::Left), 60, 10);
    assert_eq!(pane(&driver).x, 90, "let go");

    let mut driver = loaded(80, 40);
    let border = pane(&driver).y;
    driver.mouse(LEFT, 10, border);
    driver.mouse(MouseEventKind::Drag(MouseButton::Left), 10, border - 6);
    assert_eq!(pane(&driver).y, border - 6);
}

#[test]
fn a_click_on_the_timeline_narrows_down_and_again_lifts() {
    let mut driver = loaded(120, 36);
    let timeline = driver.app.layout().unwrap().timeline.unwrap();
    let x = (0..120)
        .find(|x| shelflife::app::geometry::timeline::bucket_at(&driver.app, *x) == Some(2))
        .unwrap();
    driver.mouse(LEFT, x, timeline.y);
    assert_eq!(driver.app.table().rows().len(), 1);
    driver.mouse(LEFT, x, timeline.y);
    assert_eq!(driver.app.table().rows().len(), 100);
}

#[test]
fn a_click_moves_the_focus() {
    let mut driver = loaded(120, 36);
    driver.mouse(LEFT, 100, 10);
    assert_eq!(driver.app.focus(), Focus::Pane { scroll: 0 });
    driver.mouse(LEFT, 20, 10);
    assert_eq!(driver.app.focus(), Focus::Table);
}

#[test]
fn m_leaves_the_mouse_to_the_terminal_and_takes_it_back() {
    let mut driver = loaded(120, 36);
    driver.keys("m");
    assert_eq!(driver.effects, [Effect::UseMouse(false)]);
    driver.mouse(LEFT, 20, 10);
    assert_eq!(driver.selected(), "file_0", "what comes late is not heard");
    driver.keys("m");
    assert_eq!(driver.effects, [Effect::UseMouse(false), Effect::UseMouse(true)]);
}

#[test]
fn a_click_beside_a_layer_does_nothing() {
    for layer in ["?", "s", "w", "Y", ":", "a", "E", "d"] {
        let mut driver = loaded(120, 36);
        driver.keys(layer);
        for (x, y) in [(2, 0), (119, 35), (60, 35), (60, 0)] {
            driver.mouse(LEFT, x, y);
            driver.mouse(LEFT, x, y);
        }
        assert!(!driver.app.layers().is_empty(), "{layer}");
        assert_eq!(driver.selected(), "file_0", "{layer}");
        assert!(driver.effects.is_empty() && !driver.app.table().is_narrowed());
    }
}

/// The line of the screen on which `words` stand, in a box above the others or on the whole screen.
fn line_of(driver: &Driver, words: &str) -> u16 {
    let screen = text(&driver.app, 120, 36);
    let found = screen.lines().position(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("{words} in {screen}")).try_into().unwrap()
}

#[test]
fn a_click_in_a_list_goes_there_and_again_takes_the_line() {
    let mut driver = loaded(120, 36);
    driver.keys("s");
    let y = line_of(&driver, "2 Size");
    driver.mouse(LEFT, 60, y);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Sort(_))));
    assert!(line_of(&driver, "▌ 2 Size") == y, "the cursor is there");
    driver.mouse(LEFT, 60, y);
    assert!(driver.app.layers().is_empty());
    assert_eq!(driver.app.table().order().field(), Field::Size);

    driver.keys("Y");
    let y = line_of(&driver, "3 bytes");
    driver.mouse(LEFT, 60, y);
    driver.mouse(LEFT, 60, y);
    assert!(driver.copied.len() == 1 && driver.app.layers().is_empty());

    driver.keys("w");
    let y = line_of(&driver, "✓ Purpose");
    driver.mouse(LEFT, 60, y);
    driver.mouse(LEFT, 60, y);
    assert!(driver.app.columns().shown().iter().all(|column| column.field != Field::Purpose));
    driver.key(KeyCode::Esc);

    driver.keys(":next theme");
    let y = line_of(&driver, "▌ next theme");
    driver.mouse(LEFT, 60, y);
    assert!(driver.app.layers().is_empty(), "it was the line under the cursor");
    assert_eq!(driver.app.message(), Some("colours are off"));

    driver.keys("a");
    let y = line_of(&driver, "18:00 – 19:00");
    driver.mouse(LEFT, 20, y);
    assert_eq!(line_of(&driver, "18:00 – 19:00"), y);
    assert!(!driver.app.table().is_narrowed());
    driver.mouse(LEFT, 20, y);
    assert!(driver.app.layers().is_empty());
    assert_eq!(driver.app.table().rows().len(), 1);
}

/// What was scrolled does not jump under the pointer.
#[test]
fn a_click_in_a_list_that_scrolled_hits_what_is_there() {
    let mut driver = loaded(120, 36);
    driver.keys(":");
    (0..30).for_each(|_| driver.key(KeyCode::Down));
    let screen = text(&driver.app, 120, 36);
    let at_cursor = |line: &str| line.chars().nth(30) == Some('▌');
    let y = u16::try_from(screen.lines().position(at_cursor).unwrap()).unwrap() - 5;
    let line = screen.lines().nth(y.into()).unwrap().to_owned();
    driver.mouse(LEFT, 60, y);
    let screen = text(&driver.app, 120, 36);
    let after = screen.lines().nth(y.into()).unwrap();
    assert_eq!(after.replace('▌', " "), line, "{screen}");
    assert!(at_cursor(after), "{screen}");
}

#[test]
fn a_click_on_a_hint_does_what_its_key_does() {
    for (hint, open) in [("/ filter", "Filter"), ("? help", "Help"), ("s sort", "Sort")] {
        let mut driver = loaded(120, 36);
        let screen = text(&driver.app, 120, 36);
        let footer = screen.lines().last().unwrap();
        let x = footer.chars().take(footer.find(hint).unwrap()).count();
        driver.mouse(LEFT, (x + 2).try_into().unwrap(), 35);
        let layers = format!("{:?}", driver.app.layers());
        assert!(layers.contains(open), "{hint}: {layers}");
    }
    let mut driver = loaded(120, 36);
    driver.mouse(LEFT, 0, 35);
    driver.mouse(LEFT, 119, 35);
    assert!(driver.app.layers().is_empty() && driver.effects.is_empty());
}

/// An event is chosen where it stands, and taken by a second click there; nothing moves under the
/// pointer meanwhile.
#[test]
fn a_click_in_the_log_goes_to_the_event_and_again_to_its_file() {
    let mut driver = Driver::showing(80, 12, &page(0..5, hours, false));
    driver.keys("r");
    driver.answer(&page(0..30, hours, false));
    driver.keys("E");
    let line_of = |driver: &Driver, words: &str| {
        let screen = text(&driver.app, 80, 12);
        u16::try_from(screen.lines().position(|line| line.contains(words)).unwrap()).unwrap()
    };
    driver.mouse(MouseEventKind::ScrollDown, 9, 4);
    for _ in 0..5 {
        driver.mouse(MouseEventKind::ScrollDown, 9, 4);
    }
    let screen = text(&driver.app, 80, 12);
    let line = screen.lines().nth(3).unwrap().to_owned();
    driver.mouse(LEFT, 9, 3);
    assert_eq!(line_of(&driver, line.trim_matches(['│', ' ', '▌'])), 3, "it stays where it was");
    let chosen = text(&driver.app, 80, 12).lines().nth(3).unwrap().to_owned();
    assert!(chosen.contains('▌') && !driver.app.layers().is_empty(), "{chosen}");
    driver.mouse(LEFT, 9, 3);
    assert!(driver.app.layers().is_empty(), "again goes to the file");
    assert!(chosen.contains(&format!("{} ", driver.selected())), "{chosen}");
}
