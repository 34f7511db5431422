//! Which columns are shown, in which order and how wide.

use super::{App, Behave, Fate};
use crate::app::effect::Effect;
use crate::app::geometry::columns::width_of;
use crate::keys::{Action, Scope};
use crate::store::field::Field;

/// The list of columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnsPicker {
    line: usize,
}

impl ColumnsPicker {
    /// The line under the cursor.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    fn widen(self, app: &mut App, by: i16) {
        let column = app.appearance.columns.all().get(self.line);
        let field = column.map_or(Field::Filename, |column| column.key);
        let now = width_of(app, field).unwrap_or(10);
        app.appearance.columns.widen(self.line, by, now);
    }
}

impl Behave for ColumnsPicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Columns, Scope::List, Scope::Main]
    }

    fn act(&mut self, app: &mut App, action: Action, _: &mut Vec<Effect>) -> Fate {
        if let Some(line) = app.moved(self.line, action, Field::ALL.len()) {
            self.line = line;
            return Fate::Stays;
        }
        let columns = &mut app.appearance.columns;
        match action {
            Action::GoBack | Action::Close | Action::OpenColumns | Action::Choose => {
                return Fate::Closes;
            }
            Action::ToggleColumn => self.line = columns.toggle(self.line),
            Action::ColumnLeft => self.line = columns.shift(self.line, false),
            Action::ColumnRight => self.line = columns.shift(self.line, true),
            Action::Wider => self.widen(app, 1),
            Action::Narrower => self.widen(app, -1),
            _ => {}
        }
        Fate::Stays
    }
}
