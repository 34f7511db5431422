//! What a key does: which layer it goes to, and what that layer does with it.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use tui_input::{Input, InputRequest};

use super::keys::{self, Action, Key};
use super::mode::{Focus, Mode};
use super::{App, PATIENCE};
use crate::effect::Effect;
use crate::lister::{Failure, State};
use crate::store::order::SortKey;
use crate::text::shorten_end;
use crate::view;

impl App {
    /// One key press.
    pub(super) fn press(&mut self, event: KeyEvent, effects: &mut Vec<Effect>) {
        if event.kind == KeyEventKind::Release {
            return;
        }
        let Some(key) = Key::read(event) else { return };
        self.patience = PATIENCE;
        self.toast = None;
        let action = keys::action(key);
        match action {
            Some(Action::Quit) => return effects.push(Effect::Quit),
            Some(Action::Suspend) => return effects.push(Effect::Suspend),
            Some(Action::Redraw) => return effects.push(Effect::Redraw),
            _ => {}
        }
        match &self.mode {
            Mode::Filter { .. } => self.press_in_filter(key),
            Mode::SortPicker { line } => {
                let line = *line;
                self.press_in_picker(key, action, line);
            }
            Mode::Detail { .. } | Mode::Help { .. } => self.press_in_reader(action, effects),
            Mode::Browse => {
                if let Some(action) = action {
                    self.perform(action, effects);
                }
            }
        }
    }

    /// Pasted text goes into the filter while it is typed, and nowhere else.
    pub(super) fn paste(&mut self, text: &str) {
        let Mode::Filter { input } = &mut self.mode else { return };
        for c in text.chars().filter(|c| !c.is_control()) {
            input.handle(InputRequest::InsertChar(c));
        }
        let typed = input.value().to_owned();
        self.filter_by(&typed);
    }

    fn perform(&mut self, action: Action, effects: &mut Vec<Effect>) {
        if let Some(rows) = self.scroll_of(action) {
            return self.scroll(rows);
        }
        match action {
            Action::OpenDetail if self.table.selected().is_some() => {
                self.table.pin();
                self.mode = Mode::Detail { scroll: 0 };
            }
            Action::TogglePane => self.toggle_pane(),
            Action::MoveFocus => self.move_focus(),
            Action::OpenFilter => {
                let text = self.table.filter_text().unwrap_or_default().to_owned();
                self.mode = Mode::Filter { input: Box::new(Input::new(text)) };
            }
            Action::OpenSortPicker => {
                let key = self.table.order().key();
                let line = SortKey::ALL.iter().position(|other| *other == key).unwrap_or(0);
                self.mode = Mode::SortPicker { line };
            }
            Action::ReverseSort => self.sort_by(self.table.order().key(), true),
            Action::SortLeft => self.sort_by(self.table.order().key().neighbour(false), false),
            Action::SortRight => self.sort_by(self.table.order().key().neighbour(true), false),
            Action::SortByColumn(number) => self.sort_by_column(number),
            Action::CopyId => self.copy_id(effects),
            Action::TryAgain => self.try_again(effects),
            Action::LoadAll => self.start_loading_all(effects),
            Action::OpenHelp => self.open_help(),
            Action::GoBack => self.go_back(),
            Action::Close => effects.push(Effect::Quit),
            _ => {}
        }
    }

    /// By how many rows a movement key moves; the ends are far away.
    fn scroll_of(&self, action: Action) -> Option<isize> {
        let page = isize::try_from(self.table.viewport().height.max(1)).unwrap_or(1);
        let half = (page / 2).max(1);
        Some(match action {
            Action::SelectNext => 1,
            Action::SelectPrevious => -1,
            Action::SelectFirst => isize::MIN,
            Action::SelectLast => isize::MAX,
            Action::HalfPageDown => half,
            Action::HalfPageUp => -half,
            Action::PageDown => page,
            Action::PageUp => -page,
            _ => return None,
        })
    }

    /// Moves whatever has the focus: the selection, or the lines of a text.
    fn scroll(&mut self, rows: isize) {
        let most = view::detail::overflow(self);
        match (&mut self.mode, &mut self.focus) {
            (Mode::Detail { scroll }, _) | (Mode::Browse, Focus::Pane { scroll }) => {
                *scroll = scroll.saturating_add_signed(rows).min(most);
            }
            (Mode::Help { scroll, .. }, _) => {
                let most = view::help::overflow(self.size);
                *scroll = scroll.saturating_add_signed(rows).min(most);
            }
            _ => match rows {
                isize::MIN => self.table.select_first(),
                isize::MAX => self.table.select_last(),
                rows => self.table.select_by(rows),
            },
        }
    }

    fn toggle_pane(&mut self) {
        self.pane = !self.pane;
        self.focus = Focus::Table;
        self.fit();
        if self.pane && self.layout().is_some_and(|layout| layout.pane.is_none()) {
            self.say("the pane needs 120 columns or 30 rows; Enter shows the detail");
        }
    }

    fn move_focus(&mut self) {
        let shown = self.layout().is_some_and(|layout| layout.pane.is_some());
        self.focus = match self.focus {
            Focus::Table if shown => Focus::Pane { scroll: 0 },
            _ => Focus::Table,
        };
        if !shown {
            self.say("there is no pane to move to; Enter shows the detail");
        }
    }

    /// Sorts by `key`, ascending, or in the other direction where `reverse`.
    fn sort_by(&mut self, key: SortKey, reverse: bool) {
        let descending = reverse && !self.table.order().is_descending();
        self.table.sort(&self.store, key, descending);
    }

    fn sort_by_column(&mut self, number: u8) {
        let Some(key) = SortKey::ALL.get(usize::from(number).wrapping_sub(1)) else { return };
        self.sort_by(*key, *key == self.table.order().key());
    }

    fn copy_id(&mut self, effects: &mut Vec<Effect>) {
        let Some(file) = self.selected_file() else { return };
        if file.unreadable.is_some() {
            return self.say("this file has no readable id");
        }
        // Escaped like everything else: a line break in an id must not run what is pasted.
        let id = file.id.printable().into_owned();
        self.say(format!("copied {}", shorten_end(&id, 60)));
        effects.push(Effect::Copy(id));
    }

    fn try_again(&mut self, effects: &mut Vec<Effect>) {
        if let Some(fetch) = self.lister.retry(self.now.mono) {
            return self.send(fetch, effects);
        }
        match self.lister.state() {
            State::Ready { .. } | State::Exhausted => {
                self.say("nothing failed, so there is nothing to try again");
            }
            State::Backoff { why, .. } if why.wait().is_some() => {
                self.say("the service asked for this wait");
            }
            State::Failed { why: Failure::AskedToWait { .. }, .. } => {
                self.say("the service asked for a wait; r tries again after it");
            }
            State::Backoff { .. } | State::Loading { .. } | State::Failed { .. } => {}
        }
    }

    fn start_loading_all(&mut self, effects: &mut Vec<Effect>) {
        match self.lister.state() {
            State::Exhausted => self.say("everything is loaded"),
            State::Failed { .. } => {
                self.try_again(effects);
                self.load_all = matches!(self.lister.state(), State::Loading { .. });
            }
            _ => self.load_all = true,
        }
    }

    /// One step back: what runs is stopped first, then what is in force is lifted.
    fn go_back(&mut self) {
        if self.load_all {
            self.load_all = false;
            self.patience = 0;
            let loading = matches!(self.lister.state(), State::Loading { .. });
            let when = if loading { "stopping after this page" } else { "stopped" };
            self.say(format!("{when}; what came stays"));
        } else if self.is_searching() {
            self.search_stopped = true;
            self.patience = 0;
            self.say("search stopped; what came stays");
        } else if self.focus != Focus::Table {
            self.focus = Focus::Table;
        } else if self.table.filter_text().is_some() {
            self.filter_by("");
        }
    }

    fn filter_by(&mut self, text: &str) {
        self.search_stopped = false;
        self.table.set_filter(&self.store, text);
    }

    fn press_in_filter(&mut self, key: Key) {
        let Mode::Filter { input } = &mut self.mode else { return };
        let request = match key {
            Key::Named(KeyCode::Enter) => return self.mode = Mode::Browse,
            Key::Named(KeyCode::Esc) => {
                self.mode = Mode::Browse;
                return self.filter_by("");
            }
            Key::Char(c) => InputRequest::InsertChar(c),
            Key::Named(KeyCode::Backspace) | Key::Ctrl('h') => InputRequest::DeletePrevChar,
            Key::Named(KeyCode::Delete) => InputRequest::DeleteNextChar,
            Key::Named(KeyCode::Left) | Key::Ctrl('b') => InputRequest::GoToPrevChar,
            Key::Named(KeyCode::Right) | Key::Ctrl('f') => InputRequest::GoToNextChar,
            Key::Named(KeyCode::Home) | Key::Ctrl('a') => InputRequest::GoToStart,
            Key::Named(KeyCode::End) | Key::Ctrl('e') => InputRequest::GoToEnd,
            Key::Ctrl('w') => InputRequest::DeletePrevWord,
            Key::Ctrl('u') => InputRequest::DeleteLine,
            Key::Named(KeyCode::Down) => return self.table.select_by(1),
            Key::Named(KeyCode::Up) => return self.table.select_by(-1),
            _ => return,
        };
        if input.handle(request).is_some_and(|change| change.value) {
            let typed = input.value().to_owned();
            self.filter_by(&typed);
        }
    }

    fn press_in_picker(&mut self, key: Key, action: Option<Action>, line: usize) {
        let last = SortKey::ALL.len() - 1;
        self.mode = match (key, action) {
            (Key::Named(KeyCode::Enter) | Key::Char(' '), _) => {
                let key = SortKey::ALL[line.min(last)];
                self.sort_by(key, key == self.table.order().key());
                Mode::Browse
            }
            (_, Some(Action::SortByColumn(number))) => {
                self.sort_by_column(number);
                Mode::Browse
            }
            (_, Some(Action::SelectNext)) => Mode::SortPicker { line: (line + 1).min(last) },
            (_, Some(Action::SelectPrevious)) => Mode::SortPicker { line: line.saturating_sub(1) },
            (_, Some(Action::SelectFirst)) => Mode::SortPicker { line: 0 },
            (_, Some(Action::SelectLast)) => Mode::SortPicker { line: last },
            (_, Some(Action::GoBack | Action::Close | Action::OpenSortPicker)) => Mode::Browse,
            _ => return,
        };
    }

    fn open_help(&mut self) {
        let below = Box::new(std::mem::take(&mut self.mode));
        self.mode = Mode::Help { scroll: 0, below };
    }

    /// Goes back to what lies below the top layer.
    fn close_layer(&mut self) {
        self.mode = match std::mem::take(&mut self.mode) {
            Mode::Help { below, .. } => *below,
            _ => Mode::Browse,
        };
    }

    /// Keys of the full-screen texts: detail and help.
    fn press_in_reader(&mut self, action: Option<Action>, effects: &mut Vec<Effect>) {
        let Some(action) = action else { return };
        if let Some(rows) = self.scroll_of(action) {
            return self.scroll(rows);
        }
        let in_help = matches!(self.mode, Mode::Help { .. });
        match action {
            Action::GoBack | Action::Close => self.close_layer(),
            Action::OpenHelp if in_help => self.close_layer(),
            Action::OpenHelp => self.open_help(),
            Action::OpenDetail if !in_help => self.mode = Mode::Browse,
            Action::CopyId if !in_help => self.copy_id(effects),
            Action::TryAgain => self.try_again(effects),
            _ => {}
        }
    }
}
