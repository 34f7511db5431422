//! Between what stands side by side there is a blank, however wide the screen is and whatever stands there.

use ratatui::layout::Rect;
use shelflife::account::journal::{Entry, Happening};
use shelflife::app::event::Event;
use shelflife::app::geometry::lists::{ListCursor, ListPlace};
use shelflife::app::sheets::detail::{Shown, sheet as detail};
use shelflife::app::sheets::{Line, Sheet, agenda, events, help, jobs};
use shelflife::text::{Untrusted, width};

use crate::support::driver::{Driver, START_S};
use crate::support::files::{hours, page};

/// All that can happen.
const HAPPENINGS: [Happening; 18] = [
    Happening::New,
    Happening::Changed,
    Happening::Expired,
    Happening::DeletedEarly,
    Happening::Failing,
    Happening::Recovered,
    Happening::Alerted,
    Happening::CommandFailed,
    Happening::Saved,
    Happening::NotSaved,
    Happening::SavedNoMore,
    Happening::Deleted,
    Happening::NotDeleted,
    Happening::PerhapsDeleted,
    Happening::DeletionOver,
    Happening::Uploaded,
    Happening::NotUploaded,
    Happening::PerhapsUploaded,
];

/// Two pieces of a line touch where neither ends, nor begins, with a blank; the two halves of a bar do.
fn assert_apart(line: &Line, case: &str) {
    let pieces: Vec<_> = line.pieces.iter().filter(|piece| !piece.text.is_empty()).collect();
    for pair in pieces.windows(2) {
        let [left, right] = pair else { continue };
        let end = usize::from(left.at) + width(&left.text);
        let (begin, of_bar) = (usize::from(right.at), |c: char| "▰▱▇ ".contains(c));
        let is_apart = end < begin
            || end == begin && (left.text.ends_with(of_bar) || right.text.starts_with(of_bar));
        assert!(is_apart, "{case}: {:?} touches {:?}", left.text, right.text);
    }
}

/// No line of a column but the last one goes up to where the next one begins.
fn assert_columns_apart(sheet: &Sheet, room: u16, case: &str) {
    let columns = sheet.visible(0).len();
    for (number, lines) in sheet.visible(0).enumerate() {
        for line in lines {
            assert_apart(line, case);
            let end = line.pieces.last().map_or(0, |last| usize::from(last.at) + width(&last.text));
            let begin = usize::from(room) / columns;
            let is_last = number + 1 == columns;
            assert!(is_last || end < begin, "{case}: {line:?} ends in the next column");
        }
    }
}

#[test]
fn what_stands_side_by_side_does_not_touch() {
    let mut driver = Driver::new(120, 36);
    driver.answer(&page(0..30, |n| hours(n) + 90_000, false));
    driver.keys("o");
    driver.tell(Event::CommandFailed("no-1 ends".to_owned()));
    let entries: Vec<Entry> = HAPPENINGS
        .iter()
        .flat_map(|what| {
            [None, Some(Untrusted::new("file_0123456789abcdef"))].map(|id| (*what, id))
        })
        .map(|(what, id)| Entry {
            at_ms: START_S * 1_000,
            what,
            text: "/tmp/a.jsonl: not there".to_owned(),
            id,
        })
        .collect();
    let found: Vec<(u64, &Entry)> = (0..).zip(&entries).collect();
    for cells in 26..=236 {
        let room = Rect { x: 0, y: 0, width: cells, height: 2_000 };
        for cursor in [0, found.len() - 1] {
            for line in events::visible(&driver.app, room, &found, (0, cursor)) {
                assert_apart(&line, &format!("events at {cells}"));
            }
        }
        for typed in ["", "time", "key"] {
            let sheet = help::sheet(&driver.app, room, typed, None);
            assert_columns_apart(&sheet, cells, &format!("help at {cells}"));
        }
        for shown in [Shown::Full, Shown::InPane] {
            let sheet = detail(&driver.app, shown, room);
            assert_columns_apart(&sheet, cells, &format!("detail at {cells}"));
        }
        let (head, lines) = jobs::visible(&driver.app, room, 0);
        for line in lines.iter().chain([&head]) {
            assert_apart(line, &format!("jobs at {cells}"));
        }
        let screen = Rect { width: cells + 4, height: 40, ..room };
        let list = ListPlace::full(screen, agenda::lines(&driver.app));
        let sheet = agenda::agenda(&driver.app, &list, ListCursor::default());
        for line in sheet.visible.iter().chain([&sheet.head]).chain(&sheet.total) {
            assert_apart(line, &format!("agenda at {cells}"));
        }
    }
}
