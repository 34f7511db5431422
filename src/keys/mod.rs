//! The key table: the one place that says which key does what. Dispatch, help, the hints in the
//! footer and the README's table all come from it.

mod action;
mod hint;
mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use action::Action;
pub use hint::Hint;
pub use table::GROUPS;

/// Where a binding is in force. What has the keys names the scopes that hold, the narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// On the main screen, and in each layer for which the action means something.
    Main,
    /// Where a line of a list is chosen.
    List,
    /// In the list of columns.
    Columns,
    /// In the list of jobs.
    Jobs,
    /// Where the lines of a content are looked at.
    Content,
    /// Where a question waits for its answer.
    Question,
    /// Where a filter or a search is typed.
    Filter,
    /// Where a text is typed: there letters are text, whatever they are bound to.
    Typing,
}

/// One key, as a terminal reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// A character, shifted or not.
    Char(char),
    /// A character with Control.
    Ctrl(char),
    /// Any other key.
    Named(KeyCode),
}

impl Shortcut {
    /// Reads a key press; keys with other modifiers, such as Alt, are
    /// none: no action can have them.
    #[must_use]
    pub fn read(event: KeyEvent) -> Option<Self> {
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        match event.code {
            KeyCode::Char(c) if modifiers == KeyModifiers::CONTROL => {
                Some(Self::Ctrl(c.to_ascii_lowercase()))
            }
            KeyCode::Char(c) if modifiers.is_empty() => Some(Self::Char(c)),
            KeyCode::Char(_) => None,
            code if modifiers.is_empty() => Some(Self::Named(code)),
            _ => None,
        }
    }

    /// Reads a key as configuration spells it: a character, `space`, `^x` or `ctrl-x`, or the name
    /// of any other key, such as `enter`, `pgdn`, `f5`. [`spelling`](Self::spelling) writes what
    /// this reads.
    ///
    /// ```
    /// use shelflife::keys::{Action, Hint, KeyMap, Scope, Shortcut};
    ///
    /// let key = Shortcut::parse("ctrl-r").unwrap();
    /// assert_eq!((key, key.spelling().as_str()), (Shortcut::Ctrl('r'), "^r"));
    /// assert_eq!(Shortcut::parse("meta-x"), None);
    ///
    /// // A hint names the key that is bound, whichever that is.
    /// let again = Hint::new(&[Action::Refresh], "tries again");
    /// let mut keys = KeyMap::default();
    /// assert_eq!(keys.hint(&again, &[Scope::Main]).unwrap(), "r tries again");
    /// keys.bind("refresh", vec![key]);
    /// assert_eq!(keys.hint(&again, &[Scope::Main]).unwrap(), "^r tries again");
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return (!c.is_control() && c != ' ').then_some(Self::Char(c));
        }
        let word = text.to_ascii_lowercase();
        if let Some(letter) = word.strip_prefix('^').or_else(|| word.strip_prefix("ctrl-")) {
            let mut chars = letter.chars();
            let letter = chars.next().filter(char::is_ascii_lowercase)?;
            return chars.next().is_none().then_some(Self::Ctrl(letter));
        }
        if let Some(number) = word.strip_prefix('f').and_then(|number| number.parse::<u8>().ok()) {
            return (1..=12).contains(&number).then_some(Self::Named(F(number)));
        }
        let code = match word.as_str() {
            "space" => return Some(Self::Char(' ')),
            "enter" => Enter,
            "esc" => Esc,
            "tab" => Tab,
            "backspace" => KeyCode::Backspace,
            "delete" => KeyCode::Delete,
            "insert" => KeyCode::Insert,
            "home" => Home,
            "end" => End,
            "pgup" => PageUp,
            "pgdn" => PageDown,
            "up" => Up,
            "down" => Down,
            "left" => Left,
            "right" => Right,
            _ => return None,
        };
        Some(Self::Named(code))
    }

    /// The key as configuration spells it: [`parse`](Self::parse) reads it back.
    #[must_use]
    pub fn spelling(self) -> String {
        match self {
            Self::Char(' ') => "space".to_owned(),
            Self::Char(c @ ('"' | '\\')) => format!("\\{c}"),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("^{c}"),
            Self::Named(PageUp) => "pgup".to_owned(),
            Self::Named(PageDown) => "pgdn".to_owned(),
            Self::Named(F(number)) => format!("f{number}"),
            Self::Named(other) => format!("{other:?}").to_lowercase(),
        }
    }

    /// The key as help and hints spell it: `Space`, `PgDn`, `↑`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Char(' ') => "Space".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("^{c}"),
            Self::Named(code) => match code {
                KeyCode::Up => "↑".to_owned(),
                KeyCode::Down => "↓".to_owned(),
                KeyCode::Left => "←".to_owned(),
                KeyCode::Right => "→".to_owned(),
                KeyCode::PageUp => "PgUp".to_owned(),
                KeyCode::PageDown => "PgDn".to_owned(),
                KeyCode::F(number) => format!("F{number}"),
                other => format!("{other:?}"),
            },
        }
    }
}

/// One row of the key table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The name of the action in configuration.
    pub name: &'static str,
    /// The keys, the most usual one first, unless configuration gives others.
    pub keys: &'static [Shortcut],
    /// What its keys do.
    pub action: Action,
    /// What help says of it.
    pub what: &'static str,
    /// The word in the footer, where it belongs there.
    pub hint: Option<&'static str>,
    /// Where it is in force.
    pub scope: Scope,
}

/// A heading of help, with its bindings.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The heading, as help shows it.
    pub title: &'static str,
    /// The heading where nothing changes what the service has.
    pub title_read_only: &'static str,
    /// The bindings under it, in the order of help.
    pub bindings: &'static [Binding],
}

const fn bind(
    name: &'static str,
    keys: &'static [Shortcut],
    action: Action,
    what: &'static str,
) -> Binding {
    Binding { name, keys, action, what, hint: None, scope: Scope::Main }
}

const fn hinted(
    name: &'static str,
    keys: &'static [Shortcut],
    action: Action,
    what: &'static str,
    hint: &'static str,
) -> Binding {
    Binding { name, keys, action, what, hint: Some(hint), scope: Scope::Main }
}

const fn within(scope: Scope, binding: Binding) -> Binding {
    Binding { scope, ..binding }
}

use KeyCode::{Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up};

/// Every binding, in the order of the table.
pub fn bindings() -> impl Iterator<Item = &'static Binding> {
    GROUPS.iter().flat_map(|group| group.bindings)
}

/// Which keys do what: the table, with what configuration changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMap {
    keys: Vec<(&'static str, Vec<Shortcut>)>,
    /// Whether actions that change what the service has are not in force.
    is_read_only: bool,
}

impl Default for KeyMap {
    fn default() -> Self {
        let keys = bindings().map(|binding| (binding.name, binding.keys.to_vec())).collect();
        Self { keys, is_read_only: false }
    }
}

impl KeyMap {
    /// Gives an action other keys; none at all takes it off the keyboard.
    pub fn bind(&mut self, name: &str, keys: Vec<Shortcut>) {
        if let Some(row) = self.keys.iter_mut().find(|(other, _)| *other == name) {
            row.1 = keys;
        }
    }

    /// Takes the keys from all actions that change what the service has: they are not offered any more.
    pub fn take_changes_away(&mut self) {
        self.is_read_only = true;
    }

    /// Whether any action has other keys than those of the table.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.keys != Self::default().keys
    }

    /// Whether an action is in force, on a key or not.
    #[must_use]
    pub fn offers(&self, binding: &Binding) -> bool {
        !(self.is_read_only && binding.action.changes_service())
    }

    /// The heading of a group, which names only what is in force.
    #[must_use]
    pub fn title(&self, group: &Group) -> &'static str {
        if self.is_read_only { group.title_read_only } else { group.title }
    }

    /// The first key that two actions of one scope claim, with their names.
    #[must_use]
    pub fn conflict(&self) -> Option<(Shortcut, &'static str, &'static str)> {
        let all = || {
            bindings().flat_map(|binding| self.keys(binding).iter().map(move |key| (binding, *key)))
        };
        all().enumerate().find_map(|(i, (binding, key))| {
            let clash =
                |(other, its): &(&Binding, Shortcut)| *its == key && other.scope == binding.scope;
            let (other, _) = all().skip(i + 1).find(clash)?;
            Some((key, binding.name, other.name))
        })
    }

    /// What `key` asks for where these scopes hold, the narrowest first.
    #[must_use]
    pub fn action(&self, key: Shortcut, scopes: &[Scope]) -> Option<Action> {
        let bound = |scope: &Scope| {
            let found =
                |binding: &&Binding| binding.scope == *scope && self.keys(binding).contains(&key);
            bindings().find(found)
        };
        scopes.iter().find_map(bound).map(|binding| binding.action)
    }

    /// The first key of an action where these scopes hold, as help spells it.
    #[must_use]
    pub fn name(&self, action: Action, scopes: &[Scope]) -> Option<String> {
        let bound = |scope: &Scope| {
            let its = |binding: &&Binding| binding.scope == *scope && binding.action == action;
            self.keys(bindings().find(its)?).first()
        };
        scopes.iter().find_map(bound).map(|key| key.name())
    }

    /// The keys of an action.
    #[must_use]
    pub fn keys(&self, binding: &Binding) -> &[Shortcut] {
        if !self.offers(binding) {
            return &[];
        }
        let row = self.keys.iter().find(|(name, _)| *name == binding.name);
        row.map_or(binding.keys, |(_, keys)| keys)
    }

    /// The keys of an action, as help spells them.
    #[must_use]
    pub fn names(&self, binding: &Binding) -> String {
        self.keys(binding).iter().map(|key| key.name()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::Shortcut::{Char, Ctrl, Named};
    use super::*;

    #[test]
    fn no_key_and_no_name_is_given_twice() {
        assert_eq!(KeyMap::default().conflict(), None);
        let names: std::collections::HashSet<_> = bindings().map(|binding| binding.name).collect();
        assert_eq!(names.len(), bindings().count());
    }

    #[test]
    fn keys_can_be_given_to_other_actions() {
        let mut map = KeyMap::default();
        map.bind("refresh", vec![Char('r'), Named(F(5))]);
        assert!(!map.is_changed(), "they are the same");
        map.bind("refresh", vec![Char('x')]);
        assert!(map.is_changed());
        assert_eq!(map.action(Char('x'), &[Scope::Main]), Some(Action::Refresh));
        assert_eq!(map.action(Char('r'), &[Scope::Main]), None);
        map.bind("mark", vec![Char('x')]);
        let (key, one, other) = map.conflict().unwrap();
        assert_eq!((key, one, other), (Char('x'), "mark", "refresh"));
    }

    #[test]
    fn the_narrowest_scope_says_what_a_key_means() {
        let map = KeyMap::default();
        let space = |scopes: &[Scope]| map.action(Char(' '), scopes);
        assert_eq!(space(&[Scope::Main]), Some(Action::Mark));
        assert_eq!(space(&[Scope::List, Scope::Main]), Some(Action::Choose));
        let columns = [Scope::Columns, Scope::List, Scope::Main];
        assert_eq!(space(&columns), Some(Action::ToggleColumn));
        assert_eq!(map.action(Char('j'), &columns), Some(Action::SelectNext));
        assert_eq!(map.name(Action::Choose, &columns).as_deref(), Some("Enter"));
        assert_eq!(map.name(Action::ToggleColumn, &[Scope::Main]), None);
    }

    #[test]
    fn every_default_key_can_be_spelt() {
        for (text, key) in [
            ("x", Char('x')),
            ("space", Char(' ')),
            ("^d", Ctrl('d')),
            ("ctrl-d", Ctrl('d')),
            ("^", Char('^')),
            ("F5", Named(F(5))),
            ("PgDn", Named(PageDown)),
            ("f", Char('f')),
        ] {
            assert_eq!(Shortcut::parse(text), Some(key), "{text}");
        }
        for text in ["", " ", "^1", "ctrl-", "f13", "meta-x", "xy"] {
            assert_eq!(Shortcut::parse(text), None, "{text}");
        }
    }

    #[test]
    fn keys_are_read_with_and_without_shift() {
        let key = |code, modifiers| Shortcut::read(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Shortcut::Char('G')));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::NONE), Some(Shortcut::Char('G')));
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::CONTROL), Some(Shortcut::Ctrl('c')));
        assert_eq!(key(KeyCode::Char('q'), KeyModifiers::ALT), None);
        assert_eq!(key(KeyCode::Up, KeyModifiers::CONTROL), None);
    }
}
