//! The filter while it is typed, in the footer's place.

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::{App, Behave, Fate, input};
use crate::app::effect::Effect;
use crate::keys::{Action, Hint, Scope};

/// The line in which the filter is typed; it is in force at once.
#[derive(Clone, Debug)]
pub struct FilterInput {
    input: Box<Input>,
}

impl FilterInput {
    pub(in crate::app) fn new(text: String) -> Self {
        Self { input: Box::new(Input::new(text)) }
    }

    /// The text so far.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    fn put_in_force(&self, app: &mut App) {
        app.filter_as_typed(self.input.value());
        app.fit_table();
    }
}

impl Behave for FilterInput {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Typing]
    }

    fn act(&mut self, app: &mut App, action: Action, _: &mut Vec<Effect>) -> Fate {
        match action {
            Action::Choose if app.filter_lack().is_some() => {
                let text = format!("not finished: {}", app.filter_lack().unwrap_or_default());
                app.say(text);
            }
            Action::Choose if app.typed.error.is_some() => {
                let hint = [Hint::new(&[Action::GoBack], "clears it")];
                let clears = app.settings.keys.hints(&hint, &[Scope::Typing]);
                app.say(format!("this filter cannot be read yet; {clears}"));
            }
            Action::Choose => {
                app.end_typing();
                app.fit_table();
                return Fate::Closes;
            }
            Action::GoBack => {
                app.clear_filter();
                app.fit_table();
                return Fate::Closes;
            }
            Action::SelectNext => app.table.select_by(1),
            Action::SelectPrevious => app.table.select_by(-1),
            _ => return Fate::Ignores,
        }
        Fate::Stays
    }

    fn type_key(&mut self, app: &mut App, key: KeyEvent) -> Fate {
        let Some(changed) = input::edit(&mut self.input, key) else { return Fate::Ignores };
        if changed {
            self.put_in_force(app);
        }
        Fate::Stays
    }

    fn paste(&mut self, app: &mut App, text: &str) {
        if input::paste(&mut self.input, text) {
            self.put_in_force(app);
        }
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        app.table.scroll_by(lines);
    }
}
