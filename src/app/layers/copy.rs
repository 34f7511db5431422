//! The choice of the field to copy.

use super::{App, Behave, Fate};
use crate::app::effect::Effect;
use crate::app::fields::CopyField;
use crate::keys::{Action, Scope};

/// The list of fields to copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyPicker {
    line: usize,
}

impl CopyPicker {
    /// The line under the cursor.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

impl Behave for CopyPicker {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::List, Scope::Main]
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(line) = app.moved(self.line, action, CopyField::ALL.len()) {
            self.line = line;
            return Fate::Stays;
        }
        let chosen = match action {
            Action::GoBack | Action::Close | Action::OpenCopyPicker => return Fate::Closes,
            Action::Choose => self.line,
            Action::SortByColumn(number) => usize::from(number) - 1,
            _ => return Fate::Stays,
        };
        let Some(field) = CopyField::ALL.get(chosen) else { return Fate::Stays };
        app.copy_field(*field, effects);
        Fate::Closes
    }
}
