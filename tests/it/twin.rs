//! Nothing on the screen changes, and nothing falls due, between two deadlines.
//!
//! Two apps live through the same story: the same account, the same keys, the same answers at the
//! same moments. One is woken every 750 ms as well, its twin only at its deadlines. Both must look alike
//! then, and must have asked and told the same. And each cause of a deadline has a story in which a
//! twin that is not woken for it differs, so that none can be lost.

mod stories;

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use shelflife::api::call::{self as service, Call, Ticket};
use shelflife::api::upload::UploadStage;
use shelflife::api::wire::Batches;
use shelflife::api::{Answer, ApiError, Deletion, Existence, File, HasMore, Page, Reading};
use shelflife::app::effect::Effect;
use shelflife::app::event::Event;
use shelflife::app::layers::Layer;
use shelflife::app::settings::{Plan, SettingChange};
use shelflife::app::{App, Settings, Wake};
use shelflife::jobs::Told;
use shelflife::jobs::job::{FailureKind, JobFailure};
use shelflife::jobs::upload::{FileStamp, Rest, Sent, UploadEnd};
use shelflife::lister::{Cursor, Lister, Restarts};
use shelflife::theme::{Background, Theme};
use shelflife::time::clock::{DateSample, Now};
use shelflife::validation::{Use, Validator, of_service};

use crate::support::calls::{result_lines, whole_content};
use crate::support::screen::lines;
use stories::{Reply, Story};

/// From one comparison to the next: at each quarter of a second in turn.
const STEP: Duration = Duration::from_millis(750);
/// Wake-ups of one moment: more are no progress.
const MOST_AT_ONCE: u32 = 10_000;
/// When every story begins on the monotonic clock.
const BEGIN: Duration = Duration::from_secs(100);

/// What was asked of the service, and when it answers.
struct Pending {
    at: Duration,
    sent: Duration,
    ticket: Ticket,
    call: Call,
    error: Option<ApiError>,
}

/// One of the two.
struct Side<'a> {
    story: &'a Story,
    app: App,
    /// What it does not wake for, if anything.
    left_out: Option<Wake>,
    now: Now,
    pending: Vec<Pending>,
    /// What else it is told, and when.
    to_tell: Vec<(Duration, Event)>,
    /// Keys that were pressed already.
    pressed: usize,
    /// All that it ever asked of the world.
    effects: Vec<String>,
    buffer: Buffer,
    is_drawn: bool,
}

impl<'a> Side<'a> {
    fn new(story: &'a Story, left_out: Option<Wake>) -> Self {
        let settings: Settings = story.settings.clone();
        let now = Now { wall_ms: story.wall_ms, mono: BEGIN };
        let lister = Lister::new(shelflife::api::retry::Policy::default(), Restarts::Allowed, 1);
        let (width, height) = story.size;
        let mut side = Self {
            story,
            app: App::new(settings, lister, 1, now),
            left_out,
            now,
            pending: vec![],
            to_tell: vec![],
            pressed: 0,
            effects: vec![],
            buffer: Buffer::empty(Rect::new(0, 0, width, height)),
            is_drawn: false,
        };
        side.tell(Event::Resized { width, height });
        side
    }

    fn tell(&mut self, event: Event) {
        let mut effects = vec![];
        self.app.update(self.now, event, &mut effects);
        self.is_drawn = false;
        for effect in effects {
            self.effects.push(format!("{effect:?} at {:?}", self.now.mono));
            let (ticket, call) = match effect {
                Effect::Call(ticket, call) => (ticket, call),
                other => {
                    self.answer_from_disk(&other);
                    continue;
                }
            };
            let since = self.now.mono.checked_sub(BEGIN).unwrap();
            let (takes_ms, error) = match (self.story.service)(since.as_millis()) {
                Reply::After(ms) => (ms, None),
                Reply::Fails(ms, error) => (ms, Some(error)),
                Reply::Never => continue,
            };
            let at = self.now.mono + Duration::from_millis(takes_ms);
            self.pending.push(Pending { at, sent: self.now.mono, ticket, call, error });
        }
    }

    /// What the disk says, and how far a file is that is saved or uploaded.
    fn answer_from_disk(&mut self, effect: &Effect) {
        let after = |ms| self.now.mono + Duration::from_millis(ms);
        match effect {
            Effect::LookAtSaved => {
                let event = Event::ShelfTold { saved: vec![], lost: vec![], whole: true };
                self.to_tell.push((after(20), event));
            }
            Effect::Save { turn, .. } if self.story.saving_fails => {
                let kind = FailureKind::Passing { wait: Some(Duration::from_secs(6)) };
                let result =
                    Err(JobFailure { kind, words: "it is so".to_owned(), is_outage: false });
                let (told, ledger_trouble) = (vec![], None);
                let event = Event::SavingEnded { turn: *turn, told, result, ledger_trouble };
                self.to_tell.push((after(120), event));
            }
            Effect::LookAtSavedNow(number) => {
                self.to_tell.push((after(20), Event::SavedSeen(*number)));
            }
            Effect::LookAtRoom(_) => {
                self.to_tell.push((after(20), Event::RoomTold(Ok(Some(1 << 30)))));
            }
            Effect::PlanSettings(chosen) => {
                let change = SettingChange { setting: "sort", before: None, after: "x".to_owned() };
                let (file, chosen) = ("config.toml".to_owned(), chosen.clone());
                let plan = Plan { chosen, file, changes: vec![change], seen: None };
                self.to_tell.push((after(20), Event::SettingsPlanned(Ok(plan))));
            }
            Effect::LookAtFile(number, upload) => {
                let mut validator = Validator::new(of_service("openai").unwrap(), Use::Other, None);
                validator.feed(b"{}\n");
                let stamp = FileStamp { bytes: 3, modified: (1, 0), inode: 1, device: 1 };
                let found = Box::new(((**upload).clone(), validator.finish(), stamp));
                self.to_tell.push((after(20), Event::FileLookedAt(*number, Ok(found))));
            }
            Effect::Read(ticket, wanted) => {
                let arrivals = whole_content(&wanted.part, result_lines(50).as_bytes());
                for (arrival, ms) in arrivals.into_iter().zip([60, 1_500, 3_100]) {
                    self.to_tell.push((after(ms), Event::ContentCame(*ticket, arrival)));
                }
            }
            // It comes for a while, and then no more.
            Effect::Save { turn, .. } => {
                for step in 1..15 {
                    let told = Told::Received(step * 1_000, Some(1_000_000));
                    let event = Event::SavingTold(vec![(*turn, told)]);
                    self.to_tell.push((after(step * 137), event));
                }
            }
            Effect::Upload(number, ..) if self.story.upload_rests && *number == 1 => {
                let (until, wait) = (after(6_500), Duration::from_secs(6));
                let stage = UploadStage::Resting { until, is_asked: true };
                self.to_tell.push((after(300), Event::UploadTold(*number, (0, 9_000), stage)));
                let rest = Rest { wait, until, words: "it is so".to_owned() };
                let end = UploadEnd::Unserved("it is so".to_owned());
                let sent = Box::new(Sent { rest: Some(rest), ..end.into() });
                self.to_tell.push((after(3_000), Event::Uploaded(*number, sent)));
            }
            Effect::Upload(number, ..) => {
                for step in 1..15 {
                    let event =
                        Event::UploadTold(*number, (step * 1_000, 9_000_000), UploadStage::Sending);
                    self.to_tell.push((after(step * 137), event));
                }
            }
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Duration> {
        let Some(left_out) = self.left_out else { return self.app.deadline() };
        let others = self.app.wakes().filter(|(wake, _)| *wake != left_out);
        others.map(|(_, at)| at).min()
    }

    /// Lives through all that happens up to `end`, woken at its deadlines.
    fn live_until(&mut self, end: Duration) {
        let mut at_once = 0;
        loop {
            let key = self.story.keys.get(self.pressed);
            let key_at = key.map(|(ms, _)| BEGIN + Duration::from_millis(*ms));
            let answer_at = self.pending.iter().map(|pending| pending.at).min();
            let deadline = self.deadline().map(|at| at.max(self.now.mono));
            let told_at = self.to_tell.iter().map(|(at, _)| *at).min();
            let next = [key_at, answer_at, told_at, deadline].into_iter().flatten().min();
            let Some(next) = next.map(whole_ms).filter(|next| *next <= end) else { return };
            at_once = if next == self.now.mono { at_once + 1 } else { 0 };
            assert!(at_once < MOST_AT_ONCE, "{}: it never rests", self.story.name);
            self.go_to(next);
            if answer_at.is_some_and(|at| at <= next) {
                self.answer();
            } else if told_at.is_some_and(|at| at <= next) {
                let first = (0..self.to_tell.len()).min_by_key(|i| self.to_tell[*i].0).unwrap();
                let (_, event) = self.to_tell.remove(first);
                self.tell(event);
            } else if key_at.is_some_and(|at| at <= next) {
                self.press();
            } else {
                self.tell(Event::DeadlineReached);
            }
        }
    }

    fn go_to(&mut self, mono: Duration) {
        // From the beginning, so that no fractions are lost on the way.
        let begin = Now { wall_ms: self.story.wall_ms, mono: BEGIN };
        self.now = begin.after(mono.saturating_sub(BEGIN));
    }

    fn press(&mut self) {
        for c in self.story.keys[self.pressed].1.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                '\u{1b}' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            self.tell(Event::KeyPressed(KeyEvent::new(code, KeyModifiers::NONE)));
        }
        self.pressed += 1;
    }

    fn answer(&mut self) {
        let first = (0..self.pending.len()).min_by_key(|i| self.pending[*i].at).unwrap();
        let Pending { sent, ticket, call, error, .. } = self.pending.remove(first);
        let date = self.story.skew_ms.map(|skew_ms| DateSample {
            date_s: (self.now.wall_ms + skew_ms).div_euclid(1_000),
            sent,
            received: self.now.mono,
        });
        let allowance = self.story.allowance;
        let there = self.there();
        let value = match call {
            Call::List { after, limit, .. } => {
                let cursor = after.map_or(Cursor::Start, Cursor::After);
                service::Reply::Page(page(&there, &cursor, limit, self.story.honest))
            }
            Call::Retrieve { id } => {
                let file = there.into_iter().find(|file| file.id.raw() == id.raw());
                service::Reply::File(
                    file.map_or(Existence::Gone, |file| Existence::Present(Box::new(file))),
                )
            }
            Call::Delete { .. } => service::Reply::Deletion(Deletion::Done),
            Call::ListBatches { .. } => {
                let (batches, unreadable) = (vec![], 0);
                service::Reply::Batches(Batches { batches, unreadable, has_more: HasMore::No })
            }
        };
        let answer = Answer { value, date, allowance };
        self.tell(Event::Replied(ticket, error.map_or(Ok(answer), Err)));
    }

    /// The files that the service has now: some seconds after their expiry they are gone.
    fn there(&self) -> Vec<File> {
        let server_s = (self.now.wall_ms + self.story.skew_ms.unwrap_or(0)).div_euclid(1_000);
        let is_there = |file: &&File| {
            file.expires_at.value().is_none_or(|at| at + self.story.kept_s > server_s)
        };
        self.story.files.iter().filter(is_there).cloned().collect()
    }

    fn draw(&mut self) {
        if !std::mem::replace(&mut self.is_drawn, true) {
            self.buffer.reset();
            shelflife::view::render(&self.app, &Theme::ansi(Background::Dark), &mut self.buffer);
            if self.app.awaits_frame() {
                self.tell(Event::Drawn);
            }
        }
    }
}

/// An alarm goes off in whole milliseconds, and never too early.
fn whole_ms(at: Duration) -> Duration {
    let nanos = at.as_nanos().next_multiple_of(1_000_000);
    Duration::from_nanos(nanos.try_into().unwrap())
}

fn page(files: &[File], cursor: &Cursor, limit: u16, honest: bool) -> Page {
    let from = match cursor.after() {
        None => 0,
        Some(id) => files.iter().position(|f| f.id.raw() == id.raw()).map_or(0, |at| at + 1),
    };
    let to = files.len().min(from + usize::from(limit));
    let readings = files[from..to].iter().cloned().map(Reading::File).collect();
    let has_more = match (honest, to < files.len()) {
        (false, _) => HasMore::Unknown,
        (true, true) => HasMore::Yes,
        (true, false) => HasMore::No,
    };
    Page { readings, has_more }
}

/// How a twin that does not wake for `left_out` comes to differ; `None` where it never does.
fn difference(story: &Story, left_out: Option<Wake>) -> Option<String> {
    let (mut one, mut twin) = (Side::new(story, None), Side::new(story, left_out));
    let end = BEGIN + Duration::from_secs(story.seconds);
    let mut now = BEGIN;
    while now < end {
        now += STEP;
        one.live_until(now);
        one.go_to(now);
        one.tell(Event::DeadlineReached);
        one.draw();
        twin.live_until(now);
        twin.draw();
        let at = now.checked_sub(BEGIN).unwrap();
        if one.effects != twin.effects {
            let (effects, others) = (&one.effects, &twin.effects);
            let same = effects.iter().zip(others).take_while(|(one, other)| one == other).count();
            let (one, other) = (effects.get(same), others.get(same));
            return Some(format!("after {at:?} did {one:?}, its twin {other:?}"));
        }
        if one.buffer != twin.buffer {
            let (screen, other) = (lines(&one.buffer), lines(&twin.buffer));
            let texts = screen.iter().zip(&other).find(|(one, other)| one != other);
            return Some(match texts {
                Some((one, other)) => format!("after {at:?}\n{one}\nis to its twin\n{other}"),
                None => format!("after {at:?} the colours differ:\n{}", screen.join("\n")),
            });
        }
    }
    None
}

/// What a layer is called here; a new one has its keys among those of the stories.
fn name(layer: &Layer) -> &'static str {
    match layer {
        Layer::Detail(_) => "detail",
        Layer::Content(_) => "content",
        Layer::Help(_) => "help",
        Layer::Agenda(_) => "agenda",
        Layer::Events(_) => "events",
        Layer::Jobs(_) => "jobs",
        Layer::SaveTo(_) => "save to",
        Layer::Sort(_) => "sort",
        Layer::Copy(_) => "copy",
        Layer::Columns(_) => "columns",
        Layer::Filter(_) => "filter",
        Layer::Palette(_) => "palette",
        Layer::Confirmation(_) => "confirmation",
        Layer::Deletion(_) => "deletion",
        Layer::Upload(_) => "upload",
    }
}

const LAYERS: [&str; 15] = [
    "agenda",
    "columns",
    "confirmation",
    "content",
    "copy",
    "deletion",
    "detail",
    "events",
    "filter",
    "help",
    "jobs",
    "palette",
    "save to",
    "sort",
    "upload",
];

#[test]
fn every_layer_is_lived_through() {
    let mut seen = BTreeSet::new();
    for story in stories::each_layer() {
        let mut side = Side::new(&story, None);
        for second in 1..=story.seconds {
            side.live_until(BEGIN + Duration::from_secs(second));
            side.draw();
            seen.extend(side.app.layers().seen().iter().map(name));
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), LAYERS);
}

#[test]
fn nothing_changes_between_two_deadlines() {
    let differs = |story: Story| Some(format!("{}: {}", story.name, difference(&story, None)?));
    let found: Vec<String> = stories::all().filter_map(differs).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_cause_of_a_deadline_can_be_left_out() {
    for wake in Wake::ALL {
        let story = stories::about(wake);
        assert_eq!(difference(&story, None), None, "{}", story.name);
        assert!(
            difference(&story, Some(wake)).is_some(),
            "{wake:?}: its story looks the same to a twin that is not woken for it"
        );
    }
}
