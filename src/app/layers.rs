//! The layers above the table: what their keys do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use super::fields::CopyField;
use super::mode::{Choice, Mode};
use super::palette;
use super::table::columns::Column;
use super::{App, PATIENCE, geometry, sheets};
use crate::app::effect::Effect;
use crate::keys::{Action, Shortcut};
use crate::store::field::Field;
use crate::text::shorten_end;

impl App {
    pub(super) fn copy_field(&mut self, field: CopyField, effects: &mut Vec<Effect>) {
        let Some(file) = self.selected_file() else { return };
        let Some(value) = field.of(&file) else {
            return self.say(format!("this file has no readable {}", field.word()));
        };
        self.say(format!("copied {}", shorten_end(&value, 60)));
        effects.push(Effect::Copy(value));
    }

    pub(super) fn press_in_filter(&mut self, key: Shortcut) {
        let Mode::Filter { input } = &mut self.mode else { return };
        match key {
            Shortcut::Named(KeyCode::Enter) if self.typed.error.is_some() => {
                self.say("this filter cannot be read yet; Esc clears it");
            }
            Shortcut::Named(KeyCode::Enter) => self.mode = Mode::Browse,
            Shortcut::Named(KeyCode::Esc) => {
                self.mode = Mode::Browse;
                self.filter_by("");
            }
            Shortcut::Named(KeyCode::Down) => self.table.select_by(1),
            Shortcut::Named(KeyCode::Up) => self.table.select_by(-1),
            key => {
                if edit(input, key) {
                    let typed = input.value().to_owned();
                    self.filter_by(&typed);
                    self.fit();
                }
            }
        }
        self.fit();
    }

    pub(super) fn press_in_palette(&mut self, key: Shortcut, effects: &mut Vec<Effect>) {
        let Mode::Palette { input, line, .. } = &mut self.mode else { return };
        let found = palette::find(input.value(), &self.settings.keys);
        let last = found.len().saturating_sub(1);
        match key {
            Shortcut::Named(KeyCode::Enter) => {
                let Some(found) = found.get(*line) else { return };
                self.mode = Mode::Browse;
                self.perform(found.binding.action, effects);
            }
            Shortcut::Named(KeyCode::Esc) => self.close_layer(),
            Shortcut::Named(KeyCode::Down) | Shortcut::Ctrl('n') => *line = (*line + 1).min(last),
            Shortcut::Named(KeyCode::Up) | Shortcut::Ctrl('p') => *line = line.saturating_sub(1),
            key => {
                if edit(input, key) {
                    *line = 0;
                }
            }
        }
    }

    /// A key that no action can have: where text is typed it may edit it by whole words.
    pub(super) fn press_by_word(&mut self, event: KeyEvent) {
        let (Mode::Filter { input } | Mode::Palette { input, .. }) = &mut self.mode else { return };
        let Some(request) = request_by_word(event) else { return };
        self.patience = PATIENCE;
        self.toast = None;
        if input.handle(request).is_none_or(|change| !change.value) {
            return;
        }
        let typed = input.value().to_owned();
        if let Mode::Palette { line, .. } = &mut self.mode {
            *line = 0;
        } else {
            self.filter_by(&typed);
            self.fit();
        }
    }

    pub(super) fn open_picker(&mut self, what: Choice) {
        let line = match what {
            Choice::Sort => {
                let key = self.table.wanted_order().0;
                Field::ALL.iter().position(|other| *other == key).unwrap_or(0)
            }
            Choice::CopyField if self.table.selected().is_none() => return,
            Choice::CopyField | Choice::Columns => 0,
        };
        self.mode = Mode::Picker { what, line };
    }

    pub(super) fn press_in_picker(
        &mut self,
        pressed: (Shortcut, Option<Action>),
        what: Choice,
        line: usize,
        effects: &mut Vec<Effect>,
    ) {
        let lines = match what {
            Choice::Sort | Choice::Columns => Field::ALL.len(),
            Choice::CopyField => CopyField::ALL.len(),
        };
        let last = lines - 1;
        let moved = match pressed.1 {
            Some(Action::SelectNext) => (line + 1).min(last),
            Some(Action::SelectPrevious) => line.saturating_sub(1),
            Some(Action::SelectFirst) => 0,
            Some(Action::SelectLast) => last,
            Some(Action::GoBack | Action::Close) => return self.mode = Mode::Browse,
            action => return self.choose(what, line.min(last), (pressed.0, action), effects),
        };
        self.mode = Mode::Picker { what, line: moved };
    }

    fn choose(
        &mut self,
        what: Choice,
        line: usize,
        pressed: (Shortcut, Option<Action>),
        effects: &mut Vec<Effect>,
    ) {
        let (key, action) = pressed;
        let number = match key {
            Shortcut::Char(c @ '1'..='9') => c.to_digit(10).map(|digit| digit as usize - 1),
            _ => None,
        };
        let taken = matches!(key, Shortcut::Named(KeyCode::Enter) | Shortcut::Char(' '));
        match (what, action) {
            (Choice::Columns, Some(Action::OpenColumns))
            | (Choice::Sort, Some(Action::OpenSortPicker))
            | (Choice::CopyField, Some(Action::OpenCopyPicker)) => self.mode = Mode::Browse,
            (Choice::Columns, _) => self.arrange_columns(line, key),
            (Choice::Sort, _) => {
                let chosen = if taken { Some(line) } else { number };
                if let Some(key) = chosen.and_then(|line| Field::ALL.get(line)) {
                    self.mode = Mode::Browse;
                    self.sort_or_reverse(*key);
                }
            }
            (Choice::CopyField, _) => {
                let chosen = if taken { Some(line) } else { number };
                if let Some(field) = chosen.and_then(|line| CopyField::ALL.get(line)) {
                    self.mode = Mode::Browse;
                    self.copy_field(*field, effects);
                }
            }
        }
    }

    /// Space shows or hides a column, `<` `>` move it, `+` `-` make it wider or narrower.
    fn arrange_columns(&mut self, line: usize, key: Shortcut) {
        let columns = &mut self.look.columns;
        let line = match key {
            Shortcut::Char(' ') => columns.toggle(line),
            Shortcut::Char('<') | Shortcut::Named(KeyCode::Left) => columns.shift(line, false),
            Shortcut::Char('>') | Shortcut::Named(KeyCode::Right) => columns.shift(line, true),
            Shortcut::Char(sign @ ('+' | '-')) => {
                let shown: Option<&Column> = columns.all().get(line);
                let key = shown.map_or(Field::Filename, |column| column.key);
                let now = geometry::columns::width_of(self, key).unwrap_or(10);
                self.look.columns.widen(line, if sign == '+' { 1 } else { -1 }, now);
                line
            }
            Shortcut::Named(KeyCode::Enter) => return self.mode = Mode::Browse,
            _ => line,
        };
        self.mode = Mode::Picker { what: Choice::Columns, line };
    }

    pub(super) fn open_help(&mut self) {
        // In place of the palette, so that the layers do not pile up.
        let below = match std::mem::take(&mut self.mode) {
            Mode::Palette { below, .. } => below,
            mode => Box::new(mode),
        };
        self.mode = match *below {
            help @ Mode::Help { .. } => help,
            _ => Mode::Help { scroll: 0, below },
        };
    }

    pub(super) fn open_palette(&mut self) {
        let below = Box::new(std::mem::take(&mut self.mode));
        self.mode = Mode::Palette { input: Box::default(), line: 0, below };
    }

    /// Goes back to what lies below the top layer.
    fn close_layer(&mut self) {
        self.mode = match std::mem::take(&mut self.mode) {
            Mode::Help { below, .. } | Mode::Palette { below, .. } => *below,
            _ => Mode::Browse,
        };
    }

    /// Keys of the full-screen texts: detail, help and events.
    pub(super) fn press_in_reader(&mut self, action: Option<Action>, effects: &mut Vec<Effect>) {
        let Some(action) = action else { return };
        if let Some(rows) = self.scroll_of(action) {
            return self.scroll(rows);
        }
        let in_help = matches!(self.mode, Mode::Help { .. });
        let in_detail = matches!(self.mode, Mode::Detail { .. });
        let in_events = matches!(self.mode, Mode::Events { .. });
        match action {
            Action::GoBack | Action::Close => self.close_layer(),
            Action::OpenHelp if in_help => self.close_layer(),
            Action::OpenDetail if in_detail => self.mode = Mode::Browse,
            Action::OpenEvents if in_events => self.mode = Mode::Browse,
            Action::CopyId if in_detail => self.copy_field(CopyField::Id, effects),
            Action::CycleTimes => self.cycle_times(),
            Action::NextTheme => self.next_theme(),
            Action::Refresh => self.refresh_now(effects),
            _ => {}
        }
    }

    /// Keys of the agenda: Enter narrows the table down to the bucket.
    pub(super) fn press_in_agenda(
        &mut self,
        action: Option<Action>,
        line: usize,
        effects: &mut Vec<Effect>,
    ) {
        let Some(action) = action else { return };
        let last = sheets::agenda::lines(self).saturating_sub(1);
        if let Some(rows) = self.scroll_of(action) {
            let line = line.saturating_add_signed(rows).min(last);
            self.mode = Mode::Agenda { line };
            return;
        }
        match action {
            Action::GoBack | Action::Close | Action::OpenAgenda => self.mode = Mode::Browse,
            Action::OpenDetail => {
                if let Some(bucket) = sheets::agenda::bucket_at(self, line) {
                    self.mode = Mode::Browse;
                    self.choose_bucket(bucket);
                }
            }
            Action::ToggleMeasure => self.toggle_measure(),
            Action::CycleTimes => self.cycle_times(),
            Action::NextTheme => self.next_theme(),
            Action::Refresh => self.refresh_now(effects),
            _ => {}
        }
    }
}

/// A key of a text input; tells whether the text changed.
fn edit(input: &mut Input, key: Shortcut) -> bool {
    let request = match key {
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
        _ => return false,
    };
    input.handle(request).is_some_and(|change| change.value)
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
