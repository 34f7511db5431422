//! What comes out of sorting.

use crossterm::event::{KeyEvent, MouseEvent};

/// What a terminal said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A key was pressed.
    Key(KeyEvent),
    /// A text was pasted.
    Paste(String),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// The window got, or lost, the keyboard.
    Focus {
        /// Whether it has the keyboard now.
        focused: bool,
    },
    /// An operating system command (OSC) without what is around it, such as
    /// `11;rgb:1616/1818/1d1d`.
    Told(String),
    /// What kind of terminal it is, the answer to `CSI c`.
    Attributes,
}
