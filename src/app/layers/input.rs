//! A line of text that is typed: what keys and a paste do to it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::keys::Shortcut;

/// Takes a key; tells whether the text changed, and nothing where the key means nothing to a text.
pub(super) fn edit(input: &mut Input, event: KeyEvent) -> Option<bool> {
    let request = match Shortcut::read(event) {
        Some(shortcut) => request(shortcut),
        None => request_by_word(event),
    };
    Some(input.handle(request?).is_some_and(|change| change.value))
}

/// Takes pasted text, without what is no text; lines stand side by side. Tells whether the line
/// changed.
pub(super) fn paste(input: &mut Input, text: &str) -> bool {
    let before = input.value().len();
    let text =
        text.trim_matches(['\r', '\n']).replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
    for c in text.chars().filter(|c| !c.is_control()) {
        input.handle(InputRequest::InsertChar(c));
    }
    input.value().len() != before
}

fn request(shortcut: Shortcut) -> Option<InputRequest> {
    Some(match shortcut {
        Shortcut::Char(c) => InputRequest::InsertChar(c),
        Shortcut::Named(KeyCode::Backspace) | Shortcut::Ctrl('h') => InputRequest::DeletePrevChar,
        Shortcut::Named(KeyCode::Delete) | Shortcut::Ctrl('d') => InputRequest::DeleteNextChar,
        Shortcut::Named(KeyCode::Left) | Shortcut::Ctrl('b') => InputRequest::GoToPrevChar,
        Shortcut::Named(KeyCode::Right) | Shortcut::Ctrl('f') => InputRequest::GoToNextChar,
        Shortcut::Named(KeyCode::Home) | Shortcut::Ctrl('a') => InputRequest::GoToStart,
        Shortcut::Named(KeyCode::End) | Shortcut::Ctrl('e') => InputRequest::GoToEnd,
        Shortcut::Ctrl('w') => InputRequest::DeletePrevWord,
        Shortcut::Ctrl('k') => InputRequest::DeleteTillEnd,
        Shortcut::Ctrl('u') => InputRequest::DeleteLine,
        Shortcut::Ctrl('y') => InputRequest::Yank,
        _ => return None,
    })
}

/// What a key that is no [`Shortcut`] asks of a text input: moves and deletions by whole words, with
/// Alt, or with Control where the key is no character.
fn request_by_word(event: KeyEvent) -> Option<InputRequest> {
    let modifiers = event.modifiers - KeyModifiers::SHIFT;
    // Terminals that tell more of the modifiers may call Alt so.
    let alt = modifiers == KeyModifiers::ALT || modifiers == KeyModifiers::META;
    if !alt && modifiers != KeyModifiers::CONTROL {
        return None;
    }
    Some(match event.code {
        KeyCode::Left => InputRequest::GoToPrevWord,
        KeyCode::Right => InputRequest::GoToNextWord,
        KeyCode::Backspace => InputRequest::DeletePrevWord,
        KeyCode::Delete => InputRequest::DeleteNextWord,
        KeyCode::Char('b' | 'B') if alt => InputRequest::GoToPrevWord,
        KeyCode::Char('f' | 'F') if alt => InputRequest::GoToNextWord,
        KeyCode::Char('d' | 'D') if alt => InputRequest::DeleteNextWord,
        _ => return None,
    })
}
