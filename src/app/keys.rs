//! The key table: the one place that says which key does what. Dispatch, help, the hints in the
//! footer and the README's table all come from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for, whatever has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One row down.
    SelectNext,
    /// One row up.
    SelectPrevious,
    /// To the first file.
    SelectFirst,
    /// To the last loaded file.
    SelectLast,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// Show the selected file's detail on the whole screen.
    OpenDetail,
    /// Show or hide the detail pane.
    TogglePane,
    /// Move the focus between table and pane.
    MoveFocus,
    /// Filter as one types.
    OpenFilter,
    /// Choose the column to sort by.
    OpenSortPicker,
    /// Reverse the order.
    ReverseSort,
    /// Sort by the column to the left.
    SortLeft,
    /// Sort by the column to the right.
    SortRight,
    /// Sort by the column with this number, from 1.
    SortByColumn(u8),
    /// Copy the selected file's id.
    CopyId,
    /// Try again after a failure.
    TryAgain,
    /// Load all pages.
    LoadAll,
    /// Show the keys.
    OpenHelp,
    /// One step back; never quits.
    GoBack,
    /// Close the top layer; at the top, quit.
    Close,
    /// Quit.
    Quit,
    /// Suspend.
    Suspend,
    /// Draw everything anew.
    Redraw,
}

/// One key, as a terminal reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character, shifted or not.
    Char(char),
    /// A character with Control.
    Ctrl(char),
    /// Any other key.
    Named(KeyCode),
}

impl Key {
    /// Reads a key press; keys with other modifiers, such as Alt, mean nothing here.
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

    /// How help and hints spell it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Char(' ') => "Space".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("^{c}"),
            Self::Named(code) => match code {
                KeyCode::Up => "↑".to_owned(),
                KeyCode::Down => "↓".to_owned(),
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
    /// The keys, the most usual one first.
    pub keys: &'static [Key],
    /// What they do.
    pub action: Action,
    /// What help says.
    pub what: &'static str,
    /// The word in the footer, where it belongs there.
    pub hint: Option<&'static str>,
}

/// A heading of help, with its bindings.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// The bindings.
    pub bindings: &'static [Binding],
}

const fn bind(keys: &'static [Key], action: Action, what: &'static str) -> Binding {
    Binding { keys, action, what, hint: None }
}

const fn hinted(
    keys: &'static [Key],
    action: Action,
    what: &'static str,
    hint: &'static str,
) -> Binding {
    Binding { keys, action, what, hint: Some(hint) }
}

use Key::{Char, Ctrl, Named};
use KeyCode::{Down, End, Enter, Esc, F, Home, PageDown, PageUp, Tab, Up};

/// The whole table.
pub const GROUPS: &[Group] = &[
    Group {
        title: "Move",
        bindings: &[
            bind(&[Char('j'), Named(Down), Ctrl('n')], Action::SelectNext, "down"),
            bind(&[Char('k'), Named(Up), Ctrl('p')], Action::SelectPrevious, "up"),
            bind(&[Char('g'), Named(Home)], Action::SelectFirst, "first file"),
            bind(
                &[Char('G'), Named(End)],
                Action::SelectLast,
                "last loaded file; further down loads more",
            ),
            bind(&[Ctrl('d')], Action::HalfPageDown, "half a page down"),
            bind(&[Ctrl('u')], Action::HalfPageUp, "half a page up"),
            bind(&[Ctrl('f'), Named(PageDown)], Action::PageDown, "a page down"),
            bind(&[Ctrl('b'), Named(PageUp)], Action::PageUp, "a page up"),
        ],
    },
    Group {
        title: "Look",
        bindings: &[
            hinted(
                &[Named(Enter), Char('d')],
                Action::OpenDetail,
                "all about the selected file",
                "detail",
            ),
            bind(&[Char('p')], Action::TogglePane, "show or hide the detail pane"),
            bind(&[Named(Tab)], Action::MoveFocus, "move the focus between table and pane"),
            hinted(&[Char('y')], Action::CopyId, "copy the id", "copy id"),
        ],
    },
    Group {
        title: "Find and order",
        bindings: &[
            hinted(
                &[Char('/')],
                Action::OpenFilter,
                "filter by words in filename or id; Enter keeps, Esc clears",
                "filter",
            ),
            hinted(&[Char('s')], Action::OpenSortPicker, "choose the column to sort by", "sort"),
            bind(&[Char('S')], Action::ReverseSort, "reverse the order"),
            bind(&[Char('<')], Action::SortLeft, "sort by the column to the left"),
            bind(&[Char('>')], Action::SortRight, "sort by the column to the right"),
            bind(&[Char('1')], Action::SortByColumn(1), "sort by filename; again reverses"),
            bind(&[Char('2')], Action::SortByColumn(2), "sort by size"),
            bind(&[Char('3')], Action::SortByColumn(3), "sort by purpose"),
            bind(&[Char('4')], Action::SortByColumn(4), "sort by creation"),
            bind(&[Char('5')], Action::SortByColumn(5), "sort by time left"),
        ],
    },
    Group {
        title: "Load",
        bindings: &[
            hinted(
                &[Char('L')],
                Action::LoadAll,
                "load all pages; Esc stops and keeps what came",
                "load all",
            ),
            bind(&[Char('r'), Named(F(5))], Action::TryAgain, "try again after a failure"),
        ],
    },
    Group {
        title: "Leave",
        bindings: &[
            hinted(&[Char('?'), Named(F(1))], Action::OpenHelp, "this help", "help"),
            bind(&[Named(Esc)], Action::GoBack, "back one step; never quits"),
            hinted(&[Char('q')], Action::Close, "close what is open; at the top, quit", "quit"),
            bind(&[Ctrl('c')], Action::Quit, "quit"),
            bind(&[Ctrl('z')], Action::Suspend, "suspend; `fg` comes back"),
            bind(&[Ctrl('l')], Action::Redraw, "draw the screen anew"),
        ],
    },
];

/// Every binding, in the order of the table.
pub fn bindings() -> impl Iterator<Item = &'static Binding> {
    GROUPS.iter().flat_map(|group| group.bindings)
}

/// What `key` asks for.
#[must_use]
pub fn action(key: Key) -> Option<Action> {
    bindings().find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

/// The keys of an action, as help spells them.
#[must_use]
pub fn names(binding: &Binding) -> String {
    binding.keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice() {
        let keys: Vec<Key> = bindings().flat_map(|binding| binding.keys).copied().collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{} is bound twice", key.name());
        }
    }

    #[test]
    fn keys_are_read_with_and_without_shift() {
        let key = |code, modifiers| Key::read(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Key::Char('G')));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::NONE), Some(Key::Char('G')));
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::CONTROL), Some(Key::Ctrl('c')));
        assert_eq!(key(KeyCode::Char('q'), KeyModifiers::ALT), None);
        assert_eq!(key(KeyCode::Up, KeyModifiers::CONTROL), None);
    }
}
