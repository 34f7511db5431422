//! All about the selected file, on the whole screen.

use super::{App, Behave, Changing, Fate};
use crate::app::effect::Effect;
use crate::app::fields::CopyField;
use crate::app::sheets;
use crate::app::sheets::detail::Shown;
use crate::keys::{Action, Scope};

/// The detail on the whole screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail {
    scroll: usize,
}

impl Detail {
    /// Lines scrolled off the top.
    #[must_use]
    pub fn scroll(&self) -> usize {
        self.scroll
    }
}

impl Behave for Detail {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Main]
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing { countdown: true, past: true, ..Changing::default() })
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(lines) = app.scroll_of(action) {
            self.wheel(app, lines);
            return Fate::Stays;
        }
        match action {
            Action::OpenDetail => return Fate::Closes,
            Action::ToggleRaw => {
                app.appearance.raw = !app.appearance.raw;
                self.scroll = 0;
            }
            Action::OpenContent => app.open_content(),
            Action::CopyId => app.copy_of_selected(CopyField::Id, effects),
            action => return app.act_anywhere(action, effects),
        }
        Fate::Stays
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        let most = sheets::detail::overflow(app, Shown::Full);
        self.scroll = self.scroll.saturating_add_signed(lines).min(most);
    }
}
