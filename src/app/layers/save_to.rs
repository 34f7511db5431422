//! Where files are saved to, while it is typed: the folder, and for one file the name.

use std::path::{Component, Path};

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::{App, Behave, Fate, input};
use crate::app::effect::Effect;
use crate::jobs::Pinned;
use crate::keys::{Action, Scope};

/// The line in which the place is typed.
#[derive(Clone, Debug)]
pub struct SaveTo {
    input: Box<Input>,
    /// As they stood when the line was opened.
    files: Vec<Pinned>,
}

impl SaveTo {
    pub(in crate::app) fn new(text: String, files: Vec<Pinned>) -> Self {
        Self { input: Box::new(Input::new(text)), files }
    }

    /// The text so far.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// How many files are meant.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    fn take(&self, app: &mut App) -> Fate {
        // A name may end in a blank.
        let text = self.input.value();
        if text.trim().is_empty() {
            app.say("a folder is needed");
            return Fate::Stays;
        }
        let path = app.typed_path(text);
        if path.components().any(|part| part == Component::ParentDir) {
            app.say("a place without .. is needed");
            return Fate::Stays;
        }
        // By what was shown, whatever has become of the files since.
        let is_folder = self.files.len() != 1 || text.ends_with('/') || text == "~";
        let (folder, name) = match (is_folder, path.parent(), path.file_name()) {
            (false, Some(folder), Some(name)) => (folder, name.to_str()),
            _ => (path.as_path(), None),
        };
        app.save_files(self.files.clone(), Path::new(folder), name);
        Fate::Closes
    }
}

impl Behave for SaveTo {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Typing]
    }

    fn act(&mut self, app: &mut App, action: Action, _: &mut Vec<Effect>) -> Fate {
        match action {
            Action::Choose => self.take(app),
            Action::GoBack => Fate::Closes,
            _ => Fate::Ignores,
        }
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        input::edit(&mut self.input, key).map_or(Fate::Ignores, |_| Fate::Stays)
    }

    fn paste(&mut self, _: &mut App, text: &str) {
        input::paste(&mut self.input, text);
    }
}
