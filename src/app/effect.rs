//! What [`App::update`](crate::app::App::update) asks of the world. Carried out by the runtime only.

use crate::account::alerts::Alert;
use crate::lister::Fetch;
use crate::text::Untrusted;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the service for a page; answers as [`Event::PageAnswered`](crate::app::event::Event::PageAnswered).
    Fetch {
        /// What to ask for.
        fetch: Fetch,
        /// Files in the page at most.
        limit: u16,
    },
    /// Ask the service for one file; answers as [`Event::FileAnswered`](crate::app::event::Event::FileAnswered).
    Retrieve {
        /// The number that the answer must bear.
        request: u64,
        /// The file's id.
        id: Untrusted,
    },
    /// Put this text, which is escaped already, on the clipboard, through the terminal (OSC 52).
    Copy(String),
    /// Tell the operator, in the ways that the alert says.
    Alert(Alert),
    /// Set the terminal's title to this text, which is escaped already.
    SetTitle(String),
    /// Take the mouse, or leave it to the terminal.
    UseMouse(bool),
    /// Clear the terminal and draw everything.
    Redraw,
    /// Give the terminal back and stop, until the shell says otherwise.
    Suspend,
    /// Leave.
    Quit,
}
