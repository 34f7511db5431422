//! The question before files are deleted: the set as it stands, what among it is not saved or in use,
//! and the answer that is wanted: `y` for one file, the count of more, and the word `delete` where a
//! batch reads one of them that is not over.
//!
//! It opens at once, and is answered when the list of batches is known. What was typed before a frame
//! has shown it, or what became of it, is no answer; a paste never is.

mod counted;

use crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::confirmation::places_of;
use super::{App, Behave, Fate, ListPlace, input};
use crate::api::call::Reply;
use crate::api::{Answer, ApiError};
use crate::app::effect::Effect;
use crate::app::sheets::{self, deletion::NAMED};
use crate::app::toast::State;
use crate::jobs::Pinned;
use crate::jobs::in_use::{InUse, LiveBatch};
use crate::keys::{Action, Hint, Scope};
use crate::text::{Untrusted, grouped};
use crate::time::expiry::{self, Stated, TimeLeft};
pub use counted::{Counted, LocalCopy};

/// Cells of the question.
pub(in crate::app) const WIDTH: u16 = 86;

/// The answers of a question that `y` answers: the yes, and the no.
pub const ANSWERS: [&str; 2] = ["delete it", "leave it"];

/// The word that is typed where something is in use.
const WORD: &str = "delete";

/// A set of files that is asked about.
#[derive(Clone, Debug)]
pub struct DeletionQuestion {
    /// The next to expire first.
    files: Vec<Pinned>,
    /// What this machine has of each.
    copies: Vec<LocalCopy>,
    /// The number of the look that tells whether what was saved lies there still, while it is awaited.
    look: Option<u64>,
    /// How many of them have expired: the first ones.
    expired: usize,
    /// The service's now, in milliseconds since the epoch.
    server_ms: i64,
    in_use: InUse,
    counted: Box<Counted>,
    /// The number of the call whose answer is awaited.
    awaits: Option<u64>,
    input: Box<Input>,
    /// Whether a frame has shown what it says now: before that no key is an answer, nor a part of one.
    armed: bool,
    /// Whether the yes has the focus, of a question that `y` answers.
    yes: bool,
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
    /// A question about these files, the next to expire first, each with what this machine has of it, while
    /// `left_out` others that were marked cannot be deleted; the answer to the call of number `awaits` tells
    /// which are in use, and the look of that number which of those that are called saved lie there still.
    pub(in crate::app) fn new(
        (files, left_out): (Vec<(Pinned, LocalCopy)>, usize),
        server_ms: i64,
        (in_use, awaits): (InUse, u64),
    ) -> Self {
        let bytes = files.iter().map(|(file, _)| file.bytes).collect();
        let count = |copy| files.iter().filter(|(_, own)| *own == copy).count();
        let on_their_way = count(LocalCopy::OnItsWay);
        // Of those that have expired, nothing is lost any more: they are taken off below.
        let unsaved = files.len() - count(LocalCopy::Saved);
        let counted = Counted { bytes, unsaved, on_their_way, left_out, ..Counted::default() };
        let (files, copies): (_, Vec<LocalCopy>) = files.into_iter().unzip();
        let mut question = Self {
            files,
            look: copies.contains(&LocalCopy::Saved).then_some(awaits),
            copies,
            expired: 0,
            server_ms,
            in_use,
            counted: Box::new(counted),
            awaits: Some(awaits),
            input: Box::default(),
            armed: false,
            yes: false,
        };
        question.choose_named();
        question.pass_time(server_ms);
        question
    }

    /// Chooses which files are named: a batch that reads one is not to go unseen among many.
    fn choose_named(&mut self) {
        let is_used = |place: &usize| self.in_use.batch_of(&self.files[*place].id).is_some();
        let places = 0..self.files.len();
        let used = places.clone().filter(is_used).take(NAMED);
        let others = places.filter(|place| !is_used(place)).take(NAMED);
        self.counted.named = used.chain(others).take(NAMED).collect();
    }

    /// Time has come to this moment of the service's clock: files run out, of which nothing is lost then.
    pub(in crate::app) fn pass_time(&mut self, server_ms: i64) {
        self.server_ms = server_ms;
        let has_expired = |file: &Pinned| file.left(server_ms) == TimeLeft::Expired;
        while self.files.get(self.expired).is_some_and(has_expired) {
            self.counted.unsaved -= usize::from(self.copies[self.expired] != LocalCopy::Saved);
            self.expired += 1;
        }
        // What is known of the service's clock may also put it back.
        while self.expired > 0 && !has_expired(&self.files[self.expired - 1]) {
            self.expired -= 1;
            self.counted.unsaved += usize::from(self.copies[self.expired] != LocalCopy::Saved);
        }
    }

    /// Milliseconds until it says something else: of the time left of what is named, or of what is lost.
    #[must_use]
    pub fn next_change_ms(&self) -> Option<u64> {
        let stated = |file: &Pinned| file.expires_at.map_or(Stated::Nothing, Stated::Value);
        let next = |file: &Pinned| expiry::next_change_ms(stated(file), self.server_ms, false);
        let of_named = self.named().filter_map(|(file, _)| next(file));
        let first = self.files.get(self.expired).and_then(|file| file.expires_at);
        let runs_out = first.map(|at| at.saturating_mul(1_000).saturating_sub(self.server_ms));
        of_named.chain(runs_out.map(|ms| ms.max(0).unsigned_abs())).min()
    }

    /// This machine has something else of the file with this id than before.
    pub(in crate::app) fn copy_changed(&mut self, id: &Untrusted, copy: LocalCopy) {
        if let Some(place) = self.files.iter().position(|file| file.id == *id) {
            self.copy_is(place, copy);
        }
    }

    /// This machine has these of the files, in their order.
    pub(in crate::app) fn copies_are(&mut self, copies: Vec<LocalCopy>) {
        (0..).zip(copies).for_each(|(place, copy)| self.copy_is(place, copy));
    }

    /// All that is saved was looked at, for this question or for another one.
    pub(in crate::app) fn copies_seen(&mut self, number: u64) {
        self.look.take_if(|look| *look == number);
    }

    /// Whether it is known that what was saved lies there still.
    pub(in crate::app) fn knows_copies(&self) -> bool {
        self.look.is_none()
    }

    fn copy_is(&mut self, place: usize, copy: LocalCopy) {
        let before = std::mem::replace(&mut self.copies[place], copy);
        if before == LocalCopy::Saved && copy != LocalCopy::Saved {
            // More would be lost than it said.
            self.disarm();
        }
        let is = |own, copy: LocalCopy| usize::from(own == copy);
        let counted = &mut self.counted;
        counted.on_their_way += is(copy, LocalCopy::OnItsWay);
        counted.on_their_way -= is(before, LocalCopy::OnItsWay);
        if place >= self.expired {
            counted.unsaved += is(before, LocalCopy::Saved);
            counted.unsaved -= is(copy, LocalCopy::Saved);
        }
    }

    /// The files, each with what this machine has of it.
    #[must_use]
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&Pinned, LocalCopy)> {
        self.files.iter().zip(self.copies.iter().copied())
    }

    /// Those of them that are named, what a batch reads first.
    pub fn named(&self) -> impl Iterator<Item = (&Pinned, LocalCopy)> {
        self.counted.named.iter().map(|place| (&self.files[*place], self.copies[*place]))
    }

    /// What is said of all of them together.
    #[must_use]
    pub fn counted(&self) -> &Counted {
        &self.counted
    }

    /// The time that a file has left.
    #[must_use]
    pub fn left(&self, file: &Pinned) -> TimeLeft {
        file.left(self.server_ms)
    }

    /// Whether something is lost with a file: it is not saved, and has time left.
    #[must_use]
    pub fn is_unsaved(&self, file: &Pinned, copy: LocalCopy) -> bool {
        copy != LocalCopy::Saved && self.left(file) != TimeLeft::Expired
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

    /// Where the answers stand of a question that `y` answers: that of the yes, and that of the no.
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
        let call = self.in_use.answered(result);
        let used: Vec<&LiveBatch> =
            self.files.iter().filter_map(|file| self.in_use.batch_of(&file.id)).collect();
        self.counted.in_use = used.len();
        self.counted.batch = used.first().copied().cloned();
        self.counted.has_other_batches = used.iter().any(|batch| batch.id != used[0].id);
        self.choose_named();
        self.awaits = call.is_some().then_some(next);
        self.disarm();
        call
    }

    /// It says something else from now on: what was typed before is no answer to that.
    fn disarm(&mut self) {
        self.armed = false;
        self.yes = false;
        self.input.reset();
    }

    fn is_typed(&self) -> bool {
        let typed = self.input.value().trim();
        match self.wanted() {
            DeletionAnswer::Yes => false,
            DeletionAnswer::Count(count) => typed == count.to_string() || typed == grouped(count),
            DeletionAnswer::Word => typed == WORD,
        }
    }

    fn yes(&self, app: &mut App) -> Fate {
        let (state, why) = if !self.in_use.is_known() {
            (State::UseUnknown, "not known yet whether a batch uses them: a moment")
        } else if !self.knows_copies() {
            (State::CopiesUnknown, "not known yet whether what is saved lies there still: a moment")
        } else if !sheets::deletion::is_whole(self, self.place(app.screen()).room) {
            let why = "make the window larger: not all that is asked is seen";
            (State::Screen(app.size), why)
        } else {
            app.begin_deleting(self.files.clone());
            return Fate::Closes;
        };
        app.say_while(state, why);
        Fate::Stays
    }

    fn no(app: &mut App) -> Fate {
        app.say("nothing is deleted");
        Fate::Closes
    }
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
                const LEAVES: &[Hint] = &[Hint::new(&[Action::GoBack], "leaves them")];
                app.say_within("not deleted yet", LEAVES, self.scopes());
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

    fn type_key(&mut self, app: &mut App, key: KeyEvent) -> Fate {
        // What is typed while nothing of it is seen is no part of an answer.
        if !self.armed || app.layout().is_none() {
            return Fate::Stays;
        }
        if self.wanted() == DeletionAnswer::Yes {
            return Fate::Ignores;
        }
        input::edit(&mut self.input, key).map_or(Fate::Ignores, |_| Fate::Stays)
    }

    fn paste(&mut self, app: &mut App, _: &str) {
        app.say("a paste is no answer");
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
