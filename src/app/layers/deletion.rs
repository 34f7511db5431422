//! The question before files are deleted: the set as it stands, what among it is not saved or in use,
//! and the answer that is wanted: `y` for one file, the count of more, and the word `delete` where a
//! batch reads one of them that is not over.
//!
//! It opens at once, and is answered when the list of batches is known. What was typed before a frame
//! has shown it, or what became of it, is no answer; a paste never is.

use crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::confirmation::places_of;
use super::{App, Behave, Fate, Layer, Layers, ListPlace, input};
use crate::api::call::Reply;
use crate::api::{Answer, ApiError};
use crate::app::effect::Effect;
use crate::app::sheets;
use crate::jobs::Pinned;
use crate::jobs::in_use::{InUse, LiveBatch};
use crate::keys::{Action, Scope};
use crate::text::grouped;
use crate::time::expiry::{Stated, TimeLeft};

/// Cells of the question.
pub(in crate::app) const WIDTH: u16 = 86;

/// The answers of a question that `y` answers, the yes first.
pub const ANSWERS: [&str; 2] = ["delete it", "leave it"];

/// The word that is typed where something is in use.
const WORD: &str = "delete";

/// A set of files that is asked about.
#[derive(Clone, Debug)]
pub struct DeletionQuestion {
    files: Vec<Pinned>,
    /// Which of them are saved.
    saved: Vec<bool>,
    /// The service's now as it was asked, in milliseconds since the epoch.
    server_ms: i64,
    in_use: InUse,
    counted: Counted,
    /// The number of the call whose answer is awaited.
    awaits: Option<u64>,
    input: Box<Input>,
    /// Whether a frame has shown it as it is.
    armed: bool,
    /// Whether the yes has the focus, of a question that `y` answers.
    yes: bool,
}

/// What is said of all files together: each frame says it, and they may be a hundred thousand.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// The sum of their bytes, as far as these are known.
    pub bytes: u64,
    /// How many would be lost: they are not saved, and have time left.
    pub unsaved: usize,
    /// How many a batch reads that is not over.
    pub in_use: usize,
    /// The first of those batches.
    pub batch: Option<LiveBatch>,
    /// Whether it is not the only one.
    pub has_other_batches: bool,
}

/// What has to be typed for a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionAnswer {
    /// `y`.
    Yes,
    /// The count of the files.
    Count(usize),
    /// The word `delete`.
    Word,
}

impl DeletionQuestion {
    /// A question about these files, each with whether it is saved; the answer to the call of number
    /// `awaits` tells which are in use.
    pub(in crate::app) fn new(
        files: Vec<(Pinned, bool)>,
        server_ms: i64,
        (in_use, awaits): (InUse, u64),
    ) -> Self {
        let known = files.iter().filter_map(|(file, _)| file.bytes);
        let bytes = known.fold(0, u64::saturating_add);
        let would_be_lost = |(file, saved): &&(Pinned, bool)| is_unsaved(file, *saved, server_ms);
        let unsaved = files.iter().filter(would_be_lost).count();
        let counted = Counted { bytes, unsaved, ..Counted::default() };
        let (files, saved) = files.into_iter().unzip();
        let (input, awaits) = (Box::default(), Some(awaits));
        Self { files, saved, server_ms, in_use, counted, awaits, input, armed: false, yes: false }
    }

    /// The files, each with whether it is saved.
    #[must_use]
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&Pinned, bool)> {
        self.files.iter().zip(self.saved.iter().copied())
    }

    /// What is said of all of them together.
    #[must_use]
    pub fn counted(&self) -> &Counted {
        &self.counted
    }

    /// The time that a file had left as it was asked.
    #[must_use]
    pub fn left(&self, file: &Pinned) -> TimeLeft {
        left(file, self.server_ms)
    }

    /// Whether something is lost with a file: it is not saved, and has time left.
    #[must_use]
    pub fn is_unsaved(&self, file: &Pinned, saved: bool) -> bool {
        is_unsaved(file, saved, self.server_ms)
    }

    /// What is known of the batches that read them.
    #[must_use]
    pub fn in_use(&self) -> &InUse {
        &self.in_use
    }

    /// What has been typed.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// Whether the yes has the focus, which Enter takes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        self.yes
    }

    /// What a yes takes.
    #[must_use]
    pub fn wanted(&self) -> DeletionAnswer {
        if self.counted.in_use > 0 {
            return DeletionAnswer::Word;
        }
        match self.files.len() {
            1 => DeletionAnswer::Yes,
            count => DeletionAnswer::Count(count),
        }
    }

    /// What to type, in words; nothing where a key does.
    #[must_use]
    pub fn prompt(&self) -> Option<String> {
        match self.wanted() {
            DeletionAnswer::Yes => None,
            DeletionAnswer::Count(count) => Some(format!("type {count} to delete them:")),
            DeletionAnswer::Word if self.files.len() == 1 => {
                Some(format!("type {WORD} to delete it:"))
            }
            DeletionAnswer::Word => Some(format!("type {WORD} to delete them:")),
        }
    }

    /// Where it stands, as high as what it says.
    #[must_use]
    pub fn place(&self, screen: Rect) -> ListPlace {
        let most = usize::from(screen.height.saturating_sub(2));
        let widest = ListPlace::picker(screen, WIDTH, most).room;
        // Below its lines there is an empty one, and that of the answer.
        let lines = sheets::deletion::lines(self, widest.width, most.saturating_sub(2)).len() + 2;
        ListPlace::picker(screen, WIDTH, lines)
    }

    /// Where the answers stand of a question that `y` answers, the yes first.
    #[must_use]
    pub fn places_of_answers(&self, screen: Rect) -> [Rect; 2] {
        places_of(ANSWERS, self.place(screen).room)
    }

    /// Whether it waits for the answer to the call of this number.
    pub(in crate::app) fn awaits(&self, number: u64) -> bool {
        self.awaits == Some(number)
    }

    /// A page of batches came, or did not; gives the call for the next one, which will have that number.
    pub(in crate::app) fn batches_came(
        &mut self,
        result: Result<Answer<Reply>, ApiError>,
        next: u64,
    ) -> Option<crate::api::call::Call> {
        let before = self.wanted();
        let call = self.in_use.answered(result);
        let used: Vec<&LiveBatch> =
            self.files.iter().filter_map(|file| self.in_use.batch_of(&file.id)).collect();
        self.counted.in_use = used.len();
        self.counted.batch = used.first().copied().cloned();
        self.counted.has_other_batches = used.iter().any(|batch| batch.id != used[0].id);
        self.awaits = call.is_some().then_some(next);
        // It says something else from now on.
        self.armed = false;
        self.yes = false;
        if self.wanted() != before {
            self.input.reset();
        }
        call
    }

    fn is_typed(&self) -> bool {
        let typed = self.input.value().trim();
        match self.wanted() {
            DeletionAnswer::Yes => false,
            DeletionAnswer::Count(count) => typed == count.to_string() || typed == grouped(count),
            DeletionAnswer::Word => typed.eq_ignore_ascii_case(WORD),
        }
    }

    fn yes(&self, app: &mut App) -> Fate {
        if !self.in_use.is_known() {
            app.say("not known yet whether a batch uses them: a moment");
            return Fate::Stays;
        }
        if !sheets::deletion::is_whole(self, self.place(app.screen()).room) {
            app.say("not all that is asked is seen: make the window larger");
            return Fate::Stays;
        }
        app.begin_deleting(self.files.clone());
        Fate::Closes
    }

    fn no(app: &mut App) -> Fate {
        app.say("nothing is deleted");
        Fate::Closes
    }
}

fn left(file: &Pinned, server_ms: i64) -> TimeLeft {
    TimeLeft::of(file.expires_at.map_or(Stated::Nothing, Stated::Value), server_ms)
}

fn is_unsaved(file: &Pinned, saved: bool, server_ms: i64) -> bool {
    !saved && left(file, server_ms) != TimeLeft::Expired
}

impl Behave for DeletionQuestion {
    fn scopes(&self) -> &'static [Scope] {
        match self.wanted() {
            DeletionAnswer::Yes => &[Scope::Question, Scope::List, Scope::Main],
            DeletionAnswer::Count(_) | DeletionAnswer::Word => &[Scope::Typing],
        }
    }

    fn awaits_frame(&self) -> bool {
        !self.armed
    }

    fn drawn(&mut self) {
        self.armed = true;
    }

    fn act(&mut self, app: &mut App, action: Action, _: &mut Vec<Effect>) -> Fate {
        let declines = matches!(action, Action::Decline | Action::GoBack | Action::Close);
        if declines && (self.armed || app.layout().is_none()) {
            return Self::no(app);
        }
        if !self.armed {
            return Fate::Stays;
        }
        let types = self.wanted() != DeletionAnswer::Yes;
        match action {
            Action::Choose if types && self.is_typed() => self.yes(app),
            Action::Choose if types => {
                let prompt = self.prompt().unwrap_or_default();
                app.say(format!("nothing is deleted yet: {}", prompt.trim_end_matches(':')));
                Fate::Stays
            }
            Action::Choose if self.yes => self.yes(app),
            Action::Choose => Self::no(app),
            Action::Confirm if !types => self.yes(app),
            Action::MoveFocus | Action::MoveLeft | Action::MoveRight if !types => {
                self.yes = !self.yes;
                Fate::Stays
            }
            _ => Fate::Ignores,
        }
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        if !self.armed {
            return Fate::Stays;
        }
        if self.wanted() == DeletionAnswer::Yes {
            return Fate::Ignores;
        }
        input::edit(&mut self.input, key).map_or(Fate::Ignores, |_| Fate::Stays)
    }

    fn click(&mut self, app: &mut App, at: Position, _: &mut Vec<Effect>) -> Fate {
        if !self.armed || self.wanted() != DeletionAnswer::Yes {
            return Fate::Stays;
        }
        let answers = self.places_of_answers(app.screen());
        match answers.iter().position(|place| place.contains(at)) {
            Some(0) => self.yes(app),
            Some(_) => Self::no(app),
            None => Fate::Stays,
        }
    }
}

impl Layers {
    /// The question about deleting files that is open, whatever lies above it.
    pub(in crate::app) fn deletion_mut(&mut self) -> Option<&mut DeletionQuestion> {
        self.0.iter_mut().rev().find_map(|layer| match layer {
            Layer::Deletion(question) => Some(question),
            _ => None,
        })
    }
}
