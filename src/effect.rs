//! What [`App::update`](crate::app::App::update) asks of the world. Carried out by the runtime only.

use crate::lister::Fetch;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the service for a page; answers as [`Event::PageAnswered`](crate::event::Event::PageAnswered).
    Fetch {
        /// What to ask for.
        fetch: Fetch,
        /// Files in the page at most.
        limit: u16,
    },
    /// Put this text, which is escaped already, on the clipboard, through the terminal (OSC 52).
    Copy(String),
    /// Clear the terminal and draw everything.
    Redraw,
    /// Give the terminal back and stop, until the shell says otherwise.
    Suspend,
    /// Leave.
    Quit,
}
