//! The choice of the column to sort by.

use super::{App, Behave, Fate};
use crate::app::effect::Effect;
use crate::keys::{Action, Scope};
use crate::store::field::Field;

/// The list of columns to sort by.
#[derive(Clone, Copy, Debug)]
pub struct SortPicker {
    line: usize,
}

impl SortPicker {
    /// The list with the cursor on the column that is sorted by now.
    pub(in crate::app) fn at(field: Field) -> Self {
        Self { line: Field::ALL.iter().position(|other| *other == field).unwrap_or(0) }
    }

    /// The line under the cursor.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

impl Behave for SortPicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::List, Scope::Main]
    }

    fn act(&mut self, app: &mut App, action: Action, _: &mut Vec<Effect>) -> Fate {
        if let Some(line) = app.moved(self.line, action, Field::ALL.len()) {
            self.line = line;
            return Fate::Stays;
        }
        let chosen = match action {
            Action::GoBack | Action::Close | Action::OpenSortPicker => return Fate::Closes,
            Action::Choose => self.line,
            Action::SortByColumn(number) => usize::from(number) - 1,
            _ => return Fate::Stays,
        };
        let Some(field) = Field::ALL.get(chosen) else { return Fate::Stays };
        app.sort_or_reverse(*field);
        Fate::Closes
    }
}
