//! The content of a file, as lines: a window of them, which reads on as one scrolls.
//!
//! A place is a line, by its offset, and a row of it: a line that is folded open, or broken, has
//! several. What is read, and what is asked for, is the [`Readout`]'s matter.

mod moves;
mod seek;

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};

use super::search::Search;
use super::{App, Behave, Changing, Fate};
use crate::app::effect::Effect;
use crate::app::sheets::content::{self as sheet, Widths};
use crate::content::json::{self, Row};
use crate::content::readout::{ReadOrder, Readout};
use crate::content::window::{HeldLine, Number};
use crate::content::{Arrival, ContentSource, Hindrance};
use crate::keys::{Action, Scope};
use crate::text::{Untrusted, UntrustedRef, json_text, shorten_end, size};
use seek::Seek;

/// Cells that a step to the side takes.
const ASIDE: usize = 16;
/// Cells of a line that can be scrolled to.
const MOST_ASIDE: usize = 100_000;
/// Bytes of a line that are folded open, or broken.
const MOST_OPENED: usize = 1_024 * 1_024;
const MOST_BROKEN: usize = 64 * 1_024;
/// Bytes that are copied: terminals take no more.
const MOST_COPIED: usize = 96 * 1_024;

/// A row of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The offset of the line's first byte.
    pub line: u64,
    /// Which of its rows.
    pub row: usize,
}

/// A line that is folded open, for a width.
#[derive(Clone, Debug)]
struct Opened {
    width: usize,
    rows: Arc<Vec<Row>>,
}

/// A content on the whole screen.
#[derive(Clone, Debug)]
pub struct ContentLayer {
    id: Untrusted,
    title: String,
    readout: Box<Readout>,
    /// What is to be done, and was not asked for yet.
    orders: Vec<ReadOrder>,
    cursor: Place,
    top: Place,
    /// Cells that are scrolled off at the left.
    left: usize,
    breaks: bool,
    opened: BTreeMap<u64, Opened>,
    seek: Box<Seek>,
    /// The room that rows have, as it was last.
    room: Rect,
}

impl ContentLayer {
    pub(in crate::app) fn new(id: Untrusted, title: String, readout: Readout) -> Self {
        Self {
            id,
            title,
            readout: Box::new(readout),
            orders: vec![],
            cursor: Place::default(),
            top: Place::default(),
            left: 0,
            breaks: false,
            opened: BTreeMap::new(),
            seek: Box::default(),
            room: Rect::default(),
        }
    }

    /// The id of the file.
    #[must_use]
    pub fn id(&self) -> &Untrusted {
        &self.id
    }

    /// What the file is called, printable.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What was read.
    #[must_use]
    pub fn readout(&self) -> &Readout {
        &self.readout
    }

    /// Whether the service is asked, and not this machine.
    #[must_use]
    pub fn is_of_service(&self) -> bool {
        matches!(self.readout.source(), ContentSource::Service { .. })
    }

    /// Whether the saved file could not even be opened: nothing of it is shown.
    pub(in crate::app) fn lacks_its_file(&self) -> Option<&str> {
        match self.readout.hindrance() {
            Some(Hindrance::Disk(why)) if self.readout.window().is_empty() => Some(why),
            _ => None,
        }
    }

    /// Has it read from elsewhere, from the beginning.
    pub(in crate::app) fn read_instead(&mut self, readout: Readout) {
        *self = Self::new(self.id.clone(), std::mem::take(&mut self.title), readout);
    }

    /// What is looked for.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.seek.search
    }

    /// Whether the lines are searched, or read to the end, until somebody stops it.
    #[must_use]
    pub fn is_seeking(&self) -> bool {
        self.seek.is_under_way()
    }

    /// Whether that is a search.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.seek.is_searching()
    }

    /// Where what is looked for stands in a text.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        self.seek.matches(text)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> Place {
        self.cursor
    }

    /// The first row in view.
    #[must_use]
    pub fn top(&self) -> Place {
        self.top
    }

    /// Cells that are scrolled off at the left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }

    /// Whether long lines are broken.
    #[must_use]
    pub fn breaks(&self) -> bool {
        self.breaks
    }

    /// Whether a line is folded open.
    #[must_use]
    pub fn is_open(&self, line: u64) -> bool {
        self.opened.contains_key(&line)
    }

    /// The rows of a line in a room of so many cells: that of the line itself first. Of a line that is
    /// cut, as much as is in view.
    #[must_use]
    pub fn rows(&self, line: &HeldLine<'_>, widths: Widths) -> Arc<Vec<Row>> {
        if self.breaks && !line.is_skipped() && !self.opened.contains_key(&line.at) {
            return Arc::new(broken(line, widths));
        }
        let first = sheet::line_row(line, self.left + widths.first);
        match self.opened.get(&line.at) {
            None => Arc::new(vec![first]),
            Some(opened) => {
                Arc::new([first].into_iter().chain(opened.rows.iter().cloned()).collect())
            }
        }
    }

    /// How many rows a line has.
    fn height(&self, line: &HeldLine<'_>, widths: Widths) -> usize {
        match self.opened.get(&line.at) {
            Some(opened) => 1 + opened.rows.len(),
            None if self.breaks && !line.is_skipped() => broken(line, widths).len(),
            None => 1,
        }
    }

    /// Something came of a reading.
    pub(in crate::app) fn arrived(&mut self, number: u64, arrival: Arrival) {
        let seen = self.seen();
        self.readout.arrived(number, arrival, &seen, &mut self.orders);
    }

    /// Folds the line under the cursor open, or closes it; tells why that cannot be done.
    fn fold(&mut self) -> Option<&'static str> {
        let at = self.cursor.line;
        if self.opened.remove(&at).is_some() {
            self.cursor.row = 0;
            return None;
        }
        let line = self.readout.window().line(at)?;
        if line.is_skipped() {
            return Some("a line of more than 16 MiB is not held");
        }
        let width = sheet::widths(self, self.room).further;
        let rows = open_rows(&line, width);
        self.opened.insert(at, Opened { width, rows: Arc::new(rows) });
        None
    }

    /// The value under the cursor, or the line, in words and as text that is escaped.
    fn copied(&self, whole: bool) -> Result<(String, String), String> {
        let Some(line) = self.readout.window().line(self.cursor.line) else {
            return Err("there is no line to copy".to_owned());
        };
        if line.is_skipped() {
            return Err("a line of more than 16 MiB is not held".to_owned());
        }
        let opened = self.opened.get(&line.at).filter(|_| self.cursor.row > 0 && !whole);
        let row = opened.and_then(|opened| opened.rows.get(self.cursor.row - 1));
        let hidden = UntrustedRef::new(line.bytes).without_secrets();
        let value = row.and_then(|row| hidden.get(row.value.clone())).unwrap_or(&hidden);
        if value.len() > MOST_COPIED {
            let (from, to) = (line.at, line.at + line.length.saturating_sub(1));
            let id = self.id.borrow().printable_within(128);
            return Err(format!(
                "{} are too much for a terminal: shelflife content {id} --bytes {from}-{to}",
                size(value.len() as u64)
            ));
        }
        let unquoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        let text = match (row, unquoted) {
            (Some(_), Some(text)) => json_text(UntrustedRef::new(text)),
            _ => sheet::whole_text(&line, value),
        };
        Ok((shorten_end(&text, 60), text))
    }

    fn copy(&self, app: &mut App, whole: bool, effects: &mut Vec<Effect>) {
        match self.copied(whole) {
            Ok((what, text)) => effects.push(Effect::Copy { text, what }),
            Err(why) => app.say(why),
        }
    }

    /// How many lines lie before that of the cursor, where that is known.
    fn lines_before_cursor(&self) -> Option<u64> {
        match self.readout.window().line(self.cursor.line)?.number {
            Number::FromStart(number) => Some(number - 1),
            Number::FromEnd(_) => None,
        }
    }
}

/// The rows of a line that is folded open, below its own.
fn open_rows(line: &HeldLine<'_>, width: usize) -> Vec<Row> {
    let bytes = &line.bytes[..line.bytes.len().min(MOST_OPENED)];
    let hidden = UntrustedRef::new(bytes).without_secrets();
    let rows = if sheet::is_json(line) {
        json::open_rows(&hidden)
    } else {
        vec![sheet::plain_row(&hidden, usize::MAX)]
    };
    let mut rows = json::wrapped(&rows, width, width, true);
    if bytes.len() < line.bytes.len() {
        let rest = size((line.bytes.len() - bytes.len()) as u64);
        rows.push(sheet::note(format!("… {rest} more of this line")));
    }
    rows
}

/// The rows of a line that is broken where the room ends.
fn broken(line: &HeldLine<'_>, widths: Widths) -> Vec<Row> {
    let cells = MOST_BROKEN.min(line.bytes.len().saturating_mul(6));
    let row = sheet::line_row(line, cells);
    let mut rows = json::wrapped(&[row], widths.first, widths.further, false);
    if line.bytes.len() > MOST_BROKEN {
        rows.push(sheet::note("… and further: fold it open".to_owned()));
    }
    if rows.is_empty() {
        rows.push(Row::default());
    }
    rows
}

impl Behave for ContentLayer {
    fn scopes(&self) -> &'static [Scope] {
        self.seek.search.scopes(&[Scope::Content, Scope::Main])
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing::default())
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if self.act_on_search(app, action) {
            return Fate::Stays;
        }
        match action {
            Action::SelectFirst => self.go_to_start(),
            Action::SelectLast => self.go_to_end(),
            Action::SelectNext => self.move_by(1),
            Action::SelectPrevious => self.move_by(-1),
            Action::HalfPageDown => self.move_by(self.page().div_euclid(2).max(1)),
            Action::HalfPageUp => self.move_by(-self.page().div_euclid(2).max(1)),
            Action::PageDown => self.move_by(self.page()),
            Action::PageUp => self.move_by(-self.page()),
            Action::MoveLeft => self.left = self.left.saturating_sub(ASIDE),
            Action::MoveRight if self.breaks => {
                app.say("long lines are broken: there is no more at the right");
            }
            Action::MoveRight => self.left = (self.left + ASIDE).min(MOST_ASIDE),
            Action::ToggleWrap => {
                self.breaks = !self.breaks;
                (self.left, self.cursor.row, self.top.row) = (0, 0, 0);
            }
            Action::Fold => {
                if let Some(why) = self.fold() {
                    app.say(why);
                }
            }
            Action::CopyValue => self.copy(app, false, effects),
            Action::OpenCopyPicker => self.copy(app, true, effects),
            Action::Refresh if self.readout.hindrance().is_some() => self.readout.retry(),
            Action::OpenContent => return Fate::Closes,
            action => return app.act_anywhere(action, effects),
        }
        Fate::Stays
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        let Some(changed) = self.seek.search.type_key(key) else { return Fate::Ignores };
        if changed {
            self.seek_as_typed();
        }
        Fate::Stays
    }

    fn paste(&mut self, _: &mut App, text: &str) {
        if self.seek.search.paste(text) {
            self.seek_as_typed();
        }
    }

    fn wheel(&mut self, _: &mut App, lines: isize) {
        self.move_by(lines);
    }

    fn click(&mut self, app: &mut App, at: Position, _: &mut Vec<Effect>) -> Fate {
        if let Some(place) = self.place_at(at) {
            self.stop_following();
            if place == self.cursor
                && let Some(why) = self.fold()
            {
                app.say(why);
            }
            self.cursor = place;
        }
        Fate::Stays
    }
}
