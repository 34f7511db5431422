//! The choice of the column to sort by.

use ratatui::layout::Rect;

use super::{App, Behave, Fate, ListCursor, ListPlace, Picked};
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
        let place = Self::place(app.screen());
        let line = match app.pick_in(&place, &mut self.cursor, action, Action::OpenSortPicker) {
            Picked::Moved => return Fate::Stays,
            Picked::Line(line) => line,
            Picked::Nothing => return Fate::Closes,
            Picked::Other if action == Action::WriteSettings => {
                app.write_settings(effects);
                return Fate::Stays;
            }
            Picked::Other => return Fate::Ignores,
        };
        let Some(field) = Field::ALL.get(line) else { return Fate::Ignores };
        app.sort_or_reverse(*field);
        Fate::Closes
    }

    fn list(&mut self, app: &App) -> Option<(&mut ListCursor, ListPlace)> {
        Some((&mut self.cursor, Self::place(app.screen())))
    }
}
