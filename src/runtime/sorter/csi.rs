//! What a control sequence says: `CSI`, parameters, marks, and its last byte.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Heard, mouse};

/// Reads a sequence without its `CSI`: what stands in the middle, and its last byte. Nothing where it
/// is none that concerns us, such as what some other program asked for.
pub(super) fn read(middle: &[u8], last: u8) -> Option<Heard> {
    match (middle, last) {
        (b"", b'I') => return Some(Heard::Focus { focused: true }),
        (b"", b'O') => return Some(Heard::Focus { focused: false }),
        ([b'?', rest @ ..], b'c') => {
            return numbers(rest).map(|_| Heard::Attributes);
        }
        ([b'<', rest @ ..], b'M' | b'm') => {
            let [button, column, line] = numbers(rest)?[..] else { return None };
            return mouse::sgr(button, column, line, last == b'm');
        }
        _ => {}
    }
    match (last, &numbers(middle)?[..]) {
        // Keys that are told by their character, as xterm has it on request.
        (b'~', [27, state, c]) | (b'u', [c, state, ..]) => key(by_character(*c)?, *state),
        (b'u', [c]) => key(by_character(*c)?, 1),
        (b'~', [number, state]) => key(by_number(*number)?, *state),
        (b'~', [number]) => key(by_number(*number)?, 1),
        (_, []) => key(by_letter(last)?, 1),
        // `CSI 1 ; 5 A`; in some terminals `CSI 5 A`.
        (_, [1, state] | [state]) => key(by_letter(last)?, *state),
        _ => None,
    }
}

/// Reads a sequence without its `SS3`: the state of the modifiers where it is given, and its letter.
pub(super) fn ss3(middle: &[u8], letter: u8) -> Option<Heard> {
    let code = match letter {
        b'M' => KeyCode::Enter,
        b'R' => KeyCode::F(3),
        b'X' => KeyCode::Char('='),
        // The number pad, where a program before us has left it so.
        b'j'..=b'y' => KeyCode::Char(char::from(letter - b'j' + b'*')),
        _ => by_letter(letter).filter(|code| *code != KeyCode::BackTab)?,
    };
    key(code, numbers(middle)?.last().copied().unwrap_or(0))
}

/// Parameters, of several parts of one the first; `None` where it is more than numbers, or tells of a
/// key that was let go of.
fn numbers(text: &[u8]) -> Option<Vec<u32>> {
    if text.is_empty() {
        return Some(vec![]);
    }
    let parameters = text.split(|byte| *byte == b';').enumerate().map(|(place, parameter)| {
        let parts: Option<Vec<u32>> = parameter.split(|byte| *byte == b':').map(number).collect();
        match parts?[..] {
            [_, 3, ..] if place == 1 => None,
            [first, ..] => Some(first),
            [] => None,
        }
    });
    parameters.collect()
}

/// A number of digits only; none is 0.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The key of a letter.
fn by_letter(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        // Not `R`: that is where the cursor is.
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        b'Z' => KeyCode::BackTab,
        _ => return None,
    })
}

/// The key of a number, as the VT220 counted them.
fn by_number(number: u32) -> Option<KeyCode> {
    Some(match u8::try_from(number).ok()? {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        n @ 11..=15 => KeyCode::F(n - 10),
        n @ 17..=21 => KeyCode::F(n - 11),
        n @ 23..=26 => KeyCode::F(n - 12),
        n @ 28..=29 => KeyCode::F(n - 13),
        n @ 31..=34 => KeyCode::F(n - 14),
        _ => return None,
    })
}

/// The key of a character.
fn by_character(number: u32) -> Option<KeyCode> {
    match char::from_u32(number)? {
        '\t' => Some(KeyCode::Tab),
        '\r' => Some(KeyCode::Enter),
        '\x1b' => Some(KeyCode::Esc),
        '\x7f' => Some(KeyCode::Backspace),
        // Keys without a character have numbers of the private use area.
        '\u{e000}'..='\u{f8ff}' => None,
        c => (!c.is_control()).then_some(KeyCode::Char(c)),
    }
}

/// A key with its modifiers, which are told as a sum of bits and 1.
fn key(code: KeyCode, state: u32) -> Option<Heard> {
    // Beyond it are the locks of capitals and numbers.
    let bits = u8::try_from(state.saturating_sub(1) & 0x3f).ok()?;
    let of = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in of.into_iter().enumerate() {
        modifiers.set(modifier, bits >> bit & 1 == 1);
    }
    let shifted = modifiers.contains(KeyModifiers::SHIFT);
    let code = match code {
        KeyCode::Char(c) if shifted => KeyCode::Char(c.to_ascii_uppercase()),
        KeyCode::Tab if shifted => KeyCode::BackTab,
        code => code,
    };
    if code == KeyCode::BackTab || matches!(code, KeyCode::Char(c) if c.is_uppercase()) {
        modifiers.insert(KeyModifiers::SHIFT);
    }
    Some(Heard::Key(KeyEvent::new(code, modifiers)))
}
