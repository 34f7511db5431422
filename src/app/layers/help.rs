//! The key table and the topics, which words narrow down.

use crossterm::event::KeyEvent;

use super::search::Search;
use super::{App, Behave, Changing, Fate};
use crate::app::effect::Effect;
use crate::app::sheets;
use crate::keys::{Action, Scope};

/// The key table and the topics on the whole screen.
#[derive(Clone, Debug, Default)]
pub struct Help {
    scroll: usize,
    search: Search,
    /// The layer below it, whose keys stand first.
    first: Option<Scope>,
}

impl Help {
    /// With the keys first that are in force in this scope only.
    pub(in crate::app) fn on(first: Option<Scope>) -> Self {
        Self { first, ..Self::default() }
    }

    /// Narrowed down to what is said of something.
    pub(in crate::app) fn about(words: &str) -> Self {
        Self { search: Search::on(words), ..Self::default() }
    }

    /// The scope whose keys stand first.
    #[must_use]
    pub fn first(&self) -> Option<Scope> {
        self.first
    }

    /// Lines scrolled off the top.
    #[must_use]
    pub fn scroll(&self) -> usize {
        self.scroll
    }

    /// What is looked for.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.search
    }
}

impl Behave for Help {
    fn scopes(&self) -> &'static [Scope] {
        self.search.scopes(&[Scope::Main])
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        Some(Changing::default())
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        if let Some(lines) = app.scroll_of(action) {
            self.wheel(app, lines);
            return Fate::Stays;
        }
        if self.search.act(action) {
            self.scroll = 0;
            return Fate::Stays;
        }
        match action {
            Action::OpenHelp => Fate::Closes,
            action => app.act_anywhere(action, effects),
        }
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        let Some(changed) = self.search.type_key(key) else { return Fate::Ignores };
        if changed {
            self.scroll = 0;
        }
        Fate::Stays
    }

    fn paste(&mut self, _: &mut App, text: &str) {
        if self.search.paste(text) {
            self.scroll = 0;
        }
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        let most = sheets::help::overflow(app, self.search.words(), self.first);
        self.scroll = self.scroll.saturating_add_signed(lines).min(most);
    }
}
