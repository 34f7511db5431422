//! The choice of the field to copy.

use ratatui::layout::Rect;

use super::{App, Behave, Fate, ListCursor, ListPlace, Picked};
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
        let place = Self::place(app.screen());
        let line = match app.pick_in(&place, &mut self.cursor, action, Action::OpenCopyPicker) {
            Picked::Moved => return Fate::Stays,
            Picked::Line(line) => line,
            Picked::Nothing => return Fate::Closes,
            Picked::Other => return Fate::Ignores,
        };
        let Some(field) = CopyField::ALL.get(line) else { return Fate::Ignores };
        app.copy_field(*field, effects);
        Fate::Closes
    }

    fn list(&mut self, app: &App) -> Option<(&mut ListCursor, ListPlace)> {
        Some((&mut self.cursor, Self::place(app.screen())))
    }
}
