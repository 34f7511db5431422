//! The filter, or what is searched for, while it is typed, in the footer's place.

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::{App, Behave, Fate, input};
use crate::app::effect::Effect;
use crate::keys::{Action, Hint, Scope};
use crate::store::FileNo;

/// What a typed text is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// It holds back what does not match.
    Filter,
    /// It leads to what matches, from this file on.
    Search(Option<FileNo>),
}

/// The line in which a filter, or what is searched for, is typed; it is in force at once.
#[derive(Clone, Debug)]
pub struct FilterInput {
    input: Box<Input>,
    purpose: Purpose,
    /// How many texts back in what was typed before, and what was being typed then.
    back: usize,
    draft: String,
}

impl FilterInput {
    pub(in crate::app) fn of_filter(text: String) -> Self {
        Self::new(text, Purpose::Filter)
    }

    /// A search from a file on.
    pub(in crate::app) fn of_search(origin: Option<FileNo>) -> Self {
        Self::new(String::new(), Purpose::Search(origin))
    }

    fn new(text: String, purpose: Purpose) -> Self {
        Self { input: Box::new(Input::new(text)), purpose, back: 0, draft: String::new() }
    }

    /// The text so far.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// Whether it holds nothing back.
    #[must_use]
    pub fn is_search(&self) -> bool {
        matches!(self.purpose, Purpose::Search(_))
    }

    fn put_in_force(&self, app: &mut App) {
        match self.purpose {
            Purpose::Filter => app.filter_as_typed(self.input.value()),
            Purpose::Search(origin) => app.search_as_typed(self.input.value(), origin),
        }
        app.fit_table();
    }

    /// Enter: what was typed stays in force.
    fn keep(&self, app: &mut App) -> Fate {
        if let Some(lack) = app.filter_lack() {
            app.say(format!("not finished: {lack}"));
            return Fate::Stays;
        }
        if app.typed.error.is_some() {
            let hint = [Hint::new(&[Action::GoBack], "clears it")];
            let clears = app.settings.keys.hints(&hint, &[Scope::Typing]);
            app.say(format!("this filter cannot be read yet; {clears}"));
            return Fate::Stays;
        }
        app.remember(self.input.value());
        app.end_typing();
        app.fit_table();
        Fate::Closes
    }

    /// Esc: nothing of it stays.
    fn leave(&self, app: &mut App) -> Fate {
        match self.purpose {
            Purpose::Filter => app.clear_filter(),
            Purpose::Search(origin) => {
                app.end_search();
                app.select_file(origin);
            }
        }
        app.fit_table();
        Fate::Closes
    }

    /// Takes what was typed before, or after that; what is being typed is there to come back to.
    fn recall(&mut self, app: &mut App, older: bool) {
        if self.back == 0 {
            self.input.value().clone_into(&mut self.draft);
        }
        let mut back = self.back;
        let text = loop {
            back = if older { back + 1 } else { back.wrapping_sub(1) };
            let history = &app.typed.history;
            match back {
                usize::MAX => return app.say("nothing was typed after this"),
                0 => break self.draft.clone(),
                _ => match history.len().checked_sub(back).and_then(|at| history.get(at)) {
                    None => return app.say("nothing was typed before this"),
                    // What stands there already is no step.
                    Some(text) if text == self.input.value() => {}
                    Some(text) => break text.clone(),
                },
            }
        };
        self.back = back;
        *self.input = Input::new(text);
        self.put_in_force(app);
    }
}

impl Behave for FilterInput {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Filter, Scope::Typing]
    }

    fn act(&mut self, app: &mut App, action: Action, _: &mut Vec<Effect>) -> Fate {
        match action {
            Action::Choose => return self.keep(app),
            Action::GoBack => return self.leave(app),
            Action::OlderText => self.recall(app, true),
            Action::NewerText => self.recall(app, false),
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
