//! The choice of the field to copy.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Fate, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::app::fields::CopyField;
use crate::keys::{Action, Scope};

/// The list of fields to copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyPicker {
    cursor: ListCursor,
}

impl CopyPicker {
    /// The cursor.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        self.cursor
    }

    /// Where it stands.
    #[must_use]
    pub fn place(screen: Rect) -> ListPlace {
        ListPlace::picker(screen, 60, CopyField::ALL.len())
    }
}

impl Behave for CopyPicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::List, Scope::Main]
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if app.move_in(&Self::place(app.screen()), &mut self.cursor, action) {
            return Fate::Stays;
        }
        let chosen = match action {
            Action::GoBack | Action::Close | Action::OpenCopyPicker => return Fate::Closes,
            Action::Choose => self.cursor.line(CopyField::ALL.len()),
            Action::SortByColumn(number) => usize::from(number) - 1,
            _ => return Fate::Ignores,
        };
        let Some(field) = CopyField::ALL.get(chosen) else { return Fate::Ignores };
        app.copy_field(*field, effects);
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
