//! The program without the world: what is known, what is shown, and what follows from an event.
//!
//! [`App::update`] is pure. Time comes in as [`Now`], everything else as an [`Event`]; what is to be
//! done goes out as [`Effect`]s. [`App::deadline`] names the next moment at which anything visible
//! changes or anything is due; there is no tick.

mod actions;
pub mod alerts;
pub mod columns;
mod deadline;
mod facts;
mod filtering;
pub mod journal;
pub mod keys;
pub mod layers;
pub mod layout;
pub mod mode;
mod mouse;
pub mod outlook;
mod paging;
pub mod palette;
pub mod rebuild;
mod refreshing;
mod screen;
pub mod settings;
pub mod table;
pub mod timeline;
pub mod viewport;

use std::collections::HashSet;
use std::time::Duration;

use ratatui::layout::Size;

use crate::api::ApiError;
use crate::clock::{Now, ServerClock};
use crate::effect::Effect;
use crate::event::Event;
use crate::lister::refresh::Refresher;
use crate::lister::{Lister, State};
use crate::store::filter::{Filter, FilterError, Moment};
use crate::store::{FileNo, Store};
use alerts::Alerts;
use columns::Columns;
use journal::Journal;
use mode::{Focus, Mode};
use outlook::Outlook;
use settings::Times;
use table::Table;
use timeline::{Measure, Timeline};

pub use deadline::Wake;
pub use facts::Freshness;
pub use settings::Settings;

/// Pages that one action of the operator may bring in, so that nothing that sorts oddly can start a
/// thousand requests.
const PATIENCE: u8 = 3;
/// How long a message stays.
const TOAST: Duration = Duration::from_secs(4);
/// From this on a wait for an answer is counted on the screen.
const SLOW: Duration = Duration::from_secs(2);
/// Cells of the small bar in the table.
pub const BAR_CELLS: u16 = 5;
/// Cells of the bar in the detail.
pub const WIDE_BAR_CELLS: u16 = 20;

/// A message in the footer, for a while.
#[derive(Clone, Debug)]
struct Toast {
    text: String,
    until: Duration,
}

/// How things are shown, as the operator left it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that are turned one by one")]
struct Look {
    pane: bool,
    /// Cells of the pane, where the operator dragged its border.
    split: Option<u16>,
    times: Times,
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
    /// The last filter that was in force, for `n` and `N`.
    last: Option<Filter>,
    /// The search for matches was stopped by the operator.
    search_stopped: bool,
}

/// The state of the program.
#[derive(Debug)]
pub struct App {
    settings: Settings,
    now: Now,
    clock: ServerClock,
    size: Size,
    store: Store,
    lister: Lister,
    refresher: Refresher,
    table: Table,
    marks: HashSet<FileNo>,
    /// Where a range to be marked begins.
    range_from: Option<FileNo>,
    journal: Journal,
    alerts: Alerts,
    timeline: Timeline,
    outlook: Outlook,
    mode: Mode,
    focus: Focus,
    look: Look,
    typed: Typed,
    load_all: bool,
    patience: u8,
    loading_since: Duration,
    /// When a round came to its end last; before that, when the first page came.
    refreshed_at: Option<Duration>,
    /// The second of the service's clock up to which expiries were looked at.
    expired_to_s: i64,
    title: String,
    /// The second of the service's clock at which the work of the table began.
    working_since_s: Option<i64>,
    /// Whether the log of events says that the service fails.
    failing: bool,
    toast: Option<Toast>,
    access: Access,
}

/// Whether the service ever let us in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Access {
    /// It has not said yet.
    Unknown,
    /// It refused the key, or denied permission.
    Refused(ApiError),
    /// It answered with a page.
    Granted,
}

impl App {
    /// The program at its start, on a terminal of no size yet; `seed` determines the jitter of
    /// refreshing.
    #[must_use]
    pub fn new(settings: Settings, lister: Lister, seed: u64, now: Now) -> Self {
        let look = Look {
            pane: settings.pane,
            split: None,
            times: settings.times,
            measure: settings.measure,
            columns: settings.columns.clone(),
            mouse: settings.mouse,
            dragging: false,
            theme: 0,
            focused: true,
        };
        let mut app = Self {
            load_all: settings.load_all,
            refresher: Refresher::new(settings.refresh, seed, now.mono),
            alerts: Alerts::new(settings.alerts.clone()),
            settings,
            now,
            clock: ServerClock::default(),
            size: Size::default(),
            store: Store::default(),
            lister,
            table: Table::default(),
            marks: HashSet::new(),
            range_from: None,
            journal: Journal::default(),
            timeline: Timeline::default(),
            outlook: Outlook::default(),
            mode: Mode::default(),
            focus: Focus::default(),
            look,
            typed: Typed::default(),
            patience: PATIENCE,
            loading_since: now.mono,
            refreshed_at: None,
            expired_to_s: now.wall_ms.div_euclid(1_000),
            title: String::new(),
            working_since_s: None,
            failing: false,
            toast: None,
            access: Access::Unknown,
        };
        let (key, descending) = app.settings.sort;
        app.sort_by(key, descending);
        app.filter_by(&app.settings.filter.clone());
        app
    }

    /// Takes in one event, at `now`.
    pub fn update(&mut self, now: Now, event: Event, effects: &mut Vec<Effect>) {
        self.now = now;
        if self.toast.as_ref().is_some_and(|toast| toast.until <= now.mono) {
            self.toast = None;
        }
        match event {
            Event::KeyPressed(key) => self.press(key, effects),
            Event::Pasted(text) => self.paste(&text),
            Event::MouseUsed(mouse) => self.use_mouse(mouse),
            Event::FocusChanged { focused } => self.look.focused = focused,
            Event::BackgroundTold(background) => self.follow_background(background),
            Event::Resized { width, height } => self.resize(Size::new(width, height)),
            Event::PageAnswered { request, result } => self.page_answered(request, result),
            Event::FileAnswered { request, result } => self.file_answered(request, result),
            Event::CommandFailed(text) => self.say(text),
            Event::SuspendRequested => effects.push(Effect::Suspend),
            Event::Resumed => effects.push(Effect::Redraw),
            Event::DeadlineReached => {}
        }
        self.make_room();
        self.pass_time();
        self.work();
        if let Some(fetch) = self.lister.on_time(now.mono) {
            self.send(fetch, effects);
        }
        self.ask(effects);
        self.refresh(effects);
        self.note_trouble();
        self.tell(effects);
        self.outlook = self.outlook();
    }

    /// Goes on with what takes longer than a key may wait.
    fn work(&mut self) {
        if self.table.under_way().is_none() {
            return;
        }
        let server_ms = self.server_ms();
        self.working_since_s.get_or_insert(server_ms.div_euclid(1_000));
        if !self.table.work(&self.store, &moment(server_ms, &self.marks)) {
            self.catch_up();
        }
    }

    /// Judges those files again that came under a bound of the filter since it was begun to judge.
    fn catch_up(&mut self) {
        let now_s = self.server_ms().div_euclid(1_000);
        if let Some(from_s) = self.working_since_s.take() {
            self.refilter(from_s.min(now_s), from_s.max(now_s));
        }
    }

    /// What follows from time having passed alone: files expire, and come under bounds.
    fn pass_time(&mut self) {
        let server_ms = self.server_ms();
        let now_s = server_ms.div_euclid(1_000);
        // What is known of the service's clock may also put it back.
        let from = std::mem::replace(&mut self.expired_to_s, now_s);
        for no in self.store.expiring(from.saturating_add(1), now_s.saturating_add(1)) {
            self.refresher.file_expired(*no, self.now.mono);
        }
        self.refilter(from.min(now_s), from.max(now_s));
        self.alerts.look(&self.store, &[], &moment(server_ms, &self.marks), self.now.mono);
        self.timeline.update(&self.store, server_ms, self.shown_zone());
    }

    /// Alerts that are due, and the terminal's title.
    fn tell(&mut self, effects: &mut Vec<Effect>) {
        let alerts = self.alerts.take(&self.store, self.now.mono);
        effects.extend(alerts.into_iter().map(Effect::Alert));
        let title = self.title_text();
        if title != self.title {
            self.title.clone_from(&title);
            effects.push(Effect::SetTitle(title));
        }
    }

    /// What the title says: a moment that does not tick, so that it changes only with the file.
    fn title_text(&self) -> String {
        let moment = moment(self.server_ms(), &self.marks);
        let Some(no) = self.alerts.titled(&self.store, &moment) else {
            return "shelflife".to_owned();
        };
        let file = self.store.file(no);
        let at = file.expires_at.value().unwrap_or_default() - self.skew_ms().div_euclid(1_000);
        let name = crate::text::shorten_middle(&file.name_to_show(), 60);
        format!("{name} expires {} · shelflife", self.shown_zone().clock(at))
    }

    fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now.mono + TOAST });
    }

    fn resize(&mut self, size: Size) {
        if size != self.size {
            self.size = size;
            self.look.split = None;
        }
        self.fit();
        self.patience = PATIENCE;
    }

    /// The first file, and the last one that goes, change what there is room for.
    fn make_room(&mut self) {
        let rows = self.layout().map_or(0, |layout| layout.table_rows());
        if rows != self.table.viewport().height {
            self.fit();
        }
    }

    /// Tells the table how many rows it has, and takes the focus from what is not shown.
    fn fit(&mut self) {
        let layout = self.layout();
        self.table.resize(layout.map_or(0, |layout| layout.table_rows()));
        self.focus = self.focus();
    }

    /// Whether a request for the list is in flight, or about to be made again.
    fn is_listing(&self) -> bool {
        matches!(self.lister.state(), State::Loading { .. } | State::Backoff { .. })
    }
}

/// What a filter is judged against.
fn moment(server_ms: i64, marked: &HashSet<FileNo>) -> Moment<'_> {
    Moment { server_ms, marked }
}

fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}
