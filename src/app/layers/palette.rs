//! The command palette: every action of the key table, found by typing any of its letters in order.

use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input;

use super::help::Help;
use super::{App, Behave, Fate, Layer, ListCursor, ListPlace, input};
use crate::app::effect::Effect;
use crate::keys::{Action, Binding, KeyMap, Scope, bindings};
use crate::topics::{Topic, topic};

/// The line in which an action is looked for, and the line under the cursor among those found.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    input: Box<Input>,
    cursor: ListCursor,
}

impl Palette {
    /// The text so far.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// The cursor among what was found.
    #[must_use]
    pub fn cursor(&self) -> ListCursor {
        self.cursor
    }

    fn place(&self, app: &App) -> ListPlace {
        let found = offered(app, self.input.value());
        ListPlace::palette(app.screen(), found.len())
    }
}

impl Behave for Palette {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Typing]
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        let found = offered(app, self.input.value());
        let list = ListPlace::palette(app.screen(), found.len());
        match action {
            Action::Choose => {
                let line = self.cursor.line(list.lines);
                let Some(found) = found.get(line) else { return Fate::Stays };
                let about = topic_of(self.input.value());
                app.layers.clear();
                app.end_typing();
                match (found.binding.action, about) {
                    (Action::OpenHelp, Some(topic)) => {
                        app.layers.push(Layer::Help(Help::about(topic.name)));
                    }
                    (action, _) => app.perform(action, effects),
                }
                return Fate::Closes;
            }
            Action::GoBack => return Fate::Closes,
            Action::SelectNext => self.cursor.go_by(1, &list),
            Action::SelectPrevious => self.cursor.go_by(-1, &list),
            _ => return Fate::Ignores,
        }
        Fate::Stays
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        let Some(changed) = input::edit(&mut self.input, key) else { return Fate::Ignores };
        if changed {
            self.cursor = ListCursor::default();
        }
        Fate::Stays
    }

    fn paste(&mut self, _: &mut App, text: &str) {
        if input::paste(&mut self.input, text) {
            self.cursor = ListCursor::default();
        }
    }

    fn list(&mut self, app: &App) -> Option<(&mut ListCursor, ListPlace)> {
        let place = self.place(app);
        Some((&mut self.cursor, place))
    }
}

/// A line of the palette.
#[derive(Clone, Debug)]
pub struct Found {
    /// The binding that the line stands for.
    pub binding: &'static Binding,
    /// The binding's keys, as help spells them.
    pub keys: String,
    /// The places of the typed letters in its words, in characters.
    pub letters: Vec<u32>,
}

/// What is done to the selected file, or to the marked ones, in the order in which it is offered.
const TO_FILES: [Action; 11] = [
    Action::OpenDetail,
    Action::OpenContent,
    Action::CopyId,
    Action::OpenCopyPicker,
    Action::ToggleRaw,
    Action::Mark,
    Action::MarkRange,
    Action::InvertMarks,
    Action::Download,
    Action::DownloadTo,
    Action::Delete,
];

/// The lines of the palette for what was typed. Where that is nothing, it begins with what can be
/// done now to what is selected; movements come behind the others, and what would do nothing last.
#[must_use]
pub fn offered(app: &App, typed: &str) -> Vec<Found> {
    let mut found = find(typed, &app.settings.keys);
    if typed.trim().is_empty() {
        found.sort_by_key(|found| rank_now(app, found.binding.action));
    }
    found
}

/// Where an action stands among those that are offered now.
fn rank_now(app: &App, action: Action) -> (u8, usize) {
    let of_files = TO_FILES.iter().position(|other| *other == action);
    let is_idle = match action {
        Action::SortByColumn(number) => app.columns().nth(number).is_none(),
        Action::LoadAll => app.lister().is_complete(),
        _ => of_files.is_some() && app.table().selected().is_none(),
    };
    let moves =
        app.scroll_of(action).is_some() || matches!(action, Action::MoveLeft | Action::MoveRight);
    match (is_idle, of_files) {
        (true, _) => (3, 0),
        (false, Some(place)) => (0, place),
        (false, None) => (if moves { 2 } else { 1 }, 0),
    }
}

/// The actions that match what was typed, best first; all of them, in the order of the table, where
/// nothing was.
#[must_use]
pub fn find(typed: &str, keys: &KeyMap) -> Vec<Found> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut chars = vec![];
    let mut found: Vec<(u32, Found)> = bindings()
        .filter(|binding| is_offered(binding) && keys.offers(binding))
        .filter_map(|binding| {
            let mut letters = vec![];
            let words = Utf32Str::new(binding.what, &mut chars);
            let mut score = pattern.indices(words, &mut matcher, &mut letters);
            if score.is_none() {
                // The name of the action is another way to find it.
                score = pattern.score(Utf32Str::new(binding.name, &mut chars), &mut matcher);
                letters.clear();
            }
            if binding.action == Action::OpenHelp && topic_of(typed).is_some() {
                score = score.or(Some(0));
            }
            letters.sort_unstable();
            letters.dedup();
            Some((score?, Found { binding, keys: keys.names(binding), letters }))
        })
        .collect();
    let typed = typed.trim().to_lowercase();
    // Letters found here and there count for less than a word that was typed as it is.
    let rank = |binding: &Binding| match (binding.name, binding.what) {
        (name, _) if name == typed => 0,
        (name, what) if name.starts_with(&typed) || what.starts_with(&typed) => 1,
        (name, what) if name.contains(&typed) || what.to_lowercase().contains(&typed) => 2,
        _ => 3,
    };
    found.sort_by_key(|(score, found)| (rank(found.binding), std::cmp::Reverse(*score)));
    found.into_iter().map(|(_, found)| found).collect()
}

/// The topic of help that was typed, by itself or as in a shell: `paging`, `help paging`.
fn topic_of(typed: &str) -> Option<&'static Topic> {
    let typed = typed.trim();
    topic(typed.strip_prefix("help ").map_or(typed, str::trim_start))
}

/// Whether the palette offers an action: it does what is done on the main screen.
fn is_offered(binding: &Binding) -> bool {
    binding.scope == Scope::Main && binding.action != Action::OpenPalette
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::TOPICS;

    fn first(typed: &str) -> Option<Action> {
        find(typed, &KeyMap::default()).first().map(|found| found.binding.action)
    }

    /// First what is called so, then what begins so, then what has it in it, then its letters here and
    /// there.
    #[test]
    fn a_word_as_it_was_typed_comes_before_its_letters() {
        for (typed, in_order) in [
            ("sort", ["sort", "sort-left", "reverse-sort"].as_slice()),
            ("SORT", &["sort", "sort-left", "reverse-sort"]),
            ("first", &["select-first", "sort-1"]),
            ("reverse", &["reverse-sort", "sort-1"]),
            ("mark", &["mark", "mark-range", "invert-marks"]),
        ] {
            let found = find(typed, &KeyMap::default());
            let place = |name: &&str| found.iter().position(|found| found.binding.name == *name);
            let places: Vec<Option<usize>> = in_order.iter().map(place).collect();
            assert_eq!(places[0], Some(0), "{typed}");
            assert!(places.is_sorted() && places.iter().all(Option::is_some), "{typed} {places:?}");
        }
    }

    #[test]
    fn a_topic_leads_to_help() {
        for topic in TOPICS {
            for typed in [topic.name.to_owned(), format!("help {}", topic.name)] {
                let found = find(&typed, &KeyMap::default());
                let help = found.iter().any(|found| found.binding.action == Action::OpenHelp);
                assert!(help, "{typed}");
            }
        }
        assert_eq!(first("help paging"), Some(Action::OpenHelp));
        assert_eq!(first("paging"), Some(Action::OpenHelp));
    }

    #[test]
    fn letters_in_order_find_an_action() {
        assert_eq!(first("agenda"), Some(Action::OpenAgenda));
        assert_eq!(first("copy id"), Some(Action::CopyId));
        assert_eq!(first("THEME"), Some(Action::NextTheme));
        for binding in bindings().filter(|binding| is_offered(binding)) {
            assert_eq!(first(binding.name), Some(binding.action), "{}", binding.name);
        }
        assert_eq!(first("ldall"), Some(Action::LoadAll));
        assert_eq!(first("zzzz"), None);
        assert_eq!(
            find("", &KeyMap::default()).len(),
            bindings().filter(|binding| is_offered(binding)).count()
        );
        assert_eq!(find("refresh", &KeyMap::default())[0].keys, "r F5");
    }
}
