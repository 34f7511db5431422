//! Messages: said for a while, or until a key is pressed; what is said of a state ends with the state.

use std::time::Duration;

use ratatui::layout::Size;

use super::App;
use super::layers::Layer;
use crate::keys::{Hint, Scope};

/// How long a message stays.
const TOAST: Duration = Duration::from_secs(4);
/// How long one stays that says what came to nothing: longer than it takes to look up from something else.
const TROUBLE: Duration = Duration::from_secs(20);

/// A message in the footer, for a while.
#[derive(Clone, Debug)]
pub(super) struct Toast {
    text: String,
    /// The monotonic moment of its end.
    pub(super) until: Duration,
    /// What has to be so still for it to be true.
    state: Option<State>,
}

/// A state that something is said of.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// A file is looked at before it is sent.
    Looking,
    /// It is not known whether a batch uses what is to be deleted.
    UseUnknown,
    /// It is not known whether what was saved lies there still.
    CopiesUnknown,
    /// The screen is of this size.
    Screen(Size),
    /// Files are being deleted.
    Deleting,
    /// The upload of this number waits for its turn.
    UploadWaits(u64),
}

impl State {
    fn holds(self, app: &App) -> bool {
        let question = || {
            app.layers.seen().iter().find_map(|layer| match layer {
                Layer::Deletion(asked) => Some(asked),
                _ => None,
            })
        };
        match self {
            Self::Looking => app.uploading.is_looking(),
            Self::UseUnknown => question().is_some_and(|asked| !asked.in_use().is_known()),
            Self::CopiesUnknown => question().is_some_and(|asked| !asked.knows_copies()),
            Self::Screen(size) => app.size == size,
            Self::Deleting => app.deleting.under_way().is_some(),
            Self::UploadWaits(number) => app.uploading.waits(number),
        }
    }
}

impl App {
    pub(super) fn say(&mut self, text: impl Into<String>) {
        let until = self.now.mono + TOAST;
        self.toast = Some(Toast { text: text.into(), until, state: None });
    }

    /// Says something as long as it is so, and no longer than anything else.
    pub(super) fn say_while(&mut self, state: State, text: impl Into<String>) {
        self.say(text);
        self.said_while(state);
    }

    /// What was said just now holds as long as this does.
    pub(super) fn said_while(&mut self, state: State) {
        if let Some(toast) = &mut self.toast {
            toast.state = Some(state);
        }
    }

    /// Says something, and what can be done then.
    pub(super) fn say_with(&mut self, text: impl Into<String>, hints: &[Hint]) {
        self.say_within(text, hints, &[Scope::Main]);
    }

    /// The same, where other keys are in force.
    pub(super) fn say_within(&mut self, text: impl Into<String>, hints: &[Hint], scopes: &[Scope]) {
        let hints = self.settings.keys.hints(hints, scopes);
        let text = text.into();
        self.say(if hints.is_empty() { text } else { format!("{text}; {hints}") });
    }

    /// Says what came to nothing, or not to all, or to nobody knows what, and where more of it is told.
    pub(super) fn say_trouble(&mut self, text: impl Into<String>, hints: &[Hint]) {
        self.say_with(text, hints);
        if let Some(toast) = &mut self.toast {
            toast.until = self.now.mono + TROUBLE;
        }
    }

    /// A message has its time, and what it says of a state holds as long as the state.
    pub(super) fn end_message(&mut self) {
        let is_over = |toast: &Toast| {
            toast.until <= self.now.mono || toast.state.is_some_and(|state| !state.holds(self))
        };
        if self.toast.as_ref().is_some_and(is_over) {
            self.toast = None;
        }
    }

    /// The message to show, if any.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.toast.as_ref().map(|toast| toast.text.as_str())
    }
}
