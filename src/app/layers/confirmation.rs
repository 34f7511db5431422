//! A question before something is done that no key takes back.
//!
//! It is asked with what is at stake as it stood then, and the safe answer first. It takes no answer
//! before a frame has shown it ([`Event::Drawn`](crate::app::event::Event::Drawn)): what was typed
//! before is no answer to it, and a paste never is.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Fate, ListPlace};
use crate::app::effect::Effect;
use crate::app::settings::Plan;
use crate::app::toast::State;
use crate::jobs::job::Sum;
use crate::jobs::rescue;
use crate::keys::{Action, Scope};
use crate::text::{grouped, size, width};
use crate::time::span::wait;

/// Cells of the question.
const WIDTH: u16 = 70;

/// What is asked, and with it what a yes does.
#[derive(Clone, Debug)]
pub enum Question {
    /// Whether the configuration is to be changed.
    WriteSettings(Plan),
    /// Whether what is at risk is to be saved.
    Rescue(Box<RescueAsked>),
    /// Whether the program is to be left with work open.
    Quit(OpenWork),
}

/// Work that is not over.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenWork {
    /// What is being saved.
    pub saving: Sum,
    /// Files whose deletion has no end yet, and how many of these are on their way.
    pub deleting: (usize, usize),
    /// Files that are being uploaded, or wait for that.
    pub uploading: usize,
}

/// A rescue as it stood when it was asked about.
#[derive(Clone, Debug)]
pub struct RescueAsked {
    /// What is saved, and what will not make it.
    pub plan: rescue::RescuePlan,
    /// The service's now, in seconds since the epoch.
    pub server_s: i64,
    /// Bytes a second, where they were measured.
    pub rate: Option<f64>,
    /// Bytes that there is room for, where that can be told.
    pub free: Option<u64>,
    /// The folder, as it is shown.
    pub folder: String,
    /// Whether all that the service has is known.
    pub is_whole: bool,
}

/// Files that are named; of others it is said how many they are.
const NAMED: usize = 5;
/// Below so many cells the words are shorter, and fewer files are named: all of it is to be seen.
const ROOMY_FROM: usize = 56;
const NAMED_NARROW: usize = 1;

/// A line: what stands at its left, and at its right.
type Line = (String, String);

fn alone(words: impl Into<String>) -> Line {
    (words.into(), String::new())
}

impl RescueAsked {
    fn lines(&self, cells: usize) -> Vec<Line> {
        let is_roomy = cells >= ROOMY_FROM;
        let files = crate::app::saving::files(self.plan.files.len());
        let bytes = self.plan.bytes;
        let sum = if is_roomy { bytes.words() } else { bytes.short() };
        let about = if bytes.unknown == 0 { "about" } else { "at least" };
        let takes = match (self.plan.takes_s, self.rate) {
            (Some(seconds), Some(rate)) => {
                format!("{about} {} at {}/s", wait(seconds), size(whole(rate)))
            }
            _ if is_roomy => "time unknown until the first bytes come".to_owned(),
            _ => "time unknown until bytes come".to_owned(),
        };
        let free = self.free.map_or(String::new(), |free| {
            let words = match (u128::from(free) >= bytes.known, is_roomy) {
                (true, true) => "free there",
                (true, false) => "free",
                (false, true) => "free there: not all of it fits",
                (false, false) => "free: too little",
            };
            format!("{} {words}", size(free))
        });
        let mut lines =
            vec![(format!("saves {files}, {sum}"), takes), (format!("to {}", self.folder), free)];
        if !self.is_whole {
            lines.push(alone(if is_roomy {
                "only what is loaded: the service may have more at risk"
            } else {
                "only what is loaded; there is more"
            }));
        }
        lines.extend(self.late_lines(is_roomy));
        lines
    }

    /// What has run out, and what will before it is whole, by name.
    fn late_lines(&self, is_roomy: bool) -> Vec<Line> {
        let (ran_out, others): (Vec<usize>, Vec<usize>) =
            self.plan.late.iter().partition(|place| self.left_s(**place) <= 0);
        let mut most = if is_roomy { NAMED } else { NAMED_NARROW };
        let mut lines = vec![];
        let groups = [
            (ran_out, if is_roomy { "ran out and may be gone:" } else { "ran out:" }),
            (others, if is_roomy { "will not make it:" } else { "too late:" }),
        ];
        for (places, words) in groups.into_iter().filter(|(places, _)| !places.is_empty()) {
            let files = crate::app::saving::files(places.len());
            lines.push(alone(format!("{files} {words}")));
            let name = |place: &usize| {
                let left = self.left_s(*place);
                let left = if left <= 0 { "expired".to_owned() } else { wait(left.unsigned_abs()) };
                (format!("  {}", self.plan.files[*place].shown(48)), left)
            };
            lines.extend(places.iter().take(most).map(name));
            let rest = places.len().saturating_sub(most);
            most = most.saturating_sub(places.len());
            if rest > 0 && is_roomy {
                lines.push(alone(format!("  and {} more", grouped(rest))));
            }
        }
        lines
    }

    fn left_s(&self, place: usize) -> i64 {
        let expires_at = self.plan.files[place].expires_at.unwrap_or(i64::MAX);
        expires_at.saturating_sub(self.server_s)
    }
}

/// Lines in so many cells: what has no room at the right stands below.
fn fitted(lines: Vec<Line>, cells: usize) -> Vec<Line> {
    let fits = |left: &str, right: &str| width(left) + 2 + width(right) <= cells;
    let mut out = vec![];
    for (left, right) in lines {
        // A name gives way itself.
        if right.is_empty() || fits(&left, &right) || left.starts_with("  ") {
            out.push((left, right));
        } else {
            out.extend([alone(left), alone(right)]);
        }
    }
    out
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, bounded")]
fn whole(rate: f64) -> u64 {
    rate.clamp(0.0, 1e15) as u64
}

fn open_lines(work: &OpenWork, cells: usize) -> Vec<Line> {
    let mut lines = vec![];
    let files = crate::app::saving::files;
    lines.extend(deletion_lines(work.deleting, cells));
    if work.uploading > 0 {
        lines.push(alone(format!("{} may not be stored", files(work.uploading))));
    }
    if work.saving.open > 0 {
        lines.extend(quit_lines(&work.saving, cells));
    }
    if lines.is_empty() {
        lines.push(alone("all of it came to its end"));
    }
    lines
}

/// How many files may be deleted or not, and how many are left as they are.
fn deletion_lines((open, on_their_way): (usize, usize), cells: usize) -> Vec<Line> {
    let files = crate::app::saving::files;
    let may_be = format!("{} may be deleted or not", files(on_their_way));
    let left = match open - on_their_way {
        1 => "1 is left".to_owned(),
        left => format!("{} are left", grouped(left)),
    };
    match (on_their_way, open - on_their_way) {
        (0, 0) => vec![],
        (0, left) => vec![alone(format!("{} will not be deleted", files(left)))],
        (_, 0) => vec![alone(may_be)],
        (_, _) if width(&may_be) + width(&left) + 2 <= cells => {
            vec![alone(format!("{may_be}; {left}"))]
        }
        (_, _) => vec![alone(may_be), alone(left)],
    }
}

fn quit_lines(sum: &Sum, cells: usize) -> Vec<Line> {
    let files = crate::app::saving::files(sum.open);
    let waits = sum.open - sum.under_way;
    let state = format!("{} on the way, {} waiting", grouped(sum.under_way), grouped(waits));
    let stays = if cells >= ROOMY_FROM {
        "what came stays, and is gone on from next time"
    } else {
        "what came stays for next time"
    };
    vec![(format!("{files} will not be saved"), state), alone(stays)]
}

impl Question {
    /// What it is about, in a word or two.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::WriteSettings(_) => "Write to the configuration",
            Self::Rescue(_) => "Rescue",
            Self::Quit(_) => "Leave while work goes on",
        }
    }

    /// The consequence, and below it what is at stake, in so many cells: what is printed has been made
    /// printable.
    #[must_use]
    pub fn lines(&self, cells: usize) -> Vec<Line> {
        let lines = match self {
            Self::WriteSettings(plan) => return plan.lines(),
            Self::Rescue(asked) => asked.lines(cells),
            Self::Quit(work) => open_lines(work, cells),
        };
        fitted(lines, cells)
    }

    /// What a yes does, and a no, in a word or two.
    #[must_use]
    pub fn answers(&self) -> [&'static str; 2] {
        match self {
            Self::WriteSettings(_) => ["write", "leave it"],
            Self::Rescue(_) => ["save them", "leave it"],
            Self::Quit(_) => ["leave", "stay"],
        }
    }

    /// Does what was asked; what is to be done in the program itself is begun there.
    fn carry_out(&self, app: &mut App, effects: &mut Vec<Effect>) {
        match self {
            Self::WriteSettings(plan) => effects.push(Effect::WriteSettings(plan.clone())),
            Self::Rescue(asked) => app.begin_rescue(&asked.plan),
            Self::Quit(_) => effects.push(Effect::Quit),
        }
    }
}

/// A question that waits for its answer.
#[derive(Clone, Debug)]
pub struct Confirmation {
    question: Question,
    /// Whether a frame has shown it.
    armed: bool,
    /// Whether a frame without room for it has said that it is asked.
    mentioned: bool,
    /// Whether the yes has the focus.
    yes: bool,
}

impl Confirmation {
    pub(in crate::app) fn new(question: Question) -> Self {
        Self { question, armed: false, mentioned: false, yes: false }
    }

    /// This much work is open now, where that is what is asked about.
    pub(in crate::app) fn work_is(&mut self, work: OpenWork) {
        if let Question::Quit(asked) = &mut self.question {
            *asked = work;
        }
    }

    /// What is asked.
    #[must_use]
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Whether a frame has shown it, and it takes answers.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.armed
    }

    /// Whether a frame without room for it has said that it is asked.
    #[must_use]
    pub fn is_mentioned(&self) -> bool {
        self.mentioned
    }

    /// Whether the yes has the focus, which Enter takes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        self.yes
    }

    /// Where it stands: below its lines there is an empty one, and that of the answers.
    #[must_use]
    pub fn place(&self, screen: Rect) -> ListPlace {
        ListPlace::picker(screen, WIDTH, self.lines(screen).len() + 2)
    }

    /// Its lines on this screen.
    #[must_use]
    pub fn lines(&self, screen: Rect) -> Vec<Line> {
        let cells = ListPlace::picker(screen, WIDTH, 0).room.width;
        self.question.lines(usize::from(cells))
    }

    /// How many of its lines there is no room for; as long as there are any, it takes no yes.
    #[must_use]
    pub fn hidden_lines(&self, screen: Rect) -> usize {
        let place = self.place(screen);
        place.lines.saturating_sub(usize::from(place.room.height))
    }

    fn answer(&self, yes: bool, app: &mut App, effects: &mut Vec<Effect>) -> Fate {
        if !yes {
            return Fate::Closes;
        }
        if self.hidden_lines(app.screen()) > 0 {
            let why = "not all that is asked is seen: make the window larger";
            app.say_while(State::Screen(app.size), why);
            return Fate::Stays;
        }
        self.question.carry_out(app, effects);
        Fate::Closes
    }
}

impl Behave for Confirmation {
    fn paste(&mut self, app: &mut App, _: &str) {
        app.say("a paste is no answer");
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Question, Scope::List, Scope::Main]
    }

    fn awaits_frame(&self) -> bool {
        !self.armed
    }

    fn drawn(&mut self) {
        self.armed = true;
    }

    fn mentioned(&mut self) {
        self.mentioned = true;
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        let declines = matches!(action, Action::Decline | Action::GoBack | Action::Close);
        if !(self.armed || declines && app.layout().is_none()) {
            return Fate::Stays;
        }
        match action {
            Action::Confirm => self.answer(true, app, effects),
            Action::Decline | Action::GoBack | Action::Close => self.answer(false, app, effects),
            Action::Choose => self.answer(self.yes, app, effects),
            Action::MoveFocus | Action::MoveLeft | Action::MoveRight => {
                self.yes = !self.yes;
                Fate::Stays
            }
            _ => Fate::Ignores,
        }
    }

    fn click(&mut self, app: &mut App, at: Position, effects: &mut Vec<Effect>) -> Fate {
        let answers = self.places_of_answers(app.screen());
        match answers.iter().position(|place| place.contains(at)) {
            Some(which) if self.armed => self.answer(which == 0, app, effects),
            _ => Fate::Stays,
        }
    }
}

impl Confirmation {
    /// Where its answers stand: that of the yes, and that of the no.
    #[must_use]
    pub fn places_of_answers(&self, screen: Rect) -> [Rect; 2] {
        places_of(self.question.answers(), self.place(screen).room)
    }
}

/// Where two answers, the yes and the no, stand at the end of the last line of a room: the safe one, which is
/// the no, before the other.
pub(super) fn places_of(answers: [&str; 2], room: Rect) -> [Rect; 2] {
    let line = Rect { y: room.bottom().saturating_sub(1), height: room.height.min(1), ..room };
    let cells = |words: &str| u16::try_from(width(words)).unwrap_or(u16::MAX);
    let [yes, no] = answers.map(|words| cells(words).saturating_add(4));
    let yes_at = line.right().saturating_sub(yes).max(line.x);
    let no_at = yes_at.saturating_sub(no + 2).max(line.x);
    [(yes_at, yes), (no_at, no)].map(|(x, width)| Rect { x, width, ..line }.intersection(line))
}
