//! Hints: what can be done, with the keys that do it as they are bound.

use super::{Action, KeyMap, Scope};

/// Actions, and the words that stand behind their keys: `j k scroll`.
#[derive(Clone, Copy, Debug)]
pub struct Hint {
    actions: &'static [Action],
    words: &'static str,
}

impl Hint {
    /// The hint that these actions, each by its first key, do what `words` say.
    #[must_use]
    pub const fn new(actions: &'static [Action], words: &'static str) -> Self {
        Self { actions, words }
    }
}

impl KeyMap {
    /// A hint as it is shown where these scopes hold; nothing where an action of it has no key.
    #[must_use]
    pub fn hint(&self, hint: &Hint, scopes: &[Scope]) -> Option<String> {
        let keys: Option<Vec<String>> =
            hint.actions.iter().map(|action| self.name(*action, scopes)).collect();
        Some(format!("{} {}", keys?.join(" "), hint.words))
    }

    /// Several hints side by side, without those that nothing is bound to.
    #[must_use]
    pub fn hints(&self, hints: &[Hint], scopes: &[Scope]) -> String {
        let shown: Vec<String> = hints.iter().filter_map(|hint| self.hint(hint, scopes)).collect();
        shown.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shortcut;
    use super::*;

    #[test]
    fn hints_name_the_keys_that_are_bound() {
        let hints = [
            Hint::new(&[Action::SelectNext, Action::SelectPrevious], "scroll"),
            Hint::new(&[Action::GoBack], "closes"),
        ];
        let mut map = KeyMap::default();
        assert_eq!(map.hints(&hints, &[Scope::Main]), "j k scroll · Esc closes");
        map.bind("back", vec![Shortcut::Char('x')]);
        map.bind("select-previous", vec![]);
        assert_eq!(map.hints(&hints, &[Scope::Main]), "x closes");
        assert_eq!(map.hints(&hints, &[Scope::Typing, Scope::Main]), "↓ ↑ scroll · Esc closes");
    }
}
