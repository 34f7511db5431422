//! One driver of the pure app: it hands in events and time, and answers what was asked for by hand.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use shelflife::account::Load;
use shelflife::account::alerts::Alert;
use shelflife::api::call::{Call, Reply, Ticket};
use shelflife::api::{Answer, ApiError, Existence, wire};
use shelflife::app::effect::Effect;
use shelflife::app::event::{Copied, Event};
use shelflife::app::layers::Layer;
use shelflife::app::settings::{Plan, SettingChange};
use shelflife::app::{App, Settings};
use shelflife::lister::{Lister, Restarts};
use shelflife::text::Untrusted;
use shelflife::time::clock::Now;
use shelflife::time::zone::Zone;
use time::macros::offset;

use super::calls::{Asked, file_answered, listed, page_answered, whole_content};
use super::files::{hours, page};

/// 2026-11-23 14:00:00 UTC.
pub const START_S: i64 = 1_795_442_400;

/// An app whose clock stands still unless told otherwise, with what it asked for.
pub struct Driver {
    pub app: App,
    pub now: Now,
    pub effects: Vec<Effect>,
    /// What the terminal's title was set to last.
    pub title: String,
    pub alerts: Vec<Alert>,
    /// Calls that were given up; they are not among the effects any more.
    pub aborted: Vec<Ticket>,
    /// What was sent to the clipboard.
    pub copied: Vec<String>,
    /// How often it was to be looked at what is saved.
    pub looks: usize,
}

impl Driver {
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, false)
    }

    /// An app to which the first page was answered with `body`.
    pub fn showing(width: u16, height: u16, body: &str) -> Self {
        let mut driver = Self::new(width, height);
        driver.answer(body);
        driver
    }

    pub fn with(width: u16, height: u16, load_all: bool) -> Self {
        let load = if load_all { Load::All } else { Load::Demand };
        Self::started(width, height, Settings { load, ..Self::settings() })
    }

    /// The defaults, in a zone of the test's own, without what is read at leisure: each request has a
    /// cause that the test is about.
    pub fn settings() -> Settings {
        let zone = Zone::Fixed(offset!(+1));
        Settings { zone, load: Load::Demand, ..Settings::new("demo", "127.0.0.1:41233") }
    }

    pub fn started(width: u16, height: u16, settings: Settings) -> Self {
        let now = Now { wall_ms: START_S * 1_000, mono: Duration::from_secs(1) };
        let lister = Lister::new(shelflife::api::retry::Policy::default(), Restarts::Allowed, 1);
        let app = App::new(settings, lister, 1, now);
        let mut driver = Self {
            app,
            now,
            effects: vec![],
            title: String::new(),
            alerts: vec![],
            aborted: vec![],
            copied: vec![],
            looks: 0,
        };
        driver.tell(Event::Resized { width, height });
        driver
    }

    pub fn tell(&mut self, event: Event) {
        let mut effects = vec![];
        self.app.update(self.now, event, &mut effects);
        for effect in effects {
            match effect {
                Effect::SetTitle(title) => self.title = title,
                Effect::LookAtSaved => {
                    self.looks += 1;
                    // Nothing is saved, unless a test says so.
                    if !self.app.account().shelf().is_told() {
                        self.tell(Event::ShelfTold { saved: vec![], lost: vec![], whole: true });
                    }
                }
                Effect::ShowProgress(_) => {}
                Effect::Alert(alert) => self.alerts.push(alert),
                Effect::Abort(ticket) => {
                    let is_it =
                        |effect: &Effect| matches!(effect, Effect::Call(of, _) if *of == ticket);
                    self.effects.retain(|effect| !is_it(effect));
                    self.aborted.push(ticket);
                }
                Effect::Copy { text, what } => {
                    self.copied.push(text);
                    self.tell(Event::Copied { what, how: Copied::ToTerminal });
                }
                effect => self.effects.push(effect),
            }
        }
    }

    /// Does what the runtime does between two keys that somebody types one after the other: tells what
    /// is asked of the configuration, that no batch uses a file, and that a frame was drawn where that
    /// is waited for.
    pub fn answer_questions(&mut self) {
        let of_batches =
            |effect: &mut Effect| matches!(effect, Effect::Call(_, Call::ListBatches { .. }));
        let asked: Vec<Effect> = self.effects.extract_if(.., of_batches).collect();
        for effect in asked {
            let Effect::Call(ticket, _) = effect else { continue };
            let value = Reply::Batches(wire::read_batches(b"[]").unwrap());
            self.tell(Event::Replied(ticket, Ok(Answer { value, date: None, allowance: None })));
        }
        let planned = |effect: &mut Effect| matches!(effect, Effect::PlanSettings(_));
        let plans: Vec<Effect> = self.effects.extract_if(.., planned).collect();
        for plan in plans {
            let Effect::PlanSettings(chosen) = plan else { continue };
            let after = if chosen.sort.1 { "\"-left\"" } else { "\"left\"" }.to_owned();
            let changes = vec![SettingChange { setting: "sort", before: None, after }];
            let file = "~/.config/shelflife/config.toml".to_owned();
            self.tell(Event::SettingsPlanned(Ok(Plan { chosen, file, changes, seen: None })));
        }
        if self.app.awaits_frame() {
            self.tell(Event::Drawn);
        }
    }

    /// Answers every reading of a content that is under way with all of `text`, as the service would
    /// that has it whole or sends parts of it.
    pub fn answer_contents(&mut self, text: &[u8]) {
        let is_read = |effect: &mut Effect| matches!(effect, Effect::Read(..) | Effect::ReadOn(..));
        let reads: Vec<Effect> = self.effects.extract_if(.., is_read).collect();
        for read in reads {
            let Effect::Read(ticket, wanted) = read else { continue };
            for arrival in whole_content(&wanted.part, text) {
                self.tell(Event::ContentCame(ticket, arrival));
            }
        }
    }

    pub fn key(&mut self, code: KeyCode) {
        self.tell(Event::KeyPressed(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    pub fn keys(&mut self, text: &str) {
        text.chars().for_each(|c| self.key(KeyCode::Char(c)));
    }

    pub fn control(&mut self, c: char) {
        self.tell(Event::KeyPressed(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
    }

    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.tell(Event::MouseUsed(event));
    }

    /// The one request that was asked for; it is taken.
    pub fn fetch(&mut self) -> Asked {
        let effects = std::mem::take(&mut self.effects);
        let fetches: Vec<Asked> = effects.into_iter().filter_map(listed).collect();
        assert_eq!(fetches.len(), 1, "one request in flight: {fetches:?}");
        fetches.into_iter().next().unwrap()
    }

    /// Answers the request under way with `body`.
    pub fn answer(&mut self, body: &str) {
        let ticket = self.fetch().request;
        self.answer_to(ticket, body);
    }

    /// Answers the call of `ticket` with the page `body`, whatever else is under way.
    pub fn answer_to(&mut self, ticket: Ticket, body: &str) {
        let value = wire::read_page(body.as_bytes()).unwrap();
        self.tell(page_answered(ticket, Ok(Answer { value, date: None, allowance: None })));
    }

    /// Answers that the one file which the call of `ticket` asks for is gone.
    pub fn answer_gone(&mut self, ticket: Ticket) {
        let answer = Answer { value: Existence::Gone, date: None, allowance: None };
        self.tell(file_answered(ticket, Ok(answer)));
    }

    /// Answers that those of the files asked for by their ids that `is_gone` names are; tells how
    /// many these are. Others stay unanswered.
    pub fn deny(&mut self, is_gone: impl Fn(&Untrusted) -> bool) -> usize {
        let is_denied = |effect: &Effect| matches!(effect, Effect::Call(_, Call::Retrieve { id }) if is_gone(id));
        let (denied, kept): (Vec<Effect>, _) =
            std::mem::take(&mut self.effects).into_iter().partition(is_denied);
        self.effects = kept;
        for effect in &denied {
            let Effect::Call(ticket, _) = effect else { continue };
            self.answer_gone(*ticket);
        }
        denied.len()
    }

    pub fn fail(&mut self, error: ApiError) {
        let ticket = self.fetch().request;
        self.tell(page_answered(ticket, Err(error)));
    }

    /// One file each that is new, changed, missing and gone, and two that are marked.
    pub fn lively(width: u16, height: u16) -> Self {
        let mut driver = Self::new(width, height);
        let left = |n: i64| hours(n) - 1_000;
        driver.answer(&page(0..8, left, false));
        driver.keys("j ");
        let changed = |n: i64| if n == 4 { 40_000 } else { left(n) };
        driver.pass(Duration::from_secs(2));
        driver.keys("r");
        driver.answer(&page([0, 1, 3, 4, 6, 7, 8], changed, false));
        // Single files that are asked for are gone, or stay unanswered.
        driver.deny(|id| id.raw() == b"file_2");
        driver.keys(" ");
        driver
    }

    /// What stands in the line that is being typed, if one is.
    pub fn typed(&self) -> Option<&str> {
        match self.app.layers().top()? {
            Layer::Filter(filter) => Some(filter.input().value()),
            Layer::Palette(palette) => Some(palette.input().value()),
            _ => None,
        }
    }

    /// Lets time pass, without waking the app.
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now.after(span);
    }

    /// Goes to the app's own deadline, and wakes it.
    pub fn wake(&mut self) {
        let deadline = self.app.deadline().expect("a deadline");
        self.pass(deadline.saturating_sub(self.now.mono));
        self.tell(Event::DeadlineReached);
    }

    pub fn selected(&self) -> String {
        self.app.selected_file().unwrap().id.printable().into_owned()
    }
}
