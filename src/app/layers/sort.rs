//! The choice of the column to sort by.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Fate, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::keys::{Action, Scope};
use crate::store::field::Field;

/// The list of columns to sort by.
#[derive(Clone, Copy, Debug)]
pub struct SortPicker {
    cursor: ListCursor,
}

impl SortPicker {
    /// The list with the cursor on the column that is sorted by now.
    pub(in crate::app) fn at(field: Field) -> Self {
        let line = Field::ALL.iter().position(|other| *other == field).unwrap_or(0);
        Self { cursor: ListCursor::on(line) }
    }

    /// The cursor.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        self.cursor
    }

    /// Where it stands.
    #[must_use]
    pub fn place(screen: Rect) -> ListPlace {
        ListPlace::picker(screen, 30, Field::ALL.len())
    }
}

impl Behave for SortPicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::List, Scope::Main]
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if app.move_in(&Self::place(app.screen()), &mut self.cursor, action) {
            return Fate::Stays;
        }
        let chosen = match action {
            Action::GoBack | Action::Close | Action::OpenSortPicker => return Fate::Closes,
            Action::Choose => self.cursor.line(Field::ALL.len()),
            Action::SortByColumn(number) => usize::from(number) - 1,
            Action::WriteSettings => {
                app.write_settings(effects);
                return Fate::Stays;
            }
            _ => return Fate::Ignores,
        };
        let Some(field) = Field::ALL.get(chosen) else { return Fate::Ignores };
        app.sort_or_reverse(*field);
        Fate::Closes
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        self.cursor.go_by(lines, &Self::place(app.screen()));
    }

    fn click(&mut self, app: &mut App, at: Position, effects: &mut Vec<Effect>) -> Fate {
        if self.cursor.click(at, &Self::place(app.screen())) {
            self.act(app, Action::Choose, effects)
        } else {
            Fate::Stays
        }
    }
}
