//! What the mouse did, as a terminal tells it.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::Heard;

/// A report as xterm's mode 1006 has it: columns and lines count from 1.
pub(super) fn sgr(button: u32, column: u32, line: u32, released: bool) -> Option<Heard> {
    let from_one = |cell: u32| u16::try_from(cell).ok().map(|cell| cell.saturating_sub(1));
    let mut event = event(u8::try_from(button).ok()?, from_one(column)?, from_one(line)?)?;
    if let (MouseEventKind::Down(button), true) = (event.kind, released) {
        event.kind = MouseEventKind::Up(button);
    }
    Some(Heard::Mouse(event))
}

/// A report in three bytes, of terminals that know no other: 32 is added to each number.
pub(super) fn bytes(button: u8, column: u8, line: u8) -> Option<Heard> {
    let from_one = |cell: u8| u16::from(cell.saturating_sub(b' ' + 1));
    event(button.checked_sub(b' ')?, from_one(column), from_one(line)).map(Heard::Mouse)
}

fn event(button: u8, column: u16, row: u16) -> Option<MouseEvent> {
    let dragged = button & 0b10_0000 != 0;
    let number = button & 0b11 | (button & 0b1100_0000) >> 4;
    let pressed = [MouseButton::Left, MouseButton::Middle, MouseButton::Right];
    let kind = match (number, dragged) {
        (0..=2, false) => MouseEventKind::Down(pressed[usize::from(number)]),
        (0..=2, true) => MouseEventKind::Drag(pressed[usize::from(number)]),
        // In three bytes no release names its button.
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3..=5, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, button & 0b100 != 0);
    modifiers.set(KeyModifiers::ALT, button & 0b1000 != 0);
    modifiers.set(KeyModifiers::CONTROL, button & 0b1_0000 != 0);
    Some(MouseEvent { kind, column, row, modifiers })
}
