//! What was new, changed or gone, what was told and what failed, newest first.

use crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};

use super::search::Search;
use super::{App, Behave, Changing, Fate, ListCursor, ListPlace};
use crate::account::journal::Entry;
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::sheets::events;
use crate::keys::{Action, Scope};
use crate::text::{Untrusted, shorten_end};

/// The log of events on the whole screen.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// The number of the event under the cursor; until somebody moves, it is the newest.
    chosen: Option<u64>,
    /// The first line in view.
    top: usize,
    search: Search,
}

impl Events {
    /// The number of the event under the cursor, where one was chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<u64> {
        self.chosen
    }

    /// What is looked for.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Its cursor among what was found.
    #[must_use]
    pub fn cursor(&self, found: &[(u64, &Entry)]) -> ListCursor {
        ListCursor::below(self.top, events::cursor(found, self.chosen))
    }

    /// Where the events stand on the screen, a line each; lines that the one under the cursor takes
    /// besides are no room for others.
    #[must_use]
    pub fn place(&self, app: &App, screen: Rect, found: &[(u64, &Entry)]) -> ListPlace {
        let mut place = ListPlace::log(screen, found.len());
        place.room.height -= self.surplus(app, &place, found);
        place
    }

    /// Lines that the event under the cursor takes besides its first.
    fn surplus(&self, app: &App, place: &ListPlace, found: &[(u64, &Entry)]) -> u16 {
        let Some((_, entry)) = found.get(events::cursor(found, self.chosen)) else { return 0 };
        let lines = events::unfolded(app, place.room, entry).len();
        let most = place.room.height.saturating_sub(1);
        u16::try_from(lines.saturating_sub(1)).unwrap_or(u16::MAX).min(most)
    }

    /// The place among lines of one event each that this place of the screen stands for.
    fn folded(&self, app: &App, at: Position) -> Position {
        let found = events::found(app, self.search.words());
        let place = self.place(app, app.screen(), &found);
        let (cursor, screen) = (self.cursor(&found), ListPlace::log(app.screen(), found.len()));
        let line = cursor.line(place.lines).saturating_sub(cursor.first(&place));
        let y = place.room.y.saturating_add(u16::try_from(line).unwrap_or(u16::MAX));
        if at.y <= y || at.y >= screen.room.bottom() {
            return at;
        }
        let surplus = screen.room.height - place.room.height;
        Position { y: at.y.saturating_sub(surplus).max(y), ..at }
    }

    /// Moves the cursor; at the top it rests on the newest again. Tells what `moved` tells.
    fn go<T>(&mut self, app: &App, moved: impl FnOnce(&mut ListCursor, &ListPlace) -> T) -> T {
        let found = events::found(app, self.search.words());
        let (mut cursor, place) = (self.cursor(&found), self.place(app, app.screen(), &found));
        let told = moved(&mut cursor, &place);
        let line = cursor.line(place.lines);
        self.top = cursor.first(&place);
        self.chosen = found.get(line).filter(|_| line > 0).map(|(number, _)| *number);
        // Where it is now may take more lines, or fewer.
        self.top = self.cursor(&found).first(&self.place(app, app.screen(), &found));
        told
    }

    fn move_by(&mut self, app: &App, lines: isize) {
        self.go(app, |cursor, place| cursor.go_by(lines, place));
    }

    /// Goes to the file of the event under the cursor.
    fn go_to_file(&self, app: &mut App) -> Fate {
        let found = events::found(app, self.search.words());
        let Some((_, entry)) = found.get(events::cursor(&found, self.chosen)) else {
            return Fate::Stays;
        };
        match entry.id.clone() {
            None => app.say("this event is about no file"),
            Some(id) if app.go_to_file(&id) => return Fate::Closes,
            Some(_) => {}
        }
        Fate::Stays
    }

    /// Copies the id of the event's file, or its text; or all of its line.
    fn copy(&self, app: &App, whole: bool, effects: &mut Vec<Effect>) {
        let found = events::found(app, self.search.words());
        let Some((_, entry)) = found.get(events::cursor(&found, self.chosen)) else { return };
        let id = entry.id.as_ref().map(|id| id.borrow().printable().into_owned());
        let text = match id {
            Some(id) if !whole => id,
            _ if !whole => entry.text.clone(),
            _ => events::text(app, entry),
        };
        effects.push(Effect::Copy { what: shorten_end(&text, 60), text });
    }
}

impl Behave for Events {
    fn scopes(&self) -> &'static [Scope] {
        self.search.scopes(&[Scope::List, Scope::Main])
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing { past: true, ..Changing::default() })
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(lines) = app.scroll_of(action) {
            self.move_by(app, lines);
            return Fate::Stays;
        }
        if self.search.act(action) {
            return Fate::Stays;
        }
        match action {
            Action::OpenEvents => return Fate::Closes,
            Action::Choose | Action::OpenDetail => return self.go_to_file(app),
            Action::CopyId => self.copy(app, false, effects),
            Action::OpenCopyPicker => self.copy(app, true, effects),
            action => return app.act_anywhere(action, effects),
        }
        Fate::Stays
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        self.search.type_key(key).map_or(Fate::Ignores, |_| Fate::Stays)
    }

    fn paste(&mut self, _: &mut App, text: &str) {
        self.search.paste(text);
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        self.move_by(app, lines);
    }

    fn click(&mut self, app: &mut App, at: Position, _: &mut Vec<Effect>) -> Fate {
        let at = self.folded(app, at);
        let again = self.go(app, |cursor, place| cursor.click(at, place));
        if again { self.go_to_file(app) } else { Fate::Stays }
    }
}

impl App {
    /// Selects the file with this id in the table; tells whether that could be done, and says why not.
    pub(in crate::app) fn go_to_file(&mut self, id: &Untrusted) -> bool {
        self.narrow_now();
        let Some(no) = self.account.store().find(id) else {
            self.say("the service has that file no longer");
            return false;
        };
        let Some(row) = self.table.order().position(self.account.store(), no) else {
            self.say("the filter hides that file");
            return false;
        };
        self.focus = Focus::Table;
        self.table.select_row(row);
        true
    }
}
