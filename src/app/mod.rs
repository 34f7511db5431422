//! The program without the world: what is known, what is shown, and what follows from an event.
//!
//! [`App::update`] is pure. Time comes in as [`Now`], everything else as an [`Event`]; what is to be
//! done goes out as [`Effect`]s. [`App::deadline`] names the next moment at which anything visible
//! changes or anything is due; there is no tick.

mod actions;
mod deadline;
pub mod keys;
pub mod layout;
pub mod mode;
mod paging;
pub mod table;
pub mod viewport;

use std::time::Duration;

use ratatui::layout::Size;

use crate::clock::{Now, ServerClock};
use crate::dates::Zone;
use crate::effect::Effect;
use crate::event::Event;
use crate::expiry::TimeLeft;
use crate::lister::{Lister, State};
use crate::store::{FileRef, Store};
use layout::Layout;
use mode::{Focus, Mode};
use table::Table;

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

/// What the program is told once, at the start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the profile is called.
    pub profile: String,
    /// How the service is called: host and port.
    pub endpoint: String,
    /// Whether the key travels in clear.
    pub exposed: bool,
    /// Files asked for at once.
    pub limit: u16,
    /// Whether to load all pages without being asked.
    pub load_all: bool,
    /// Local time.
    pub zone: Zone,
}

/// A message in the footer, for a while.
#[derive(Clone, Debug)]
struct Toast {
    text: String,
    until: Duration,
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
    table: Table,
    mode: Mode,
    focus: Focus,
    pane: bool,
    load_all: bool,
    patience: u8,
    /// The search for matches of the filter was stopped by the operator.
    search_stopped: bool,
    loading_since: Duration,
    last_page_ms: Option<i64>,
    toast: Option<Toast>,
    access: Access,
}

/// Whether the service ever let us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// It has not said yet.
    Unknown,
    /// It refused the key.
    Refused,
    /// It answered with a page.
    Granted,
}

impl App {
    /// The program at its start, on a terminal of no size yet.
    #[must_use]
    pub fn new(settings: Settings, lister: Lister, now: Now) -> Self {
        Self {
            load_all: settings.load_all,
            settings,
            now,
            clock: ServerClock::default(),
            size: Size::default(),
            store: Store::default(),
            lister,
            table: Table::default(),
            mode: Mode::default(),
            focus: Focus::default(),
            pane: true,
            patience: PATIENCE,
            search_stopped: false,
            loading_since: now.mono,
            last_page_ms: None,
            toast: None,
            access: Access::Unknown,
        }
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
            Event::Resized { width, height } => self.resize(Size::new(width, height)),
            Event::PageAnswered { request, result } => self.page_answered(request, result),
            Event::SuspendRequested => effects.push(Effect::Suspend),
            Event::Resumed => effects.push(Effect::Redraw),
            Event::DeadlineReached => {}
        }
        if let Some(fetch) = self.lister.on_time(now.mono) {
            self.send(fetch, effects);
        }
        self.ask(effects);
    }

    /// Whether the service refused the key and never let us read anything.
    #[must_use]
    pub fn key_was_refused(&self) -> bool {
        self.access == Access::Refused
    }

    /// Milliseconds since the epoch on the service's clock.
    #[must_use]
    pub fn server_ms(&self) -> i64 {
        self.clock.server_ms(self.now)
    }

    /// The places of the main screen; `None` where the terminal is too small.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        Layout::of(self.size, self.pane)
    }

    /// What the program was told at the start.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The loaded files.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The paging machine.
    #[must_use]
    pub fn lister(&self) -> &Lister {
        &self.lister
    }

    /// The table's state.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What has the keys.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Where movement goes while browsing; to the table where no pane is shown.
    #[must_use]
    pub fn focus(&self) -> Focus {
        let shown = self.layout().is_some_and(|layout| layout.pane.is_some());
        if shown { self.focus } else { Focus::Table }
    }

    /// Whether all pages are being loaded.
    #[must_use]
    pub fn is_loading_all(&self) -> bool {
        self.load_all
    }

    /// Whether matches of the filter are being looked for, page by page.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.table.filter_text().is_some()
            && !self.search_stopped
            && self.table.rows().len() < self.table.viewport().height
            && matches!(
                self.lister.state(),
                State::Ready { .. } | State::Loading { .. } | State::Backoff { .. }
            )
    }

    /// The message to show, if any.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.toast.as_ref().map(|toast| toast.text.as_str())
    }

    /// When the last page came, in milliseconds of our wall clock.
    #[must_use]
    pub fn last_page_ms(&self) -> Option<i64> {
        self.last_page_ms
    }

    /// The selected file and its time left.
    #[must_use]
    pub fn selected_file(&self) -> Option<FileRef<'_>> {
        self.table.selected().map(|no| self.store.file(no))
    }

    /// How long a file has left, now.
    #[must_use]
    pub fn time_left(&self, file: &FileRef<'_>) -> TimeLeft {
        TimeLeft::of(file.expires_at, self.server_ms())
    }

    /// Seconds that the answer under way takes already, once that is worth saying.
    #[must_use]
    pub fn slow_seconds(&self) -> Option<u64> {
        let waited = self.now.mono.saturating_sub(self.loading_since);
        (waited >= SLOW).then_some(waited.as_secs())
    }

    /// Whole seconds until the next try, rounded up.
    #[must_use]
    pub fn seconds_until(&self, until: Duration) -> u64 {
        whole_seconds(until.saturating_sub(self.now.mono))
    }

    /// Our wall clock at a monotonic moment, in seconds since the epoch.
    #[must_use]
    pub fn wall_s_at(&self, mono: Duration) -> i64 {
        let ahead = mono.saturating_sub(self.now.mono);
        self.now.after(ahead).wall_ms.div_euclid(1_000)
    }

    fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now.mono + TOAST });
    }

    fn resize(&mut self, size: Size) {
        self.size = size;
        self.fit();
        self.patience = PATIENCE;
    }

    /// Tells the table how many rows it has.
    fn fit(&mut self) {
        let layout = self.layout();
        self.table.resize(layout.map_or(0, |layout| layout.table_rows()));
        if layout.is_none_or(|layout| layout.pane.is_none()) {
            self.focus = Focus::Table;
        }
    }
}

fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}
