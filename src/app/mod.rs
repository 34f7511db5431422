//! The program without the world: what is known, what is shown, and what follows from an event.
//!
//! [`App::update`] is pure. Time comes in as [`Now`], everything else as an [`Event`]; what is to be
//! done goes out as [`Effect`]s. [`App::deadline`] names the next moment at which anything visible
//! changes or anything is due; there is no tick.

mod actions;
mod currency;
mod deadline;
mod deleting;
pub mod effect;
pub mod event;
mod facts;
pub mod fields;
mod filtering;
pub mod focus;
pub mod geometry;
pub mod joblist;
mod ladder;
pub mod layers;
mod marking;
pub mod marks;
mod mouse;
mod previews;
mod reading;
mod rescuing;
pub mod saving;
mod screen;
mod searching;
pub mod settings;
pub mod sheets;
pub mod table;
mod timeline;
mod toast;
mod uploading;
mod wake;

use std::time::Duration;

use ratatui::layout::Size;

use crate::account::timeline::Measure;
use crate::account::{Account, Terms};
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::lister::Lister;
use crate::store::FileNo;
use crate::store::filter::{Filter, FilterError, Moment};
use crate::time::clock::Now;
use deleting::Deleting;
use focus::Focus;
use joblist::JobsList;
use layers::Layers;
use marks::Marks;
use previews::Previews;
use reading::Readings;
use rescuing::Rescuing;
use saving::Saving;
use settings::Times;
use table::Table;
use table::columns::Columns;
use timeline::Filtered;
use toast::Toast;
use uploading::Uploading;

pub use ladder::Step;
pub use settings::Settings;
pub use wake::Wake;

/// Pages that one action of the operator may bring in, so that nothing that sorts oddly can start a
/// thousand requests.
const PATIENCE: u8 = 3;
/// How long nothing is typed before the service is searched for what was.
const PAUSE: Duration = Duration::from_millis(500);
/// Cells of the small bar in the table.
pub const BAR_CELLS: u16 = 5;
/// Cells of the bar in the detail.
pub const WIDE_BAR_CELLS: u16 = 20;

/// How things are shown, as the operator left it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that are turned one by one")]
struct Appearance {
    pane: bool,
    /// Cells of the pane, where the operator dragged its border.
    split: Option<u16>,
    times: Times,
    /// Whether the detail shows the file's JSON.
    raw: bool,
    measure: Measure,
    columns: Columns,
    mouse: bool,
    /// Whether the border between table and pane is being dragged.
    dragging: bool,
    theme: usize,
    /// Whether the terminal's window has the keyboard.
    focused: bool,
}

/// What was typed as a filter, whether or not it could be read.
#[derive(Clone, Debug, Default)]
struct Typed {
    /// What is wrong with the text in the input line.
    error: Option<FilterError>,
    /// The last filter that was in force, for `n` and `N` where nothing is searched for.
    last: Option<Filter>,
    /// What is searched for, without hiding anything.
    sought: Option<Filter>,
    /// What was typed and kept, the newest last.
    history: Vec<String>,
    search_stopped: bool,
    /// The monotonic moment from which on the service may be searched for what was typed last.
    search_from: Option<Duration>,
}

/// The state of the program.
#[derive(Debug)]
pub struct App {
    settings: Settings,
    now: Now,
    account: Account,
    size: Size,
    table: Table,
    marks: Marks,
    range_from: Option<FileNo>,
    layers: Layers,
    focus: Focus,
    appearance: Appearance,
    typed: Typed,
    filtered: Filtered,
    patience: u8,
    title: String,
    /// When the latest round began of which the header told that it verified what is in view.
    told_round: Duration,
    /// The second of the service's clock at which the work of the table began.
    working_since_s: Option<i64>,
    toast: Option<Toast>,
    saving: Saving,
    deleting: Deleting,
    uploading: Uploading,
    jobs: JobsList,
    rescuing: Rescuing,
    /// When the service had been read last as it was looked at what is saved; nothing before that.
    looked_at_saved: Option<Duration>,
    /// The readings of contents that were begun and did not end, and the number of the next one.
    readings: Readings,
    previews: Previews,
    /// Whether nothing was typed since it was asked what writing the settings changes.
    awaits_plan: bool,
}

impl App {
    /// The program at its start, on a terminal of no size yet; `seed` determines the jitter of
    /// refreshing.
    #[must_use]
    pub fn new(mut settings: Settings, lister: Lister, seed: u64, now: Now) -> Self {
        if settings.read_only {
            settings.keys.take_changes_away();
        }
        let appearance = Appearance {
            pane: settings.pane,
            split: None,
            times: settings.times,
            raw: false,
            measure: settings.measure,
            columns: settings.columns.clone(),
            mouse: settings.mouse,
            dragging: false,
            theme: 0,
            focused: true,
        };
        let terms = Terms {
            limit: settings.limit,
            load: settings.load,
            leisure: settings.leisure,
            thresholds: settings.thresholds,
            refresh: settings.refresh,
            alerts: settings.alerts.clone(),
        };
        let mut app = Self {
            saving: Saving::new(settings.transfers, !seed),
            deleting: Deleting::new(seed),
            uploading: Uploading::default(),
            jobs: JobsList::default(),
            account: Account::new(terms, lister, seed, now),
            settings,
            now,
            size: Size::default(),
            table: Table::default(),
            marks: Marks::default(),
            range_from: None,
            layers: Layers::default(),
            focus: Focus::default(),
            appearance,
            typed: Typed::default(),
            filtered: Filtered::default(),
            patience: PATIENCE,
            title: String::new(),
            told_round: Duration::ZERO,
            working_since_s: None,
            toast: None,
            rescuing: Rescuing::default(),
            looked_at_saved: None,
            readings: Readings::default(),
            previews: Previews::default(),
            awaits_plan: false,
        };
        let (key, descending) = app.settings.sort;
        app.sort_by(key, descending);
        app.filter_by(&app.settings.filter.clone());
        app
    }

    /// Takes in one event, at `now`.
    pub fn update(&mut self, now: Now, event: Event, effects: &mut Vec<Effect>) {
        let first = effects.len();
        self.now = now;
        self.account.set_now(now);
        self.end_message();
        if event.is_of_the_operator() {
            self.account.touched();
        }
        match event {
            Event::KeyPressed(key) => self.press(key, effects),
            Event::Pasted(text) => self.paste(&text),
            Event::MouseUsed(mouse) => self.use_mouse(mouse, effects),
            Event::FocusChanged { focused } => self.appearance.focused = focused,
            Event::BackgroundTold(background) => self.follow_background(background),
            Event::Resized { width, height } => self.resize(Size::new(width, height)),
            Event::Replied(ticket, result) => self.replied(ticket, result, effects),
            Event::ContentCame(ticket, arrival) => self.content_came(ticket, arrival),
            Event::Progressed(ticket, received) => self.account.progressed(ticket, received),
            Event::CommandFailed(text) => {
                self.account.note_command_failed(&text);
                self.say(text);
            }
            Event::Drawn => self.drawn(),
            Event::SettingsPlanned(plan) => self.settings_planned(plan),
            Event::Copied { what, how } => self.say(how.say(&what)),
            Event::ShelfTold { saved, lost, whole } => self.shelf_told(saved, &lost, whole),
            Event::UploadsTold(sources) => self.uploads_told(sources),
            Event::SavingTold(told) => self.saving_told(told),
            Event::SavingEnded { turn, told, result, ledger_trouble } => {
                self.saving_ended(turn, told, result, ledger_trouble);
            }
            Event::PathCompleted(typed, completion) => self.path_completed(&typed, completion),
            Event::FileLookedAt(number, found) => self.file_looked_at(number, found),
            Event::UploadTold(number, bytes, stage) => self.upload_told(number, bytes, stage),
            Event::Uploaded(number, sent) => self.uploaded(number, &sent, effects),
            Event::PartDropped(job, result) => self.part_dropped(job, result),
            Event::DeadTold(dead) => self.dead_told(dead),
            Event::DeadRemoved(dead, result) => self.dead_removed(&dead, result),
            Event::SettingsWritten(text) | Event::LedgerFailed(text) => self.say(text),
            Event::RoomTold(room) => self.room_told(room),
            Event::SavedSeen(number) => self.copies_seen(number),
            Event::SuspendRequested => effects.push(Effect::Suspend),
            Event::Resumed => effects.push(Effect::Redraw),
            Event::DeadlineReached => {}
        }
        self.follow_up(first, effects);
        self.end_message();
    }

    /// What follows from whatever happened: all that is due, wanted or to be told; `first` is the place of
    /// the first effect of this event.
    fn follow_up(&mut self, first: usize, effects: &mut Vec<Effect>) {
        self.make_room();
        self.pass_time();
        self.work();
        self.go_on(effects);
        self.look_at_saved(effects);
        self.go_on_saving(effects);
        self.go_on_deleting(effects);
        self.go_on_uploading(effects);
        self.list_jobs();
        self.follow_open_work();
        self.read_on(effects);
        self.follow_expiries();
        self.note_round();
        self.tell(effects);
        // First: whatever is asked for anew takes the place of what was abandoned.
        let abandoned = self.account.take_abandoned().into_iter().map(Effect::Abort);
        effects.splice(first..first, abandoned);
    }

    /// Goes on with what takes longer than a key may wait.
    fn work(&mut self) {
        if self.table.under_way().is_none() {
            return;
        }
        let server_ms = self.account.server_ms();
        self.working_since_s.get_or_insert(server_ms.div_euclid(1_000));
        if !self.table.work(self.account.store(), &moment(server_ms, &self.marks)) {
            self.catch_up();
        }
    }

    /// Judges those files again that came under a bound of the filter since it was begun to judge.
    fn catch_up(&mut self) {
        let now_s = self.account.server_ms().div_euclid(1_000);
        if let Some(from_s) = self.working_since_s.take() {
            self.refilter(from_s.min(now_s), from_s.max(now_s));
        }
    }

    /// What follows from time having passed alone: files expire, and come under bounds.
    fn pass_time(&mut self) {
        let interest = currency::interest(&self.table, &self.marks, false);
        let (from_s, to_s) = self.account.pass_time(&interest);
        self.pass_time_of_question();
        self.refilter(from_s, to_s);
        self.rescue_in_time(from_s, to_s);
    }

    /// Alerts that are due, and the terminal's title.
    fn tell(&mut self, effects: &mut Vec<Effect>) {
        let alerts = self.account.take_alerts();
        effects.extend(alerts.into_iter().map(Effect::Alert));
        self.tell_of_rescue(effects);
        let title = self.title_text();
        if title != self.title {
            self.title.clone_from(&title);
            effects.push(Effect::SetTitle(title));
        }
    }

    /// What is saved is looked at when the program starts, after each refresh, and where somebody asks
    /// for what follows from it.
    fn look_at_saved(&mut self, effects: &mut Vec<Effect>) {
        let read_at = Some(self.account.refreshed_at().unwrap_or_default());
        let asked = self.saving.take_look();
        if self.looked_at_saved != read_at {
            self.looked_at_saved = read_at;
            self.rescue_again();
        } else if !asked {
            return;
        }
        effects.push(Effect::LookAtSaved);
    }

    fn resize(&mut self, size: Size) {
        if size != self.size {
            self.size = size;
            self.appearance.split = None;
        }
        self.fit_table();
        self.patience = PATIENCE;
    }

    /// The first file, and the last one that goes, change what there is room for.
    fn make_room(&mut self) {
        let rows = self.layout().map_or(0, |layout| layout.table_rows());
        if rows != self.table.viewport().height {
            self.fit_table();
        }
    }

    /// Tells the table how many rows it has, and takes the focus from what is not shown.
    fn fit_table(&mut self) {
        let layout = self.layout();
        self.table.resize(layout.map_or(0, |layout| layout.table_rows()));
        self.focus = self.focus();
    }
}

/// What a filter is judged against.
fn moment(server_ms: i64, marks: &Marks) -> Moment<'_> {
    Moment { server_ms, marked: marks.files() }
}

fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}
