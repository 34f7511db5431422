//! The layers above the main screen. Each has a file here: its state, which bindings are in force
//! while it has the keys, what they, the wheel and a paste do, whether it fills the screen, and what
//! on it changes by itself. How it looks is a file of the same name in the view.
//!
//! The one list of them is [`Layer`]; whoever adds one is led by the compiler to the view's.

pub mod agenda;
pub mod columns;
pub mod confirmation;
pub mod content;
pub mod copy;
pub mod deletion;
pub mod detail;
pub mod events;
pub mod filter;
pub mod help;
mod input;
pub mod jobs;
pub mod palette;
pub mod save_to;
pub mod search;
pub mod sort;
pub mod upload;

use crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};

use super::App;
use super::effect::Effect;
use super::geometry::lists::{ListCursor, ListPlace};
use crate::keys::{Action, Scope};

use agenda::Agenda;
use columns::ColumnsPicker;
use confirmation::{Confirmation, Question};
use content::ContentLayer;
use copy::CopyPicker;
use deletion::DeletionQuestion;
use detail::Detail;
use events::Events;
use filter::FilterInput;
use help::Help;
use jobs::Jobs;
use palette::Palette;
use save_to::SaveTo;
use sort::SortPicker;
use upload::UploadPrompt;

/// What becomes of a layer after it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The layer stays where it is.
    Stays,
    /// The layer stays, and what was asked for means nothing there.
    Ignores,
    /// The layer is gone.
    Closes,
}

/// What came of an action in a short list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picked {
    /// The cursor moved.
    Moved,
    /// The line with this number, from 0, if there is one.
    Line(usize),
    /// The list is left.
    Nothing,
    /// It is nothing that a list knows.
    Other,
}

/// What on a layer that fills the screen changes as time passes.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "what changes, one by one")]
pub(super) struct Changing {
    /// The countdown of the selected file.
    pub(super) countdown: bool,
    /// The buckets of the timeline.
    pub(super) buckets: bool,
    /// Moments that lie back, which have a date from midnight on.
    pub(super) past: bool,
    /// The rates of jobs, and the countdowns of their files.
    pub(super) jobs: bool,
}

/// How a layer behaves. While it is asked, it is not among the app's layers.
pub(super) trait Behave {
    /// The bindings in force, the narrowest first.
    fn scopes(&self) -> &'static [Scope];

    /// What changes on it by itself, where nothing of the main screen is to be seen behind it.
    fn fills_the_screen(&self) -> Option<Changing> {
        None
    }

    /// Whether it takes no answer before a frame has shown it.
    fn awaits_frame(&self) -> bool {
        false
    }

    /// A frame has shown it.
    fn drawn(&mut self) {}

    /// A frame without room for it was drawn.
    fn mentioned(&mut self) {}

    /// Does what a binding asks for, as far as it means something here.
    fn act(&mut self, app: &mut App, action: Action, effects: &mut Vec<Effect>) -> Fate;

    /// Takes a key as a part of a text; where there is none to be typed, it means nothing.
    fn type_key(&mut self, _app: &mut App, _key: KeyEvent) -> Fate {
        Fate::Ignores
    }

    /// Takes pasted text; where there is none to be typed, it is lost.
    fn paste(&mut self, _app: &mut App, _text: &str) {}

    /// The list that one chooses from, if it is one: its cursor, and where it stands.
    fn list(&mut self, _app: &App) -> Option<(&mut ListCursor, ListPlace)> {
        None
    }

    /// What is done to the line under the cursor of such a list.
    fn of_a_line(&self) -> Action {
        Action::Choose
    }

    /// Moves by so many lines, as the wheel does.
    fn wheel(&mut self, app: &mut App, lines: isize) {
        if let Some((cursor, place)) = self.list(app) {
            cursor.go_by(lines, &place);
        }
    }

    /// Takes a click: in a list it goes to the line there, and takes it where the cursor was there
    /// already.
    fn click(&mut self, app: &mut App, at: Position, effects: &mut Vec<Effect>) -> Fate {
        let again = self.list(app).is_some_and(|(cursor, place)| cursor.click(at, &place));
        if again { self.act(app, self.of_a_line(), effects) } else { Fate::Stays }
    }
}

/// One layer.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The detail of the selected file, on the whole screen.
    Detail(Detail),
    /// The content of a file.
    Content(ContentLayer),
    /// The key table.
    Help(Help),
    /// The expiries by bucket, with numbers.
    Agenda(Agenda),
    /// What was new, changed, gone, and when.
    Events(Events),
    /// What is being saved, uploaded and deleted, and what was.
    Jobs(Jobs),
    /// Where files are saved to, while it is typed.
    SaveTo(SaveTo),
    /// The choice of the column to sort by.
    Sort(SortPicker),
    /// The choice of the field to copy.
    Copy(CopyPicker),
    /// Which columns are shown.
    Columns(ColumnsPicker),
    /// The filter is being typed.
    Filter(FilterInput),
    /// An action is looked for by typing.
    Palette(Palette),
    /// A question that waits for its answer.
    Confirmation(Confirmation),
    /// The question whether files are to be deleted.
    Deletion(DeletionQuestion),
    /// What is to be uploaded.
    Upload(UploadPrompt),
}

/// What a layer is, as something that behaves.
macro_rules! inner {
    ($layer:expr) => {
        match $layer {
            Layer::Detail(layer) => layer,
            Layer::Content(layer) => layer,
            Layer::Help(layer) => layer,
            Layer::Agenda(layer) => layer,
            Layer::Events(layer) => layer,
            Layer::Jobs(layer) => layer,
            Layer::SaveTo(layer) => layer,
            Layer::Sort(layer) => layer,
            Layer::Copy(layer) => layer,
            Layer::Columns(layer) => layer,
            Layer::Filter(layer) => layer,
            Layer::Palette(layer) => layer,
            Layer::Confirmation(layer) => layer,
            Layer::Deletion(layer) => layer,
            Layer::Upload(layer) => layer,
        }
    };
}

impl Layer {
    fn behaviour(&self) -> &dyn Behave {
        inner!(self)
    }

    pub(super) fn behave(&mut self) -> &mut dyn Behave {
        inner!(self)
    }

    /// The bindings in force while it is on top, the narrowest first.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        self.behaviour().scopes()
    }

    fn fills_the_screen(&self) -> Option<Changing> {
        self.behaviour().fills_the_screen()
    }
}

/// The layers above the main screen, the topmost last.
#[derive(Clone, Debug, Default)]
pub struct Layers(Vec<Layer>);

impl Layers {
    /// Whether the main screen has the keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The layer that has the keys.
    #[must_use]
    pub fn top(&self) -> Option<&Layer> {
        self.0.last()
    }

    /// Those that are to be seen, from below; nothing else is where the first one fills the screen.
    #[must_use]
    pub fn seen(&self) -> &[Layer] {
        let filling = self.0.iter().rposition(|layer| layer.fills_the_screen().is_some());
        &self.0[filling.unwrap_or(0)..]
    }

    /// Whether anything of the main screen is to be seen.
    #[must_use]
    pub fn show_main_screen(&self) -> bool {
        self.changing().is_none()
    }

    /// What changes on the layer that fills the screen, if one does.
    pub(super) fn changing(&self) -> Option<Changing> {
        self.seen().first().and_then(Layer::fills_the_screen)
    }

    /// The bindings in force, the narrowest first.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        self.top().map_or(&[Scope::Main], Layer::scopes)
    }

    pub(super) fn push(&mut self, layer: Layer) {
        self.0.push(layer);
    }

    /// Closes all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The content that is open, whatever lies above it.
    #[must_use]
    pub fn content(&self) -> Option<&ContentLayer> {
        self.0.iter().rev().find_map(|layer| match layer {
            Layer::Content(content) => Some(content),
            _ => None,
        })
    }

    pub(super) fn content_mut(&mut self) -> Option<&mut ContentLayer> {
        self.find_mut(|layer| if let Layer::Content(it) = layer { Some(it) } else { None })
    }

    /// The list of jobs that is open, whatever lies above it.
    pub(super) fn jobs_mut(&mut self) -> Option<&mut Jobs> {
        self.find_mut(|layer| if let Layer::Jobs(it) = layer { Some(it) } else { None })
    }

    /// The topmost one that is what is looked for.
    pub(super) fn find_mut<T>(&mut self, is: fn(&mut Layer) -> Option<&mut T>) -> Option<&mut T> {
        self.0.iter_mut().rev().find_map(is)
    }

    /// Whether none of them is about a file of the table, or does anything with it.
    pub(super) fn are_about_jobs(&self) -> bool {
        self.0.iter().all(|layer| matches!(layer, Layer::Jobs(_) | Layer::Upload(_)))
    }

    /// Takes the topmost one away where it is as asked for.
    pub(super) fn close_if(&mut self, is_it: impl Fn(&Layer) -> bool) {
        self.0.pop_if(|layer| is_it(layer));
    }

    /// Takes what is about the selected file from among them; tells whether it was there. Those above stay: somebody may
    /// be typing there.
    pub(super) fn leave_detail(&mut self) -> bool {
        let before = self.0.len();
        self.0.retain(|layer| !matches!(layer, Layer::Detail(_) | Layer::Copy(_)));
        self.0.len() < before
    }
}

impl App {
    /// Whether the layer that has the keys takes no answer before a frame has shown it; then there is
    /// to be an [`Event::Drawn`](super::event::Event::Drawn).
    #[must_use]
    pub fn awaits_frame(&self) -> bool {
        self.layers.top().is_some_and(|layer| layer.behaviour().awaits_frame())
    }

    /// A frame has shown what is on top.
    pub(super) fn drawn(&mut self) {
        let has_room = self.layout().is_some();
        if let Some(top) = self.layers.0.last_mut() {
            // On a screen that is too small, nothing of it was seen.
            if has_room { top.behave().drawn() } else { top.behave().mentioned() }
        }
    }

    /// Asks a question, above whatever is open.
    pub(super) fn ask(&mut self, question: Question) {
        self.layers.push(Layer::Confirmation(Confirmation::new(question)));
    }

    /// Lets the topmost layer do something, and puts it back where it stays.
    pub(super) fn with_top<T>(
        &mut self,
        ask: impl FnOnce(&mut dyn Behave, &mut Self) -> T,
        fate: impl FnOnce(&T) -> Fate,
    ) -> Option<T> {
        let mut top = self.layers.0.pop()?;
        let place = self.layers.0.len();
        let answer = ask(top.behave(), self);
        if fate(&answer) != Fate::Closes {
            // Below whatever it opened.
            self.layers.0.insert(place, top);
        }
        Some(answer)
    }

    /// What a binding means in every layer that fills the screen.
    fn act_anywhere(&mut self, action: Action, effects: &mut Vec<Effect>) -> Fate {
        match action {
            Action::GoBack | Action::Close => return Fate::Closes,
            Action::CycleTimes => self.cycle_times(),
            Action::NextTheme => self.next_theme(),
            Action::WriteSettings => self.write_settings(effects),
            Action::Refresh => self.refresh_now(effects),
            _ => return Fate::Ignores,
        }
        Fate::Stays
    }

    /// What an action means in a short list that is gone once a line of it is taken, or once what
    /// `opens` it is asked for again.
    fn pick_in(
        &self,
        list: &ListPlace,
        cursor: &mut ListCursor,
        action: Action,
        opens: Action,
    ) -> Picked {
        if self.move_in(list, cursor, action) {
            return Picked::Moved;
        }
        match action {
            Action::GoBack | Action::Close => Picked::Nothing,
            action if action == opens => Picked::Nothing,
            Action::Choose => Picked::Line(cursor.line(list.lines)),
            Action::SortByColumn(number) => Picked::Line(usize::from(number) - 1),
            _ => Picked::Other,
        }
    }

    /// Moves the cursor of a list, where the action is a movement; tells whether it is.
    fn move_in(&self, list: &ListPlace, cursor: &mut ListCursor, action: Action) -> bool {
        let lines = self.scroll_of(action);
        if let Some(lines) = lines {
            cursor.go_by(lines, list);
        }
        lines.is_some()
    }

    /// The whole screen.
    fn screen(&self) -> Rect {
        Rect::from((Position::ORIGIN, self.size))
    }
}
