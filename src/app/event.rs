//! What can happen to the program: everything that [`App::update`](crate::app::App::update) is told.

use crossterm::event::{KeyEvent, MouseEvent};

use super::settings::Plan;
use crate::api::call::{Reply, Ticket};
use crate::api::{Answer, ApiError};
use crate::theme::Background;

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    KeyPressed(KeyEvent),
    /// Text was pasted; it is never a command.
    Pasted(String),
    /// A mouse button was pressed or released, the pointer dragged, or the wheel turned.
    MouseUsed(MouseEvent),
    /// The terminal's window got, or lost, the keyboard.
    FocusChanged {
        /// Whether the window has the keyboard now.
        focused: bool,
    },
    /// The terminal told the brightness of its background.
    BackgroundTold(Background),
    /// The terminal has this size now, in cells.
    Resized {
        /// Width in columns.
        width: u16,
        /// Height in rows.
        height: u16,
    },
    /// The moment that [`App::deadline`](crate::app::App::deadline) named has come.
    DeadlineReached,
    /// A call was answered, or failed.
    Replied(Ticket, Result<Answer<Reply>, ApiError>),
    /// So many bytes have come of the answer to a call that takes a while; the latest counts.
    Progressed(Ticket, u64),
    /// The command of an alert did not do its work; the text says which and why, and is escaped.
    CommandFailed(String),
    /// A frame has shown what is on top; told where the app
    /// [awaits](crate::app::App::awaits_frame) it, behind whatever was typed before.
    Drawn,
    /// What writing the settings would change, or why they cannot be written, which is escaped.
    SettingsPlanned(Result<Plan, String>),
    /// What was chosen is written into the configuration, or could not be; the text says which, and is
    /// escaped.
    SettingsWritten(String),
    /// Something outside asks the program to stop for a while (SIGTSTP).
    SuspendRequested,
    /// The program goes on after a stop: the screen is to be drawn anew.
    Resumed,
}

impl Event {
    /// Whether somebody typed, clicked or pasted.
    #[must_use]
    pub fn is_of_the_operator(&self) -> bool {
        matches!(self, Self::KeyPressed(_) | Self::Pasted(_) | Self::MouseUsed(_))
    }
}
