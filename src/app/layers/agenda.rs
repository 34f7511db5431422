//! The expiries by bucket, with numbers.

use ratatui::layout::Rect;

use super::{App, Behave, Changing, Fate, ListCursor, ListPlace};
use crate::app::effect::Effect;
use crate::app::sheets;
use crate::keys::{Action, Scope};

/// The agenda on the whole screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agenda {
    cursor: ListCursor,
}

impl Agenda {
    /// The cursor.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        self.cursor
    }

    /// Where its lines stand.
    #[must_use]
    pub fn place(app: &App, screen: Rect) -> ListPlace {
        let mut list = ListPlace::full(screen, sheets::agenda::lines(app));
        // The last line is that of the totals, below the names of the columns and the others.
        if list.room.height + 1 >= sheets::agenda::TOTAL_FROM {
            list.room.height -= 1;
        }
        list
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
        let list = Self::place(app, app.screen());
        if app.move_in(&list, &mut self.cursor, action) {
            return Fate::Stays;
        }
        match action {
            Action::OpenAgenda => Fate::Closes,
            Action::Choose | Action::OpenDetail => {
                if list.lines == 0 {
                    app.say("there is no file to filter");
                    return Fate::Stays;
                }
                let line = self.cursor.line(list.lines);
                let Some(bucket) = sheets::agenda::bucket_at(app, line) else {
                    app.say("only a span of time filters");
                    return Fate::Stays;
                };
                app.choose_bucket(bucket);
                Fate::Closes
            }
            Action::ToggleMeasure => {
                app.toggle_measure();
                Fate::Stays
            }
            Action::ToggleFiltered => {
                app.toggle_filtered_expiries();
                Fate::Stays
            }
            Action::LoadAll => {
                app.start_loading_all(effects);
                Fate::Stays
            }
            action => app.act_anywhere(action, effects),
        }
    }

    fn list(&mut self, app: &App) -> Option<(&mut ListCursor, ListPlace)> {
        Some((&mut self.cursor, Self::place(app, app.screen())))
    }
}
