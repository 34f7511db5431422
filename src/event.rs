//! What can happen to the program: everything that [`App::update`](crate::app::App::update) is told.

use crossterm::event::KeyEvent;

use crate::api::{Answer, ApiError, Page};

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    KeyPressed(KeyEvent),
    /// Text was pasted; it is never a command.
    Pasted(String),
    /// The terminal has this size now, in cells.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The moment that [`App::deadline`](crate::app::App::deadline) named has come.
    DeadlineReached,
    /// A list request was answered, or failed.
    PageAnswered {
        /// The number that the request was given.
        request: u64,
        /// What came.
        result: Result<Answer<Page>, ApiError>,
    },
    /// Something outside asks the program to stop for a while (SIGTSTP).
    SuspendRequested,
    /// The program goes on after a stop: the screen is to be drawn anew.
    Resumed,
}
