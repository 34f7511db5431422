//! What is said to a key: that something is said at all, and that all of it is seen, however narrow.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use shelflife::api::ApiError;
use shelflife::app::event::{Copied, Event};
use shelflife::keys::{Action, Binding, Scope, Shortcut, bindings};

use crate::support::driver::Driver;
use crate::support::files::{account, hours, page};
use crate::support::screen::text;

/// The states in which keys are pressed, each with how it comes about.
type State = (&'static str, fn(&mut Driver));

const STATES: [State; 6] = [
    ("loading", |_| ()),
    ("failed", |driver| {
        driver.fail(ApiError::Redirected { target: shelflife::text::Untrusted::new("elsewhere") });
    }),
    ("no files", |driver| driver.answer(r#"{"data":[],"has_more":false}"#)),
    ("all hidden", |driver| {
        driver.answer(&account(false));
        driver.keys("/nothing-is-called-so");
        driver.key(KeyCode::Enter);
    }),
    ("some files", |driver| driver.answer(&page(0..9, hours, false))),
    ("more files", |driver| driver.answer(&page(0..9, hours, true))),
];

fn press(driver: &mut Driver, key: Shortcut) {
    let (code, modifiers) = match key {
        Shortcut::Char(c) => (KeyCode::Char(c), KeyModifiers::NONE),
        Shortcut::Ctrl(c) => (KeyCode::Char(c), KeyModifiers::CONTROL),
        Shortcut::Named(code) => (code, KeyModifiers::NONE),
    };
    driver.tell(Event::KeyPressed(KeyEvent::new(code, modifiers)));
}

fn of_main() -> impl Iterator<Item = (&'static Binding, Shortcut)> {
    let of_main = bindings().filter(|binding| binding.scope == Scope::Main);
    of_main.filter_map(|binding| Some((binding, *binding.keys.first()?)))
}

/// Without borders and spaces, so that it does not matter where lines are broken.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"│─╭╮╰╯".contains(*c)).collect()
}

fn assert_seen_whole(driver: &Driver, (width, height): (u16, u16), when: &str) {
    let Some(message) = driver.app.message() else { return };
    let screen = text(&driver.app, width, height);
    assert!(bare(&screen).contains(&bare(message)), "{when}: {message:?}\n{screen}");
}

#[test]
fn every_reply_is_seen_whole_at_forty_columns() {
    for (state, begin) in STATES {
        for size in [(40, 12), (80, 24)] {
            for (binding, key) in of_main() {
                let mut driver = Driver::new(size.0, size.1);
                begin(&mut driver);
                press(&mut driver, key);
                assert_seen_whole(&driver, size, &format!("{state}: {}", binding.name));
                press(&mut driver, key);
                assert_seen_whole(&driver, size, &format!("{state}: {} again", binding.name));
            }
        }
    }
    let why = "no server running on /tmp/tmux-1000/default".to_owned();
    for how in [
        Copied::ToTerminal,
        Copied::ToTmux { passed_on: true },
        Copied::ToTmux { passed_on: false },
        Copied::NotToTmux { why },
    ] {
        for layer in ["", "\n", "a", "E", "?", "Y", "s"] {
            let mut driver = Driver::showing(40, 12, &page(0..9, hours, false));
            for c in layer.chars() {
                driver.key(if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) });
            }
            let what = "the id of 3 of 12 marked files".to_owned();
            driver.tell(Event::Copied { what, how: how.clone() });
            assert_seen_whole(&driver, (40, 12), layer);
        }
    }
}

#[test]
fn every_key_that_acts_on_a_file_has_an_answer_where_there_is_none() {
    use Action as A;
    let acts = |action| {
        matches!(
            action,
            A::SelectNext
                | A::SelectPrevious
                | A::SelectFirst
                | A::SelectLast
                | A::HalfPageDown
                | A::HalfPageUp
                | A::PageDown
                | A::PageUp
                | A::OpenDetail
                | A::OpenCopyPicker
                | A::OpenSearch
                | A::CopyId
                | A::Mark
                | A::MarkRange
                | A::MarkAll
                | A::InvertMarks
                | A::ClearMarks
                | A::NextMatch
                | A::PreviousMatch
                | A::ToggleRaw
                | A::TogglePane
                | A::MoveFocus
                | A::RefreshAll
        )
    };
    for (state, begin) in &STATES[..4] {
        for size in [(120, 36), (80, 24)] {
            for (binding, key) in of_main().filter(|(binding, _)| acts(binding.action)) {
                let mut driver = Driver::new(size.0, size.1);
                begin(&mut driver);
                let before = text(&driver.app, size.0, size.1);
                press(&mut driver, key);
                let after = text(&driver.app, size.0, size.1);
                assert!(before != after, "{state}: {}\n{after}", binding.name);
            }
        }
    }
}

/// A pane without a file gives its room away.
#[test]
fn no_pane_stands_where_no_file_is_shown() {
    for (state, begin) in &STATES[..4] {
        let mut driver = Driver::new(120, 36);
        begin(&mut driver);
        assert_eq!(driver.app.layout().unwrap().pane, None, "{state}");
    }
}

/// A list that stopped for good names what is so in the footer, and no key that cannot help.
#[test]
fn why_a_list_stopped_is_said_whole_and_no_key_that_does_not_help() {
    for (width, whole) in [(200, true), (120, true), (80, true), (40, false)] {
        let mut driver = Driver::showing(width, 24, &page(0..9, hours, true));
        // The same again, though there is more: it repeats itself.
        driver.keys("L");
        driver.answer(&page(0..9, hours, true));
        let screen = text(&driver.app, width, 24);
        let footer = screen.lines().last().unwrap();
        assert!(!screen.contains("L loads all") && !screen.contains("(L)"), "{screen}");
        assert!(screen.contains("of loaded"), "{screen}");
        assert!(!footer.contains('…') && footer.contains("r begins anew"), "{screen}");
        assert!(!whole || footer.contains("sends nothing new"), "{screen}");
        let all = "stopped: the service repeats itself: it says that there is more, but sends \
                   nothing new";
        let words = all.split(' ').all(|word| screen.contains(word));
        assert!(words, "the row at the end: {screen}");
    }
}
