//! Help and palette: every line of them comes from the table of bindings, and none is cut.
//!
//! What they say is compared with the table and stands in no snapshot, so that a new key changes
//! none.

use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use shelflife::app::Settings;
use shelflife::app::sheets::Line;
use shelflife::app::sheets::help::{FILTERS, MORE, sheet, signs};
use shelflife::app::sheets::jobs::signs as of_jobs;
use shelflife::app::sheets::topics::heading;
use shelflife::keys::{Action, Binding, GROUPS, KeyMap, Scope, Shortcut, bindings};
use shelflife::time::expiry::Thresholds;
use shelflife::topics::TOPICS;

use crate::support::binary::command;
use crate::support::driver::Driver;
use crate::support::files::account;
use crate::support::screen::text;

/// The lines within the borders of help, from the first to the last above the texts of the topics, as
/// scrolling shows them.
fn help_lines(driver: &mut Driver, width: u16, height: u16) -> Vec<String> {
    let first_topic = format!("{}  ", heading(&TOPICS[0]));
    let is_topic = |line: &String| line.trim_start().starts_with(&first_topic);
    let inside = |driver: &Driver| -> Vec<String> {
        let screen = text(&driver.app, width, height);
        let lines: Vec<&str> = screen.lines().collect();
        let within = &lines[1..lines.len() - 1];
        within.iter().map(|line| line.trim_matches('│').to_owned()).collect()
    };
    let mut shown = inside(driver);
    let mut lines = shown.clone();
    loop {
        if let Some(end) = lines.iter().position(is_topic) {
            lines.truncate(end);
            return lines;
        }
        driver.keys("j");
        let next = inside(driver);
        if next == shown {
            return lines;
        }
        assert_eq!(next[..next.len() - 1], shown[1..], "a line further");
        lines.extend(next.last().cloned());
        shown = next;
        assert!(lines.len() < 1_000, "it scrolls for ever");
    }
}

/// The words of some lines, one blank apart, as in whichever width they were broken.
fn words<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    lines.into_iter().flat_map(str::split_whitespace).collect()
}

/// Opened from where keys of its own hold, it begins with these.
#[test]
fn help_begins_with_the_keys_of_where_it_was_opened() {
    for (keys, title, line) in [
        ("J?", "In the jobs", "in the jobs: pause, or go on"),
        ("e?", "In a content", "in a content: fold the line open"),
        ("?", "Move", "down"),
    ] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut driver = Driver::showing(width, height, &account(false));
            driver.keys(keys);
            let screen = text(&driver.app, width, height);
            let lines: Vec<&str> = screen.lines().skip(1).take(2).collect();
            assert!(lines[0].contains(title) && lines[1].contains(line), "{keys}: {screen}");
        }
    }
}

#[test]
fn help_says_what_the_table_says_at_every_width_and_scrolls_to_its_end() {
    let mut expected = vec![];
    for group in GROUPS {
        expected.push(group.title.to_owned());
        for binding in group.bindings {
            let (names, what) = line_of(binding);
            expected.extend([names, what.to_owned()]);
        }
    }
    expected.push("Signs".to_owned());
    for (sign, what) in signs(Thresholds::default()) {
        expected.extend([sign.to_owned(), what]);
    }
    expected.push("Signs of jobs".to_owned());
    expected.extend(of_jobs().iter().map(|(sign, what)| format!("{sign} {what}")));
    expected.push("Filters".to_owned());
    expected.extend(FILTERS.iter().map(|(example, what)| format!("{example} {what}")));
    expected.push(MORE.to_owned());
    expected.extend(TOPICS.iter().map(|topic| format!("{} {}", topic.name, topic.about)));
    let all = words(expected.iter().map(String::as_str));
    for (width, height) in [(60, 10), (80, 24), (109, 30), (110, 20), (120, 36), (200, 100)] {
        let mut driver = Driver::showing(width, height, &account(false));
        driver.keys("?");
        let lines = help_lines(&mut driver, width, height);
        // The second column begins in the middle of what is within the borders.
        let column = usize::from(width - 4) / 2;
        let (mut left, mut right) = (vec![], vec![]);
        for line in &lines {
            let line: Vec<char> = line.chars().collect();
            let middle = if width < 110 { line.len() } else { line.len().min(column + 1) };
            left.push(line[..middle].iter().collect::<String>());
            right.push(line[middle..].iter().collect::<String>());
        }
        let shown = words(left.iter().chain(&right).map(String::as_str));
        assert_eq!(shown, all, "{width}x{height}");
        let two = right.iter().any(|line| !line.trim().is_empty());
        assert_eq!(two, width >= 110, "{width}x{height}: two columns where there is room");
        let screen = text(&driver.app, width, height);
        assert!(screen.contains("j k scroll"), "{width}x{height}: {screen}");
    }
}

/// What help says of a binding; the nine keys that sort by a column are one line.
fn line_of(binding: &Binding) -> (String, &'static str) {
    match binding.action {
        Action::SortByColumn(1) => ("1–9".to_owned(), "sort by that column; again reverses"),
        Action::SortByColumn(_) => (String::new(), ""),
        _ => (KeyMap::default().names(binding), binding.what),
    }
}

/// What `shelflife help TOPIC` tells in a shell is told here too, below the keys.
#[test]
fn help_has_the_texts_of_the_topics_below_the_keys() {
    for (width, columns) in [(36, 1), (76, 1), (116, 2), (196, 2)] {
        let driver = Driver::showing(120, 36, &account(false));
        let room = Rect { x: 0, y: 0, width, height: 4_000 };
        let lines = |typed: &str| {
            let sheet = sheet(&driver.app, room, typed, None);
            let of = |line: &Line| line.pieces.iter().map(|piece| piece.text.as_str()).collect();
            sheet.visible(0).map(|column| column.iter().map(of).collect()).collect()
        };
        let all: Vec<Vec<String>> = lines("");
        assert_eq!(all.len(), columns, "{width}");
        // Below all else, beside each other where there is room, and each once.
        let place = |name: &str| {
            let of = |column: &Vec<String>| column.iter().position(|line| line == name);
            let places: Vec<usize> = all.iter().filter_map(of).collect();
            assert_eq!(places.len(), 1, "{width}: {name}");
            places[0]
        };
        let above = place(MORE).max(place("Signs")).max(place("Signs of jobs"));
        for topic in TOPICS.iter().filter(|topic| topic.name != "filters") {
            assert!(place(&heading(topic)) > above, "{width}: {}", topic.name);
        }
        let said = words(all.iter().flatten().map(String::as_str)).join(" ");
        assert!(said.contains("a file vanishes") || said.contains("before files vanish"), "{said}");
        assert!(!said.contains("those that the program comes with"), "no key was changed");
        // What is typed finds the paragraphs with it, under their heading.
        let found: Vec<Vec<String>> = lines("paging");
        assert!(found.iter().flatten().any(|line| line == "Paging"), "{width}: {found:?}");
        assert!(!found.iter().flatten().any(|line| line == "Security"), "{width}: {found:?}");
        let said = words(found.iter().flatten().map(String::as_str)).join(" ");
        assert!(said.contains("The first page is asked for at once"), "{width}: {said}");
    }
}

/// The position and the end are told of all of it, and what was typed shows its heading.
#[test]
fn a_topic_is_found_by_its_name_at_every_width() {
    for (width, height) in [(40, 12), (80, 24), (120, 36)] {
        let mut driver = Driver::showing(width, height, &account(false));
        driver.keys("?G");
        let foot = text(&driver.app, width, height).lines().last().unwrap().to_owned();
        let (to, all) = foot.split_once('–').unwrap().1.split_once(" of ").unwrap();
        assert!(all.starts_with(&format!("{to} ─")), "{foot}");
        driver.keys("/paging");
        let screen = text(&driver.app, width, height);
        assert!(screen.contains("Keys / paging") && screen.contains("Paging"), "{screen}");
    }
}

#[test]
fn texts_that_name_keys_say_so_where_others_are_bound() {
    let mut settings = Driver::settings();
    settings.keys.bind("load-all", vec![Shortcut::Char('Z')]);
    let mut driver = Driver::started(100, 24, settings);
    driver.answer(&account(false));
    driver.keys("?/at leisure");
    let screen = text(&driver.app, 100, 24);
    let said = screen.find("those that the program comes with");
    assert!(said.is_some() && said < screen.find("Paging"), "{screen}");
}

/// By the palette, too.
#[test]
fn the_palette_leads_to_a_topic() {
    for typed in ["paging", "help paging"] {
        let mut driver = Driver::showing(80, 24, &account(false));
        driver.keys(":");
        driver.keys(typed);
        driver.key(KeyCode::Enter);
        let screen = text(&driver.app, 80, 24);
        assert!(screen.contains("Keys / paging"), "{typed}: {screen}");
        driver.key(KeyCode::Esc);
        driver.key(KeyCode::Esc);
        assert!(driver.app.layers().is_empty());
    }
}

#[test]
fn help_explains_each_sign_of_the_screen() {
    let signs: Vec<_> = signs(Thresholds { critical_s: 1_800, soon_s: 7_200 });
    for sign in ["●", "◐", "○", "✗", "+", "~", "-", "?", "◆", "◇", "▌"] {
        assert!(signs.iter().any(|(other, _)| *other == sign), "{sign}");
    }
    assert_eq!(signs[0].1, "critical: less than 30m left");
    assert_eq!(signs[1].1, "soon: less than 2h left");
}

#[test]
fn help_says_which_part_is_seen_and_narrows_down_to_what_is_typed() {
    let mut driver = Driver::showing(80, 24, &account(false));
    driver.keys("?");
    let foot = |driver: &Driver| text(&driver.app, 80, 24).lines().last().unwrap().to_owned();
    assert!(foot(&driver).contains("─ 1–22 of "), "{}", foot(&driver));
    driver.keys("G");
    let end = foot(&driver);
    let all = end.split(" of ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(end.contains(&format!("–{all} of {all} ─")), "{end}");
    driver.keys("/revers");
    let screen = text(&driver.app, 80, 24);
    assert!(screen.contains("╭─ Keys / revers ─"), "{screen}");
    assert!(screen.contains("1–9") && screen.contains("reverse the order"), "{screen}");
    assert!(!screen.contains("Move") && !screen.contains(" of "), "all of it is seen: {screen}");
    driver.keys("zzz");
    assert!(text(&driver.app, 80, 24).contains("Nothing here is called so."));
    // Enter keeps it, one step back lifts it, another one closes.
    (0..3).for_each(|_| driver.key(KeyCode::Backspace));
    driver.key(KeyCode::Enter);
    driver.keys("j");
    assert!(text(&driver.app, 80, 24).contains("╭─ Keys / revers ─"));
    driver.key(KeyCode::Esc);
    assert!(text(&driver.app, 80, 24).contains("╭─ Keys ─"));
    driver.key(KeyCode::Esc);
    assert!(driver.app.layers().is_empty());
}

/// A narrow screen breaks the words; each is still there, beside its keys.
#[test]
fn help_on_a_narrow_screen_begins_with_the_keys() {
    let mut driver = Driver::showing(40, 10, &account(false));
    driver.keys("?");
    let lines = help_lines(&mut driver, 40, 10);
    for binding in bindings() {
        let (names, what) = line_of(binding);
        if names.is_empty() {
            continue;
        }
        let first = what.split(' ').next().unwrap();
        let is_its = |line: &&String| line.contains(&format!("  {names:<12}{first}"));
        assert_eq!(lines.iter().filter(is_its).count().min(1), 1, "{names}: {}", binding.what);
    }
}

/// What follows the sign of the chosen line, in the palette and not in the table behind it.
fn chosen(screen: &str) -> Vec<&str> {
    let signs = screen.lines().flat_map(|line| line.split("│ ▌ ").skip(1));
    signs.filter(|rest| !rest.starts_with(' ')).collect()
}

#[test]
fn the_palette_lists_the_table_and_goes_down_to_its_last_line() {
    // What can be done to the selected file comes first, and movements after all others.
    let first = ["open-detail", "content", "copy-id", "copy-field", "raw-json", "mark"];
    let keys = KeyMap::default();
    let of_main = || bindings().filter(|binding| binding.scope == Scope::Main);
    let listed: Vec<_> = of_main().filter(|binding| binding.name != "palette").collect();
    assert_eq!(listed.len() + 1, of_main().count());
    for (width, height, foot) in [
        (40, 10, "Enter does it · Esc closes"),
        (80, 24, "↑ ↓ choose · Enter does it · Esc closes"),
        (120, 36, "↑ ↓ choose · Enter does it · Esc closes"),
    ] {
        let mut driver = Driver::showing(width, height, &account(false));
        driver.keys(":");
        let mut rest: Vec<&Binding> = listed.clone();
        for line in 0..listed.len() {
            let screen = text(&driver.app, width, height);
            let chosen = chosen(&screen);
            let [chosen] = chosen[..] else { panic!("one line is chosen: {screen}") };
            let inside = chosen.split('│').next().unwrap();
            let is_its = |binding: &&Binding| {
                let (what, names) = (binding.what, keys.names(binding));
                let left = inside.trim_end().strip_suffix(&names).map(str::trim_end);
                let begins =
                    |said: &str| said.strip_suffix('…').is_some_and(|part| what.starts_with(part));
                left.is_some_and(|said| said == what || width < 60 && begins(said))
            };
            let found = rest.iter().position(is_its);
            let binding = rest.remove(found.unwrap_or_else(|| panic!("{inside} in the table")));
            if let Some(first) = first.get(line) {
                assert_eq!(binding.name, *first);
            }
            assert!(binding.name != "select-next" || line > 30, "line {line}");
            assert!(screen.contains("╭─ Do ─") && screen.contains(foot), "{screen}");
            driver.key(KeyCode::Down);
        }
        let end = text(&driver.app, width, height);
        assert_eq!(chosen(&end).len(), 1, "and stays within: {end}");
    }
}

/// The box is as high as what was found, and stays where its upper edge was.
#[test]
fn the_palette_is_as_high_as_what_it_found() {
    let mut driver = Driver::showing(80, 24, &account(false));
    let edges = |driver: &Driver| {
        let screen = text(&driver.app, 80, 24);
        let at = |words: &str| screen.lines().position(|line| line.contains(words)).unwrap();
        (at("╭─ Do ─"), at("Enter does it"))
    };
    driver.keys(":");
    let (top, bottom) = edges(&driver);
    assert_eq!(bottom - top, 16, "fourteen lines at most");
    driver.keys("next theme");
    assert_eq!(edges(&driver), (top, top + 3), "one was found");
}

/// What a profile that changes nothing does not offer is named by no heading.
#[test]
fn a_heading_names_only_what_is_there() {
    for read_only in [false, true] {
        let mut driver = Driver::started(120, 60, Settings { read_only, ..Driver::settings() });
        driver.answer(&account(false));
        driver.keys("?");
        let shown = text(&driver.app, 120, 60);
        let heading = if read_only {
            "Mark, copy, download "
        } else {
            "Mark, copy, download, upload, delete "
        };
        assert!(shown.contains(heading), "{heading}: {shown}");
        let switch = if read_only { &["--read-only"][..] } else { &[] };
        let output = command(&[&["help", "keys"], switch].concat()).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.lines().any(|line| line == heading.trim_end()), "{heading}: {told}");
    }
}
