//! Which columns are shown, in which order and how wide.

use ratatui::layout::Rect;

use super::{App, Behave, Fate, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::app::geometry::columns::width_of;
use crate::keys::{Action, Scope};
use crate::store::field::Field;

/// The list of columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnsPicker {
    cursor: ListCursor,
}

impl ColumnsPicker {
    /// The cursor.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        self.cursor
    }

    /// Where it stands.
    #[must_use]
    pub fn place(screen: Rect) -> ListPlace {
        ListPlace::picker(screen, 62, Field::ALL.len())
    }

    fn line(self) -> usize {
        self.cursor.line(Field::ALL.len())
    }

    fn widen(self, app: &mut App, by: i16) {
        let column = app.appearance.columns.all().get(self.line());
        let field = column.map_or(Field::Filename, |column| column.field);
        let now = width_of(app, field).unwrap_or(10);
        app.appearance.columns.widen(self.line(), by, now);
    }
}

impl Behave for ColumnsPicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Columns, Scope::List, Scope::Main]
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        let list = Self::place(app.screen());
        if app.move_in(&list, &mut self.cursor, action) {
            return Fate::Stays;
        }
        let (columns, line) = (&mut app.appearance.columns, self.line());
        match action {
            Action::GoBack | Action::Close | Action::OpenColumns | Action::Choose => {
                return Fate::Closes;
            }
            Action::ToggleColumn => self.cursor.go_to(columns.toggle(line), &list),
            Action::ColumnLeft => self.cursor.go_to(columns.shift(line, false), &list),
            Action::ColumnRight => self.cursor.go_to(columns.shift(line, true), &list),
            Action::Wider => self.widen(app, 1),
            Action::Narrower => self.widen(app, -1),
            Action::WriteSettings => app.write_settings(effects),
            _ => return Fate::Ignores,
        }
        Fate::Stays
    }

    fn list(&mut self, app: &App) -> Option<(&mut ListCursor, ListPlace)> {
        Some((&mut self.cursor, Self::place(app.screen())))
    }

    fn of_a_line(&self) -> Action {
        Action::ToggleColumn
    }
}
