//! What a key does: which layer it goes to, and what browsing does with it.

use crossterm::event::{KeyEvent, KeyEventKind};
use tui_input::Input;

use super::effect::Effect;
use super::fields::CopyField;
use super::mode::{Choice, Focus, Mode};
use super::{App, PATIENCE, sheets};
use crate::keys::{Action, Shortcut};
use crate::lister::State;

impl App {
    /// One key press.
    pub(super) fn press(&mut self, event: KeyEvent, effects: &mut Vec<Effect>) {
        if event.kind == KeyEventKind::Release {
            return;
        }
        let Some(key) = Shortcut::read(event) else { return self.press_by_word(event) };
        self.patience = PATIENCE;
        self.toast = None;
        let typing = matches!(self.mode, Mode::Filter { .. } | Mode::Palette { .. });
        let letter = matches!(key, Shortcut::Char(_));
        let action = self.settings.keys.action(key).filter(|_| !(typing && letter));
        match action {
            Some(Action::Quit) => return effects.push(Effect::Quit),
            Some(Action::Suspend) => return effects.push(Effect::Suspend),
            Some(Action::Redraw) => return effects.push(Effect::Redraw),
            // Both lie above any other layer, and Esc goes back to it.
            Some(Action::OpenHelp) if !matches!(self.mode, Mode::Help { .. }) => {
                return self.open_help();
            }
            Some(Action::OpenPalette) if !matches!(self.mode, Mode::Palette { .. }) => {
                return self.open_palette();
            }
            _ => {}
        }
        match &self.mode {
            Mode::Filter { .. } => self.press_in_filter(key),
            Mode::Palette { .. } => self.press_in_palette(key, effects),
            Mode::Picker { what, line } => {
                let (what, line) = (*what, *line);
                self.press_in_picker((key, action), what, line, effects);
            }
            Mode::Detail { .. } | Mode::Help { .. } | Mode::Events { .. } => {
                self.press_in_reader(action, effects);
            }
            Mode::Agenda { line } => {
                let line = *line;
                self.press_in_agenda(action, line, effects);
            }
            Mode::Browse => {
                if let Some(action) = action {
                    self.perform(action, effects);
                }
            }
        }
    }

    /// Pasted text goes into the line that is being typed, and nowhere else.
    pub(super) fn paste(&mut self, text: &str) {
        let (Mode::Filter { input } | Mode::Palette { input, .. }) = &mut self.mode else { return };
        for c in text.chars().filter(|c| !c.is_control()) {
            input.handle(tui_input::InputRequest::InsertChar(c));
        }
        match &mut self.mode {
            Mode::Filter { input } => {
                let typed = input.value().to_owned();
                self.filter_by(&typed);
                self.fit();
            }
            Mode::Palette { line, .. } => *line = 0,
            _ => {}
        }
    }

    /// Does what a key, or a line of the palette, asks for while browsing.
    pub(super) fn perform(&mut self, action: Action, effects: &mut Vec<Effect>) {
        if let Focus::Timeline { bucket } = self.focus()
            && self.perform_in_timeline(action, bucket)
        {
            return;
        }
        if concerns_files(action) {
            self.narrow_now();
        }
        self.dispatch(action, effects);
    }

    /// Every action with what does it: one that nothing does must not compile.
    fn dispatch(&mut self, action: Action, effects: &mut Vec<Effect>) {
        use Action as A;
        match action {
            A::SelectNext
            | A::SelectPrevious
            | A::SelectFirst
            | A::SelectLast
            | A::HalfPageDown
            | A::HalfPageUp
            | A::PageDown
            | A::PageUp => self.go(action),
            // Only the timeline has something at its sides.
            A::MoveLeft | A::MoveRight => {}
            A::OpenDetail => self.open_detail(),
            A::OpenFilter => self.open_filter(),
            A::OpenSortPicker => self.open_picker(Choice::Sort),
            A::OpenCopyPicker => self.open_picker(Choice::CopyField),
            A::OpenColumns => self.open_picker(Choice::Columns),
            A::OpenAgenda => self.mode = Mode::Agenda { line: 0 },
            A::OpenEvents => self.mode = Mode::Events { scroll: 0 },
            A::OpenPalette => self.open_palette(),
            A::OpenHelp => self.open_help(),
            A::Mark => self.mark(),
            A::MarkRange => self.mark_range(),
            A::InvertMarks => self.invert_marks(),
            A::CopyId => self.copy_field(CopyField::Id, effects),
            A::NextMatch => self.next_match(true),
            A::PreviousMatch => self.next_match(false),
            A::ReverseSort => self.reverse_sort(),
            A::SortLeft => self.sort_by_neighbour(false),
            A::SortRight => self.sort_by_neighbour(true),
            A::SortByColumn(number) => self.sort_by_column(number),
            A::TogglePane => self.toggle_pane(),
            A::MoveFocus => self.move_focus(),
            A::ToggleMeasure => self.toggle_measure(),
            A::CycleTimes => self.cycle_times(),
            A::NextTheme => self.next_theme(),
            A::ToggleMouse => self.toggle_mouse(effects),
            A::Refresh => self.refresh_now(effects),
            A::RefreshAll => self.refresh_all(),
            A::Freeze => self.freeze(),
            A::Faster => self.change_interval(true),
            A::Slower => self.change_interval(false),
            A::LoadAll => self.start_loading_all(effects),
            A::GoBack => self.go_back(),
            A::Close | A::Quit => effects.push(Effect::Quit),
            A::Suspend => effects.push(Effect::Suspend),
            A::Redraw => effects.push(Effect::Redraw),
        }
    }

    /// Keys that mean something else while the timeline has the focus; tells whether this one did.
    fn perform_in_timeline(&mut self, action: Action, bucket: usize) -> bool {
        match action {
            Action::MoveLeft | Action::SelectPrevious => self.move_bucket(-1),
            Action::MoveRight | Action::SelectNext => self.move_bucket(1),
            Action::SelectFirst => self.move_bucket(isize::MIN),
            Action::SelectLast => self.move_bucket(isize::MAX),
            Action::OpenDetail | Action::Mark => self.choose_bucket(bucket),
            _ => return false,
        }
        true
    }

    /// Moves as far as a movement key says.
    fn go(&mut self, action: Action) {
        if let Some(rows) = self.scroll_of(action) {
            self.scroll(rows);
        }
    }

    /// By how many rows a movement key moves; the ends are far away.
    pub(super) fn scroll_of(&self, action: Action) -> Option<isize> {
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
    pub(super) fn scroll(&mut self, rows: isize) {
        let most = match (&self.mode, self.focus) {
            (Mode::Help { .. }, _) => sheets::help::overflow(self),
            (Mode::Events { .. }, _) => sheets::events::overflow(self),
            (Mode::Detail { .. }, _) | (_, Focus::Pane { .. }) => sheets::detail::overflow(self),
            // The table, which knows its own end.
            _ => 0,
        };
        match (&mut self.mode, &mut self.focus) {
            (Mode::Detail { scroll } | Mode::Help { scroll, .. } | Mode::Events { scroll }, _)
            | (Mode::Browse, Focus::Pane { scroll }) => {
                *scroll = scroll.saturating_add_signed(rows).min(most);
            }
            _ => match rows {
                isize::MIN => self.table.select_first(),
                isize::MAX => self.table.select_last(),
                rows => self.table.select_by(rows),
            },
        }
    }

    fn open_filter(&mut self) {
        let text = self.table.wanted_filter_text().unwrap_or_default().to_owned();
        self.mode = Mode::Filter { input: Box::new(Input::new(text)) };
    }

    fn open_detail(&mut self) {
        if self.table.selected().is_some() {
            self.table.pin();
            self.mode = Mode::Detail { scroll: 0 };
        }
    }

    /// One step back: what runs is stopped first, then what is in force is lifted.
    fn go_back(&mut self) {
        if self.account.is_loading_all() {
            self.account.stop_loading_all();
            self.patience = 0;
            let loading = matches!(self.account.lister().state(), State::Loading { .. });
            let when = if loading { "stopping after this page" } else { "stopped" };
            self.say(format!("{when}; what came stays"));
        } else if self.stop_reading_all() {
        } else if self.is_searching() {
            self.typed.search_stopped = true;
            self.patience = 0;
            self.say("search stopped; what came stays");
        } else if self.range_from.take().is_some() {
            self.say("no range any more");
        } else if self.table.wanted_span().is_some() {
            let moment = super::moment(self.account.server_ms(), &self.marks);
            self.table.set_span(self.account.store(), None, &moment);
        } else if self.focus() != Focus::Table {
            self.focus = Focus::Table;
        } else if self.table.wanted_filter_text().is_some() {
            self.filter_by("");
        } else if !self.marks.is_empty() {
            let marked = self.marks.drain().collect();
            self.marks_changed(marked);
            self.say("no marks any more");
        }
    }
}

/// Whether the action is done to files of the table: then a filter that was typed before it is in
/// force first.
fn concerns_files(action: Action) -> bool {
    use Action::{CopyId, InvertMarks, Mark, MarkRange, OpenCopyPicker, OpenDetail};
    matches!(action, CopyId | InvertMarks | Mark | MarkRange | OpenCopyPicker | OpenDetail)
}
