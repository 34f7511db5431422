//! The expiries by bucket, with numbers.

use super::{App, Behave, Changing, Fate};
use crate::app::effect::Effect;
use crate::app::sheets;
use crate::keys::{Action, Scope};

/// The agenda on the whole screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agenda {
    line: usize,
}

impl Agenda {
    /// The line under the cursor.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

impl Behave for Agenda {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::List, Scope::Main]
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing { buckets: true, ..Changing::default() })
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(line) = app.moved(self.line, action, sheets::agenda::lines(app)) {
            self.line = line;
            return Fate::Stays;
        }
        match action {
            Action::OpenAgenda => Fate::Closes,
            Action::Choose | Action::OpenDetail => {
                let Some(bucket) = sheets::agenda::bucket_at(app, self.line) else {
                    return Fate::Stays;
                };
                app.choose_bucket(bucket);
                Fate::Closes
            }
            Action::ToggleMeasure => {
                app.toggle_measure();
                Fate::Stays
            }
            action => app.act_anywhere(action, effects),
        }
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        let last = sheets::agenda::lines(app).saturating_sub(1);
        self.line = self.line.saturating_add_signed(lines).min(last);
    }
}
