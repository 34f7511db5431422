//! Help and palette: every line of them comes from the table of bindings, and none is cut.
//!
//! What they say is compared with the table and stands in no snapshot, so that a new key changes
//! none.

use crossterm::event::KeyCode;
use shelflife::app::sheets::help::{FILTERS, MORE};
use shelflife::keys::{GROUPS, KeyMap, Scope, bindings};
use shelflife::topics::TOPICS;

use crate::support::driver::Driver;
use crate::support::files::account;
use crate::support::screen::text;

/// The lines within the borders of help, from the first to the last, as scrolling shows them.
fn help_lines(driver: &mut Driver, width: u16, height: u16) -> Vec<String> {
    let inside = |driver: &Driver| -> Vec<String> {
        let screen = text(&driver.app, width, height);
        let lines: Vec<&str> = screen.lines().collect();
        let within = &lines[1..lines.len() - 1];
        within.iter().map(|line| line.trim_matches('│').to_owned()).collect()
    };
    let mut shown = inside(driver);
    let mut lines = shown.clone();
    loop {
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

#[test]
fn help_says_what_the_table_says_at_every_width_and_scrolls_to_its_end() {
    let keys = KeyMap::default();
    let mut expected = vec![];
    for group in GROUPS {
        expected.push(group.title.to_owned());
        for binding in group.bindings {
            expected.extend([keys.names(binding), binding.what.to_owned()]);
        }
    }
    expected.push("Filters".to_owned());
    let filters = expected.len();
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
        let scrolls = lines.len() > usize::from(height) - 2;
        let screen = text(&driver.app, width, height);
        assert_eq!(screen.contains("j k scroll"), scrolls, "{width}x{height}: {screen}");
    }
    assert!(filters > bindings().count());
}

/// A narrow screen breaks the words; each is still there, beside its keys.
#[test]
fn help_on_a_narrow_screen_begins_with_the_keys() {
    let mut driver = Driver::showing(40, 10, &account(false));
    driver.keys("?");
    let lines = help_lines(&mut driver, 40, 10);
    for binding in bindings() {
        let names = KeyMap::default().names(binding);
        let first = binding.what.split(' ').next().unwrap();
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
        for binding in &listed {
            let screen = text(&driver.app, width, height);
            let chosen = chosen(&screen);
            let [line] = chosen[..] else { panic!("one line is chosen: {screen}") };
            let inside = line.split('│').next().unwrap();
            let (what, names) = (binding.what, keys.names(binding));
            let left = inside.trim_end().strip_suffix(&names).map(str::trim_end);
            let said = left.unwrap_or_else(|| panic!("{names} in {line}"));
            let begins = said.strip_suffix('…').is_some_and(|part| what.starts_with(part));
            assert!(said == what || width < 60 && begins, "{what}: {line}");
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
