//! The layers above the table, and what must hold whatever is pressed: nothing panics, nothing
//! spins, one request is in flight.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};
use ratatui::buffer::Buffer;
use shelflife::account::Load;
use shelflife::api::call::{Call, Owner, Reply};
use shelflife::api::error::Asked;
use shelflife::api::wire::read_batches;
use shelflife::api::{Answer, ApiError, Deletion, Existence};
use shelflife::app::Settings;
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::fields::CopyField;
use shelflife::app::layers::Layer;
use shelflife::app::layers::palette::offered;
use shelflife::keys::{KeyMap, Shortcut, bindings};
use shelflife::lister::refresh::RefreshPolicy;
use shelflife::theme::{Background, Theme};

use crate::support::calls::{file_answered, page_answered};
use crate::support::driver::{Driver, START_S};
use crate::support::files::{account, hours, page};
use crate::support::screen::{draw_at, drawn, text};
use crate::support::service::down;

fn loaded(width: u16, height: u16) -> Driver {
    Driver::showing(width, height, &account(false))
}

#[test]
fn the_palette_does_what_enter_stands_on() {
    for (typed, expected) in [
        ("agnd", "Agenda"),
        ("events", "Events"),
        ("columns", "Columns"),
        ("field copy", "Copy"),
        ("this help", "Keys"),
    ] {
        let mut driver = loaded(120, 36);
        driver.keys(":");
        driver.keys(typed);
        driver.key(KeyCode::Enter);
        let screen = text(&driver.app, 120, 36);
        assert!(screen.contains(&format!("╭─ {expected}")), "{typed}: {screen}");
    }
    let mut driver = loaded(120, 36);
    driver.keys(":invert");
    driver.key(KeyCode::Enter);
    assert_eq!(driver.app.marks().len(), driver.app.store().len());
    driver.keys(":next theme");
    driver.key(KeyCode::Esc);
    assert!(driver.app.layers().is_empty() && driver.app.message().is_none());
    driver.keys(":");
    driver.key(KeyCode::Down);
    driver.key(KeyCode::Up);
    driver.key(KeyCode::Enter);
    assert!(
        matches!(driver.app.layers().top(), Some(Layer::Detail(_))),
        "the first line is what can be done to the selected file"
    );
}

/// First what is done to files, if there are any, then what is done elsewhere, then movements; last
/// what would do nothing now.
#[test]
fn where_nothing_is_typed_the_palette_begins_with_what_can_be_done_now() {
    let moves = [
        "select-next",
        "select-previous",
        "select-first",
        "select-last",
        "half-page-down",
        "half-page-up",
        "page-down",
        "page-up",
        "move-left",
        "move-right",
    ];
    let to_files = [
        "open-detail",
        "content",
        "copy-id",
        "copy-field",
        "raw-json",
        "mark",
        "mark-range",
        "invert-marks",
        "download",
        "download-to",
        "delete",
    ];
    let no_columns = ["sort-6", "sort-7", "sort-8", "sort-9"];
    let complete = [moves.as_slice(), &no_columns, &["load-all"]].concat();
    let of_no_file = [
        "mark",
        "mark-range",
        "invert-marks",
        "copy-id",
        "download",
        "download-to",
        "delete",
        "copy-field",
    ];
    let empty =
        [moves.as_slice(), &["open-detail", "raw-json", "content"], &no_columns, &of_no_file]
            .concat();
    for (driver, first, last) in [
        (loaded(120, 36), to_files.as_slice(), complete),
        (Driver::new(120, 36), &["toggle-pane"], empty),
    ] {
        let found = offered(&driver.app, "");
        let names: Vec<&str> = found.iter().map(|found| found.binding.name).collect();
        assert!(names.starts_with(first) && names.ends_with(&last), "{names:?}");
    }
}

#[test]
fn what_the_palette_does_not_know_does_nothing() {
    let mut driver = loaded(120, 36);
    driver.keys(":zzzz");
    assert!(text(&driver.app, 120, 36).contains("nothing is called so"));
    driver.key(KeyCode::Enter);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Palette(_))), "it can be mended");
    assert!(driver.effects.is_empty() && driver.app.message().is_none());
    (0..4).for_each(|_| driver.key(KeyCode::Backspace));
    driver.key(KeyCode::Esc);
    assert!(driver.app.layers().is_empty());
}

#[test]
fn help_and_palette_open_above_any_layer_and_go_back_to_it() {
    for layer in ["", "?", "s", "w", "Y", "a", "E", "d"] {
        for opening in [KeyCode::F(1), KeyCode::Char(':')] {
            if (layer, opening) == ("?", KeyCode::F(1)) {
                continue;
            }
            let mut driver = loaded(120, 36);
            driver.keys(layer);
            let before = format!("{:?}", driver.app.layers());
            driver.key(opening);
            assert_ne!(format!("{:?}", driver.app.layers()), before, "{layer}{opening}");
            driver.key(KeyCode::Esc);
            assert_eq!(format!("{:?}", driver.app.layers()), before, "{layer}{opening}");
        }
    }
    let mut driver = loaded(120, 36);
    driver.keys("/abc");
    driver.key(KeyCode::F(1));
    assert!(matches!(driver.app.layers().top(), Some(Layer::Help(_))));
    driver.keys("q");
    assert_eq!(driver.typed(), Some("abc"), "the text is still there");
    // What the palette opens takes the place of what it was opened from.
    let mut driver = loaded(120, 36);
    driver.keys("d:agenda");
    assert!(text(&driver.app, 120, 36).contains("ID "), "the detail is seen around it");
    driver.key(KeyCode::Enter);
    assert!(matches!(driver.app.layers().top(), Some(Layer::Agenda(_))));
}

#[test]
fn a_line_is_edited_as_in_a_shell() {
    use KeyModifiers as M;
    let (left, right, back) = (KeyCode::Left, KeyCode::Right, KeyCode::Backspace);
    let char = KeyCode::Char;
    // What is pressed after `one two three`, and what is left once `X` is typed there.
    let cases: &[(&[(KeyCode, M)], &str)] = &[
        (&[(char('b'), M::ALT)], "one two Xthree"),
        (&[(char('b'), M::META), (char('B'), M::ALT | M::SHIFT)], "one Xtwo three"),
        (&[(left, M::ALT), (left, M::CONTROL)], "one Xtwo three"),
        (&[(char('a'), M::CONTROL), (char('f'), M::ALT)], "one Xtwo three"),
        (&[(char('a'), M::CONTROL), (right, M::CONTROL)], "one Xtwo three"),
        (&[(char('a'), M::CONTROL), (char('d'), M::ALT)], "Xtwo three"),
        (&[(char('a'), M::CONTROL), (KeyCode::Delete, M::CONTROL)], "Xtwo three"),
        (&[(char('a'), M::CONTROL), (char('d'), M::CONTROL)], "Xne two three"),
        (&[(left, M::NONE), (char('b'), M::CONTROL)], "one two thrXee"),
        (&[(KeyCode::Home, M::NONE), (right, M::NONE)], "oXne two three"),
        (&[(char('a'), M::CONTROL), (char('f'), M::CONTROL)], "oXne two three"),
        (&[(KeyCode::Home, M::NONE), (KeyCode::End, M::NONE)], "one two threeX"),
        (&[(char('a'), M::CONTROL), (char('e'), M::CONTROL)], "one two threeX"),
        (&[(char('h'), M::CONTROL), (back, M::NONE)], "one two thrX"),
        (&[(KeyCode::Home, M::NONE), (KeyCode::Delete, M::NONE)], "Xne two three"),
        (&[(char('w'), M::CONTROL)], "one two X"),
        (&[(back, M::ALT)], "one two X"),
        (&[(char('b'), M::ALT), (char('k'), M::CONTROL)], "one two X"),
        (&[(char('w'), M::CONTROL), (char('y'), M::CONTROL)], "one two threeX"),
        (&[(char('u'), M::CONTROL)], "X"),
        (&[(char('q'), M::ALT), (char('x'), M::CONTROL | M::ALT)], "one two threeX"),
    ];
    for opening in ["/", ":"] {
        for (pressed, expected) in cases {
            let mut driver = loaded(120, 36);
            driver.keys(opening);
            driver.keys("one two three");
            let press = |driver: &mut Driver, (code, modifiers)| {
                driver.tell(Event::KeyPressed(KeyEvent::new(code, modifiers)));
            };
            pressed.iter().for_each(|key| press(&mut driver, *key));
            let before = driver.typed().map(str::to_owned);
            let before = before.unwrap_or_else(|| panic!("{pressed:?} left the text"));
            if opening == "/" {
                let filter = driver.app.table().wanted_filter_text().unwrap_or_default();
                assert_eq!(filter, before, "{pressed:?}");
            }
            driver.keys("X");
            assert_eq!(driver.typed(), Some(*expected), "{pressed:?}");
        }
    }
    let mut driver = loaded(120, 36);
    driver.tell(Event::KeyPressed(KeyEvent::new(char('b'), M::ALT)));
    assert_eq!(driver.app.message(), Some("no such key · ? for help"), "while browsing");
}

/// A key that means nothing says so, wherever it is pressed, and names the key of help.
#[test]
fn a_key_without_a_meaning_says_so() {
    let keys = |driver: &mut Driver, keys: &str| {
        for c in keys.chars() {
            driver.key(if c == '\t' { KeyCode::Tab } else { KeyCode::Char(c) });
        }
    };
    for (opening, key, expected) in [
        ("", "Z", "no such key · ? for help"),
        ("d", "Z", "no such key · ? for help"),
        ("d", "s", "no such key · ? for help"),
        ("a", "v", "no such key · ? for help"),
        ("E", "Z", "no such key · ? for help"),
        ("?", "Z", "no such key"),
        ("s", "Z", "no such key · ? for help"),
        ("Y", "9", "no such key · ? for help"),
        ("w", "\t", "no such key · ? for help"),
        ("Y", "*", "no such key · ? for help"),
        ("/a", "\t", "no such key · F1 for help"),
        (":a", "\t", "no such key · F1 for help"),
    ] {
        for (width, height) in [(120, 36), (80, 24)] {
            let mut driver = loaded(width, height);
            keys(&mut driver, opening);
            let before = format!("{:?}", driver.app.layers());
            keys(&mut driver, key);
            assert_eq!(driver.app.message(), Some(expected), "{opening:?} {key:?}");
            let screen = text(&driver.app, width, height);
            assert!(screen.contains(expected), "{opening:?} {key:?}: {screen}");
            assert_eq!(format!("{:?}", driver.app.layers()), before, "{opening:?} {key:?}");
        }
    }
    let mut map = KeyMap::default();
    map.bind("help", vec![Shortcut::Char('H')]);
    let mut driver = Driver::started(120, 36, Settings { keys: map, ..Driver::settings() });
    driver.answer(&account(false));
    driver.keys("Z");
    assert_eq!(driver.app.message(), Some("no such key · H for help"));
    driver.keys("/\t");
    driver.key(KeyCode::Tab);
    assert_eq!(driver.app.message(), Some("no such key"), "H would be typed");
}

#[test]
fn control_c_closes_an_input_and_quits_elsewhere() {
    for opening in ["/bat", ":bat"] {
        let mut driver = loaded(120, 36);
        driver.keys(opening);
        driver.control('c');
        assert!(driver.app.layers().is_empty() && driver.effects.is_empty(), "{opening}");
        assert!(!driver.app.table().is_narrowed());
        driver.control('c');
        assert_eq!(driver.effects, [Effect::Quit]);
    }
}

#[test]
fn no_letter_is_a_command_while_text_is_typed() {
    let letters: Vec<char> = bindings()
        .flat_map(|binding| binding.keys)
        .filter_map(|key| if let Shortcut::Char(c) = key { Some(*c) } else { None })
        .collect();
    for opening in ["/", ":"] {
        for c in &letters {
            let mut driver = loaded(120, 36);
            let (key, marks) = (driver.app.table().order().field(), driver.app.marks().len());
            driver.keys(opening);
            driver.key(KeyCode::Char(*c));
            assert!(driver.effects.is_empty(), "{opening}{c}");
            assert_eq!(driver.typed(), Some(c.to_string().as_str()), "{opening}{c}");
            assert_eq!(driver.app.table().order().field(), key);
            assert_eq!(driver.app.marks().len(), marks);
        }
    }
}

#[test]
fn a_paste_is_never_a_command_in_any_layer() {
    for layer in ["", "?", "s", "w", "Y", "a", "E", "d", ":", "/"] {
        let mut driver = loaded(120, 36);
        driver.keys(layer);
        let before = format!("{:?}", driver.app.marks());
        driver.tell(Event::Pasted("q \r\n\u{3}\u{1b}D1S*".into()));
        assert!(driver.effects.is_empty(), "{layer}");
        assert_eq!(format!("{:?}", driver.app.marks()), before, "{layer}");
        if layer.is_empty() {
            assert!(driver.app.layers().is_empty());
        } else {
            assert!(!driver.app.layers().is_empty(), "{layer}");
        }
    }
}

/// Where text is typed a paste is text; elsewhere it is said to be nothing.
#[test]
fn a_paste_is_text_wherever_text_is_typed() {
    for (opening, shows) in [
        (":", true),
        ("/", true),
        ("?/", true),
        ("E/", true),
        ("?", false),
        ("E", false),
        ("?/a\n", false),
        ("E/a\n", false),
    ] {
        let mut driver = Driver::lively(120, 36);
        for c in opening.chars() {
            driver.key(if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) });
        }
        driver.tell(Event::Pasted("zyx".into()));
        let after = text(&driver.app, 120, 36);
        assert_eq!(after.contains("zyx"), shows, "{opening:?}: {after}");
        let says = "what was pasted is no key: nothing is typed here";
        assert_eq!(driver.app.message(), (!shows).then_some(says), "{opening:?}");
    }
}

/// The wheel goes through whatever list is on top, there and back.
#[test]
fn the_wheel_moves_what_is_on_top() {
    for layer in ["s", "w", "Y", "a", "E", ":", "/", "?"] {
        let mut driver = Driver::showing(120, 36, &page(0..100, |n| n * 40_000, false));
        for number in 0..60 {
            driver.tell(Event::CommandFailed(format!("command {number}")));
        }
        driver.keys(layer);
        let mut roll = |kind| {
            driver.mouse(kind, 60, 18);
            draw_at(&driver.app, &Theme::ansi(Background::Dark), 120, 36)
        };
        let up = roll(MouseEventKind::ScrollUp);
        assert_ne!(roll(MouseEventKind::ScrollDown), up, "{layer}");
        // The selection stays in view of a table that is scrolled.
        assert!(roll(MouseEventKind::ScrollUp) == up || layer == "/", "{layer}");
    }
}

/// Half a page, a page, and to the ends.
#[test]
fn keys_move_by_as_much_as_they_say() {
    let mut driver = Driver::showing(120, 36, &page(0..500, |_| 400_000, false));
    let height = driver.app.table().viewport().height;
    assert!(height > 20);
    let cursor = |driver: &Driver| driver.app.table().cursor();
    for (key, at) in [
        (KeyCode::PageDown, height),
        (KeyCode::PageDown, 2 * height),
        (KeyCode::PageUp, height),
        (KeyCode::End, 499),
        (KeyCode::PageUp, 499 - height),
        (KeyCode::Home, 0),
    ] {
        driver.key(key);
        assert_eq!(cursor(&driver), at, "{key:?}");
    }
    for (key, at) in [('d', height / 2), ('d', height / 2 * 2), ('u', height / 2)] {
        driver.control(key);
        assert_eq!(cursor(&driver), at, "{key:?}");
    }
}

#[test]
fn each_field_is_copied_whole() {
    let expected = [
        "file_9f2c4f",
        "batch-0412-output.jsonl",
        "13002342",
        "batch",
        &(START_S - 7 * 86_400 + 751).to_string(),
        &(START_S + 751).to_string(),
    ];
    assert_eq!(CopyField::ALL.len(), expected.len());
    for (line, value) in expected.into_iter().enumerate() {
        let mut driver = loaded(120, 36);
        driver.keys("jY");
        (0..line).for_each(|_| driver.keys("j"));
        driver.key(KeyCode::Enter);
        assert_eq!(driver.copied, [value]);
        assert!(driver.app.layers().is_empty());
        driver.keys(&format!("Y{}", line + 1));
        assert_eq!(driver.copied, [value, value], "by its number");
    }
    let mut driver = loaded(120, 36);
    driver.keys("GY6");
    assert_eq!(driver.app.message(), Some("this file has no readable expires_at"));
    driver.keys("YY");
    assert!(driver.app.layers().is_empty() && driver.copied.is_empty());
}

#[test]
fn another_key_for_an_action_holds_everywhere() {
    let mut keys = KeyMap::default();
    keys.bind("columns", vec![Shortcut::Char('C')]);
    keys.bind("agenda", vec![Shortcut::Char('x')]);
    let mut driver = Driver::started(120, 36, Settings { keys, ..Driver::settings() });
    driver.answer(&account(false));
    driver.keys("w");
    assert!(driver.app.layers().is_empty());
    driver.keys("C");
    assert!(matches!(driver.app.layers().top(), Some(Layer::Columns(_))));
    driver.keys("w");
    assert!(
        matches!(driver.app.layers().top(), Some(Layer::Columns(_))),
        "w means nothing any more"
    );
    driver.keys("C");
    assert!(driver.app.layers().is_empty(), "the key that opened it closes it");
    driver.keys("xx");
    assert!(driver.app.layers().is_empty());
    driver.keys("?");
    assert!(text(&driver.app, 120, 36).contains("  x           agenda"));
}

/// Answers, or fails, whatever the app asked for.
fn reply(driver: &mut Driver, rng: &mut fastrand::Rng, next: &mut i64) {
    let effects = std::mem::take(&mut driver.effects);
    for effect in effects {
        match effect {
            Effect::Call(ticket, Call::List { .. }) => {
                let many = rng.i64(0..30);
                let from = if rng.bool() { 0 } else { *next };
                *next = (*next).max(from + many);
                let body = page(from..from + many, |n| n % 50 * 60 - 100, rng.u8(..4) > 0);
                if rng.u8(..4) == 0 {
                    driver.tell(page_answered(ticket, Err(down())));
                } else {
                    driver.answer_to(ticket, &body);
                }
            }
            Effect::Call(ticket, Call::Retrieve { .. }) => {
                if rng.u8(..4) == 0 {
                    driver.tell(file_answered(ticket, Err(down())));
                } else {
                    driver.answer_gone(ticket);
                }
            }
            _ => {}
        }
    }
}

/// Answers, or fails, what was asked for a deletion, and lets a question be seen.
fn answer_deletions(driver: &mut Driver, rng: &mut fastrand::Rng) {
    let is_one = |effect: &mut Effect| matches!(effect, Effect::Call(ticket, _) if ticket.owner == Owner::Deletion);
    let calls: Vec<Effect> = driver.effects.extract_if(.., is_one).collect();
    for effect in calls {
        let Effect::Call(ticket, call) = effect else { continue };
        let value = match call {
            Call::Retrieve { .. } => Reply::File(Existence::Gone),
            Call::Delete { .. } => Reply::Deletion(Deletion::Done),
            _ => Reply::Batches(read_batches(b"[]").unwrap()),
        };
        let result = match rng.u8(..3) {
            0 => Err(ApiError::TimedOut { what: "answer", limit: Duration::from_secs(15) }),
            _ => Ok(Answer { value, date: None, allowance: None }),
        };
        driver.tell(Event::Replied(ticket, result));
    }
    if rng.bool() && driver.app.awaits_frame() {
        driver.tell(Event::Drawn);
    }
    driver
        .effects
        .retain(|effect| matches!(effect, Effect::Call(..)) && !is_one(&mut effect.clone()));
}

/// Every key of the table, text, and the mouse, in any layer at any size, while pages and refreshes
/// come and fail.
#[test]
fn no_sequence_of_keys_and_clicks_does_harm() {
    const SIZES: [(u16, u16); 8] =
        [(0, 0), (1, 1), (20, 5), (30, 6), (40, 10), (80, 24), (120, 36), (200, 60)];
    let mut keys: Vec<Shortcut> = bindings().flat_map(|binding| binding.keys).copied().collect();
    keys.retain(|key| !matches!(key, Shortcut::Ctrl('c' | 'z')));
    keys.extend("0lx<9h()\"é🚀 ".chars().map(Shortcut::Char));
    keys.extend([KeyCode::Backspace, KeyCode::Delete, KeyCode::BackTab].map(Shortcut::Named));
    for seed in 0..48 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (mut width, mut height) = SIZES[rng.usize(..SIZES.len())];
        let mut driver = Driver::new(width, height);
        let (mut next, mut several) = (0, false);
        for step in 0..90 {
            match rng.u8(..16) {
                0 => {
                    (width, height) = SIZES[rng.usize(..SIZES.len())];
                    driver.tell(Event::Resized { width, height });
                }
                1..=3 => reply(&mut driver, &mut rng, &mut next),
                4 | 5 => {
                    driver.pass(Duration::from_millis(rng.u64(..40_000)));
                    driver.tell(Event::DeadlineReached);
                }
                6 | 7 => {
                    let kinds = [
                        MouseEventKind::Down(MouseButton::Left),
                        MouseEventKind::Drag(MouseButton::Left),
                        MouseEventKind::Up(MouseButton::Left),
                        MouseEventKind::ScrollDown,
                        MouseEventKind::ScrollUp,
                    ];
                    let kind = kinds[rng.usize(..kinds.len())];
                    driver.mouse(kind, rng.u16(..210), rng.u16(..64));
                }
                8 => driver.tell(Event::FocusChanged { focused: rng.bool() }),
                _ => {
                    let (code, modifiers) = match keys[rng.usize(..keys.len())] {
                        Shortcut::Char(c) => (KeyCode::Char(c), KeyModifiers::NONE),
                        Shortcut::Ctrl(c) => (KeyCode::Char(c), KeyModifiers::CONTROL),
                        Shortcut::Named(code) => (code, KeyModifiers::NONE),
                    };
                    driver.tell(Event::KeyPressed(KeyEvent::new(code, modifiers)));
                }
            }
            driver.effects.retain(|effect| matches!(effect, Effect::Call(..)));
            answer_deletions(&mut driver, &mut rng);
            // Several only where all is read again, and until those have come.
            let reading_all = driver.app.refresher().reading_all().is_some();
            several = reading_all || several && driver.effects.len() > 1;
            let most = if several { 4 } else { 1 };
            assert!(driver.effects.len() <= most, "{seed}/{step}: {:?}", driver.effects);
            draw_at(&driver.app, &Theme::ansi(Background::Dark), width, height);
            let table = driver.app.table();
            let view = table.viewport();
            let inside = (view.offset..view.offset + view.height).contains(&table.cursor());
            assert!(
                inside || table.rows().is_empty() || view.height == 0,
                "{seed}/{step}: row {} in {view:?}",
                table.cursor()
            );
        }
    }
}

/// Wakes the app for `span` and tells at which moments nothing came of it.
struct Watch {
    wakes: u32,
    /// Wake-ups that neither changed the screen nor led to anything within what is gathered.
    idle: Vec<Duration>,
}

const HOUR: Duration = Duration::from_secs(3_600);

fn watch(
    driver: &mut Driver,
    span: Duration,
    most: u32,
    mut answer: impl FnMut(&mut Driver),
) -> Watch {
    let began = driver.now.mono;
    let end = began + span;
    let screen = |driver: &Driver| -> Buffer { drawn(&driver.app, &Theme::ansi(Background::Dark)) };
    let mut before = screen(driver);
    let mut watch = Watch { wakes: 0, idle: vec![] };
    let mut overdue = 0;
    while watch.wakes < most
        && let Some(at) = driver.app.deadline().filter(|at| *at < end)
    {
        overdue = if at <= driver.now.mono { overdue + 1 } else { 0 };
        assert!(overdue < 2, "the deadline {at:?} stays behind {:?}", driver.now.mono);
        driver.pass(at.saturating_sub(driver.now.mono));
        let (alerts, title) = (driver.alerts.len(), driver.title.clone());
        driver.tell(Event::DeadlineReached);
        watch.wakes += 1;
        let now = driver.now.mono;
        let asked = !driver.effects.is_empty();
        // What was gathered until now was noticed earlier.
        if driver.alerts.len() > alerts {
            watch.idle.retain(|idle| began + *idle + Duration::from_secs(11) < now);
        }
        if asked {
            watch.idle.retain(|idle| began + *idle + Duration::from_secs(1) < now);
            answer(driver);
        }
        let after = screen(driver);
        let told = driver.alerts.len() > alerts || driver.title != title;
        if after == before && !asked && !told {
            watch.idle.push(now.saturating_sub(began));
        }
        before = after;
    }
    watch
}

/// No wake-up is in vain, in any layer, with any account, refreshing or not.
#[test]
fn no_wake_up_is_in_vain() {
    let far = |n: i64| 3 * 86_400 + n * 7_001;
    let soon = |n: i64| 25 * 3_600 + n * 611;
    let close = |n: i64| n * 400 + 30;
    let accounts: [(&str, String); 5] = [
        ("far", page(0..60, far, false)),
        ("soon", page(0..60, soon, false)),
        ("close", page(0..12, close, false)),
        ("all", account(false)),
        ("none", r#"{"data":[],"has_more":false}"#.to_owned()),
    ];
    let layers = [
        "",
        "p",
        "?",
        "E",
        "a",
        "d",
        "s",
        ":",
        "/left<2d",
        "/left<2d\n",
        "pt",
        "w",
        "pB",
        "i",
        "di",
    ];
    let mut offenders = vec![];
    for (name, body) in &accounts {
        for (layer, (width, height), interval) in cases(&layers) {
            let refresh = RefreshPolicy { interval, ..RefreshPolicy::default() };
            let settings = Settings { refresh, ..Driver::settings() };
            let mut driver = Driver::started(width, height, settings);
            driver.answer(body);
            for c in layer.chars() {
                driver.key(if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) });
            }
            let watch = watch(&mut driver, HOUR, 40, |driver| same(driver, body));
            if !watch.idle.is_empty() {
                offenders.push(format!(
                    "{name} {width}x{height} {layer:?} {interval:?}: {} of {}, first {:?}",
                    watch.idle.len(),
                    watch.wakes,
                    watch.idle[0]
                ));
            }
        }
    }
    assert!(offenders.is_empty(), "{} in vain:\n{}", offenders.len(), offenders.join("\n"));
}

type Case<'a> = (&'a str, (u16, u16), Option<Duration>);

/// Every layer on a usual screen, and the main screen at other sizes and while refreshing.
fn cases<'a>(layers: &[&'a str]) -> Vec<Case<'a>> {
    let half_a_minute = Some(Duration::from_secs(30));
    let on_a_usual_screen = layers.iter().map(|layer| (*layer, (120, 36), None));
    let sizes = [(80, 24), (40, 10), (30, 6), (20, 5)];
    let at_other_sizes = sizes.into_iter().map(|size| ("", size, None));
    let refreshing = ["p", "?", "a"].into_iter().map(|layer| (layer, (120, 36), half_a_minute));
    on_a_usual_screen.chain(at_other_sizes).chain(refreshing).collect()
}

/// Answers whatever is asked for as it was before.
fn same(driver: &mut Driver, body: &str) {
    for effect in std::mem::take(&mut driver.effects) {
        match effect {
            Effect::Call(ticket, Call::List { .. }) => {
                driver.answer_to(ticket, body);
            }
            Effect::Call(ticket, Call::Retrieve { .. }) => driver.answer_gone(ticket),
            _ => {}
        }
    }
}

/// Hazards 20: while the service is down the next try counts down, and where that is not in view
/// nothing wakes.
#[test]
fn while_the_service_is_down_no_wake_up_is_in_vain() {
    let far = |n: i64| 3 * 86_400 + n * 7_001;
    for layer in ["p", "?", "E", "a"] {
        let mut driver = Driver::new(120, 36);
        driver.answer(&page(0..60, far, false));
        driver.keys(layer);
        let mut requests = 0;
        let most = if layer == "p" { 400 } else { 4_000 };
        let watch = watch(&mut driver, HOUR, most, |driver| {
            requests += 1;
            driver.fail(down());
        });
        assert!(layer == "p" || (8..=30).contains(&requests), "{layer}: {requests} in an hour");
        assert!(watch.idle.is_empty(), "{layer}: {} of {}", watch.idle.len(), watch.wakes);
    }
}

/// A page is on its way, or waited for, when the next refresh would be due.
#[test]
fn what_is_overdue_does_not_spin_while_a_page_is_on_its_way() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..100, |n| 3 * 86_400 + n * 7_001, true));
    driver.keys("r");
    driver.fail(down());
    assert!(driver.app.trouble().is_some());
    let due = driver.app.account().refresh_due().unwrap();
    driver.pass(due.saturating_sub(driver.now.mono + Duration::from_secs(1)));
    driver.keys("G");
    assert_eq!(driver.effects.len(), 1, "the next page is on its way");
    let mut wakes = 0;
    let end = driver.now.mono + Duration::from_secs(20);
    while driver.app.deadline().is_some_and(|at| at < end) {
        driver.wake();
        wakes += 1;
        assert!(wakes < 100, "it spins");
    }
    assert!(wakes >= 19, "the wait is counted on the screen: {wakes}");
}

/// With only coarse countdowns in view and the pane hidden, the program sleeps for minutes.
#[test]
fn with_nothing_close_the_program_sleeps_for_minutes() {
    let refresh = RefreshPolicy { interval: None, ..RefreshPolicy::default() };
    let mut driver = Driver::started(120, 36, Settings { refresh, ..Driver::settings() });
    driver.answer(&page(0..20, |_| 3 * 86_400 + 1_800, false));
    driver.keys("p");
    let watch = watch(&mut driver, HOUR, 400, |_| panic!("nothing to ask"));
    assert!(watch.wakes < 40, "{} wake-ups in an hour", watch.wakes);
}

/// Whatever keeps the list from being read, at its start or later, nothing spins.
#[test]
fn no_failure_makes_it_spin() {
    let errors: [fn() -> ApiError; 4] = [
        || ApiError::KeyRefused { message: None, secret: None },
        || ApiError::Forbidden { asked: Asked::List, message: None, wait: None },
        || ApiError::NotAFilesList {
            beginning: shelflife::text::Untrusted::new("<html>"),
            breaks_off: false,
        },
        down,
    ];
    for error in errors {
        for (loaded, layer) in
            [(false, ""), (true, "pG"), (true, "pL"), (true, "pGf"), (true, "pG?")]
        {
            let mut driver = Driver::new(120, 36);
            if loaded {
                driver.answer(&page(0..100, |n| 3 * 86_400 + n * 7_001, true));
                driver.keys(layer);
            }
            let mut requests = 0;
            let watch = watch(&mut driver, HOUR, 100, |driver| {
                requests += 1;
                driver.fail(error());
            });
            assert!(requests < 40, "{:?} {layer}: {requests} requests", error());
            let idle = watch.idle.len();
            assert_eq!(idle, 0, "{:?} {layer}: of {}, {:?}", error(), watch.wakes, watch.idle);
        }
    }
    // A service that promises more and sends nothing new.
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..10, |n| 3 * 86_400 + n * 7_001, true));
    driver.keys("pG");
    let again = page(0..10, |n| 3 * 86_400 + n * 7_001, true);
    let watch = watch(&mut driver, HOUR, 250, |driver| same(driver, &again));
    assert!(watch.wakes < 250, "{}", watch.wakes);
}

/// One key table says what a key does and what is said of it, whatever it is bound to.
#[test]
fn every_hint_names_the_keys_that_are_bound() {
    let mut keys = KeyMap::default();
    let mut free = "cehilouxzA".chars().map(|c| vec![Shortcut::Char(c)]);
    // Every key that a hint may name is another one now.
    for name in ["back", "refresh", "filter", "detail", "copy-id", "mark-range", "freeze", "faster"]
    {
        let name = if name == "detail" { "open-detail" } else { name };
        keys.bind(name, free.next().unwrap());
    }
    keys.bind("close", vec![]);
    let old = ["Esc", " r ", "/ filter", "Enter", " y ", "q quit"];
    let settings = Settings { keys, ..Driver::settings() };
    let looks = |driver: &Driver, what: &str| {
        let screen = text(&driver.app, 120, 36);
        let found = old.iter().find(|key| screen.contains(**key));
        assert_eq!(found, None, "{what}:\n{screen}");
        screen
    };
    let mut driver = Driver::started(120, 36, settings.clone());
    driver.answer(&account(true));
    let screen = looks(&driver, "browsing");
    assert!(screen.contains("h filter"), "{screen}");
    driver.keys("v");
    looks(&driver, "v means nothing now");
    driver.keys("E");
    assert!(looks(&driver, "events").contains("c closes"));
    driver.keys("cL");
    assert!(looks(&driver, "loading all").contains("c stops"));
    let mut driver = Driver::started(120, 36, settings);
    driver.fail(ApiError::Forbidden { asked: Asked::List, message: None, wait: None });
    assert!(looks(&driver, "no permission").contains("e tries"));
}

/// The key that steps back does what its hint says: one ladder has both.
#[test]
fn the_hint_of_a_step_back_says_what_it_undoes() {
    let hint = |driver: &Driver| {
        let screen = text(&driver.app, 160, 36);
        let footer = screen.lines().last().unwrap().to_owned();
        footer.split("  ").find_map(|hint| hint.strip_prefix("Esc ").map(str::to_owned))
    };
    let mut driver = Driver::showing(160, 36, &account(false));
    driver.keys("/batch");
    driver.key(KeyCode::Enter);
    driver.keys("v");
    driver.pass(Duration::from_secs(10));
    driver.tell(Event::DeadlineReached);
    assert_eq!(hint(&driver).as_deref(), Some("no range"));
    driver.key(KeyCode::Esc);
    driver.pass(Duration::from_secs(10));
    driver.tell(Event::DeadlineReached);
    assert!(!driver.app.is_marking_range() && driver.app.table().filter_text().is_some());
    assert_eq!(hint(&driver).as_deref(), Some("clear filter"));
    driver.key(KeyCode::Esc);
    assert!(driver.app.table().filter_text().is_none());
    assert_eq!(hint(&driver), None);
}

/// An agenda that counts nothing says why, and which key helps: noughts would say that nothing is to go.
#[test]
fn an_agenda_of_nothing_says_why() {
    let failing = |errors: usize| {
        move |driver: &mut Driver| {
            for _ in 0..errors {
                while driver.effects.is_empty() {
                    driver.wake();
                }
                driver.fail(down());
            }
        }
    };
    let cases: [Cause; 7] = [
        ("Asking 127.0.0.1:41233 for the first page …", "Esc closes", Box::new(|_| {})),
        (
            "Asking 127.0.0.1:41233 for the first page … 3 s",
            "r asks again",
            Box::new(|driver| driver.pass(Duration::from_secs(3))),
        ),
        ("The first page could not be read:", "next try in", Box::new(failing(1))),
        ("The first page could not be read:", "r tries", Box::new(failing(3))),
        (
            "The account holds no files: watching; new files appear here.",
            "Esc closes",
            Box::new(|driver| driver.answer(&page(0..0, hours, false))),
        ),
        (
            "The account holds no files: not watching.",
            "f watches again",
            Box::new(|driver| {
                driver.answer(&page(0..0, hours, false));
                driver.keys("f");
            }),
        ),
        (
            "None of 30 loaded files matches “zzz”.",
            "A all files",
            Box::new(|driver| {
                driver.answer(&page(0..30, hours, false));
                driver.keys("/zzz");
                driver.key(KeyCode::Enter);
                driver.keys("A");
            }),
        ),
    ];
    for (sentence, help, come_to) in &cases {
        for (width, height) in [(120, 36), (80, 24), (40, 12)] {
            let mut driver = Driver::new(width, height);
            come_to(&mut driver);
            driver.keys("a");
            let screen = text(&driver.app, width, height);
            let case = format!("{sentence} at {width}x{height}\n{screen}");
            let inside: Vec<&str> = screen.lines().skip(1).take(usize::from(height) - 2).collect();
            let inside: String = inside.concat().chars().filter(|c| !"│ ".contains(*c)).collect();
            let has = |words: &str| inside.contains(&words.replace(' ', ""));
            assert!(has(sentence) && has(help), "{case}");
            assert!(!has("no expiry given") && !has("When") && !screen.contains('▌'), "{case}");
            assert!(!screen.contains(" of 0"), "{case}");
            // Nothing of it can be chosen.
            driver.keys("jj");
            driver.key(KeyCode::Enter);
            assert!(matches!(driver.app.layers().top(), Some(Layer::Agenda(_))), "{case}");
            assert_eq!(driver.app.message(), Some("there is no file to filter"), "{case}");
        }
    }
}

/// What it is about, what is said, and what leads there.
type Cause = (&'static str, &'static str, Box<dyn Fn(&mut Driver)>);

/// Files of which none has run out, and none goes within the week, so that some counts are zero.
fn part_of_few(width: u16) -> Driver {
    let mut driver = Driver::new(width, 36);
    driver.answer(&page(0..6, |n| 3_600 * (n + 2), true));
    driver
}

/// The counts by urgency have all of their labels from 120 columns on, complete or not.
#[test]
fn no_label_of_the_counts_is_left_out_while_the_list_is_partial() {
    for width in [120, 130, 160, 200] {
        let screen = text(&part_of_few(width).app, width, 36);
        for label in ["expired 0", "<1h 0", "<24h 6", "<7d 0", "later 0", "no expiry 0"] {
            assert!(screen.contains(label), "{width}: {label}: {screen}");
        }
        let short = screen.contains("of loaded (L)");
        assert!(short || screen.contains("of loaded · L loads all"), "{width}: {screen}");
    }
    let screen = text(&part_of_few(80).app, 80, 36);
    assert!(screen.contains("of loaded · L loads all"), "{screen}");
    assert!(!screen.contains("expired 0"), "below that zeros go first: {screen}");
}

/// Nor where thousands are loaded, and more is read on; the address stays too.
#[test]
fn with_many_files_no_label_and_no_address_is_left_out() {
    let settings = Settings { load: Load::Auto, ..Driver::settings() };
    let mut driver = Driver::started(120, 36, settings);
    let spread = |n: i64| match n % 10 {
        0 => 1_800,
        1..4 => 7_200,
        4..9 => 200_000,
        _ => 900_000,
    };
    for page_no in 0..23 {
        driver.answer(&page(page_no * 100..page_no * 100 + 100, spread, true));
        while driver.effects.is_empty() {
            driver.wake();
        }
    }
    let screen = text(&driver.app, 120, 36);
    for words in ["expired 0", "<1h 230", "<24h 690", "<7d 1,150", "later 230", "no expiry 0"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    for words in ["demo · 127.0.0", "more on the server · reading on", "refreshed", "(L)"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}

/// The agenda of a part names the key that loads all, and the key does it there.
#[test]
fn the_agenda_of_a_part_names_the_key_that_loads_all() {
    for (width, words) in
        [(120, "· of loaded · L loads all ─"), (80, "· of loaded · L loads all ─"), (40, "(L)")]
    {
        let mut driver = part_of_few(width);
        driver.effects.clear();
        driver.keys("a");
        let screen = text(&driver.app, width, 36);
        assert!(screen.contains(words), "{width}: {screen}");
        driver.keys("L");
        assert!(matches!(driver.app.layers().top(), Some(Layer::Agenda(_))));
        assert_ne!(driver.app.message(), Some("no such key · ? for help"));
        assert!(driver.app.account().is_loading_all(), "{width}");
    }
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..6, |n| 3_600 * (n + 2), false));
    driver.keys("aL");
    assert_eq!(driver.app.message(), Some("everything is loaded"));
}

/// What is gone takes no mark, and is not said to have one.
#[test]
fn marking_all_says_what_was_marked() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..6, |n| 3_600 * (n + 2), false));
    driver.control('a');
    assert_eq!(driver.app.message(), Some("all 6 shown are marked"));
    for (files, said) in [
        (6, "5 files are marked; 1 shown as gone not"),
        (2, "1 file is marked; 1 shown as gone not"),
    ] {
        let mut driver = Driver::new(120, 36);
        driver.answer(&page(0..files, |n| 3_600 * (n + 2), false));
        driver.keys("r");
        driver.answer(&page(1..files, |n| 3_600 * (n + 2), false));
        driver.deny(|_| true);
        driver.control('a');
        assert_eq!(driver.app.message(), Some(said));
        assert_eq!(driver.app.marks().len(), usize::try_from(files - 1).unwrap());
    }
}
