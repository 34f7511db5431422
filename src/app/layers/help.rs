//! The key table.

use super::{App, Behave, Changing, Fate};
use crate::app::effect::Effect;
use crate::app::sheets;
use crate::keys::{Action, Scope};

/// The key table on the whole screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Help {
    scroll: usize,
}

impl Help {
    /// Lines scrolled off the top.
    #[must_use]
    pub fn scroll(&self) -> usize {
        self.scroll
    }
}

impl Behave for Help {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Main]
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing::default())
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(lines) = app.scroll_of(action) {
            self.wheel(app, lines);
            return Fate::Stays;
        }
        match action {
            Action::OpenHelp => Fate::Closes,
            action => app.act_anywhere(action, effects),
        }
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        let most = sheets::help::overflow(app);
        self.scroll = self.scroll.saturating_add_signed(lines).min(most);
    }
}
