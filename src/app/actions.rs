//! What a key does: which layer it goes to, and what the main screen does with it.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::effect::Effect;
use super::fields::CopyField;
use super::focus::Focus;
use super::layers::agenda::Agenda;
use super::layers::columns::ColumnsPicker;
use super::layers::copy::CopyPicker;
use super::layers::detail::Detail;
use super::layers::events::Events;
use super::layers::filter::FilterInput;
use super::layers::help::Help;
use super::layers::palette::Palette;
use super::layers::sort::SortPicker;
use super::layers::{Fate, Layer};
use super::sheets::detail::Shown;
use super::{App, PATIENCE, sheets};
use crate::keys::Action as A;
use crate::keys::{Action, Scope, Shortcut, bindings};

impl App {
    /// One key press.
    pub(super) fn press(&mut self, event: KeyEvent, effects: &mut Vec<Effect>) {
        if event.kind == KeyEventKind::Release {
            return;
        }
        let scopes = self.layers.scopes();
        let typing = scopes.contains(&Scope::Typing);
        let shortcut = Shortcut::read(event);
        self.patience = PATIENCE;
        self.toast = None;
        self.awaits_plan = false;
        self.saving.awaits_room = false;
        // What is typed is text, whatever else it is bound to.
        let command = shortcut.filter(|key| !(typing && matches!(key, Shortcut::Char(_))));
        let action = |scopes| command.and_then(|key| self.settings.keys.action(key, scopes));
        let (narrow, main) = (action(scopes), action(&[Scope::Main]));
        if let Some(action) = main.filter(|_| narrow.is_none() || narrow == main)
            && self.act_above_layers(action, effects)
        {
            return;
        }
        let fate = match narrow {
            Some(action) if self.layers.is_empty() => return self.perform(action, effects),
            Some(action) => {
                self.with_top(|layer, app| layer.act(app, action, effects), |fate| *fate)
            }
            None => self.with_top(|layer, app| layer.type_key(app, event), |fate| *fate),
        };
        if matches!(fate, None | Some(Fate::Ignores)) {
            self.say_no_such_key();
        }
    }

    /// A key that means nothing says so, and which one tells what others mean.
    fn say_no_such_key(&mut self) {
        let typing = self.layers.scopes().contains(&Scope::Typing);
        let mut help = bindings().filter(|binding| binding.action == Action::OpenHelp);
        let key = help.find_map(|binding| {
            let mut keys = self.settings.keys.keys(binding).iter();
            keys.find(|key| !(typing && matches!(key, Shortcut::Char(_))))
        });
        let key = key.filter(|_| !matches!(self.layers.top(), Some(Layer::Help(_))));
        let help = key.map_or(String::new(), |key| format!(" · {} for help", key.name()));
        self.say(format!("no such key{help}"));
    }

    /// What a key means whatever layer is on top; tells whether it means that.
    fn act_above_layers(&mut self, action: Action, effects: &mut Vec<Effect>) -> bool {
        let top = self.layers.top();
        match action {
            Action::Quit => self.quit(effects),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Redraw => effects.push(Effect::Redraw),
            // Both lie above any other layer, and closing them goes back to it.
            Action::OpenHelp if !matches!(top, Some(Layer::Help(_))) => self.open_help(),
            Action::OpenPalette if !matches!(top, Some(Layer::Palette(_))) => self.open_palette(),
            _ => return false,
        }
        true
    }

    /// Pasted text goes into the line that is being typed, and nowhere else.
    pub(super) fn paste(&mut self, text: &str) {
        if !self.layers.scopes().contains(&Scope::Typing) {
            self.say("what was pasted is no key: nothing is typed here");
        }
        self.with_top(|layer, app| layer.paste(app, text), |()| Fate::Stays);
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
            // Whatever comes in while it is asked or done, this is the file that was meant.
            self.table.pin();
        }
        self.dispatch(action, effects);
    }

    /// Every action with what does it: one that nothing does must not compile.
    fn dispatch(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            A::SelectNext
            | A::SelectPrevious
            | A::SelectFirst
            | A::SelectLast
            | A::HalfPageDown
            | A::HalfPageUp
            | A::PageDown
            | A::PageUp => self.scroll(self.scroll_of(action).unwrap_or_default()),
            A::MoveLeft | A::MoveRight => self.say("only the timeline has something at its sides"),
            A::Choose
            | A::Complete
            | A::PauseJob
            | A::CancelJob
            | A::RetryJob
            | A::Confirm
            | A::Decline
            | A::OlderText
            | A::NewerText
            | A::Fold
            | A::ToggleWrap
            | A::CopyValue
            | A::ToggleColumn
            | A::ColumnLeft
            | A::ColumnRight
            | A::Wider
            | A::Narrower => self.say_no_such_key(),
            A::OpenDetail => self.open_detail(),
            A::OpenContent => self.open_content(),
            A::ToggleRaw => self.toggle_raw(),
            A::OpenFilter => self.open_filter(),
            A::OpenSearch => self.open_search(),
            A::OpenSortPicker => self.open_sort_picker(),
            A::OpenCopyPicker => self.open_copy_picker(),
            A::OpenColumns => self.layers.push(Layer::Columns(ColumnsPicker::default())),
            A::OpenAgenda => self.layers.push(Layer::Agenda(Agenda::default())),
            A::OpenEvents => self.layers.push(Layer::Events(Events::default())),
            A::OpenJobs => self.open_jobs(effects),
            A::Download => self.download(),
            A::DownloadTo => self.open_save_to(),
            A::Rescue => self.rescue(effects),
            A::Delete => self.ask_to_delete(effects),
            A::Upload => self.open_upload(),
            A::OpenPalette => self.open_palette(),
            A::OpenHelp => self.open_help(),
            A::Mark => self.mark(),
            A::MarkRange => self.mark_range(),
            A::InvertMarks => self.invert_marks(),
            A::MarkAll => self.mark_all(),
            A::ClearMarks => self.clear_marks(),
            A::CopyId => self.copy_field(CopyField::Id, effects),
            A::NextMatch | A::PreviousMatch => self.next_match(action == A::NextMatch),
            A::ReverseSort => self.reverse_sort(),
            A::SortLeft | A::SortRight => self.sort_by_neighbour(action == A::SortRight),
            A::SortByColumn(number) => self.sort_by_column(number),
            A::TogglePane => self.toggle_pane(),
            A::MoveFocus => self.move_focus(),
            A::ToggleMeasure => self.toggle_measure(),
            A::ToggleFiltered => self.toggle_filtered_expiries(),
            A::CycleTimes => self.cycle_times(),
            A::NextTheme => self.next_theme(),
            A::WriteSettings => self.write_settings(effects),
            A::ToggleMouse => self.toggle_mouse(effects),
            A::Refresh => self.refresh_now(effects),
            A::RefreshAll => self.refresh_all(),
            A::Freeze => self.freeze(),
            A::Faster | A::Slower => self.change_interval(action == A::Faster),
            A::LoadAll => self.start_loading_all(effects),
            A::GoBack => self.go_back(),
            A::Close => self.quit(effects),
            A::Quit | A::Suspend | A::Redraw => drop(self.act_above_layers(action, effects)),
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

    /// Moves whatever has the focus: the selection, or the lines of the pane.
    fn scroll(&mut self, rows: isize) {
        if let Focus::Pane { scroll } = self.focus {
            let most = sheets::detail::overflow(self, Shown::InPane);
            self.focus = Focus::Pane { scroll: scroll.saturating_add_signed(rows).min(most) };
            return;
        }
        if !self.has_rows() {
            return;
        }
        match rows {
            isize::MIN => self.table.select_first(),
            isize::MAX => self.table.select_last(),
            rows => self.table.select_by(rows),
        }
    }

    fn open_sort_picker(&mut self) {
        let picker = SortPicker::at(self.table.wanted_order().0);
        self.layers.push(Layer::Sort(picker));
    }

    fn open_filter(&mut self) {
        let text = self.table.wanted_filter_text().unwrap_or_default().to_owned();
        self.layers.push(Layer::Filter(FilterInput::of_filter(text)));
    }

    fn open_search(&mut self) {
        if !self.has_rows() {
            return;
        }
        self.table.pin();
        let origin = self.table.selected();
        self.typed.sought = None;
        self.layers.push(Layer::Filter(FilterInput::of_search(origin)));
    }

    fn open_detail(&mut self) {
        if self.has_rows() {
            self.table.pin();
            self.layers.push(Layer::Detail(Detail::default()));
        }
    }

    /// Shows the file's JSON or its fields in the pane; where there is none, the JSON on the whole
    /// screen.
    fn toggle_raw(&mut self) {
        let in_pane = self.layout().is_some_and(|layout| layout.pane.is_some());
        self.appearance.raw = !in_pane || !self.appearance.raw;
        if !in_pane {
            self.open_detail();
        } else if let Focus::Pane { scroll } = &mut self.focus {
            *scroll = 0;
        }
    }

    fn open_copy_picker(&mut self) {
        if self.has_rows() {
            self.layers.push(Layer::Copy(CopyPicker::default()));
        }
    }

    fn open_help(&mut self) {
        // In place of the palette, so that the layers do not pile up.
        self.layers.close_if(|layer| matches!(layer, Layer::Palette(_)));
        if !matches!(self.layers.top(), Some(Layer::Help(_))) {
            let first = self.layers.scopes().first().copied();
            self.layers.push(Layer::Help(Help::on(first)));
        }
    }

    fn open_palette(&mut self) {
        // What it does to the selected file is done to the one that is selected now.
        self.table.pin();
        self.layers.push(Layer::Palette(Palette::default()));
    }
}

/// Whether the action is done to files of the table: then a filter that was typed before it is in
/// force first.
fn concerns_files(action: Action) -> bool {
    let marks = matches!(action, A::Mark | A::MarkAll | A::MarkRange | A::InvertMarks);
    let saves = matches!(action, A::Download | A::DownloadTo | A::Delete);
    let looks = matches!(action, A::OpenDetail | A::ToggleRaw | A::OpenContent);
    marks || saves || looks || matches!(action, A::CopyId | A::OpenCopyPicker)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All else goes on while a filter is in the making.
    #[test]
    fn only_what_is_done_to_files_waits_for_a_filter() {
        let of_files = bindings().filter(|binding| concerns_files(binding.action));
        assert_eq!(
            of_files.map(|binding| binding.name).collect::<Vec<_>>(),
            [
                "open-detail",
                "raw-json",
                "content",
                "mark",
                "mark-range",
                "invert-marks",
                "mark-all",
                "copy-id",
                "download",
                "download-to",
                "delete",
                "copy-field",
            ]
        );
    }
}
