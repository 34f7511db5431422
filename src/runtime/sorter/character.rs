//! The keys of characters and controls.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Heard;

/// A key without modifiers.
pub(super) fn plain(code: KeyCode) -> Heard {
    Heard::Key(code.into())
}

/// The key that sends this character; controls are keys with Control, as `crossterm` has them.
pub(super) fn character(c: char, alt: bool) -> Heard {
    let control = |c| (KeyCode::Char(c), KeyModifiers::CONTROL);
    let from = |first: u8| char::from(first.wrapping_add(c as u8));
    let (code, modifiers) = match c {
        '\r' => (KeyCode::Enter, KeyModifiers::NONE),
        '\t' => (KeyCode::Tab, KeyModifiers::NONE),
        '\x7f' => (KeyCode::Backspace, KeyModifiers::NONE),
        '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
        '\0' => control(' '),
        '\x01'..='\x1a' => control(from(b'a' - 1)),
        '\x1c'..='\x1f' => control(from(b'4' - 0x1c)),
        c if c.is_uppercase() => (KeyCode::Char(c), KeyModifiers::SHIFT),
        c => (KeyCode::Char(c), KeyModifiers::NONE),
    };
    let alt = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    Heard::Key(KeyEvent::new(code, modifiers | alt))
}
