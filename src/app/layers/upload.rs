//! What is to be uploaded: its path, what it is for, how long it is kept; and, once it was looked at, what
//! was found. Tab completes the path; nothing is sent before what was found has been seen.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use tui_input::Input;

use super::{App, Behave, Fate, Layer, Layers, ListPlace, input};
use crate::app::effect::Effect;
use crate::app::sheets::upload;
use crate::app::toast::State;
use crate::jobs::upload::{EXPIRY_S, FileStamp, Upload, is_purpose};
use crate::keys::{Action, Hint, Scope};
use crate::time::span::{read_span, short_span};
use crate::validation::Report;

/// Cells of the box.
pub(in crate::app) const WIDTH: u16 = 86;
/// The lines that are typed, in the order of the box.
pub const FIELDS: [&str; 3] = ["File", "Purpose", "Kept for"];
const PATH: usize = 0;
const PURPOSE: usize = 1;
const KEPT: usize = 2;

/// A file that is to be uploaded.
#[derive(Clone, Debug)]
pub struct UploadPrompt {
    inputs: Box<[Input; 3]>,
    field: usize,
    /// Paths that begin as what was typed, where there are several.
    candidates: Vec<String>,
    look: Look,
    /// Lines of what was found that are scrolled off the top.
    scroll: usize,
    armed: bool,
}

/// Whether the file was looked at.
#[derive(Clone, Debug)]
pub enum Look {
    /// Not yet.
    NotYet,
    /// It is being looked at; the number under which that was asked for.
    Going(u64),
    /// What was found, and which file that was.
    Found(Box<(Upload, Report, FileStamp)>),
}

impl UploadPrompt {
    pub(in crate::app) fn new() -> Self {
        let text = |text: &str| Input::new(text.to_owned());
        let inputs = Box::new([text(""), text("batch"), text("")]);
        let (candidates, look) = (vec![], Look::NotYet);
        Self { inputs, field: PATH, candidates, look, scroll: 0, armed: false }
    }

    /// One with what was typed for an upload before.
    pub(in crate::app) fn of(upload: &Upload) -> Self {
        let path = upload.path.to_string_lossy().into_owned();
        let kept = upload.expires_s.map_or(String::new(), short_span);
        let inputs = Box::new([path, upload.purpose.clone(), kept].map(Input::new));
        Self { inputs, ..Self::new() }
    }

    /// What was typed, and which of it has the cursor.
    #[must_use]
    pub fn inputs(&self) -> (&[Input; 3], usize) {
        (&self.inputs, self.field)
    }

    /// Paths that begin as what was typed.
    #[must_use]
    pub fn candidates(&self) -> &[String] {
        &self.candidates
    }

    /// Whether it was looked at.
    #[must_use]
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// Where it stands: its fields, a blank line, and what there is to say.
    #[must_use]
    pub fn place(&self, screen: Rect) -> ListPlace {
        let most = usize::from(screen.height.saturating_sub(2));
        let widest = ListPlace::picker(screen, WIDTH, most).room;
        let below = upload::below(self, widest.width).lines();
        ListPlace::picker(screen, WIDTH, FIELDS.len() + below + usize::from(below > 0))
    }

    /// The room below its fields and the blank line.
    #[must_use]
    pub fn room_below(&self, screen: Rect) -> Rect {
        let room = self.place(screen).room;
        let fields = u16::try_from(FIELDS.len() + 1).unwrap_or(u16::MAX).min(room.height);
        Rect { y: room.y + fields, height: room.height - fields, ..room }
    }

    /// Lines that are scrolled off the top, as far as there are some below.
    #[must_use]
    pub fn scroll(&self, room: Rect) -> usize {
        self.scroll.min(upload::below(self, room.width).overflow(room))
    }

    /// Scrolls what was found; tells whether there is anything to scroll.
    fn scroll_by(&mut self, lines: isize, screen: Rect) -> bool {
        let room = self.room_below(screen);
        let overflow = upload::below(self, room.width).overflow(room);
        self.scroll = self.scroll(room).saturating_add_signed(lines).min(overflow);
        overflow > 0
    }

    /// Whether the path is still what was `typed` of it, and is not being looked at: what it goes on with
    /// comes too late otherwise, and would show another path than is sent.
    pub(in crate::app) fn awaits_rest_of(&self, typed: &str) -> bool {
        matches!(self.look, Look::NotYet) && self.inputs[PATH].value() == typed
    }

    /// The path was completed as far as it is clear, and these go on from there.
    pub(in crate::app) fn completed(&mut self, text: String, candidates: Vec<String>) {
        self.inputs[PATH] = Input::new(text);
        self.candidates = candidates;
    }

    /// The number of what is being looked at.
    pub(in crate::app) fn awaits(&self) -> Option<u64> {
        match self.look {
            Look::Going(number) => Some(number),
            Look::NotYet | Look::Found(_) => None,
        }
    }

    /// What was found in the file; nothing where it was asked for something else since.
    pub(in crate::app) fn found(
        &mut self,
        number: u64,
        found: Result<Box<(Upload, Report, FileStamp)>, String>,
    ) -> Option<String> {
        if !matches!(self.look, Look::Going(own) if own == number) {
            return None;
        }
        self.armed = false;
        match found {
            Ok(found) => {
                self.look = Look::Found(found);
                self.scroll = 0;
                None
            }
            Err(why) => {
                self.look = Look::NotYet;
                Some(why)
            }
        }
    }

    fn begin_look(&mut self, app: &mut App, effects: &mut Vec<Effect>) {
        // A name may end in a blank.
        let text = self.inputs[PATH].value();
        if text.trim().is_empty() {
            let hint = [Hint::new(&[Action::Complete], "completes it")];
            let hint = app.settings.keys.hints(&hint, self.scopes());
            let hint = if hint.is_empty() { hint } else { format!("; {hint}") };
            return app.say(format!("the path of a file is needed{hint}"));
        }
        let kept = self.inputs[KEPT].value().trim();
        let expires_s = match kept {
            "" => None,
            kept => {
                let span = read_span(kept).filter(|span| EXPIRY_S.contains(span));
                if span.is_none() {
                    self.field = KEPT;
                    return app.say("kept for: a span from 1h to 30d, such as 7d, or nothing");
                }
                span
            }
        };
        let purpose = self.inputs[PURPOSE].value().trim().to_owned();
        if !is_purpose(&purpose) {
            self.field = PURPOSE;
            return app.say("a purpose is needed: a word, such as batch");
        }
        let upload = Upload { path: app.uploaded_path(text), purpose, expires_s };
        self.look_at(app, upload, effects);
    }

    /// Has a file looked at.
    pub(in crate::app) fn look_at(
        &mut self,
        app: &mut App,
        upload: Upload,
        effects: &mut Vec<Effect>,
    ) {
        let number = app.next_look();
        self.candidates.clear();
        self.look = Look::Going(number);
        effects.push(Effect::LookAtFile(number, Box::new(upload)));
    }

    fn take(&mut self, app: &mut App, effects: &mut Vec<Effect>) -> Fate {
        match &self.look {
            Look::Going(_) => app.say_while(State::Looking, "it is being looked at: a moment"),
            Look::NotYet => self.begin_look(app, effects),
            Look::Found(_) if !self.armed => {}
            Look::Found(found) if !found.1.is_sound() => {
                app.say("the service would refuse it: it is not sent");
            }
            Look::Found(found) => {
                let (upload, _, stamp) = (**found).clone();
                app.begin_upload(upload, stamp);
                return Fate::Closes;
            }
        }
        Fate::Stays
    }
}

impl Behave for UploadPrompt {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Typing]
    }

    fn awaits_frame(&self) -> bool {
        !self.armed
    }

    fn drawn(&mut self) {
        self.armed = true;
    }

    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate {
        match action {
            Action::Choose => return self.take(app, effects),
            Action::GoBack => {
                if matches!(self.look, Look::NotYet) {
                    return Fate::Closes;
                }
                self.look = Look::NotYet;
            }
            Action::SelectNext if self.scroll_by(1, app.screen()) => {}
            Action::SelectPrevious if self.scroll_by(-1, app.screen()) => {}
            Action::SelectNext => self.field = (self.field + 1).min(FIELDS.len() - 1),
            Action::SelectPrevious => self.field = self.field.saturating_sub(1),
            Action::Complete if self.field == PATH => {
                let value = |field: usize| self.inputs[field].value().to_owned();
                let (typed, purpose) = (value(PATH), value(PURPOSE).trim().to_owned());
                effects.push(Effect::CompletePath { typed, purpose });
            }
            Action::Complete => self.field = (self.field + 1) % FIELDS.len(),
            _ => return Fate::Ignores,
        }
        Fate::Stays
    }

    fn wheel(&mut self, app: &mut App, lines: isize) {
        self.scroll_by(lines, app.screen());
    }

    fn type_key(&mut self, _: &mut App, key: KeyEvent) -> Fate {
        let Some(changed) = input::edit(&mut self.inputs[self.field], key) else {
            return Fate::Ignores;
        };
        if changed {
            self.candidates.clear();
            self.look = Look::NotYet;
        }
        Fate::Stays
    }

    fn paste(&mut self, _: &mut App, text: &str) {
        if input::paste(&mut self.inputs[self.field], text) {
            self.candidates.clear();
            self.look = Look::NotYet;
        }
    }
}

impl Layers {
    /// What is to be uploaded, whatever lies above it.
    pub(in crate::app) fn upload_mut(&mut self) -> Option<&mut UploadPrompt> {
        self.find_mut(|layer| if let Layer::Upload(it) = layer { Some(it) } else { None })
    }
}
