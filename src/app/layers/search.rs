//! Narrowing a long text down by words that are typed, as in help and in the log of events.

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::input;
use crate::keys::{Action, Scope};

/// What is looked for: nothing until somebody types.
#[derive(Clone, Debug, Default)]
pub struct Search {
    input: Box<Input>,
    typing: bool,
}

impl Search {
    /// As if these words had been typed and kept.
    pub(super) fn on(words: &str) -> Self {
        Self { input: Box::new(Input::new(words.to_owned())), typing: false }
    }

    /// The line that is typed.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// The words so far.
    #[must_use]
    pub fn words(&self) -> &str {
        self.input.value()
    }

    /// Whether letters are text now.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// The bindings in force: those of a text while it is typed, else these.
    pub(super) fn scopes(&self, others: &'static [Scope]) -> &'static [Scope] {
        if self.typing { &[Scope::Typing] } else { others }
    }

    /// Begins, keeps or lifts the search, where the action means that now.
    pub(super) fn act(&mut self, action: Action) -> bool {
        let is_begun = self.typing || !self.words().is_empty();
        match action {
            Action::OpenFilter => self.typing = true,
            Action::Choose if self.typing => self.typing = false,
            Action::GoBack if is_begun => *self = Self::default(),
            _ => return false,
        }
        true
    }

    /// Takes a key; tells whether the text changed, and nothing where the key means nothing.
    pub(super) fn type_key(&mut self, key: KeyEvent) -> Option<bool> {
        if self.typing { input::edit(&mut self.input, key) } else { None }
    }

    pub(super) fn paste(&mut self, text: &str) -> bool {
        self.typing && input::paste(&mut self.input, text)
    }
}
