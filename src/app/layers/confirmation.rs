//! A question before something is done that no key takes back.
//!
//! It is asked with what is at stake as it stood then, and the safe answer first. It takes no answer
//! before a frame has shown it ([`Event::Drawn`](crate::app::event::Event::Drawn)): what was typed
//! before is no answer to it, and a paste never is.

use ratatui::layout::{Position, Rect};

use super::{App, Behave, Fate, ListPlace};
use crate::app::effect::Effect;
use crate::app::settings::Plan;
use crate::jobs::job::Sum;
use crate::jobs::rescue;
use crate::keys::{Action, Scope};
use crate::text::{grouped, size};
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
    Quit(Sum),
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

impl RescueAsked {
    fn lines(&self) -> Vec<(String, String)> {
        let files = crate::app::saving::files(self.plan.files.len());
        let bytes = size(self.plan.bytes);
        let takes = match (self.plan.takes_s, self.rate) {
            (Some(seconds), Some(rate)) => {
                format!("about {} at {}/s", wait(seconds), size(whole(rate)))
            }
            _ => "no rate was measured yet".to_owned(),
        };
        let mut lines = vec![
            (format!("saves {files}, {bytes}"), takes),
            (format!("to {}", self.folder), String::new()),
        ];
        if let Some(free) = self.free {
            let fits = free >= self.plan.bytes;
            let words = if fits { "free there" } else { "free there: not all of it fits" };
            lines[1].1 = format!("{} {words}", size(free));
        }
        if !self.is_whole {
            let loads = "only what is loaded: the service may have more at risk";
            lines.push((loads.to_owned(), String::new()));
        }
        let late = &self.plan.late;
        if !late.is_empty() {
            let (ran_out, others): (Vec<usize>, Vec<usize>) =
                late.iter().partition(|place| self.left_s(**place) <= 0);
            let will =
                if others.is_empty() { "ran out and may be gone" } else { "will not make it" };
            let all = ran_out.len() + others.len();
            lines.push((format!("{} {will}:", crate::app::saving::files(all)), String::new()));
            let name = |place: &usize| {
                let left = self.left_s(*place);
                let left = if left <= 0 { "expired".to_owned() } else { wait(left.unsigned_abs()) };
                (format!("  {}", self.plan.files[*place].shown(48)), left)
            };
            lines.extend(late.iter().take(NAMED).map(name));
            if late.len() > NAMED {
                lines.push((format!("  and {} more", grouped(late.len() - NAMED)), String::new()));
            }
        }
        lines
    }

    fn left_s(&self, place: usize) -> i64 {
        let expires_at = self.plan.files[place].expires_at.unwrap_or(i64::MAX);
        expires_at.saturating_sub(self.server_s)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, bounded")]
fn whole(rate: f64) -> u64 {
    rate.clamp(0.0, 1e15) as u64
}

fn quit_lines(sum: &Sum) -> Vec<(String, String)> {
    let files = crate::app::saving::files(sum.open);
    let waits = sum.open - sum.under_way;
    let state = format!("{} on the way, {} waiting", grouped(sum.under_way), grouped(waits));
    vec![
        (format!("{files} will not be saved"), state),
        ("what came stays, and is gone on from next time".to_owned(), String::new()),
    ]
}

impl Question {
    /// What it is about, in a word or two.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::WriteSettings(_) => "Write to the configuration",
            Self::Rescue(_) => "Rescue",
            Self::Quit(_) => "Leave while files are being saved",
        }
    }

    /// The consequence, and below it what is at stake: what is printed has been made printable.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        match self {
            Self::WriteSettings(plan) => plan.lines(),
            Self::Rescue(asked) => asked.lines(),
            Self::Quit(sum) => quit_lines(sum),
        }
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
    /// Whether the yes has the focus.
    yes: bool,
}

impl Confirmation {
    pub(in crate::app) fn new(question: Question) -> Self {
        Self { question, armed: false, yes: false }
    }

    /// What is asked.
    #[must_use]
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Whether the yes has the focus, which Enter takes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        self.yes
    }

    /// Where it stands: below its lines there is an empty one, and that of the answers.
    #[must_use]
    pub fn place(&self, screen: Rect) -> ListPlace {
        ListPlace::picker(screen, WIDTH, self.question.lines().len() + 2)
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
            app.say("not all that is asked is seen: make the window larger");
            return Fate::Stays;
        }
        self.question.carry_out(app, effects);
        Fate::Closes
    }
}

impl Behave for Confirmation {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Question, Scope::List, Scope::Main]
    }

    fn awaits_frame(&self) -> bool {
        !self.armed
    }

    fn drawn(&mut self) {
        self.armed = true;
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
    /// Where its answers stand, the yes first.
    #[must_use]
    pub fn places_of_answers(&self, screen: Rect) -> [Rect; 2] {
        let room = self.place(screen).room;
        let line = Rect { y: room.bottom().saturating_sub(1), height: room.height.min(1), ..room };
        let cells = |words: &str| u16::try_from(crate::text::width(words)).unwrap_or(u16::MAX);
        let [yes, no] = self.question.answers().map(|words| cells(words) + 4);
        let no_at = line.right().saturating_sub(no).max(line.x);
        let yes_at = no_at.saturating_sub(yes + 2).max(line.x);
        [(yes_at, yes), (no_at, no)].map(|(x, width)| Rect { x, width, ..line }.intersection(line))
    }
}
