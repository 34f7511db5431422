//! The mouse, as the app is told of it.

use crossterm::event::{MouseButton, MouseEventKind};
use shelflife::app::effect::Effect;
use shelflife::app::focus::Focus;
use shelflife::app::layers::Layer;
use shelflife::store::field::Field;

use crate::support::driver::Driver;
use crate::support::files::{hours, page};

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
        (driver.app.table().order().key(), driver.app.table().order().is_descending())
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
fn a_click_answers_no_layer() {
    for layer in ["?", "s", "w", "Y", ":", "a", "E", "d"] {
        let mut driver = loaded(120, 36);
        driver.keys(layer);
        for (x, y) in [(20, 10), (100, 10), (60, 18), (5, 2), (60, 3)] {
            driver.mouse(LEFT, x, y);
        }
        assert!(!driver.app.layers().is_empty(), "{layer}");
        assert_eq!(driver.selected(), "file_0", "{layer}");
        assert!(driver.effects.is_empty() && !driver.app.table().is_narrowed());
    }
}
