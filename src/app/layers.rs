//! The layers above the table: what their keys do.

use crossterm::event::KeyCode;
use tui_input::{Input, InputRequest};

use super::App;
use super::columns::Column;
use super::keys::{Action, Key};
use super::mode::{Choice, Mode};
use super::palette;
use crate::effect::Effect;
use crate::expiry::Stated;
use crate::store::FileRef;
use crate::store::order::SortKey;
use crate::text::shorten_end;
use crate::view;

/// A field that can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyField {
    /// The id.
    Id,
    /// The filename.
    Filename,
    /// The size in bytes.
    Bytes,
    /// The purpose.
    Purpose,
    /// The moment of creation, in seconds since the epoch.
    CreatedAt,
    /// The moment of expiry, in seconds since the epoch.
    ExpiresAt,
}

impl CopyField {
    /// All of them, in the order of the picker.
    pub const ALL: [Self; 6] =
        [Self::Id, Self::Filename, Self::Bytes, Self::Purpose, Self::CreatedAt, Self::ExpiresAt];

    /// The field's name in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Filename => "filename",
            Self::Bytes => "bytes",
            Self::Purpose => "purpose",
            Self::CreatedAt => "created_at",
            Self::ExpiresAt => "expires_at",
        }
    }

    /// The whole value, escaped: a line break in it must not run what is pasted.
    #[must_use]
    pub fn of(self, file: &FileRef<'_>) -> Option<String> {
        if file.unreadable.is_some() {
            return None;
        }
        let time = |at: Stated<i64>| at.value().map(|at| at.to_string());
        match self {
            Self::Id => Some(file.id.printable().into_owned()),
            Self::Filename => file.filename.map(|name| name.printable().into_owned()),
            Self::Bytes => file.bytes.value().map(|bytes| bytes.to_string()),
            Self::Purpose => file.purpose.map(|purpose| purpose.printable().into_owned()),
            Self::CreatedAt => time(file.created_at),
            Self::ExpiresAt => time(file.expires_at),
        }
    }
}

impl App {
    pub(super) fn copy_field(&mut self, field: CopyField, effects: &mut Vec<Effect>) {
        let Some(file) = self.selected_file() else { return };
        let Some(value) = field.of(&file) else {
            return self.say(format!("this file has no readable {}", field.word()));
        };
        self.say(format!("copied {}", shorten_end(&value, 60)));
        effects.push(Effect::Copy(value));
    }

    pub(super) fn press_in_filter(&mut self, key: Key) {
        let Mode::Filter { input } = &mut self.mode else { return };
        match key {
            Key::Named(KeyCode::Enter) if self.typed.error.is_some() => {
                self.say("this filter cannot be read yet; Esc clears it");
            }
            Key::Named(KeyCode::Enter) => self.mode = Mode::Browse,
            Key::Named(KeyCode::Esc) => {
                self.mode = Mode::Browse;
                self.filter_by("");
            }
            Key::Named(KeyCode::Down) => self.table.select_by(1),
            Key::Named(KeyCode::Up) => self.table.select_by(-1),
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

    pub(super) fn press_in_palette(&mut self, key: Key, effects: &mut Vec<Effect>) {
        let Mode::Palette { input, line, .. } = &mut self.mode else { return };
        let found = palette::find(input.value(), &self.settings.keys);
        let last = found.len().saturating_sub(1);
        match key {
            Key::Named(KeyCode::Enter) => {
                let Some(found) = found.get(*line) else { return };
                self.mode = Mode::Browse;
                self.perform(found.binding.action, effects);
            }
            Key::Named(KeyCode::Esc) => self.close_layer(),
            Key::Named(KeyCode::Down) | Key::Ctrl('n') => *line = (*line + 1).min(last),
            Key::Named(KeyCode::Up) | Key::Ctrl('p') => *line = line.saturating_sub(1),
            key => {
                if edit(input, key) {
                    *line = 0;
                }
            }
        }
    }

    pub(super) fn open_picker(&mut self, what: Choice) {
        let line = match what {
            Choice::Sort => {
                let key = self.table.wanted_order().0;
                SortKey::ALL.iter().position(|other| *other == key).unwrap_or(0)
            }
            Choice::CopyField if self.table.selected().is_none() => return,
            Choice::CopyField | Choice::Columns => 0,
        };
        self.mode = Mode::Picker { what, line };
    }

    pub(super) fn press_in_picker(
        &mut self,
        pressed: (Key, Option<Action>),
        what: Choice,
        line: usize,
        effects: &mut Vec<Effect>,
    ) {
        let lines = match what {
            Choice::Sort | Choice::Columns => SortKey::ALL.len(),
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
        pressed: (Key, Option<Action>),
        effects: &mut Vec<Effect>,
    ) {
        let (key, action) = pressed;
        let number = match key {
            Key::Char(c @ '1'..='9') => c.to_digit(10).map(|digit| digit as usize - 1),
            _ => None,
        };
        let taken = matches!(key, Key::Named(KeyCode::Enter) | Key::Char(' '));
        match (what, action) {
            (Choice::Columns, Some(Action::OpenColumns))
            | (Choice::Sort, Some(Action::OpenSortPicker))
            | (Choice::CopyField, Some(Action::OpenCopyPicker)) => self.mode = Mode::Browse,
            (Choice::Columns, _) => self.arrange_columns(line, key),
            (Choice::Sort, _) => {
                let chosen = if taken { Some(line) } else { number };
                if let Some(key) = chosen.and_then(|line| SortKey::ALL.get(line)) {
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
    fn arrange_columns(&mut self, line: usize, key: Key) {
        let columns = &mut self.look.columns;
        let line = match key {
            Key::Char(' ') => columns.toggle(line),
            Key::Char('<') | Key::Named(KeyCode::Left) => columns.shift(line, false),
            Key::Char('>') | Key::Named(KeyCode::Right) => columns.shift(line, true),
            Key::Char(sign @ ('+' | '-')) => {
                let shown: Option<&Column> = columns.all().get(line);
                let key = shown.map_or(SortKey::Filename, |column| column.key);
                let now = view::table::width_of(self, key).unwrap_or(10);
                self.look.columns.widen(line, if sign == '+' { 1 } else { -1 }, now);
                line
            }
            Key::Named(KeyCode::Enter) => return self.mode = Mode::Browse,
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
        let last = view::agenda::lines(self).saturating_sub(1);
        if let Some(rows) = self.scroll_of(action) {
            let line = line.saturating_add_signed(rows).min(last);
            self.mode = Mode::Agenda { line };
            return;
        }
        match action {
            Action::GoBack | Action::Close | Action::OpenAgenda => self.mode = Mode::Browse,
            Action::OpenDetail => {
                if let Some(bucket) = view::agenda::bucket_at(self, line) {
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
fn edit(input: &mut Input, key: Key) -> bool {
    let request = match key {
        Key::Char(c) => InputRequest::InsertChar(c),
        Key::Named(KeyCode::Backspace) | Key::Ctrl('h') => InputRequest::DeletePrevChar,
        Key::Named(KeyCode::Delete) => InputRequest::DeleteNextChar,
        Key::Named(KeyCode::Left) | Key::Ctrl('b') => InputRequest::GoToPrevChar,
        Key::Named(KeyCode::Right) | Key::Ctrl('f') => InputRequest::GoToNextChar,
        Key::Named(KeyCode::Home) | Key::Ctrl('a') => InputRequest::GoToStart,
        Key::Named(KeyCode::End) | Key::Ctrl('e') => InputRequest::GoToEnd,
        Key::Ctrl('w') => InputRequest::DeletePrevWord,
        Key::Ctrl('u') => InputRequest::DeleteLine,
        _ => return false,
    };
    input.handle(request).is_some_and(|change| change.value)
}
