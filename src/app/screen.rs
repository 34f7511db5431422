//! What is shown and how: pane, focus, columns, times, themes, mouse.

use super::App;
use super::focus::Focus;
use super::layers::confirmation::Question;
use super::settings::{AUTO_THEME, Chosen, NamedTheme, Plan, Times};
use super::toast::State;
use crate::app::effect::Effect;
use crate::keys::{Action, Hint};
use crate::store::field::Field;
use crate::theme::{Background, Theme};

/// The hint where there is no pane.
const SHOW_DETAIL: [Hint; 1] = [Hint::new(&[Action::OpenDetail], "shows the detail")];

/// The hint where something was chosen that the next start may begin with.
pub(super) const KEEPS: [Hint; 1] =
    [Hint::new(&[Action::WriteSettings], "writes it to the configuration")];

impl App {
    pub(super) fn toggle_pane(&mut self) {
        let has_pane = |app: &Self| app.layout().is_some_and(|layout| layout.pane.is_some());
        let was_shown = has_pane(self);
        self.appearance.pane = !self.appearance.pane;
        self.focus = Focus::Table;
        self.fit_table();
        let is_shown = has_pane(self);
        match (self.appearance.pane, self.table.rows().is_empty()) {
            (true, true) => self.say("the pane opens with the first file"),
            (false, true) => self.say("no pane, when there are files"),
            (true, false) if !is_shown => {
                self.say_with("the pane needs 120 columns or 30 rows", &SHOW_DETAIL);
                self.said_while(State::Screen(self.size));
            }
            (false, false) if !was_shown => self.say("no pane, also when the window is larger"),
            _ => {}
        }
    }

    /// Tab: table, pane, timeline, as far as they are shown.
    pub(super) fn move_focus(&mut self) {
        let (pane, timeline) = (Focus::Pane { scroll: 0 }, Focus::Timeline { bucket: 0 });
        let candidates = match self.focus() {
            Focus::Table => [pane, timeline],
            Focus::Pane { .. } => [timeline, Focus::Table],
            Focus::Timeline { .. } => [Focus::Table, Focus::Table],
        };
        for focus in candidates {
            self.focus = focus;
            if self.focus() == focus {
                break;
            }
        }
        self.focus = self.focus();
        if self.focus == Focus::Table && self.layout().is_some_and(|l| l.pane.is_none()) {
            let timeline = self.layout().is_some_and(|layout| layout.timeline.is_some());
            if !timeline && self.has_rows() {
                self.say_with("there is no pane to move to", &SHOW_DETAIL);
                self.said_while(State::Screen(self.size));
            }
        }
    }

    /// Sorts by `field`.
    pub(super) fn sort_by(&mut self, field: Field, descending: bool) {
        let moment = super::moment(self.account.server_ms(), &self.marks);
        self.table.sort(self.account.store(), field, descending, &moment);
    }

    pub(super) fn reverse_sort(&mut self) {
        let (field, descending) = self.table.wanted_order();
        self.sort_by(field, !descending);
    }

    /// Sorts by `field`, the other way round where it is sorted by that already.
    pub(super) fn sort_or_reverse(&mut self, field: Field) {
        if field == self.table.wanted_order().0 {
            self.reverse_sort();
        } else {
            self.sort_by(field, false);
        }
    }

    pub(super) fn sort_by_neighbour(&mut self, right: bool) {
        let field = self.appearance.columns.neighbour(self.table.wanted_order().0, right);
        self.sort_by(field, false);
    }

    pub(super) fn sort_by_column(&mut self, number: u8) {
        let Some(field) = self.appearance.columns.nth(number) else {
            let text = format!("there are {} columns", self.appearance.columns.shown().len());
            return self.say_with(text, &[Hint::new(&[Action::OpenColumns], "adds others")]);
        };
        self.sort_or_reverse(field);
    }

    pub(super) fn cycle_times(&mut self) {
        self.appearance.times = self.appearance.times.next();
        let offset = match self.appearance.times {
            Times::Utc | Times::Relative => String::new(),
            Times::Local => {
                format!(" ({})", self.shown_zone().offset(self.now.wall_ms.div_euclid(1_000)))
            }
        };
        self.say_with(format!("times {}{offset}", self.appearance.times.word()), &KEEPS);
    }

    pub(super) fn next_theme(&mut self) {
        if self.settings.themes.len() < 2 {
            return self.say("colours are off");
        }
        self.appearance.theme = (self.appearance.theme + 1) % self.settings.themes.len();
        let text = format!("theme {}", self.settings.themes[self.appearance.theme].name);
        self.say_with(text, &KEEPS);
    }

    /// What was chosen is to go into the configuration: first it is seen what that changes.
    pub(super) fn write_settings(&mut self, effects: &mut Vec<Effect>) {
        self.awaits_plan = true;
        let themes = &self.settings.themes;
        let coloured = themes.get(self.appearance.theme).filter(|_| themes.len() > 1);
        effects.push(Effect::PlanSettings(Chosen {
            theme: coloured.map(|named| named.name.clone()),
            columns: self.appearance.columns.clone(),
            sort: self.table.wanted_order(),
            pane: self.appearance.pane,
            times: self.appearance.times,
            measure: self.appearance.measure,
        }));
    }

    /// It is known what writing the settings changes: that is asked, unless it is nothing.
    pub(super) fn settings_planned(&mut self, plan: Result<Plan, String>) {
        match plan {
            Ok(plan) if plan.changes.is_empty() => {
                self.say(format!("nothing to write: it is so already · {}", plan.file));
            }
            // Not under somebody's fingers.
            Ok(_) if !self.awaits_plan => {
                self.say_with(
                    "not asked while you type",
                    &[Hint::new(&[Action::WriteSettings], "asks again")],
                );
            }
            Ok(plan) => self.ask(Question::WriteSettings(plan)),
            Err(why) => self.say(why),
        }
    }

    /// The terminal told how bright its background is.
    pub(super) fn follow_background(&mut self, background: Background) {
        for named in self.settings.themes.iter_mut().filter(|named| named.name == AUTO_THEME) {
            *named = NamedTheme::new(AUTO_THEME, Theme::ansi(background));
        }
    }

    pub(super) fn toggle_mouse(&mut self, effects: &mut Vec<Effect>) {
        self.appearance.mouse = !self.appearance.mouse;
        effects.push(Effect::UseMouse(self.appearance.mouse));
        let (text, hint) = if self.appearance.mouse {
            ("mouse on", "leaves it to the terminal")
        } else {
            ("mouse off: text can be selected", "takes it back")
        };
        self.say_with(text, &[Hint::new(&[Action::ToggleMouse], hint)]);
    }

    /// What the title says: a moment that does not tick, so that it changes only with the file.
    pub(super) fn title_text(&self) -> String {
        let moment = super::moment(self.account.server_ms(), &self.marks);
        let Some(no) = self.account.alerts().titled(self.account.store(), &moment) else {
            return "shelflife".to_owned();
        };
        let file = self.account.store().file(no);
        let at =
            file.expires_at.value().unwrap_or_default() - self.account.skew_ms().div_euclid(1_000);
        let name = crate::text::shorten_middle(&file.name_to_show(), 60);
        format!("{name} expires {} · shelflife", self.shown_zone().clock(at))
    }
}
